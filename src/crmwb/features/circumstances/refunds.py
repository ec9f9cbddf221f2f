"""Returns that are still to come for what was sold lately."""

import numpy as np

from crmwb.features.circumstances.sales import Sales
from crmwb.findings import Days, Finding, Money, Share

FEW = 30  # returns, with fewer of which nothing is said
LATE_DAYS = 14  # the median lag from which on returns are late
COVERED = 0.95  # of returns: the lag within which so many come back ends what is looked at
MATERIAL = 0.01  # of the recent period's revenue, that must be still to come
YEAR = 365


def still_to_come(sales: Sales, currency: str) -> Finding | None:
    """Estimate what will be returned of recent sales, from how much came back so far, and how late."""
    lags = sales.lags
    if lags["n"].sum() < FEW:
        return None
    days, weight = lags["lag"].to_numpy(), lags["cents"].to_numpy(dtype=float)
    upto = np.cumsum(weight) / weight.sum()
    median, longest = int(days[np.searchsorted(upto, 0.5)]), int(days[np.searchsorted(upto, COVERED)])
    sold = sales.days["cents"]
    older = sold.loc[sales.as_of - YEAR - longest : sales.as_of - longest - 1].sum()
    recent = float(sold.loc[sales.as_of - sales.period :].sum())
    if median < LATE_DAYS or older <= 0 or recent <= 0:
        return None
    n_days = len(sold.loc[sales.as_of - YEAR - longest : sales.as_of - longest - 1])
    share = weight.sum() / max(float(sold.sum() + weight.sum()), 1.0)
    age = sales.as_of - np.arange(sales.as_of - longest, sales.as_of)
    not_yet = 1.0 - np.interp(age, days, upto, left=0.0, right=1.0)
    lately = sold.reindex(np.arange(sales.as_of - longest, sales.as_of), fill_value=0).to_numpy(dtype=float)
    to_come = float(np.maximum(lately, 0.0) @ not_yet) * share
    if n_days < YEAR // 4 or to_come < MATERIAL * recent:
        return None
    values = {
        "median": Days(median),
        "share": Share(share),
        "money": Money(round(to_come), currency),
        "period": Days(sales.period),
        "recent": Money(round(recent), currency),
    }
    return Finding("circumstances.refunds", values, weight=to_come)
