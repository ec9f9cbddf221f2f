"""Two ways to group the same customers, side by side."""

from typing import NamedTuple

import pandas as pd


class Comparison(NamedTuple):
    """How two groupings agree.

    Attributes
    ----------
    table : DataFrame of shape (groups of the one, groups of the other)
        Customers.
    ari : float
        Adjusted Rand index (Hubert & Arabie 1985): 1 where they agree, about 0 where they have nothing in common.
    """

    table: pd.DataFrame
    ari: float


def compare(one: pd.Series, other: pd.Series) -> Comparison:
    """Compare two groupings of the same customers.

    Parameters
    ----------
    one, other : Series
        Labels on the same index; who is in neither group (unknown in either) does not count.

    Returns
    -------
    Comparison
        The cross-table, and the adjusted Rand index.

    Examples
    --------
    >>> import pandas as pd
    >>> from crmwb.segmentation import clusters
    >>> one = pd.Series(["a", "a", "b", "b", None], name="before")
    >>> other = pd.Series([1, 1, 2, 2, 2], name="now")
    >>> comparison = clusters.compare(one, other)
    >>> comparison.table
    now     1  2
    before
    a       2  0
    b       0  2
    >>> comparison.ari
    1.0
    """
    from sklearn.metrics import adjusted_rand_score  # slow to import

    both = pd.DataFrame({"one": one, "other": other}).dropna()
    table = pd.crosstab(both["one"], both["other"], rownames=[one.name], colnames=[other.name])
    ari = float(adjusted_rand_score(both["one"].astype(str), both["other"].astype(str))) if len(both) else float("nan")
    return Comparison(table, ari)
