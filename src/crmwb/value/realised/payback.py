"""How long a customer takes to pay back what it cost to win and to serve them.

A month here is a twelfth of 365 days, counted from the first purchase: month 1 is days 0 to 30. What was spent before
the first purchase counts in month 1. A customer has paid back in the first month at whose end the margin so far covers
acquisition, contacts and campaigns so far.
"""

from datetime import date

import ibis
import ibis.expr.types as ir
import numpy as np
import pandas as pd

from crmwb.calendar import MONTHS_A_YEAR
from crmwb.features.purchases import purchase_days
from crmwb.history.asof import days_between
from crmwb.value.realised.costs import Tables, campaigns, contacts, costed_lines

DAYS_A_YEAR = 365


def payback(tables: Tables, as_of: date) -> ir.Table:
    """Find the month in which each customer paid back; only those whose acquisition cost is known, and who did.

    One row per such customer: customer_id, payback_month (from 1). A line of unknown cost counts as if it earned
    nothing, so take it for known only where every line has a cost.
    """
    bought = purchase_days(tables["transactions"], as_of)
    first = bought.group_by("customer_id").aggregate(first_on=bought.day.min())
    known = tables["customers"].filter(lambda t: t.acquisition_cost_cents.notnull())
    first = first.inner_join(known.select("customer_id", "acquisition_cost_cents"), "customer_id")
    lines = costed_lines(tables, as_of)
    earned = (lines.revenue_cents - lines.cost_cents).fill_null(0)
    flows = [
        lines.select("customer_id", day=lines.ordered_at.date(), cents=earned),
        first.select("customer_id", day=first.first_on, cents=-first.acquisition_cost_cents),
    ]
    if "interactions" in tables:
        flows.append(contacts(tables, as_of).select("customer_id", "day", cents=lambda t: -t.cents))
    if {"campaigns", "campaign_members"} <= tables.keys():
        flows.append(campaigns(tables, as_of).select("customer_id", "day", cents=lambda t: -t.cents))
    every = ibis.union(*flows).inner_join(first.select("customer_id", "first_on"), "customer_id")
    days = days_between(every.first_on, every.day).clip(lower=0)
    by_month = every.group_by("customer_id", month=(days * MONTHS_A_YEAR // DAYS_A_YEAR + 1).cast("int64"))
    months = by_month.aggregate(cents=every.cents.sum())
    so_far = months.cents.sum().over(group_by="customer_id", order_by="month", rows=(None, 0))
    covered = months.mutate(so_far=so_far).filter(lambda t: t.so_far >= 0)
    return covered.group_by("customer_id").aggregate(payback_month=covered.month.min())


def payback_curve(customers: pd.DataFrame) -> pd.DataFrame:
    """Estimate the share of customers who have paid back by each month since their first purchase.

    By Kaplan and Meier (1958): only customers observed for the whole month count in it, so those who came lately
    neither count as paid back nor as lost.

    Parameters
    ----------
    customers : DataFrame
        age_days, payback_month and is_paid_back; customers where it is unknown are left out.

    Returns
    -------
    DataFrame
        month (from 0), n_observed (still to pay back at its start and observed to its end; all at 0), paid_back_share.
        It ends with the last month in which somebody is observed.
    """
    known = customers[customers["is_paid_back"].notna() & customers["age_days"].notna()]
    observed = (known["age_days"].to_numpy(dtype=np.int64) * MONTHS_A_YEAR) // DAYS_A_YEAR
    paid = known["payback_month"].to_numpy(dtype=np.float64, na_value=np.inf)
    rows, left = [(0, len(known), 0.0)], 1.0
    for month in range(1, int(observed.max(initial=0)) + 1):
        waiting = (observed >= month) & (paid >= month)
        if waiting.any():
            left *= 1 - float((paid[waiting] == month).sum() / waiting.sum())
        rows.append((month, int(waiting.sum()), 1 - left))
    return pd.DataFrame(rows, columns=["month", "n_observed", "paid_back_share"])
