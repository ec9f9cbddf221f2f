"""What somebody should know now, with who looks after it and the money in question."""

from collections.abc import Iterator
from functools import partial

import pandas as pd

from crmwb.actions.alert import LEADERSHIP, Alert, Amount, of_customers
from crmwb.findings import Change, Count, Day, Finding, Money, Value, vetoes
from crmwb.marts.newly import NEEDS, Newly
from crmwb.params.actions import AlertPlan
from crmwb.params.lifecycle import LEAVING
from crmwb.value.potential.total import TotalRange

CENTS = 100
KEY_TIERS = ("vip", "important")
COLUMNS = (
    "customer_id", "owner", "tier", "rfm_segment", "clv_cents", "margin_at_stake_cents", "overdue_cents",
    "recent_revenue_cents", "year_ago_revenue_cents", "age_days", *NEEDS,
)  # fmt: skip


def alerts(
    customers: pd.DataFrame,
    open_deals: pd.DataFrame,
    plan: AlertPlan,
    *,
    currency: str,
    total: TotalRange,
    is_comparable: bool = True,
    since: str | None = None,
) -> Iterator[Alert]:
    """Yield what is beyond the thresholds of actions.yaml as things stand.

    Parameters
    ----------
    customers : DataFrame
        One row per customer of the mart, with COLUMNS.
    open_deals : DataFrame
        customer_id, owner and amount_cents of open opportunities.
    plan : AlertPlan
        The thresholds.
    currency : str
        Of every amount.
    total : TotalRange
        How sums of future margin are stated.
    is_comparable : bool, default True
        Whether recent revenue may be compared with that of a year before (circumstances.json).
    since : str or None, default None
        The day that risk is compared with, as `marts.newly.compared_with` returns it.
    """
    amount = partial(Money, currency=currency)
    if total.is_informative:
        yield from _at_risk(customers, plan, partial(total.stated, currency=currency))
        yield from _newly_at_risk(customers, since, plan, partial(total.stated, currency=currency))
    yield from _overdue(customers, plan, amount)
    yield from _revenue(customers, plan, currency, is_comparable)
    yield from _collisions(customers, open_deals, plan, amount)


def _at_risk(customers: pd.DataFrame, plan: AlertPlan, amount: Amount) -> Iterator[Alert]:
    key = customers[customers["tier"].isin(KEY_TIERS) & customers["risk_class"].isin(LEAVING)]
    yield from _beyond("key_customers", key, "margin_at_stake_cents", plan.at_stake, amount)


def _newly_at_risk(customers: pd.DataFrame, since: str | None, plan: AlertPlan, amount: Amount) -> Iterator[Alert]:
    """Yield regular customers who have become at risk: of who bought once or twice, most do so by and by."""
    newly = Newly.of(customers, since)
    if newly is not None:
        rows, day = newly.regulars, Day(newly.since)
        yield from _beyond("newly_at_risk", rows, "margin_at_stake_cents", plan.at_stake, amount, day=day)


def _overdue(customers: pd.DataFrame, plan: AlertPlan, amount: Amount) -> Iterator[Alert]:
    late = customers[customers["overdue_cents"].fillna(0) > 0]
    yield from _beyond("overdue", late, "overdue_cents", plan.overdue, amount)


def _beyond(kind: str, rows: pd.DataFrame, column: str, least: float, amount: Amount, **more: Value) -> Iterator[Alert]:
    """Yield the sum of an amount where it reaches a threshold; `more` is what else the sentence speaks of."""
    cents = rows[column].fillna(0).astype("int64")
    if len(rows) and int(cents.sum()) >= least * CENTS:
        yield of_customers(kind, {"n": Count(len(rows), "customer"), **more}, cents, rows["owner"], amount)


def _revenue(customers: pd.DataFrame, plan: AlertPlan, currency: str, is_comparable: bool) -> Iterator[Alert]:
    """Yield a fall of revenue against the same days a year before, where those were watched in full."""
    now, before = (customers[f"{when}_revenue_cents"] for when in ("recent", "year_ago"))
    if before.isna().all() or (total := float(before.sum())) <= 0:
        return
    fall = float(now.sum()) / total - 1
    if fall <= -plan.revenue_fall:
        values = {"now": Money(int(now.sum()), currency), "change": Change(fall)}
        cents = round(total - float(now.sum()))
        claim = Finding(vetoes.REVENUE_FELL, values, weight=cents)
        late = vetoes.won_late_share(customers["age_days"])
        if vetoes.withheld(claim, won_late_share=late, is_comparable=is_comparable) is None:
            yield Alert("revenue", LEADERSHIP, cents, claim)


def _collisions(customers: pd.DataFrame, deals: pd.DataFrame, plan: AlertPlan, amount: Amount) -> Iterator[Alert]:
    """Yield customers with an open opportunity that another works on than the owner of the account."""
    of_account = customers.set_index("customer_id")["owner"].reindex(deals["customer_id"]).to_numpy()
    crossed = deals[
        pd.notna(of_account) & deals["owner"].notna().to_numpy() & (deals["owner"].to_numpy() != of_account)
    ]
    n = crossed["customer_id"].nunique()
    if n >= plan.collisions:
        owners = customers.set_index("customer_id")["owner"].reindex(crossed["customer_id"])
        cents = crossed["amount_cents"].fillna(0).astype("int64")
        yield of_customers("collision", {"n": Count(n, "customer")}, cents, owners.set_axis(cents.index), amount)
