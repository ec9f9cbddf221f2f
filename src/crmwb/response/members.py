"""The members of a campaign with what they did after it and what was known of them before."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

import ibis
import ibis.expr.types as ir
import numpy as np
import pandas as pd

from crmwb import engine
from crmwb.engine import Backend
from crmwb.history.asof import midnight
from crmwb.params import ResponseParams

Tables = Mapping[str, ir.Table]


@dataclass(frozen=True)
class Campaign:
    """One campaign.

    Attributes
    ----------
    campaign_id, name, kind : str
        As the source calls it; name and kind fall back on the id and "".
    starts_on : date
        Its first day.
    cost_cents : float
        What it cost besides contacts; NaN where unknown.
    ends_on : date or None
        Its last day, where the source states one.
    """

    campaign_id: str
    name: str
    kind: str
    starts_on: date
    cost_cents: float
    ends_on: date | None = None


def campaigns(con: Backend, tables: Tables, window: tuple[date, date], outcome_days: int) -> list[Campaign]:
    """Return the campaigns whose outcome was fully seen in the window (last day exclusive), in order of their start."""
    members = tables["campaign_members"]
    started = members.group_by("campaign_id").aggregate(first=members.contacted_at.min().date())
    named = started
    columns = {"name": ibis.null("string"), "kind": ibis.null("string"), "cost_cents": ibis.null("int64"),
               "ends_on": ibis.null("date")}  # fmt: skip
    starts = started.first
    if "campaigns" in tables:
        heads = tables["campaigns"]
        named = started.left_join(heads, "campaign_id")
        columns = {column: named[column] for column in columns}
        starts = ibis.coalesce(named.starts_on, named.first)
    known = named.select("campaign_id", starts_on=starts, **columns).filter(lambda t: t.starts_on.notnull())
    frame = engine.batches(con, known.order_by("starts_on", "campaign_id")).read_pandas()
    first, last = window[0], window[1] - timedelta(days=outcome_days)
    return [
        Campaign(row.campaign_id, row.name if isinstance(row.name, str) else row.campaign_id,
                 row.kind if isinstance(row.kind, str) else "", _day(row.starts_on),
                 float("nan") if pd.isna(row.cost_cents) else float(row.cost_cents),
                 None if pd.isna(row.ends_on) else _day(row.ends_on))
        for row in frame.itertuples(index=False)
        if first <= _day(row.starts_on) <= last
    ]  # fmt: skip


def _day(value: object) -> date:
    return pd.Timestamp(value).date()  # type: ignore[arg-type]


def members(con: Backend, tables: Tables, campaign: Campaign, params: ResponseParams) -> pd.DataFrame:
    """Return the members of a campaign.

    Parameters
    ----------
    con : Backend
        The engine that holds the tables.
    tables : mapping of str to ir.Table
        Clean canonical tables; campaign_members and customers among them.
    campaign : Campaign
        Whose members.
    params : ResponseParams
        outcome_days after the first day, before_days before it.

    Returns
    -------
    DataFrame
        One row per customer who was a member or could have been one (bought before, or no purchases are known):
        customer_id, is_member, treated, responded (NaN where not recorded), revenue_cents and bought in the days of the
        outcome, before_cents in those before. Both are of the source's own figures where it gives `outcome_cents` for
        everybody, else of the purchases. Sorted by customer.
    """
    of_campaign = tables["campaign_members"]
    of_campaign = of_campaign.filter(of_campaign.campaign_id == campaign.campaign_id).select(
        "customer_id", "arm", "responded_at", "outcome_cents"
    )
    rows = tables["customers"].select("customer_id").left_join(of_campaign, "customer_id").drop("customer_id_right")
    if "transactions" in tables:
        sums = _spending(tables["transactions"], campaign.starts_on, params)
        rows = rows.left_join(sums, "customer_id").drop("customer_id_right")
        rows = rows.filter(rows.arm.notnull() | rows.before_orders.notnull())
    else:
        unknown = ibis.null("int64")
        rows = rows.mutate(spent_cents=unknown, orders=unknown, before_cents=unknown, before_orders=unknown)
    frame = engine.batches(con, rows.order_by("customer_id")).read_pandas()
    return _outcomes(frame, has_purchases="transactions" in tables)


def _spending(transactions: ir.Table, starts_on: date, params: ResponseParams) -> ir.Table:
    """Sum what each customer who had bought before spent in the days before and after the first day."""
    start, end = midnight(starts_on), midnight(starts_on + timedelta(days=params.outcome_days))
    since = midnight(starts_on - timedelta(days=params.before_days))
    at = transactions.ordered_at
    before, recent, after = at < start, (at >= since) & (at < start), (at >= start) & (at < end)
    sale = ~transactions.is_return
    return transactions.group_by("customer_id").aggregate(
        spent_cents=transactions.revenue_cents.sum(where=after).fill_null(0),
        orders=transactions.order_id.nunique(where=after & sale),
        before_cents=transactions.revenue_cents.sum(where=recent).fill_null(0),
        before_orders=transactions.order_id.nunique(where=before & sale).nullif(0),
    )


def _outcomes(frame: pd.DataFrame, *, has_purchases: bool) -> pd.DataFrame:
    member = frame["arm"].notna().to_numpy()
    treated = (frame["arm"] == "treatment").to_numpy()
    # An answer that only those contacted can give says nothing of what the campaign brought.
    answers_compare = bool(frame.loc[member & ~treated, "responded_at"].notna().any())
    recorded = bool(frame["responded_at"].notna().any())
    responded = np.where(member & recorded, frame["responded_at"].notna(), np.nan)
    given = frame["outcome_cents"].astype("float64").to_numpy()
    stated = (
        bool(member.any())
        and bool(np.isfinite(given[member & ~treated]).any())
        and bool(np.isfinite(given[treated]).any())
    )
    if stated:
        revenue = np.where(member, np.nan_to_num(given), np.nan)
        bought = np.where(member, revenue > 0, np.nan)
    elif has_purchases:
        revenue = frame["spent_cents"].astype("float64").fillna(0.0).to_numpy()
        bought = (frame["orders"].astype("float64").fillna(0.0) > 0).to_numpy().astype(float)
    else:
        revenue = bought = np.full(len(frame), np.nan)
    before = frame["before_cents"].astype("float64")
    return pd.DataFrame(
        {
            "customer_id": frame["customer_id"],
            "is_member": member,
            "treated": treated,
            "responded": responded if answers_compare else np.full(len(frame), np.nan),
            "answered": responded,
            "revenue_cents": revenue,
            "bought": bought,
            "before_cents": (before.fillna(0.0) if has_purchases else before).to_numpy(),
        }
    )
