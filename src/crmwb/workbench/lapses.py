"""Months in which far more customers lapsed than in others."""

import numpy as np
import pandas as pd

from crmwb.findings import Count, Finding, Listing, Month, Share

LAST, LEAST_MONTHS = 12, 6  # months that are looked at, and that must be known to call one unusual
LEAST, LEAST_OPEN = 30, 30  # customers who lapsed in such a month, and who were active before one that counts
TIMES, POINTS, SURE = 2.0, 0.05, 5.0  # times the usual share, points of it, and standard deviations above, at least
APART, MAD = 3.5, 1.4826  # robust standard deviations of logs apart from other months (Iglewicz & Hoaglin 1993)
MOST = 3  # months named


def bursts(bucket: pd.DataFrame) -> Finding | None:
    """Return the months of the last year in which far more customers lapsed than is usual; None without one.

    Usual is the median month. Customers lapse some time after their last purchase, which the sentence says.

    Parameters
    ----------
    bucket : DataFrame
        Whole months of the leaky bucket: begins, component, n_customers.

    Examples
    --------
    >>> from datetime import date
    >>> import pandas as pd
    >>> from crmwb.findings.say import say
    >>> months = [date(2024, n, 1) for n in range(1, 9)]
    >>> lost = pd.DataFrame({"begins": months, "component": "lost", "n_customers": [20, 21, 19, 20, 22, 90, 20, 18]})
    >>> say(bursts(pd.concat([lost, lost.assign(component="opening", n_customers=500)]))).partition(", where")[0]
    'Far more customers than usual lapsed in June 2024: 90, 18% of active customers'
    """
    if bucket.empty:
        return None
    wide = bucket.pivot(index="begins", columns="component", values="n_customers").astype(float).sort_index()
    wide = wide[wide["opening"] >= LEAST_OPEN]
    if len(wide) < LEAST_MONTHS:
        return None
    months = list(wide.index)
    opening, lost = (wide[name].to_numpy(np.float64) for name in ("opening", "lost"))
    share = lost / opening
    usual = float(np.median(share))
    beyond = (lost - opening * usual) / np.sqrt(np.maximum(opening * usual * (1 - usual), 1.0))
    logs = np.log((lost + 0.5) / opening)
    ragged = float(np.exp(APART * MAD * np.median(np.abs(logs - np.median(logs)))))  # how far months differ anyway
    least = max(TIMES * usual, ragged * usual, usual + POINTS)
    is_unusual = (lost >= LEAST) & (share >= least) & (beyond >= SURE)
    is_unusual[:-LAST] = False
    named = sorted(np.flatnonzero(is_unusual), key=lambda place: -share[place])[:MOST]
    if not named:
        return None
    parts = [
        Finding(
            "lifecycle.bursts.part",
            {"month": Month(months[place]), "n": Count(int(lost[place])), "share": Share(float(share[place]))},
        )
        for place in named
    ]
    code = "one" if len(parts) == 1 else "several"
    values = {**parts[0].values, "months": Listing(tuple(parts)), "usual": Share(usual)}
    return Finding(f"lifecycle.bursts.{code}", values)
