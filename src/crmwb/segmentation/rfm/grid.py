"""Who is where by RFM score, and what they bring."""

import numpy as np
import pandas as pd


def grid(customers: pd.DataFrame) -> pd.DataFrame:
    """Count customers and their money by recency score and frequency-monetary score.

    Parameters
    ----------
    customers : DataFrame
        recency_score, frequency_monetary_score, revenue_cents, and clv_cents where it is known; those without scores
        never bought and are left out.

    Returns
    -------
    DataFrame
        One row per pair of scores that somebody has, best first: n_customers, customer_share, revenue_cents,
        revenue_share, clv_cents (NaN where nothing is known).

    Examples
    --------
    >>> import pandas as pd
    >>> from crmwb.segmentation import rfm
    >>> customers = pd.DataFrame({"recency_score": [5, 5, 1, None], "frequency_monetary_score": [4, 4, 2, None]})
    >>> customers["revenue_cents"] = [60_000, 30_000, 10_000, 0]
    >>> rfm.grid(customers)[["recency_score", "frequency_monetary_score", "n_customers", "revenue_share"]]
       recency_score  frequency_monetary_score  n_customers  revenue_share
    0            5.0                       4.0            2            0.9
    1            1.0                       2.0            1            0.1
    """
    bought = customers.dropna(subset=["recency_score"])
    clv = bought["clv_cents"] if "clv_cents" in bought else pd.Series(np.nan, index=bought.index)
    rows = (
        bought.assign(clv=clv)
        .groupby(["recency_score", "frequency_monetary_score"])
        .agg(n_customers=("clv", "size"), revenue_cents=("revenue_cents", "sum"), clv_cents=("clv", _sum))
        .sort_index(ascending=False)
        .reset_index()
    )
    rows.insert(3, "customer_share", rows["n_customers"] / rows["n_customers"].sum())
    total = rows["revenue_cents"].sum()
    rows.insert(5, "revenue_share", rows["revenue_cents"] / total if total > 0 else np.nan)
    return rows


def _sum(values: pd.Series) -> float:
    return float(values.sum(min_count=1))
