"""How far two distributions are apart: the population stability index."""

import math

from crmwb.quality.runs.profile import OTHERS, Distribution

LEAST = 1e-4  # the share that stands for none, where the index takes a logarithm


def stability_index(now: Distribution, before: Distribution) -> float:
    """Return the population stability index of two distributions over the same kind of bins.

    Σ (a − e) ln(a / e) over shares a now and e before (Siddiqi, Credit Risk Scorecards, 2006, ch. 6): 0 where they are
    the same; by custom up to 0.1 is little, above 0.25 much. Bins that only one of them tells of belong to the others
    where the other has others. Shares below `LEAST` count as `LEAST`.
    """
    now, before = _folded(now, before), _folded(before, now)
    total = 0.0
    for name in sorted({*now, *before}):
        a, e = max(now.get(name, 0.0), LEAST), max(before.get(name, 0.0), LEAST)
        total += (a - e) * math.log(a / e)
    return total


def _folded(of: Distribution, other: Distribution) -> Distribution:
    """Count what the other distribution does not tell apart among the others, where it has others."""
    if OTHERS not in other:
        return of
    kept = {name: share for name, share in of.items() if name in other}
    return kept | {OTHERS: sum(share for name, share in of.items() if name not in other) + of.get(OTHERS, 0.0)}
