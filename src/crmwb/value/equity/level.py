"""The level that the customer models' forecast is set to, by what their earlier forecasts got wrong.

The log of what came over what was expected is looked at month by month. Its mean over the newest one-month-ahead
forecasts sets the level, of existing customers and of new ones apart.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from crmwb.calendar import MONTHS_A_YEAR, month_of
from crmwb.value.equity import newcomers
from crmwb.value.equity.cohorts import Cohorts
from crmwb.value.equity.outlook import Outlook

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
    """

    season: np.ndarray
    shift: np.ndarray


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


def expected_parts(outlook: Outlook, season: np.ndarray) -> np.ndarray:
    """Return what existing customers and newcomers are expected to do with the season, shape (n_periods, 2, 3)."""
    came, months = newcomers.recent(outlook.whole, season)
    factors = season[[day.month - 1 for day in outlook.edges[:-1]]]
    coming = came / months if months else 0.0
    return np.asarray(np.stack([outlook.existing, coming * outlook.flow], axis=1) * factors[:, None, None])


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
    for outlook in outlooks:
        at = month_of(outlook.origin)
        n = min(len(outlook.existing), month - at)
        if n > 0:
            came = np.stack(cohorts.actual(at, n), axis=1)
            past.append(_Past(at, expected_parts(outlook, season)[:n], came, outlook.lumps))
    return Level(season, _shift(past, month))


def _shift(past: Sequence[_Past], month: int) -> np.ndarray:
    """Return the mean one-month-ahead error of the last year before `month`, drawn towards none, shape (2, 3)."""
    newest = [p.log_ratio[0] for p in past if month - MONTHS_A_YEAR <= p.month < month]
    return np.asarray(sum(newest, np.zeros((2, 3))) / (len(newest) + LEVEL_MONTHS))


def _log_ratio(came: np.ndarray, expected: np.ndarray, lumps: np.ndarray) -> np.ndarray:
    ratio = np.log(np.maximum(came, 0) + lumps) - np.log(expected + lumps)
    return np.asarray(np.clip(ratio, -FURTHEST, FURTHEST))
