"""A stratified sample of customers: every stratum of worth and frequency in the share that it has among all."""

from typing import Any

import numpy as np
import pandas as pd

TOP_SHARES = (0.01, 0.05, 0.20, 0.50, 1.0)  # of revenue, best first: few customers often earn most of it
BANDS = ("top_1", "top_5", "top_20", "top_50", "lower_half")  # terms, [revenue_band]


def draw(buyers: pd.DataFrame, n_rows: int, rng: np.random.Generator) -> tuple[np.ndarray, list[dict[str, Any]]]:
    """Draw customers so that each stratum has its share, to within one customer.

    Strata are bands of revenue, and within them those who bought on one day and those who came again. Each customer is
    equally likely to be drawn, so whatever is learnt from the sample needs no weights.

    Parameters
    ----------
    buyers : DataFrame of shape (n, ...)
        Customers with revenue_cents and n_purchase_days, in an order that does not depend on how they were read.
    n_rows : int
        How many to draw; all where there are no more.
    rng : Generator
        Where chance comes from.

    Returns
    -------
    rows : int ndarray of shape (min(n, n_rows),)
        Places in `buyers`, rising.
    strata : list of dict
        Per stratum that holds customers: revenue_band, bought_again, n_customers, n_sampled.
    """
    n = len(buyers)
    revenue = buyers["revenue_cents"].to_numpy(dtype=float)
    place = np.empty(n)
    place[np.argsort(-revenue, kind="stable")] = (np.arange(n) + 0.5) / n
    band = np.searchsorted(TOP_SHARES, place)
    again = (buyers["n_purchase_days"].to_numpy(dtype=float) > 1).astype(np.int64)
    stratum = band * 2 + again
    # every n/n_rows-th customer of a shuffled line that is sorted by stratum: systematic sampling
    line = rng.permutation(n)
    line = line[np.argsort(stratum[line], kind="stable")]
    step = n / min(n, n_rows)
    drawn = np.sort(line[((np.arange(min(n, n_rows)) + rng.random()) * step).astype(np.int64).clip(max=n - 1)])
    sizes, sampled = np.bincount(stratum, minlength=10), np.bincount(stratum[drawn], minlength=10)
    return drawn, [
        {
            "revenue_band": BANDS[s // 2],
            "bought_again": bool(s % 2),
            "n_customers": int(sizes[s]),
            "n_sampled": int(sampled[s]),
        }
        for s in range(10)
        if sizes[s]
    ]
