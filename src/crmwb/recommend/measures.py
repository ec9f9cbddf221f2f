"""How good a list is: recall, nDCG and hit rate at its length, customer by customer."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

Z = 1.959964  # of a 95% interval


@dataclass(frozen=True)
class Measured:
    """Mean measures over customers, and those of each (rows in the order of their numbers).

    Attributes
    ----------
    recall : float
        Mean share of what a customer bought that the list names.
    ndcg : float
        Mean normalised discounted cumulative gain: the same, with more weight on the first places.
    hit_rate : float
        Share of customers who bought at least one product of the list.
    n_customers : int
        How many customers are judged.
    by_customer : DataFrame
        recall, ndcg, hit of each.
    """

    recall: float
    ndcg: float
    hit_rate: float
    n_customers: int
    by_customer: pd.DataFrame


def measured(lists: pd.DataFrame, bought: pd.DataFrame, n_listed: int) -> Measured:
    """Compare lists with what was bought.

    Parameters
    ----------
    lists : DataFrame
        customer, product, rank (from 1).
    bought : DataFrame
        customer, product; customers without a list count with 0.
    n_listed : int
        Length of the lists.

    Examples
    --------
    >>> import pandas as pd
    >>> from crmwb.recommend.measures import measured
    >>> lists = pd.DataFrame({"customer": [1, 1], "product": [7, 8], "rank": [1, 2]})
    >>> measured(lists, pd.DataFrame({"customer": [1, 1], "product": [8, 9]}), 2).recall
    0.5
    """
    n_bought = bought.groupby("customer").size()
    hits = lists[lists["rank"] <= n_listed].merge(bought[["customer", "product"]], on=["customer", "product"])
    hits = hits.assign(gain=1 / np.log2(hits["rank"] + 1))
    sums = hits.groupby("customer")["gain"].agg(["size", "sum"]).reindex(n_bought.index, fill_value=0)
    ideal = np.concatenate([[0.0], np.cumsum(1 / np.log2(np.arange(2, n_listed + 2)))])
    each = pd.DataFrame(
        {
            "recall": sums["size"] / n_bought,
            "ndcg": sums["sum"] / ideal[np.minimum(n_bought, n_listed)],
            "hit": (sums["size"] > 0).astype(float),
        }
    )
    recall, ndcg, hit = (float(f"{each[name].mean():.6g}") if len(each) else 0.0 for name in ("recall", "ndcg", "hit"))
    return Measured(recall, ndcg, hit, len(each), each)


def difference(one: Measured, other: Measured, measure: str = "recall") -> tuple[float, float, float]:
    """Return by how much `one` is better than `other`, with its 95% interval, over the same customers.

    Parameters
    ----------
    one, other : Measured
        Of two kinds of lists for the same purchases.
    measure : str
        A column of `Measured.by_customer`: recall, ndcg or hit.

    Returns
    -------
    mean, low, high : float
        The mean difference and its normal interval, to six digits; NaN with fewer than two customers.

    Examples
    --------
    A list that names one of two products bought, beside one that names none, over three customers:

    >>> import pandas as pd
    >>> from crmwb.recommend.measures import difference, measured
    >>> bought = pd.DataFrame({"customer": [1, 1, 2, 3], "product": [7, 8, 7, 9]})
    >>> one = pd.DataFrame({"customer": [1, 2, 3], "product": [7, 7, 8], "rank": [1, 1, 1]})
    >>> other = pd.DataFrame({"customer": [1, 2, 3], "product": [9, 8, 9], "rank": [1, 1, 1]})
    >>> difference(measured(one, bought, 1), measured(other, bought, 1))
    (0.166667, -1.01113, 1.34446)
    """
    gain = one.by_customer[measure] - other.by_customer[measure].reindex(one.by_customer.index)
    if len(gain) < 2:
        return (float("nan"),) * 3
    half = Z * gain.std(ddof=1) / np.sqrt(len(gain))
    mean, low, high = (float(f"{value:.6g}") for value in (gain.mean(), gain.mean() - half, gain.mean() + half))
    return mean, low, high
