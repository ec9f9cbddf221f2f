"""What another unit of marketing money brings, by tier, from campaigns that held customers back by lot.

Whom a campaign reaches by lot costs more than who is held back, and brings more or less: the first difference is what
was spent, the second what it brought. Over campaigns, the slope of the second on the first (two-stage least squares
with the lot as instrument; Angrist & Imbens 1995, JASA 90) is the margin that one more unit of money brought. Without a
lot the money follows the customers (service goes where there are complaints, sales where orders are large), and no such
statement is made.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import ibis
import ibis.expr.types as ir
import numpy as np
import pandas as pd

from crmwb import engine
from crmwb.engine import Backend
from crmwb.findings import Term, Unavailable
from crmwb.history.asof import midnight
from crmwb.params import ResponseParams
from crmwb.predict.curvature import curvature
from crmwb.progress import step
from crmwb.response.effects import adjusted_effect, mean_effect
from crmwb.response.members import Campaign, campaigns, members

MARKETING, SERVICE, SALES = "marketing", "service", "sales"
ALL = "all"
MIN_ARM = 30
MIN_CENTS = 1.0  # spent more per head, before money is said to differ
Z = 1.959964
POINTS = ["campaign_id", "tier", "n_treated", "n_control", "cost_cents", "margin_cents", "margin_error_cents"]
CURVE = [
    "tier", "n_campaigns", "n_customers", "cost_cents", "per_unit", "low", "high",
    "shape", "n_doses", "p_curved", "next_unit", "next_low", "next_high",
]  # fmt: skip


@dataclass(frozen=True)
class Spending:
    """What money brought.

    Attributes
    ----------
    marketing : Unavailable or None
        Why nothing is said of marketing money; None where `curve` does.
    service, sales : Unavailable
        Why nothing is said of that money.
    points : DataFrame
        POINTS, one row per campaign and tier (ALL among them): difference between arms per head.
    curve : DataFrame
        CURVE, one row per tier: margin per unit of money with its 95% interval, for all tiers together (Bonferroni),
        and whether returns fall (`curvature`).
    """

    marketing: Unavailable | None
    service: Unavailable
    sales: Unavailable
    points: pd.DataFrame
    curve: pd.DataFrame


def spending(
    con: Backend,
    tables: Mapping[str, ir.Table],
    tiers: ir.Table,
    margin_share: float,
    *,
    window: tuple[date, date],
    params: ResponseParams,
) -> Spending:
    """Compare the arms of every campaign that held customers back.

    Parameters
    ----------
    con : Backend
        The engine that holds the tables.
    tables : mapping of str to ir.Table
        Clean canonical tables by name.
    tiers : ir.Table
        as_of, customer_id, tier at month ends.
    margin_share : float
        Margin over revenue.
    window : (date, date)
        The first event's day, and as_of (exclusive).
    params : ResponseParams
        Days of the outcome.
    """
    others = {name: _no_lot(name, tables) for name in (SERVICE, SALES)}
    nothing = pd.DataFrame(columns=POINTS), pd.DataFrame(columns=CURVE)
    if "campaign_members" not in tables:
        return Spending(
            Unavailable("predict.no_campaigns", needs=(Term("table", "campaign_members"),)),
            **others,
            points=nothing[0],
            curve=nothing[1],
        )
    if "interactions" not in tables:
        why = Unavailable("predict.no_contact_costs", needs=(Term("table", "interactions"),))
        return Spending(why, **others, points=nothing[0], curve=nothing[1])
    rows: list[tuple[object, ...]] = []
    with step("what marketing money brought"):
        with_control = _with_control(con, tables["campaign_members"])
        for campaign in campaigns(con, tables, window, params.outcome_days):
            if campaign.campaign_id not in with_control:
                continue
            rows += _points(con, tables, campaign, tiers, margin_share, params=params)
    points = pd.DataFrame(rows, columns=POINTS)
    if points.empty:
        return Spending(Unavailable("predict.no_lot_in_campaigns"), **others, points=nothing[0], curve=nothing[1])
    curve = _curve(points)
    if curve.empty:
        why = Unavailable("predict.no_contact_costs", needs=(Term("table", "interactions"),))
        return Spending(why, **others, points=points, curve=nothing[1])
    return Spending(None, **others, points=points, curve=curve)


def _no_lot(department: str, tables: Mapping[str, ir.Table]) -> Unavailable:
    if "interactions" not in tables:
        return Unavailable(
            "predict.no_contacts",
            needs=(Term("table", "interactions"),),
            values={"department": Term("department", department)},
        )
    return Unavailable(f"predict.no_lot_in_{department}")


def _with_control(con: Backend, members: ir.Table) -> set[str]:
    """Return the campaigns that held customers back, which are few, so that the others cost no time."""
    held = members.filter(members.arm == "control").group_by("campaign_id").aggregate(n=lambda t: t.count())
    frame = engine.batches(con, held.filter(held.n >= MIN_ARM).order_by("campaign_id")).read_pandas()
    return set(frame["campaign_id"])


def _points(
    con: Backend,
    tables: Mapping[str, ir.Table],
    campaign: Campaign,
    tiers: ir.Table,
    margin_share: float,
    *,
    params: ResponseParams,
) -> list[tuple[object, ...]]:
    """Compare the arms of a campaign, of all members and by the tier of the last month end before it."""
    rows = members(con, tables, campaign, params)
    rows = rows[rows["is_member"] & rows["revenue_cents"].notna()]
    treated = rows["treated"].to_numpy()
    if min(treated.sum(), (~treated).sum()) < MIN_ARM:
        return []
    cost = rows["customer_id"].map(_contact_costs(con, tables["interactions"], campaign, params)).fillna(0.0)
    tier = rows["customer_id"].map(_tiers(con, tiers, tables["campaign_members"], campaign))
    margin = rows["revenue_cents"].to_numpy(np.float64) * margin_share
    before = rows["before_cents"].to_numpy(np.float64)
    spent = cost.to_numpy(np.float64)
    out: list[tuple[object, ...]] = []
    for name in (ALL, *sorted(tier.dropna().unique())):
        inside = np.ones(len(rows), bool) if name == ALL else (tier == name).to_numpy()
        arms = [inside & treated, inside & ~treated]
        if min(arm.sum() for arm in arms) < MIN_ARM:
            continue
        has_past = np.isfinite(before[inside]).all() and bool(before[inside].any())
        effect = (
            adjusted_effect(margin[inside], treated[inside], before[inside], params.level)
            if has_past
            else mean_effect(margin[inside], treated[inside], params.level)
        )
        costs = float(spent[arms[0]].mean() - spent[arms[1]].mean())
        sizes = (int(arms[0].sum()), int(arms[1].sum()))
        out.append((campaign.campaign_id, name, *sizes, costs, effect.difference, effect.standard_error))
    return out


def _tiers(con: Backend, tiers: ir.Table, members: ir.Table, campaign: Campaign) -> pd.Series:
    """Return the tiers of a campaign's members at the last month end before it, by customer."""
    past = tiers.filter(tiers.as_of <= ibis.literal(campaign.starts_on))
    last = past.filter(past.as_of == past.as_of.max().as_scalar())
    own = last.semi_join(members.filter(members.campaign_id == campaign.campaign_id), "customer_id")
    frame = pd.DataFrame(engine.batches(con, own.select("customer_id", "tier").order_by("customer_id")).read_pandas())
    return frame.set_index("customer_id")["tier"].astype(object)


def _contact_costs(con: Backend, interactions: ir.Table, campaign: Campaign, params: ResponseParams) -> pd.Series:
    """Return what marketing contacts cost in the days of a campaign's outcome, by customer."""
    start = midnight(campaign.starts_on)
    end = midnight(campaign.starts_on + timedelta(days=params.outcome_days))
    inside = (interactions.occurred_at >= start) & (interactions.occurred_at < end)
    own = interactions.filter(inside & (interactions.department == MARKETING))
    sums = own.group_by("customer_id").aggregate(cents=own.cost_cents.sum())
    frame = pd.DataFrame(engine.batches(con, sums.order_by("customer_id")).read_pandas())
    return frame.set_index("customer_id")["cents"].astype(np.float64)


def _curve(points: pd.DataFrame) -> pd.DataFrame:
    """Fit margin on money through the origin, weighted by the inverse variance; one row per tier with money spent.

    The line stands for all money spent so far; `curvature` tests whether the next unit brings less.
    """
    from scipy.stats import norm

    known = points[(points["cost_cents"] >= MIN_CENTS) & (points["margin_error_cents"] > 0)]
    names: Sequence[str] = [ALL, *sorted(set(known["tier"]) - {ALL})]
    n_tiers = max(1, len(names) - 1)
    out = []
    for name in names:
        own = known[known["tier"] == name]
        if own.empty:
            continue
        x, y = own["cost_cents"].to_numpy(np.float64), own["margin_cents"].to_numpy(np.float64)
        w = own["margin_error_cents"].to_numpy(np.float64) ** -2
        information = float((w * x**2).sum())
        n_together = 1 if name == ALL else n_tiers
        reach = float(norm.ppf(1 - 0.025 / n_together)) / np.sqrt(information)
        value = float((w * x * y).sum()) / information
        n = int(own["n_treated"].sum())
        mean_cost = float((x * own["n_treated"]).sum() / n)
        bent = curvature(x, y, own["margin_error_cents"].to_numpy(np.float64), mean_cost, n_together)
        line = (name, len(own), n, mean_cost, value, value - reach, value + reach)
        out.append((*line, bent.shape, bent.n_doses, bent.p_value, bent.next_unit, bent.low, bent.high))
    return pd.DataFrame(out, columns=CURVE)
