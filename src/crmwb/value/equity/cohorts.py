"""What customers did in each month, by the month in which they came: whole numbers from the activity."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Self

import numpy as np

from crmwb.calendar import month_of
from crmwb.value.blocks import NUMBERS, blocks
from crmwb.value.equity.activity import Activity

MEASURES = ("customers", "purchases", "revenue_cents")
"""What is forecast: customers with a purchase in a month, purchase days, and revenue net of all returns."""


@dataclass(frozen=True)
class Cohorts:
    """Totals by month of the first purchase and month.

    Attributes
    ----------
    first_month : int
        The first month with an order line; see `months.month_of`.
    totals : ndarray of shape (n_months, n_months, 3)
        By months since `first_month`: of the first purchase, of what was done; then by measure. Returns of somebody who
        had not bought yet count as if they had come in that month.
    squares : ndarray of shape (n_months,)
        Over the customers of each month: their revenue squared over their purchases.
    """

    first_month: int
    totals: np.ndarray
    squares: np.ndarray

    @classmethod
    def of(cls, activity: Activity, as_of: date) -> Self:
        """Add up the activity before `as_of`, up to the month of the day before it."""
        begin = int(activity.month[0])
        n = month_of(as_of - timedelta(days=1)) - begin + 1
        came = np.full(activity.n_customers, n, dtype=np.int64)
        totals, squares = np.zeros((n * n, len(MEASURES)), dtype=np.int64), np.zeros(n)
        for rows in blocks(len(activity.month), NUMBERS):  # months in their order: who comes has come by the month
            customer, n_purchases = activity.customer[rows], activity.n_purchases[rows]
            bought, month = n_purchases > 0, activity.month[rows].astype(np.int64) - begin
            np.minimum.at(came, customer[bought], month[bought])
            cell = np.minimum(came[customer], month) * n + month
            for i, values in enumerate((bought, n_purchases, activity.net_cents[rows])):
                np.add.at(totals[:, i], cell, values)
            spent = activity.purchase_cents[rows][bought].astype(np.float64)
            np.add.at(squares, month[bought], spent * spent / n_purchases[bought])
        return cls(begin, totals.reshape(n, n, len(MEASURES)), squares)

    def before(self, month: int) -> Self:
        """Return what was known when `month` began."""
        n = month - self.first_month
        return type(self)(self.first_month, self.totals[:n, :n], self.squares[:n])

    @property
    def n_months(self) -> int:
        """How many months there are, the last of which may be under way."""
        return len(self.squares)

    @property
    def by_month(self) -> np.ndarray:
        """Totals of each month, shape (n_months, 3)."""
        return np.asarray(self.totals.sum(axis=0))

    @property
    def newcomers(self) -> np.ndarray:
        """Customers whose first purchase was in each month, shape (n_months,)."""
        return np.asarray(np.diagonal(self.totals[:, :, 0]))

    def actual(self, origin_month: int, n_months: int) -> tuple[np.ndarray, np.ndarray]:
        """Return what came in `n_months` from an origin on, by those known before and by newcomers: (n_months, 3)."""
        at = origin_month - self.first_month
        months = slice(at, at + n_months)
        return self.totals[:at, months].sum(axis=0), self.totals[at:, months].sum(axis=0)
