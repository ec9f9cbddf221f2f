"""Where scores are parted: by quantiles that keep equal values together, or at fixed breaks.

The tie rule: equal values get equal scores, always. Quantiles hold as equal numbers of customers as whole groups of
equal values allow, from the worst value up: each score takes values until it holds its share of the customers still to
be scored, and a heavy tie is followed by an even split of those who remain. Where 60% bought once, those score 1 in
frequency and the other 40% are split evenly over the scores above, so that the worst value scores 1 and the best
n_bins. Values that are fewer than the scores are spread over 1 … n_bins; one single value tells nobody apart and gets
the middle score.
"""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np

Covers = list[dict[str, int]]
FARTHEST = 2**62  # open ends of fixed breaks, as whole numbers that JSON keeps


def quantiles(values: np.ndarray, n_bins: int, *, less_is_better: bool) -> Covers:
    """Return the scores that are given, worst first, with the least and the greatest value that gets each."""
    distinct, counts = np.unique(values.astype(np.int64), return_counts=True)
    if less_is_better:
        distinct, counts = distinct[::-1], counts[::-1]
    groups = even_groups(counts, n_bins)
    return [
        {"score": given, "from": int(distinct[group].min()), "to": int(distinct[group].max())}
        for given, group in zip(_spread(len(groups), n_bins), groups, strict=True)
    ]


def fixed(breaks: Sequence[int], *, less_is_better: bool) -> Covers:
    """Return the scores between breaks, worst first, with the least and the greatest value that gets each.

    A break itself has the better of its two scores: 30 days are still as recent as fewer, 10 orders already as many
    as more.
    """
    if less_is_better:
        ends = [-FARTHEST, *(b + 1 for b in breaks), FARTHEST + 1]
        bins = [{"from": low, "to": high - 1} for low, high in pairwise(ends)][::-1]
    else:
        ends = [-FARTHEST, *breaks, FARTHEST + 1]
        bins = [{"from": low, "to": high - 1} for low, high in pairwise(ends)]
    return [{"score": given} | covered for given, covered in enumerate(bins, start=1)]


def with_hysteresis(covers: Covers, values: np.ndarray, points: float, *, less_is_better: bool) -> Covers:
    """Add to each score the values up to which a customer who had it keeps it.

    A score holds a range of percentiles of the customers. It is kept up to `points` percentiles beyond either end, and
    no further than half of the next score, so that a narrow score is not swallowed by its neighbours.

    Parameters
    ----------
    covers : list of dict
        As `quantiles` or `fixed` returns them.
    values : int ndarray of shape (n,)
        Of the customers that the percentiles are those of.
    points : float
        Percentiles; 0 keeps nobody.

    Returns
    -------
    list of dict
        With `keeps_from` and `keeps_to`, which hold `from` and `to`; the worst and the best score are open outwards.
    """
    distinct, counts = np.unique(values, return_counts=True)
    if less_is_better:
        distinct, counts = distinct[::-1], counts[::-1]
    place = np.searchsorted([c["score"] for c in covers], scores_of(distinct, covers, less_is_better=less_is_better))
    middle = 100 * (2 * np.cumsum(counts) - counts) / (2 * counts.sum())
    share = 100 * np.bincount(place, counts, minlength=len(covers)) / counts.sum()
    ends = np.concatenate([[0.0], np.cumsum(share)])
    out = []
    for i, cover in enumerate(covers):
        below = min(points, share[i - 1] / 2) if i > 0 else 0.0
        above = min(points, share[i + 1] / 2) if i + 1 < len(covers) else 0.0
        kept = distinct[(middle >= ends[i] - below) & (middle <= ends[i + 1] + above)].tolist()
        least, most = min([cover["from"], *kept]), max([cover["to"], *kept])
        is_first, is_last = i == 0, i + 1 == len(covers)
        if is_last if less_is_better else is_first:
            least = -FARTHEST
        if is_first if less_is_better else is_last:
            most = FARTHEST
        out.append(cover | {"keeps_from": least, "keeps_to": most})
    return out


def kept(values: np.ndarray, fresh: np.ndarray, before: np.ndarray, covers: Covers) -> np.ndarray:
    """Return the score of the month before where it is kept, else the fresh one; `before` is 0 where there was none."""
    out = fresh.copy()
    for cover in covers:
        stays = (before == cover["score"]) & (values >= cover["keeps_from"]) & (values <= cover["keeps_to"])
        out[stays] = cover["score"]
    return out


def scores_of(values: np.ndarray, covers: Covers, *, less_is_better: bool) -> np.ndarray:
    """Score values: one that no score covers has the score of the nearest worse value, or the worst of all."""
    if less_is_better:
        values, worst = -values, [-c["to"] for c in covers]
    else:
        worst = [c["from"] for c in covers]
    place = np.searchsorted(worst, values, side="right") - 1
    return np.asarray(np.array([c["score"] for c in covers], dtype=np.int8)[place.clip(0)])


def even_groups(counts: np.ndarray, n_groups: int) -> list[slice]:
    """Split a row of counts into at most `n_groups` runs of as equal sums as going from left to right can make them.

    Each run takes counts until its sum is nearest to what is left over the runs that are left; of two equally near
    sums it takes the smaller. Every run holds at least one count.

    Parameters
    ----------
    counts : int ndarray of shape (n_values,)
        How many customers have each distinct value, in the order of the values.
    n_groups : int
        How many runs.

    Returns
    -------
    list of slice
        The runs, in order; one for each count where there are fewer counts than runs.
    """
    n_groups = min(n_groups, len(counts))
    reached = np.cumsum(counts)
    runs, start, done = [], 0, 0
    for left in range(n_groups, 0, -1):
        last = len(counts) - left  # the last value that this run may take and leave one for each run after it
        goal = done * (left - 1) + int(reached[-1])  # `left` times the sum that the run should end at: whole numbers
        end = min(max(int(np.searchsorted(reached * left, goal)), start), last)
        if end > start and goal - int(reached[end - 1]) * left <= int(reached[end]) * left - goal:
            end -= 1
        runs.append(slice(start, end + 1))
        start, done = end + 1, int(reached[end])
    return runs


def _spread(n_groups: int, n_bins: int) -> list[int]:
    """Return `n_groups` scores evenly over 1 … n_bins, halves rounded up; the middle one for a single group."""
    if n_groups == 1:
        return [(n_bins + 1) // 2]
    steps = n_groups - 1
    return [1 + (2 * i * (n_bins - 1) + steps) // (2 * steps) for i in range(n_groups)]
