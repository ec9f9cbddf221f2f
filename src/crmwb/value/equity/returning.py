"""Whether customers who look new may have bought before the data begin."""

import numpy as np

from crmwb.features.purchase_days import PurchaseDays
from crmwb.findings import Count, Unavailable

YEAR_DAYS = 365
LEAST = 10  # customers who came back, so that their share tells something
MATERIAL = 0.1  # of all who looked new, that may have come back


def looks_new(days: PurchaseDays, as_of: int) -> Unavailable | None:
    """Find that customers come back after silence as long as the history can show, and no less often for its length.

    Then others come back after longer silence still: to these data they are new. A year before the end, customers who
    had been silent for more than half of the history are held beside those who had been for more than a quarter; as
    large a part as came back of the former may have of as many customers of the time before the data begin.

    Parameters
    ----------
    days : PurchaseDays
        Before `as_of`.
    as_of : int
        The first day that is not known, as `calendar.day_number` returns it.

    Returns
    -------
    Unavailable or None
        Why the share of new customers is not stated; None where it may be.
    """
    origin = as_of - YEAR_DAYS
    if not len(days.day) or origin - days.first_day < YEAR_DAYS:
        return None
    before, later = days.until(origin), days.day >= origin
    known, last = np.unique(before.customer[::-1], return_index=True)  # by customer, then day: the last purchase first
    silent = origin - before.day[::-1][last]
    buyers = np.unique(days.customer[later])
    is_back = np.isin(known, buyers)
    history = origin - days.first_day
    long, medium = silent > history / 2, (silent > history / 4) & (silent <= history / 2)
    n_back, n_silent = int(is_back[long].sum()), int(long.sum())
    if n_back < LEAST or n_back / n_silent < (is_back[medium].mean() if medium.any() else 0.0):
        return None
    n_new = len(buyers) - int(is_back.sum())
    if n_back / n_silent * len(known) < MATERIAL * n_new:
        return None
    values = {"n_silent": Count(n_silent, "customer"), "n_back": Count(n_back)}
    return Unavailable("forecast.new_or_back", values=values)
