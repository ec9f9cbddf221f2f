"""Cohorts: the customers of each month of first purchase, and what they did in the months after."""

from datetime import date

import numpy as np
import pandas as pd

from crmwb.calendar import month_of, start_of
from crmwb.contract.lifecycle import COHORTS
from crmwb.lifecycle.activity import Entries


def cohorts(
    purchases: Entries, first_event: date, as_of: date, n_customers: int, settled_after_days: float
) -> pd.DataFrame:
    """Follow the customers of each month of first purchase through the whole months until now.

    Parameters
    ----------
    purchases : Entries
        What was bought before `as_of`.
    first_event, as_of : date
        Where the data begin and end.
    n_customers : int
        How many customers there are, buyers or not.
    settled_after_days : float
        After so many days of data, a customer of old has most likely shown up: cohorts that begin earlier are marked
        `is_left_edge`, since many in them bought before the data begin, at an unknown time.

    Returns
    -------
    DataFrame
        Columns of `COHORTS`: one row per cohort and month since, 0 being that of the first purchase. Months that are
        not over yet have no row, nor do months without new customers.
    """
    begin, end = month_of(first_event), month_of(as_of)  # the month of as_of is not over
    n = max(end - begin, 0)
    came = np.full(n_customers, n, dtype=np.int32)
    active, cents = np.zeros((n, n), dtype=np.int64), np.zeros((n, n), dtype=np.int64)
    for number in purchases.months:
        rows, month = purchases.in_month(number), number - begin
        who, bought = purchases.customer[rows], purchases.of["n_purchases"][rows] > 0
        came[who[bought]] = np.minimum(came[who[bought]], month)
        if month < n:
            cohort = came[who]
            seen = cohort <= month  # a return before the first purchase belongs to no cohort's month
            np.add.at(cents[:, month], cohort[seen], purchases.of["net_cents"][rows][seen])
            active[:, month] = np.bincount(cohort[seen & bought], minlength=n)
    size = np.bincount(came, minlength=n + 1)
    parts = []
    for i in np.flatnonzero(size[:n]):
        started = start_of(begin + int(i))
        total = cents[i, i:].cumsum()
        parts.append(
            pd.DataFrame(
                {
                    "cohort": started,
                    "months_since": np.arange(n - i),
                    "is_left_edge": (started - first_event).days < settled_after_days,
                    "n_customers": size[i],
                    "n_active": active[i, i:],
                    "retention_share": active[i, i:] / size[i],
                    "revenue_cents": cents[i, i:],
                    "cumulative_revenue_cents": total,
                    "cumulative_per_customer_cents": total / size[i],
                }
            )
        )
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=COHORTS.names)
