"""How many purchases to look at for whom, and what so many purchases may bring together."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from scipy.special import betainc, betaincinv

from crmwb.value.models import GammaGamma, PurchaseModel

MOST_COUNTS = 64  # looked at for one history; where more may come, every 2nd, 4th, … count
UNLIKELY = 0.005  # a count reached by fewer is not looked at
FEWEST_SUMS, SUMS_A_COUNT = 64, 2  # sums of spend looked at: the more, the more counts are
RARE = 0.004  # share of single purchases below the lowest sum, and of the most purchases above the highest
ALIKE, BY = 100, 0.01  # from this x on, histories within 1% of x share a table
BLOCK = 2048


@dataclass(frozen=True)
class Grid:
    """The counts looked at for histories of about x purchases: 1, 1 + step, 1 + 2 step and so on.

    Attributes
    ----------
    x : float
        Repeat purchases so far.
    step : int
        1 where every count is looked at.
    n : int
        How many counts.
    """

    x: float
    step: int
    n: int

    @property
    def counts(self) -> np.ndarray:
        """The counts, shape (n,)."""
        return 1.0 + self.step * np.arange(self.n)

    @property
    def middles(self) -> np.ndarray:
        """What stands for each count and those up to the next, shape (n,)."""
        return self.counts + (self.step - 1) / 2


def grids(model: PurchaseModel, x: np.ndarray, age: np.ndarray, horizon: float) -> Iterator[tuple[np.ndarray, Grid]]:
    """Yield blocks of pairs (x, age) that share a grid, with it: as far as counts are likely at all.

    Parameters
    ----------
    model : PurchaseModel
        Fitted.
    x, age : ndarray of shape (n,)
        Distinct pairs.
    horizon : float
        Days ahead.
    """
    most = np.ones_like(x)
    rows = np.arange(len(x))
    while len(rows):
        rows = rows[model.at_least_if_alive(most[rows], x[rows], age[rows], horizon) > UNLIKELY]
        most[rows] *= 2
    step = np.maximum(most / MOST_COUNTS, 1.0)
    n = np.minimum(most, MOST_COUNTS)
    about = np.where(x < ALIKE, x, np.rint(ALIKE * np.exp(BY * np.rint(np.log(np.maximum(x, 1) / ALIKE) / BY))))
    kinds, kind_of = np.unique(np.stack([about, step, n]), axis=1, return_inverse=True)
    order = np.argsort(kind_of, kind="stable")
    edges = np.searchsorted(kind_of[order], np.arange(kinds.shape[1] + 1))
    for (begins, ends), kind in zip(pairwise(edges.tolist()), kinds.T, strict=True):
        grid = Grid(float(kind[0]), int(kind[1]), int(kind[2]))
        for start in range(begins, ends, BLOCK):
            yield order[start : min(start + BLOCK, ends)], grid


class SumsOfSpend:
    """P(n purchases bring more than y), in units of v + x z, averaged over the uncertainty of p, q and v.

    Parameters
    ----------
    spend : GammaGamma
        Fitted, its verdict ok.
    """

    def __init__(self, spend: GammaGamma) -> None:
        self.spend = spend
        self.around = spend.neighbours()
        self.last: tuple[Grid, tuple[np.ndarray, np.ndarray]] | None = None

    def of(self, grid: Grid) -> tuple[np.ndarray, np.ndarray]:
        """Return the logs of the sums looked at, shape (k,), and P(more than that) by count, shape (n, k)."""
        if self.last is None or self.last[0] != grid:
            self.last = (grid, self._table(grid))
        return self.last[1]

    def _table(self, grid: Grid) -> tuple[np.ndarray, np.ndarray]:
        p, q = self.spend.p_, self.spend.p_ * grid.x + self.spend.q_
        ends = betaincinv(p * grid.middles[[0, -1]], q, [RARE, 1 - RARE])
        lowest, highest = np.log(ends / (1 - ends)).tolist()
        log_sums = np.linspace(lowest, highest, FEWEST_SUMS + SUMS_A_COUNT * grid.n)
        beyond = np.zeros((grid.n, len(log_sums)))
        spent = grid.x * self.spend.population_mean_
        for near in self.around:
            units = (near.v_ + spent) / (self.spend.v_ + spent)
            below = 1 / (1 + np.exp(log_sums) / units)
            beyond += betainc(near.p_ * grid.x + near.q_, near.p_ * grid.middles[:, None], below)
        beyond /= len(self.around)
        beyond[:, 0] = 1.0  # what is rarer than the lowest sum counts as that
        return log_sums, beyond
