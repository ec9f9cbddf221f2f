"""The dimensions by which customers can be crossed: columns with a handful of levels each."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

MADE_FROM_PURCHASES = ("rfm_segment", "tier", "cluster_name", "stage")
DIMENSIONS = (
    *MADE_FROM_PURCHASES,
    *("kind", "country", "region", "industry", "company_size", "acquisition_channel"),
    *("top_product_line", "top_category", "top_channel", "top_store_id"),
)
OTHER = "(other)"
UNKNOWN = "(unknown)"
# Why a dimension cannot be crossed.
ABSENT, CONSTANT = "absent", "constant"


def available(customers: pd.DataFrame, dimensions: Sequence[str] = DIMENSIONS) -> tuple[list[str], dict[str, str]]:
    """Return which of `dimensions` can be crossed.

    Returns
    -------
    usable : list of str
        Those with at least two levels.
    missing : dict of str to str
        Each of the others, and why: ABSENT (not in this source) or CONSTANT (one level only).
    """
    usable, missing = [], {}
    for name in dimensions:
        n_levels = customers[name].nunique() if name in customers else 0
        if n_levels > 1:
            usable.append(name)
        else:
            missing[name] = CONSTANT if n_levels else ABSENT
    return usable, missing


def levels(values: pd.Series, max_levels: int) -> pd.Series:
    """Return a column as categories: its most common levels, "(other)" for the rest, "(unknown)" where it is NULL.

    Parameters
    ----------
    values : Series
        Of any type; levels are its values as text.
    max_levels : int
        How many levels are kept. Of equally common ones, the first by name.
    """
    codes, names = pd.factorize(values, sort=False)
    text = pd.Index(names).astype(str)
    count = pd.Series(codes[codes >= 0]).value_counts().reindex(range(len(text)), fill_value=0)
    order = pd.DataFrame({"name": text, "n": count.to_numpy()}).sort_values(["n", "name"], ascending=[False, True])
    kept = list(order["name"].head(max_levels))
    labels = [*kept, OTHER, UNKNOWN]
    at = {name: i for i, name in enumerate(kept)}
    table = np.array([*(at.get(name, len(kept)) for name in text), len(kept) + 1], dtype=np.int64)
    kind = pd.CategoricalDtype(pd.Index(labels))
    cut = pd.Categorical.from_codes(table[codes], dtype=kind)  # NULL is -1, the last
    return pd.Series(cut.remove_unused_categories(), index=values.index, name=values.name)
