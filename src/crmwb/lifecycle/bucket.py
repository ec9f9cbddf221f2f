"""The leaky bucket: what flows in and out of the customer base each month, in customers and money.

A customer is in the bucket from the first purchase until they lapse. The bucket's money is what those in it brought in
the last months (`n_months` of them). To the customer and the cent,

    customers  opening + new + won_back - lost = closing
    money      opening + new + won_back + grown + shrunk + lost = closing
"""

from datetime import date

import numpy as np
import pandas as pd

from crmwb.calendar import month_of
from crmwb.contract.lifecycle import BUCKET
from crmwb.lifecycle.activity import Entries
from crmwb.lifecycle.names import LAPSED
from crmwb.lifecycle.timeline import Timeline, net_cents

# In this order; `lifecycle.component.<name>` of the catalogues says what each is.
COMPONENTS = ("opening", "new", "won_back", "grown", "same", "shrunk", "lost", "closing")


def window_months(n_whole_months: int, most: int) -> int:
    """Return over how many months the bucket's money is added up: `most`, and a third of the history at most."""
    return max(1, min(most, n_whole_months // 3))


def bucket(timeline: Timeline, purchases: Entries, first_event: date, n_months: int) -> pd.DataFrame:
    """Split the change of the customer base in each month.

    Parameters
    ----------
    timeline : Timeline
        Month ends; a last moment within a month is left out.
    purchases : Entries
        What was bought.
    first_event : date
        Where the data begin: a first month that was not watched in full is marked, and so are months whose window
        reaches back beyond it.
    n_months : int
        Over how many months the bucket's money is added up.

    Returns
    -------
    DataFrame
        Columns of `BUCKET`: eight rows a month, in the order of `COMPONENTS`. `month_revenue_cents` is what the
        component's customers brought in the month itself; new, won_back, grown, same, shrunk and those lost who were
        there before add up to the month's revenue of all who ever bought, but for those lapsed before and after.
    """
    n = timeline.stages.shape[1]
    whole_from = month_of(first_event) + (first_event.day > 1)
    rows = []
    window = _Window(purchases, n, n_months)
    for i in range(1, timeline.n_whole):
        begins, ends = timeline.ends[i - 1], timeline.ends[i]
        month = month_of(begins)
        before, after = window.at(month), window.at(month + 1)
        was, is_ = timeline.is_active(i - 1), timeline.is_active(i)
        bought_before = was | (timeline.stages[i - 1] == LAPSED)
        new = ~bought_before & (is_ | (timeline.stages[i] == LAPSED))
        lapsed = timeline.stages[i] == LAPSED
        back = (timeline.stages[i - 1] == LAPSED) & _bought(purchases, month, n)
        kept, came = was & is_, new | back
        change = after - before
        lost = (was | came) & lapsed
        cents = net_cents(purchases, month, n)
        parts = {
            "opening": (was, before),
            "new": (new, after),
            "won_back": (back, after),
            "grown": (kept & (change > 0), change),
            "same": (kept & (change == 0), change),
            "shrunk": (kept & (change < 0), change),
            "lost": (lost, np.where(was, -before, -after)),
            "closing": (is_, after),
        }
        for position, (name, (who, amount)) in enumerate(parts.items(), start=1):
            own = who & ~came if name == "lost" else who
            rows.append(
                (begins, ends, position, name, month >= whole_from, month - n_months >= whole_from,
                 int(who.sum()), int(amount[who].sum()), int(cents[own].sum()))
            )  # fmt: skip
    return pd.DataFrame(rows, columns=BUCKET.names)


def _bought(purchases: Entries, month: int, n: int) -> np.ndarray:
    bought = np.zeros(n, dtype=bool)
    if "n_purchases" in purchases.of:
        rows = purchases.in_month(month)
        bought[purchases.customer[rows]] = purchases.of["n_purchases"][rows] > 0
    return bought


class _Window:
    """What each customer brought in the last months, moved on month by month."""

    def __init__(self, purchases: Entries, n: int, n_months: int) -> None:
        self._purchases, self._n, self._n_months = purchases, n, n_months
        self._until: int | None = None
        self._cents = np.zeros(n, dtype=np.int64)

    def at(self, until: int) -> np.ndarray:
        """Return what each brought in the `n_months` months before `until`, which never goes back."""
        begins = until - self._n_months if self._until is None else self._until
        for month in range(begins, until):
            self._cents += net_cents(self._purchases, month, self._n)
            if self._until is not None:
                self._cents -= net_cents(self._purchases, month - self._n_months, self._n)
        self._until = until
        return self._cents.copy()
