"""Wallets: what customers spend elsewhere in our category, the room to grow with them."""

from typing import Any

import pandas as pd

from crmwb.display import tables
from crmwb.display.picture import Picture, draw
from crmwb.findings import Finding, Unavailable, from_json
from crmwb.plots import wallet as plots


class Wallet:
    """The room to grow.

    Attributes
    ----------
    facts : dict
        is_available, and where it is n_customers, headroom_cents, share_of_wallet, n_full, n_by_rank; finding.
    """

    def __init__(self, frame: pd.DataFrame, facts: dict[str, Any], currency: str) -> None:
        self._frame = frame
        self.facts = facts
        self.currency = currency

    @property
    def finding(self) -> Finding | Unavailable:
        """What share of their wallets customers spend with us, or what is missing to say so."""
        finding: Finding | Unavailable = from_json(self.facts["finding"])
        return finding

    @property
    def frame(self) -> pd.DataFrame:
        """One row per customer with a known wallet, whether it is stated or estimated by rank.

        customer_id, tier, yearly_revenue_cents, share_of_wallet, wallet_headroom_cents, wallet_basis ("stated"
        or "allocation rule").
        """
        columns = ["customer_id", "tier", "yearly_revenue_cents", "share_of_wallet"]
        known = self._frame[self._frame["wallet_basis"].notna()]
        return known[[*columns, "wallet_headroom_cents", "wallet_basis"]].reset_index(drop=True)

    def by_tier(self, tiers: list[str]) -> pd.DataFrame:
        """Sum wallets up by value tier.

        Returns
        -------
        DataFrame
            One row per tier of `tiers` that has a known wallet: tier, n_customers, ours_cents (a year's revenue),
            headroom_cents, wallet_share (what is ours of all their wallets), per_customer_cents (of the headroom).
        """
        known = self.frame.assign(ours_cents=lambda d: d["yearly_revenue_cents"].clip(lower=0))
        sums = known.groupby("tier").agg(
            n_customers=("customer_id", "size"),
            ours_cents=("ours_cents", "sum"),
            headroom_cents=("wallet_headroom_cents", "sum"),
        )
        whole = sums["ours_cents"] + sums["headroom_cents"]
        sums["wallet_share"] = sums["ours_cents"] / whole.where(whole > 0)
        sums["per_customer_cents"] = sums["headroom_cents"] / sums["n_customers"]
        return sums.reindex([name for name in tiers if name in sums.index]).rename_axis("tier").reset_index()

    def plot_headroom(self, tiers: list[str]) -> Picture:
        """Draw what customers of each tier spend with us in a year, and what they spend elsewhere."""
        return draw(
            plots.headroom, self.by_tier(tiers), self.currency, alt=Finding("wallet.alt.headroom"), reason=self.finding
        )

    def _repr_html_(self) -> str:
        return tables.html(self.frame.head(5), caption=self.finding, currency=self.currency)
