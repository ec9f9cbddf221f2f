"""From stage to stage: how many go where, how soon, and how long customers stay.

A stay begins at the month end at which a stage first held and ends at the one at which another holds. A stay that is
still going on when the data end is censored: it counts for as long as it was seen (Kaplan & Meier 1958). Where a stay
may end in several ways, the share that has gone to each is that of Aalen & Johansen (1978), so that the shares of a
stage add up to those who left it. A stay that was going on when the data begin has no known length and is left out.
"""

import numpy as np
import pandas as pd

from crmwb.contract.lifecycle import CONVERSIONS
from crmwb.lifecycle.names import STAGES, UNKNOWN
from crmwb.lifecycle.timeline import Timeline

WITHIN_MONTHS = (1, 3, 6, 12)


def stays(timeline: Timeline, *, begins_before: bool) -> tuple[np.ndarray, np.ndarray]:
    """Count stays by stage, length in months and how they ended.

    Parameters
    ----------
    timeline : Timeline
        Month ends; a last moment within a month is not looked at.
    begins_before : bool
        The history goes back beyond the first month end.

    Returns
    -------
    moved : ndarray of shape (n_stages, n_stages, n_ends)
        From, to, months.
    going_on : ndarray of shape (n_stages, n_ends)
        Stages of stays without an end, months.
    """
    n, n_ends = len(STAGES), max(timeline.n_whole, 1)
    moved = np.zeros((n, n, n_ends), dtype=np.int64)
    going_on = np.zeros((n, n_ends), dtype=np.int64)
    if timeline.n_whole == 0:
        return moved, going_on
    stage = timeline.stages[0]
    began = np.full(len(stage), -1 if begins_before else 0, dtype=np.int16)
    for i in range(1, timeline.n_whole):
        then = timeline.stages[i]
        left = then != stage
        counted = left & (stage != UNKNOWN) & (then != UNKNOWN) & (began >= 0)
        np.add.at(moved, (stage[counted], then[counted], i - began[counted]), 1)
        began[left] = i
        stage = then
    counted = (stage != UNKNOWN) & (began >= 0)
    np.add.at(going_on, (stage[counted], timeline.n_whole - 1 - began[counted]), 1)
    return moved, going_on


def conversions(timeline: Timeline, *, begins_before: bool) -> pd.DataFrame:
    """Tell how many of each stage go where, and how soon.

    Returns
    -------
    DataFrame
        Columns of `CONVERSIONS`. One row per stage and next stage that somebody went to, and one per stage with
        next_stage unknown: any other. Shares that no stay was watched long enough for are unknown; the median is too
        where fewer than half have left within the longest time seen.
    """
    moved, going_on = stays(timeline, begins_before=begins_before)
    rows = []
    for s, name in enumerate(STAGES):
        n_stays = int(moved[s].sum() + going_on[s].sum())
        if n_stays == 0:
            continue
        staying, gone, longest = _left(moved[s], going_on[s])
        median = np.flatnonzero(staying <= 0.5)
        shares = 1 - staying
        rows.append(
            (s + 1, name, None, n_stays, int(moved[s].sum()), *_within(shares, longest),
             float(median[0]) if len(median) else None)
        )  # fmt: skip
        for to, next_name in enumerate(STAGES):
            n_moves = int(moved[s, to].sum())
            if n_moves:
                rows.append((s + 1, name, next_name, n_stays, n_moves, *_within(gone[to], longest), None))
    return pd.DataFrame(rows, columns=CONVERSIONS.names)


def _left(moved: np.ndarray, going_on: np.ndarray) -> tuple[np.ndarray, np.ndarray, int]:
    """Return the share still there, and gone to each stage, after 0, 1, 2 … months, and the longest stay in months."""
    ends = moved.sum(axis=0) + going_on
    at_risk = ends[::-1].cumsum()[::-1]
    hazard = moved / np.maximum(at_risk, 1)
    staying = np.cumprod(1 - hazard.sum(axis=0))
    before = np.concatenate([[1.0], staying[:-1]])
    return staying, np.cumsum(before * hazard, axis=1), int(np.flatnonzero(ends).max())


def _within(shares: np.ndarray, longest: int) -> list[float | None]:
    return [float(shares[n]) if n <= longest else None for n in WITHIN_MONTHS]
