"""How often the stated interval of a campaign's effect holds the planted one: companies of known truth."""

import sys

import numpy as np

from crmwb.response.effects import mean_effect
from crmwb.sources.b2b_demo import accounts, campaigns, purchases
from crmwb.sources.b2b_demo.draws import Calendar, Chance
from crmwb.sources.b2b_demo.world import CAMPAIGN_KINDS, Window

N_CUSTOMERS, YEARS = 5_000, 3


def judged(seed: int) -> list[tuple[str, bool, bool]]:
    """Return each campaign's kind, whether its interval holds the planted effect, and whether it is significant."""
    calendar = Calendar(Window(YEARS))
    all_accounts = accounts.roll(Chance(seed), N_CUSTOMERS)
    drawn = accounts.draw(Chance(seed, 0), calendar, range(N_CUSTOMERS), all_accounts)
    members = campaigns.members(drawn)
    spent, _ = campaigns.ordered(members, purchases.orders(drawn, members.won), calendar)
    rows = []
    for number in np.unique(members.campaign):
        own = members.campaign == number
        effect = mean_effect(spent[own].astype(float), members.is_treated[own])
        planted = float(members.extra_cents[own].mean())
        kind = CAMPAIGN_KINDS[int(campaigns.kind(np.array([number]))[0])]
        rows.append(
            (kind.name if kind.strength else "null", effect.low <= planted <= effect.high, effect.is_significant)
        )
    return rows


def main(n_seeds: int) -> None:
    rows = [row for seed in range(1, n_seeds + 1) for row in judged(seed)]
    for kind in sorted({row[0] for row in rows}):
        own = [row for row in rows if row[0] == kind]
        covered, significant = np.mean([row[1] for row in own]), np.mean([row[2] for row in own])
        figures = f"interval holds the planted effect {covered:.1%}, significant {significant:.1%}"
        print(f"{kind:12s} {len(own):5d} campaigns: {figures}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 100)
