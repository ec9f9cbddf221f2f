"""Where a customer stands among those of the same industry or region: others look to the large ones."""

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
    size = group.map(group.value_counts()).astype("float64")
    grouped = revenue_cents.groupby(group)
    rank = grouped.rank(ascending=False, method="min")
    percentile = 100 * (grouped.rank(method="average") - 0.5) / size
    enough = size >= MIN_GROUP
    return pd.DataFrame({f"{name}_rank": rank.where(enough), f"{name}_percentile": percentile.where(enough)})


def small_groups(group: pd.Series) -> int:
    """Count the groups that are too small for a place in them to say anything."""
    return int((group.value_counts() < MIN_GROUP).sum())
