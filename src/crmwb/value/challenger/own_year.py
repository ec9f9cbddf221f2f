"""What a customer did at the same time of earlier years: a correction of the chance to buy, learned on earlier origins.

No model of purchases knows that a donor gives each December, or that a car is serviced once a year. The logit of what
came is taken to be a straight line in the logit of the chance and in what happened in the same window one year and two
years before: whether the customer was there by then, and bought in it. The line is fitted to earlier origins, each with
a constant of its own, and used only where it was borne out: at origins that did not fit it, it gave what came a higher
likelihood, beyond chance, than the recalibrated chance (`calibration`) did, and than a line in the chance alone. The
sum of the chances is drawn towards what came of those of earlier origins, as the level of purchases is (`level`).
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Self

import numpy as np
from scipy.special import expit

from crmwb.value.challenger.calibration import Given, constant_of, is_beyond, logit_of, loss_of, plain_losses
from crmwb.value.challenger.counts import Counts
from crmwb.value.challenger.known import Known
from crmwb.value.challenger.level import Level

YEAR_DAYS, YEARS = 365, (1, 2)
PENALTY = 1.0
MOST_SHARE = 0.99  # of customers that may buy
MORE = 1.01  # purchases of who buys, at least: a distribution with fewer has no room for a second one
DECIMALS = 6


@dataclass(frozen=True)
class OwnYear:
    """A line in the logit of a chance and the columns of `same_windows`.

    Attributes
    ----------
    of_logit : float
        What the logit of the chance is multiplied by.
    of_windows : tuple of float
        What each column adds to it; empty where nothing is changed.
    level : float
        What the sum of all chances is multiplied by.
    n_origins : int
        How many it was learned from.
    """

    of_logit: float = 1.0
    of_windows: tuple[float, ...] = ()
    level: float = 1.0
    n_origins: int = 0

    @classmethod
    def learn(cls, origins: Sequence[Given], history_days: int) -> Self:
        """Learn from earlier origins, the latest first, no two of which share a day ahead."""
        if not any(given.windows.any() for given in origins[1:]):
            return cls()
        tests = [(given, origins[place + 1 :]) for place, given in enumerate(origins[:-1])]
        own = [_losses(_fitted(before), given) for given, before in tests]
        without = [_losses(_fitted([_blank(one) for one in before]), given) for given, before in tests]
        for others in (plain_losses(origins), without):
            if not is_beyond([other - mine for other, mine in zip(others, own, strict=True)]):
                return cls()
        line = _fitted(origins)
        came = [float(given.bought.sum()) for given in origins]
        level = Level.learn([float(given.chance.sum()) for given in origins], came, history_days)
        return cls(float(line[0]), tuple(float(weight) for weight in line[1:]), level.scale, len(origins))

    def of(self, counts: Counts, known: Known, horizon_days: float) -> Counts:
        """Return the distributions with the chances that the line gives: none above `alive`.

        Who is expected to buy less often than to buy at all is expected to buy as often as that; what all others are
        expected to buy beyond it is lowered, so that the total stays.
        """
        if not self.of_windows or not len(counts.mean):
            return counts
        line = np.array([self.of_logit, *self.of_windows])
        total = min(self.level * float(counts.p_any.sum()), MOST_SHARE * float(counts.alive.sum()))
        steep = _columns(counts.p_any, same_windows(known, horizon_days)) @ line
        chance = np.minimum(expit(steep + constant_of(steep, total, counts.alive)), counts.alive)
        least = MORE * chance
        beyond = np.maximum(counts.mean - least, 0.0)
        left = max(float(counts.mean.sum() - least.sum()), 0.0)
        mean = least + beyond * (left / float(beyond.sum()) if beyond.any() else 0.0)
        return replace(counts, mean=mean).with_p_any(chance)


def same_windows(known: Known, horizon_days: float) -> np.ndarray:
    """Return for each of YEARS whether a customer was there in the window of that year, and bought in it.

    The window is as long as the horizon, a year at most, and begins so many years before the origin. Of a window that
    the data do not hold as a whole nothing is known: both are 0.

    Returns
    -------
    ndarray of shape (n, 2 · len(YEARS))
    """
    days = min(horizon_days, YEAR_DAYS)
    columns = []
    for year in YEARS:
        begins = YEAR_DAYS * year
        is_known = len(known) > 0 and known.origin - begins >= known.days.first_day
        there = (known.age_days > begins - days) & is_known
        columns += [there, there & (known.count(begins, begins - days) > 0)]
    return np.column_stack(columns).astype(np.float64)


def _columns(chance: np.ndarray, windows: np.ndarray) -> np.ndarray:
    return np.column_stack([logit_of(chance), windows]).round(DECIMALS)


def _fitted(origins: Sequence[Given]) -> np.ndarray:
    """Fit the line to origins, each with a constant of its own; columns that are alike for all count nothing."""
    from sklearn.linear_model import LogisticRegression

    rows = np.concatenate([_columns(given.chance, given.windows) for given in origins])
    bought = np.concatenate([given.bought for given in origins])
    of_origin = np.repeat(np.arange(len(origins)), [len(given.bought) for given in origins])
    constants = (of_origin[:, None] == np.arange(1, len(origins))).astype(np.float64)
    scale = rows.std(axis=0)
    scale = np.where(scale > 1e-9, scale, np.inf)
    if bought.all() or not bought.any():
        return np.array([1.0, *np.zeros(rows.shape[1] - 1)])
    model = LogisticRegression(C=1 / PENALTY, solver="newton-cholesky", tol=1e-10, max_iter=200)
    model.fit(np.column_stack([(rows - rows.mean(axis=0)) / scale, constants]), bought)
    line = np.asarray(np.round(model.coef_[0][: rows.shape[1]] / scale, DECIMALS))
    return np.array([max(line[0], 0.0), *line[1:]])  # a higher chance never counts against


def _blank(given: Given) -> Given:
    return replace(given, windows=np.zeros_like(given.windows))


def _losses(line: np.ndarray, given: Given) -> np.ndarray:
    return loss_of(_columns(given.chance, given.windows) @ line, given.bought)
