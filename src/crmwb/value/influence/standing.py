"""Where a customer stands among those of the same industry or region: others look to the large ones."""

import numpy as np
import pandas as pd

MIN_GROUP = 10  # in fewer than this a place says nothing


def standing(revenue_cents: pd.Series, group: pd.Series, name: str) -> pd.DataFrame:
    """Rank customers by revenue within their group.

    Parameters
    ----------
    revenue_cents : Series of shape (n,)
        Of those who bought.
    group : Series of shape (n,)
        On the same index; NULL where unknown.
    name : str
        What the group is called, for the columns.

    Returns
    -------
    DataFrame of shape (n, 2)
        {name}_rank, 1 for the largest (equals share the better place), and {name}_percentile: the share of the group
        that is smaller plus half of those who are equal, 0 to 100. Both unknown in groups of fewer than MIN_GROUP.
    """
    codes, groups = pd.factorize(group)  # once: texts are slow to group by
    known = codes >= 0
    if not known.any():
        return pd.DataFrame(np.nan, group.index, [f"{name}_rank", f"{name}_percentile"])
    n_of_group = np.bincount(codes[known], minlength=len(groups))
    size = pd.Series(np.nan, index=group.index)
    size[known] = n_of_group[codes[known]]
    grouped = revenue_cents.groupby(codes)
    rank = grouped.rank(ascending=False, method="min")
    percentile = 100 * (grouped.rank(method="average") - 0.5) / size
    enough = size >= MIN_GROUP
    return pd.DataFrame({f"{name}_rank": rank.where(enough), f"{name}_percentile": percentile.where(enough)})


def small_groups(group: pd.Series) -> int:
    """Count the groups that are too small for a place in them to say anything."""
    return int((group.value_counts() < MIN_GROUP).sum())
