"""How much of an assumed gain the company's own history supports.

An assumed gain may be at most `most_lift` times what customers in the same condition brought at earlier moments, in as
many days as until the review; where the risk is known, no customer is expected to buy more often than by that. Where
hardly anybody comes back, an action cannot win much, whatever is assumed of it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import ibis.expr.types as ir
import numpy as np
import pandas as pd

from crmwb import engine
from crmwb.actions.base_rates import BaseRate, base_rate
from crmwb.actions.buyers import buyers, moments, purchase_days
from crmwb.actions.candidates import Candidates
from crmwb.actions.choice import CENTS, Share
from crmwb.engine import Backend
from crmwb.findings import Count, Days, Finding, Listing, Term, Times, Value
from crmwb.findings import Share as ShareValue
from crmwb.params.actions import ActionPlan

MOST_CUSTOMERS = 100_000  # whose earlier moments are looked at


@dataclass(frozen=True)
class Lowered:
    """What the history leaves of an action's assumed gain.

    Attributes
    ----------
    days : int
        From the list until its review.
    n_known, n_lowered, n_dropped : int
        Customers whom it fits and whom the history can be asked about; of them, those whose assumed gain it lowers;
        and of these, those with whom the action is no longer worth its cost.
    return_share : float
        The mean chance of those it fits to buy in these days, by what others did at earlier moments; NaN where unknown.
    low_share : float
        The same of those whose gain is lowered.
    """

    days: int
    n_known: int
    n_lowered: int
    n_dropped: int
    return_share: float
    low_share: float


def base_rates(
    con: Backend,
    mart: ir.Table,
    transactions: ir.Table | None,
    known: Candidates,
    plan: ActionPlan,
    *,
    shares: Mapping[str, Share],
    as_of: date,
    first_day: date,
    margin_share: float,
) -> dict[str, BaseRate]:
    """Return, by action, what customers like each of `known` brought at earlier moments until the review day.

    Parameters
    ----------
    con : Backend
        The engine that holds the tables.
    mart : ir.Table
        One row per customer, with their risk; `known` are the same, by customer_id.
    transactions : ir.Table or None
        Order lines; None of a source without.
    known : Candidates
        The customers.
    plan : ActionPlan
        Review days.
    shares : mapping of str to Share
        What each action wins: of what was proven, and of what purchases do not show, nothing is looked up.
    as_of, first_day : date
        The day of the list, and that of the first event.
    margin_share : float
        Margin over revenue.
    """
    asked = [a for a in plan.actions if a.is_followed_up and not shares[a.name].is_proven]
    if transactions is None or plan.most_lift is None or not asked:
        return {}
    by_days: dict[int, BaseRate] = {}
    with engine.keeping(con) as keep:
        n = len(known.customer_id)
        days = keep("purchase_days", purchase_days(transactions, mart))
        sample = days.filter(
            days.customer % max(-(-n // MOST_CUSTOMERS), 1) == 0
        )  # numbers follow ids, not what customers do
        now = buyers(con, days, as_of, 0)
        for ahead in sorted({action.review_days for action in asked}):
            earlier = [buyers(con, sample, moment, ahead) for moment in moments(as_of, first_day, ahead)]
            rate = base_rate(now, earlier, ahead, margin_share).of_all(now.customer, n)
            by_days[ahead] = rate.no_more_than(_chances(con, mart, ahead))
    return {action.name: by_days[action.review_days] for action in asked}


def _chances(con: Backend, mart: ir.Table, days: int) -> np.ndarray:
    """Return each customer's chance to buy within some days by the risk, which speaks of their own horizon.

    NaN where unknown. Beyond the horizon it goes on at the same rate; within it, the chance of the whole horizon is
    taken.
    """
    rows = mart.order_by("customer_id").select("risk", "risk_horizon_days")
    frame = engine.batches(con, rows).read_pandas()
    risk, horizon = (frame[name].to_numpy(np.float64, na_value=np.nan) for name in ("risk", "risk_horizon_days"))
    return np.asarray(1 - risk ** np.maximum(days / horizon, 1.0))


def lowered(
    known: Candidates, plan: ActionPlan, shares: Mapping[str, Share], rates: Mapping[str, BaseRate]
) -> dict[str, Lowered]:
    """Count, by action, the customers whose assumed gain the history lowers.

    Parameters
    ----------
    known : Candidates
        Whom each action fits, and what is at stake.
    plan : ActionPlan
        Costs and `most_lift`.
    shares : mapping of str to Share
        How much of it each action wins.
    rates : mapping of str to BaseRate
        As `base_rates` returns them.
    """
    result = {}
    for i, action in enumerate(plan.actions):
        if action.name not in rates or plan.most_lift is None:
            continue
        share, rate = shares[action.name], rates[action.name]
        counted = share.cautious(plan.caution) / share.value if share.value else 0.0
        gain, cost = known.at_stake_cents[i] * share.value, action.cost_per_use * CENTS
        most = rate.at_most(plan.most_lift)
        asked = known.fits[i] & rate.is_known
        low = asked & (most < gain)
        lost = low & (gain * counted > cost) & (most * counted <= cost)
        result[action.name] = Lowered(
            rate.days,
            int(asked.sum()),
            int(low.sum()),
            int(lost.sum()),
            return_share=_mean(rate.expected[asked]),
            low_share=_mean(rate.expected[low]),
        )
    return result


def returns(rows: pd.DataFrame, known: Candidates, rates: Mapping[str, BaseRate]) -> list[Finding | None]:
    """Say of each row of a list how many like its customer bought at earlier moments; None where nothing is known."""
    place = pd.Series(range(len(known.customer_id)), index=known.customer_id.astype(str))
    at = place.loc[rows["customer_id"]].tolist()
    return [_returned(rates.get(action), i) for action, i in zip(rows["action"], at, strict=True)]


def _returned(rate: BaseRate | None, i: int) -> Finding | None:
    if rate is None or not rate.n_like[i]:
        return None
    values = {"n": Count(int(rate.n_like[i])), "share": ShareValue(float(rate.share[i])), "days": Days(rate.days)}
    return Finding("actions.returned", values)


def findings(by_action: Mapping[str, Lowered], most_lift: float | None) -> list[Finding]:
    """Say of which actions the history does not bear the assumption out; nothing where it does."""
    parts = [_part(name, one) for name, one in by_action.items() if one.n_lowered]
    if not parts or most_lift is None:
        return []
    return [Finding("actions.not_borne_out", {"actions": Listing(tuple(parts)), "times": Times(most_lift)})]


def _part(name: str, one: Lowered) -> Finding:
    values: dict[str, Value] = {
        "action": Term("action", name),
        "n": Count(one.n_lowered),
        "all": Count(one.n_known, "customer"),
        "share": ShareValue(one.low_share),
        "days": Days(one.days),
    }
    if not one.n_dropped:
        return Finding("actions.not_borne_out_part", values)
    return Finding("actions.not_borne_out_part_dropped", values | {"dropped": Count(one.n_dropped)})


def _mean(values: np.ndarray) -> float:
    return float(values.mean()) if len(values) else float("nan")
