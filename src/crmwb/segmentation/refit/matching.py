"""Which new group is which old one: groups matched by the customers whom they share."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd


@dataclass(frozen=True)
class Match:
    """What a new group was found to be.

    Attributes
    ----------
    new : int
        The new group's number.
    id : int
        The id that it bears from now on.
    overlap : float
        Jaccard overlap with the old group that it was paired with; 0 where there was none left.
    is_new : bool
        Whether the id was never used before.
    """

    new: int
    id: int
    overlap: float
    is_new: bool


def match(old: pd.Series, new: pd.Series, groups: Sequence[int], next_id: int, min_overlap: float) -> list[Match]:
    """Give new groups the ids of the old ones, so that as many customers as can be keep theirs.

    Old and new groups are paired one to one with the greatest sum of common customers (Kuhn 1955, the Hungarian
    method). A pair whose Jaccard overlap, common over either, is below `min_overlap` is none: below a half a group
    counts as dissolved (Hennig 2007, Cluster-wise assessment of cluster stability).

    Parameters
    ----------
    old, new : Series of int
        Of the same customers, on the same index: the old id, the new number.
    groups : sequence of int
        All new numbers, also of groups that hold none of these customers.
    next_id : int
        The first id that was never used.
    min_overlap : float
        The least Jaccard overlap with which an id is kept.

    Returns
    -------
    list of Match
        One per new group, in the order of `groups`.
    """
    from scipy.optimize import linear_sum_assignment  # slow to import

    common = pd.crosstab(new.to_numpy(), old.to_numpy()).reindex(list(groups), fill_value=0)
    both = common.to_numpy(dtype=np.int64)
    union = both.sum(axis=1, keepdims=True) + both.sum(axis=0, keepdims=True) - both
    overlap = np.divide(both, union, out=np.zeros(both.shape), where=union > 0)
    pairs = dict(zip(*(side.tolist() for side in linear_sum_assignment(both, maximize=True)), strict=True))
    old_ids = [int(name) for name in common.columns.tolist()]
    matches = []
    for row, group in enumerate(groups):
        column = pairs.get(row)
        share = 0.0 if column is None else float(overlap[row, column])
        kept = column is not None and share >= min_overlap
        matches.append(
            Match(group, old_ids[column] if kept and column is not None else next_id, round(share, 6), not kept)
        )
        next_id += not kept
    return matches


def kept_share(old: pd.Series, new: pd.Series, ids: Mapping[int, int]) -> float:
    """Return the share of customers whose new group bears the id of their old one."""
    return float((new.map(ids).to_numpy() == old.to_numpy()).mean()) if len(old) else 1.0
