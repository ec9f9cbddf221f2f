"""Returns that are still to come for what was sold lately."""

import numpy as np

from crmwb.features.circumstances.sales import Sales
from crmwb.findings import Days, Finding, Money, Share

FEW = 30  # returns, with fewer of which nothing is said
LATE_DAYS = 14  # the median lag from which on returns are late
COVERED = 0.95  # of returns: the lag within which so many come back ends what is looked at
MATERIAL = 0.01  # of the recent period's revenue, that must be still to come
LEAST_KNOWN = 90  # days of the history, beyond the longest lag, from which the share that comes back is known


def still_to_come(sales: Sales, currency: str) -> Finding | None:
    """Estimate what will be returned of recent sales, from how much came back so far, and how late."""
    lags = sales.lags
    if lags["n"].sum() < FEW:
        return None
    days, weight = lags["lag"].to_numpy(), lags["cents"].to_numpy(dtype=float)
    upto = np.cumsum(weight) / weight.sum()
    median, longest = int(days[np.searchsorted(upto, 0.5)]), int(days[np.searchsorted(upto, COVERED)])
    sold = sales.days["sold_cents"].to_numpy(dtype=float)
    recent = float(sales.days["cents"].loc[sales.as_of - sales.period :].sum())
    age = sales.as_of - sales.days.index.to_numpy()
    come = np.interp(age, days, upto, left=0.0, right=1.0)  # of what will come back of a day's sales, how much has
    if median < LATE_DAYS or recent <= 0 or len(sold) < longest + LEAST_KNOWN or float(sold @ come) <= 0:
        return None
    share = float(weight.sum()) / float(sold @ come)
    to_come = float(sold @ (1.0 - come)) * share
    if to_come < MATERIAL * recent:
        return None
    values = {
        "median": Days(median),
        "share": Share(share),
        "money": Money(round(to_come), currency),
        "period": Days(sales.period),
        "recent": Money(round(recent), currency),
    }
    return Finding("circumstances.refunds", values, weight=to_come)
