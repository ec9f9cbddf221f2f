"""What a list of actions says, as findings."""

from collections.abc import Iterator

import numpy as np

from crmwb.actions.choice import ActionList
from crmwb.actions.follow_up import Result
from crmwb.findings import Count, Finding, Interval, Money, Share, Term
from crmwb.params.actions import ActionPlan

MORE = 100_000  # cents: of budget, whose price a finding states


def findings(listed: ActionList, judged: list[Result], plan: ActionPlan, currency: str) -> list[Finding]:
    """Return what leadership needs to know of a list: what it brings, what limits it, what earlier lists brought."""
    return [*_summary(listed, currency), *_limits(listed, plan, currency), *_follow_up(judged, currency)]


def _summary(listed: ActionList, currency: str) -> Iterator[Finding]:
    rows = listed.rows
    doing = rows[~rows["is_held_out"]]
    if doing.empty:
        yield Finding("actions.nothing_to_do")
    else:
        gain, low, high = (int(doing[name].sum()) for name in ("gain_cents", "gain_low_cents", "gain_high_cents"))
        values = {
            "n": Count(len(doing), "customer"),
            "gain": Money(gain, currency),
            "range": Interval(Money(low, currency), Money(high, currency)),
            "cost": Money(int(doing["cost_cents"].sum()), currency),
        }
        assumed = (
            float((doing["basis"] == "assumed").to_numpy() @ doing["gain_cents"].to_numpy()) / gain if gain else 1.0
        )
        code = "assumed" if assumed > 0.5 else "measured"
        yield Finding(f"actions.summary_{code}", values | {"assumed": Share(assumed)}, weight=gain)
    if listed.n_blocked:
        yield Finding("actions.blocked", {"n": Count(listed.n_blocked, "customer")})


def _limits(listed: ActionList, plan: ActionPlan, currency: str) -> Iterator[Finding]:
    price = listed.allocation.budget_price
    if plan.budget is not None and price > 0:
        # A price of 0.2 means that the next 100 bring 120: the gain that prices weigh is after costs.
        values = {"more": Money(MORE, currency), "gain": Money(round(MORE * (1 + price)), currency)}
        yield Finding("actions.budget_is_short", values, weight=MORE * price)
    short = int((np.asarray(listed.allocation.hour_prices) > 0).sum())
    if plan.owners.hours is not None and short:
        yield Finding("actions.time_is_short", {"n": Count(short)})


def _follow_up(judged: list[Result], currency: str) -> Iterator[Finding]:
    for result in judged:
        effect = result.effect
        values = {
            "action": Term("action", result.action),
            "gain": Money(round(effect.difference), currency),
            "range": Interval(Money(round(effect.low), currency), Money(round(effect.high), currency)),
            "cost": Money(round(result.cost_cents), currency),
            "assumed": Money(round(result.assumed_cents), currency),
        }
        yield Finding(f"actions.result_{result.verdict}", values, weight=abs(effect.difference) * effect.n_treated)
