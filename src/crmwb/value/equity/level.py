"""What earlier forecasts got wrong: the level that the next one is set to, and how far it may be off.

The log of what came over what was expected is looked at month by month. Its mean over the newest one-month-ahead
forecasts sets the level, of existing customers and of newcomers apart. What is then left of the totals is taken to have
two sources: a shock of its own for each month (weather, a campaign), of variance `shock`, and a level that drifts as a
random walk, of variance `drift` a month ahead. With few months seen, both are drawn towards what changes from month to
month tell by themselves, and Student's t in place of the normal says how little is known.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.optimize import nnls

from crmwb.value.equity import newcomers
from crmwb.value.equity.cohorts import Cohorts
from crmwb.value.equity.months import MONTHS_A_YEAR, month_of
from crmwb.value.equity.outlook import Outlook

PRIOR_MONTHS = 2.0  # what changes from month to month count for
PRIOR_DRIFT = 0.1  # of the shocks' variance
LEAST_SHOCK = 0.01**2
MEDIAN_SQUARE = 0.4549  # of a standard normal
LEVEL_MONTHS = 3.0  # so many months' errors count for the half
FURTHEST = 1.5  # log ratios beyond e^1.5 = 4.5 times either way count as that


@dataclass(frozen=True)
class Level:
    """How to set a forecast; see the module.

    Attributes
    ----------
    season : ndarray of shape (12,)
        Factors of January to December.
    shift : ndarray of shape (2, 3)
        By part (existing, newcomers) and measure: to be added to the log of what the models expect.
    shock, drift : ndarray of shape (3,)
        Variances of the log of the total, by measure.
    freedom : float
        Degrees of freedom of Student's t.
    """

    season: np.ndarray
    shift: np.ndarray
    shock: np.ndarray
    drift: np.ndarray
    freedom: float


@dataclass(frozen=True)
class _Past:
    """One past forecast by part, with what came: both of shape (n, 2, 3)."""

    month: int
    expected: np.ndarray
    came: np.ndarray
    lumps: np.ndarray

    @property
    def log_ratio(self) -> np.ndarray:
        """Log of what came over what was expected; a single purchase more or less is no error."""
        return _log_ratio(self.came, self.expected, self.lumps)


def expected_parts(made: Outlook, season: np.ndarray) -> np.ndarray:
    """Return what existing customers and newcomers are expected to do with the season, shape (n_periods, 2, 3)."""
    came, months = newcomers.recent(made.whole, season)
    factors = season[[day.month - 1 for day in made.edges[:-1]]]
    coming = came / months if months else 0.0
    return np.asarray(np.stack([made.existing, coming * made.flow], axis=1) * factors[:, None, None])


def level(outlooks: Sequence[Outlook], cohorts: Cohorts, season: np.ndarray, month: int) -> Level:
    """Learn from what was known when `month` began.

    Parameters
    ----------
    outlooks : sequence of Outlook
        Made at beginnings of months; those at or after `month` are not looked at.
    cohorts : Cohorts
        Everything; what came from `month` on is not looked at.
    season : ndarray of shape (12,)
        Factors of January to December, as known at `month`.
    month : int
        See `months.month_of`.
    """
    past = []
    for made in outlooks:
        at = month_of(made.origin)
        n = min(len(made.existing), month - at)
        if n > 0:
            came = np.stack(cohorts.actual(at, n), axis=1)
            past.append(_Past(at, expected_parts(made, season)[:n], came, made.lumps))
    shock, drift = _spread(past)
    prior = _changes(cohorts.before(month), season)
    n_months = len({p.month + ahead for p in past for ahead in range(len(p.came))})
    weight = PRIOR_MONTHS + n_months
    return Level(
        season,
        _shift(past, month),
        (PRIOR_MONTHS * prior + n_months * shock) / weight,
        (PRIOR_MONTHS * PRIOR_DRIFT * prior + n_months * drift) / weight,
        weight,
    )


def _shift(past: Sequence[_Past], month: int) -> np.ndarray:
    """Return the mean one-month-ahead error of the last year before `month`, drawn towards none, shape (2, 3)."""
    newest = [p.log_ratio[0] for p in past if month - MONTHS_A_YEAR <= p.month < month]
    return np.asarray(sum(newest, np.zeros((2, 3))) / (len(newest) + LEVEL_MONTHS))


def _spread(past: Sequence[_Past]) -> tuple[np.ndarray, np.ndarray]:
    """Split what the level leaves into shock and drift: non-negative least squares of its squares on months ahead.

    What chance alone does to small numbers is taken off first: it is drawn apart.
    """
    shock, drift = np.zeros(3), np.zeros(3)
    squares, ahead = [], []
    for p in past:
        expected = (p.expected * np.exp(_shift(past, p.month))).sum(axis=1)
        left = _log_ratio(p.came.sum(axis=1), expected, p.lumps)
        squares.append(left**2 - p.lumps / (expected + p.lumps))
        ahead.append(np.arange(1.0, len(left) + 1))
    if past:
        months = np.concatenate(ahead)
        for i, values in enumerate(np.concatenate(squares).T):
            shock[i], drift[i] = nnls(np.column_stack([np.ones(len(months)), months]), values)[0]
    return shock, drift


def _changes(known: Cohorts, season: np.ndarray) -> np.ndarray:
    """Return the shocks' variance, shape (3,), were all change from month to month due to them; the median, for safety.

    The first month that the data show is left out: in it, all old customers look new.
    """
    months = np.arange(known.n_months)[1 if known.n_months > 1 else 0 :]
    factors = season[(known.first_month + months) % MONTHS_A_YEAR]
    squares = np.diff(np.log(np.maximum(known.by_month[months], 1)) - np.log(factors)[:, None], axis=0) ** 2
    if not len(squares):
        return np.full(3, LEAST_SHOCK)
    return np.asarray(np.maximum(np.median(squares, axis=0) / MEDIAN_SQUARE / 2, LEAST_SHOCK))


def _log_ratio(came: np.ndarray, expected: np.ndarray, lumps: np.ndarray) -> np.ndarray:
    ratio = np.log(np.maximum(came, 0) + lumps) - np.log(expected + lumps)
    return np.asarray(np.clip(ratio, -FURTHEST, FURTHEST))
