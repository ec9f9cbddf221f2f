"""The chance of no purchase, learned from past moments: a discrete-time hazard (Singer & Willett 1993).

The period is the customer's own horizon: a logistic regression gives the chance that no purchase falls into it. What it
reads was known at the moment: the chance that the customer's own gaps (gamma-distributed, see `lifecycle.rhythm`) would
give, the silence against the usual gap, purchases so far and lately, age. The chance to leave may turn where a purchase
is due, as of a school whose customers enrol once a term: up to there silence tells nothing, after it nearly all. So
silence beyond the usual gap and beyond twice that counts apart, once a year of moments is known: what turns within less
may be the season. Silence tells more of who buys every few days than of who buys once a season, so the own pace against
that of all buyers of the moment counts, alone and with the silence; against those of the moment, for usual gaps become
longer as a history does. Horizons that had not ended when the model is learned are left out, so nothing later than that
day is used.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Self

import numpy as np
from scipy.special import expit, gammaincc, logit

from crmwb.lifecycle.blocks import blocks
from crmwb.lifecycle.risk.panel import LEAST_USUAL, USUAL, Known

LEAST = 1e-3  # of a chance that is learned from
MIN_ROWS, MIN_OF_EACH = 200, 20  # fewer cannot be learned from
MIN_MOMENTS = 2  # whose horizons ended for half of the customers: one moment alone cannot tell a rule from its season
MIN_ENDED = 0.5
MANY = 6  # purchases; more do not tell more
PENALTY = 1.0
DECIMALS = 6
TURNS = (1.0, 2.0)  # usual gaps of silence, from each of which on more silence may tell more or less
A_YEAR = 12  # moments, month ends


@dataclass(frozen=True)
class Hazard:
    """A fitted hazard.

    Attributes
    ----------
    mean, scale : ndarray of shape (n_columns,)
        That the columns are made comparable with.
    weights : ndarray of shape (n_columns,)
    intercept : float
    """

    mean: np.ndarray
    scale: np.ndarray
    weights: np.ndarray
    intercept: float

    @classmethod
    def fit(cls, moments: Sequence[Known], known_until: date) -> Self | None:
        """Learn from the horizons that ended before a day; None where there are too few.

        Parameters
        ----------
        moments : sequence of Known
            Past moments.
        known_until : date
            Nothing at or after it is used.
        """
        from sklearn.linear_model import LogisticRegression

        rows, silent, n_moments = [], [], 0
        for moment in moments:
            ended = moment.horizon_days <= (known_until - moment.as_of).days
            n_moments += ended.mean() >= MIN_ENDED
            rows.append(columns(moment)[ended])
            silent.append((moment.next_days >= moment.horizon_days)[ended])
        x, y = (np.concatenate(parts) for parts in (rows, silent)) if rows else (np.zeros((0, 0)), np.zeros(0, bool))
        if n_moments < MIN_MOMENTS or len(y) < MIN_ROWS or min(int(y.sum()), int((~y).sum())) < MIN_OF_EACH:
            return None
        x = x.round(DECIMALS)
        if n_moments < A_YEAR:
            x[:, -len(TURNS) :] = 0.0
        mean, scale = x.mean(axis=0), x.std(axis=0)
        scale = np.where(scale > 1e-9, scale, 1.0)
        model = LogisticRegression(C=1 / PENALTY, solver="newton-cholesky", tol=1e-10, max_iter=200)
        model.fit((x - mean) / scale, y)
        return cls(mean, scale, model.coef_[0].round(DECIMALS), float(round(model.intercept_[0], DECIMALS)))

    def none(self, moment: Known) -> np.ndarray:
        """Return the chance of no purchase within each one's horizon, shape (n,)."""
        chance = np.zeros(len(moment.customer))
        for rows in blocks(len(chance)):
            x = (columns(moment.some(rows)).round(DECIMALS) - self.mean) / self.scale
            chance[rows] = expit(x @ self.weights + self.intercept)
        return chance


def columns(moment: Known) -> np.ndarray:
    """Return what the chance is read from, shape (n, 10)."""
    usual = np.maximum(moment.rhythm.next_gap(USUAL), LEAST_USUAL)
    beyond = np.log1p(moment.silent_days / usual)
    expected = moment.recent_days / moment.rhythm.mean_days
    none = 1 - by_own_gaps(moment, moment.silent_days, moment.ahead_days)
    return np.column_stack(
        [
            logit(np.clip(none, LEAST, 1 - LEAST)),
            beyond,
            np.log(moment.ahead_days / usual),
            moment.n_gaps == 0,
            np.log(np.minimum(moment.n_purchases, MANY)),
            np.log((moment.n_recent + 0.5) / (expected + 0.5)),
            moment.pace,
            beyond * moment.pace,
            *(np.maximum(beyond - np.log1p(turn), 0.0) for turn in TURNS),
        ]
    ).astype(np.float64)


def by_own_gaps(moment: Known, silent_days: np.ndarray, days: np.ndarray) -> np.ndarray:
    """Return the chance of a purchase within `days`, given the silence, were all gaps those of the own rhythm."""
    shape, per_day = moment.rhythm.shape, moment.rhythm.shape / moment.rhythm.mean_days
    before, after = (gammaincc(shape, at * per_day) for at in (silent_days, silent_days + days))
    return np.asarray(1 - np.divide(after, before, out=np.zeros_like(after), where=before > 1e-12))
