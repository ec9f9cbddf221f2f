"""What somebody should know now, with who looks after it and the money in question."""

from collections.abc import Iterator

import pandas as pd

from crmwb.actions.candidates import ONE_TEAM
from crmwb.findings import Change, Count, Finding, Money, Name, by_weight
from crmwb.params.actions import AlertPlan

CENTS = 100
KEY_TIERS = ("vip", "important")
AT_RISK = ("at_risk", "likely_lost")  # as every report counts customers at risk
COLUMNS = (
    "owner", "tier", "risk_class", "margin_at_stake_cents", "overdue_cents", "recent_revenue_cents",
    "year_ago_revenue_cents",
)  # fmt: skip


def alerts(customers: pd.DataFrame, plan: AlertPlan, currency: str) -> list[Finding]:
    """Return what is beyond the thresholds of actions.yaml, the most money first.

    Parameters
    ----------
    customers : DataFrame
        One row per customer of the mart, with COLUMNS.
    plan : AlertPlan
        The thresholds.
    currency : str
        Of every amount.
    """
    found = [
        *_at_risk(customers, plan, currency),
        *_overdue(customers, plan, currency),
        *_revenue(customers, plan, currency),
    ]
    return by_weight(found)


def _at_risk(customers: pd.DataFrame, plan: AlertPlan, currency: str) -> Iterator[Finding]:
    key = customers[customers["tier"].isin(KEY_TIERS) & customers["risk_class"].isin(AT_RISK)]
    yield from _by_owner("actions.alert.key_customers", key, "margin_at_stake_cents", plan.at_stake, currency)


def _overdue(customers: pd.DataFrame, plan: AlertPlan, currency: str) -> Iterator[Finding]:
    late = customers[customers["overdue_cents"].fillna(0) > 0]
    yield from _by_owner("actions.alert.overdue", late, "overdue_cents", plan.overdue, currency)


def _by_owner(code: str, rows: pd.DataFrame, amount: str, least: float, currency: str) -> Iterator[Finding]:
    """Yield the sum of an amount, and the owner with the largest part of it, where it reaches a threshold."""
    cents = rows[amount].fillna(0).astype("int64")
    total = int(cents.sum())
    if rows.empty or total < least * CENTS:
        return
    values = {"n": Count(len(rows), "customer"), "money": Money(total, currency)}
    owners = cents.groupby(rows["owner"].fillna(ONE_TEAM)).sum().drop(ONE_TEAM, errors="ignore")
    if owners.empty:
        yield Finding(code, values, weight=total)
        return
    first = min(owners.items(), key=lambda item: (-item[1], str(item[0])))
    most = {"owner": Name(str(first[0])), "part": Money(int(first[1]), currency)}
    yield Finding(f"{code}_by_owner", values | most, weight=total)


def _revenue(customers: pd.DataFrame, plan: AlertPlan, currency: str) -> Iterator[Finding]:
    """Yield a fall of revenue against the same days a year before, where those were watched in full."""
    now, before = (customers[f"{when}_revenue_cents"] for when in ("recent", "year_ago"))
    if before.isna().all() or (total := float(before.sum())) <= 0:
        return
    fall = float(now.sum()) / total - 1
    if fall <= -plan.revenue_fall:
        values = {"now": Money(int(now.sum()), currency), "change": Change(fall)}
        yield Finding("actions.alert.revenue_fell", values, weight=total - float(now.sum()))
