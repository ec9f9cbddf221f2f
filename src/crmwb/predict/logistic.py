"""Logistic regression that gives the same numbers on every processor, and says what moved a chance."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
import pandas as pd
from scipy.special import expit

DECIMALS = 6
PENALTY = 1.0
MIN_OF_EACH = 20  # cases of either kind; fewer cannot be learned from


@dataclass(frozen=True)
class Logistic:
    """A fitted regression on standardised columns; what is unknown counts as the mean.

    Attributes
    ----------
    columns : tuple of str
        In the order of the arrays.
    mean, scale, weights : ndarray of shape (n_columns,)
        A weight is the change of the log odds for one standard deviation.
    intercept : float
    """

    columns: tuple[str, ...]
    mean: np.ndarray
    scale: np.ndarray
    weights: np.ndarray
    intercept: float

    @classmethod
    def fit(cls, x: pd.DataFrame, y: np.ndarray) -> Self | None:
        """Learn from cases; None where fewer than MIN_OF_EACH came, or did not."""
        came = y > 0
        if min(int(came.sum()), int((~came).sum())) < MIN_OF_EACH:
            return None
        from sklearn.linear_model import LogisticRegression

        known = x.to_numpy(np.float64).round(DECIMALS)
        unknown = np.isnan(known)
        n = np.maximum((~unknown).sum(axis=0), 1)
        known[unknown] = 0.0
        mean = (known.sum(axis=0) / n).round(DECIMALS)
        known -= mean
        known[unknown] = 0.0
        scale = np.sqrt((known**2).sum(axis=0) / n).round(DECIMALS)
        scale = np.where(scale > 1e-5, scale, np.inf)  # a column that never varies says nothing
        known /= scale
        model = LogisticRegression(C=1 / PENALTY, solver="newton-cholesky", tol=1e-8, max_iter=100)
        model.fit(known, came)
        weights = model.coef_[0].round(DECIMALS)
        return cls(tuple(x.columns), mean, scale, weights, float(round(model.intercept_[0], DECIMALS)))

    def effects(self, x: pd.DataFrame) -> np.ndarray:
        """Return what each column adds to the log odds of each case, shape (n, n_columns)."""
        known = x.reindex(columns=list(self.columns)).to_numpy(np.float64).round(DECIMALS)
        return np.asarray(np.where(np.isnan(known), 0.0, known - self.mean) / self.scale * self.weights)

    def chance(self, x: pd.DataFrame) -> np.ndarray:
        """Return the chance of each case, shape (n,)."""
        return self.chance_of(self.effects(x))

    def chance_of(self, effects: np.ndarray) -> np.ndarray:
        """Return the chance of each case from what its columns add, shape (n,)."""
        return np.asarray(expit(effects.sum(axis=1) + self.intercept))


def levels(texts: pd.Series, known: pd.Series | None = None) -> pd.DataFrame:
    """Return a column of 0 and 1 for each of the commonest values of a text.

    Parameters
    ----------
    texts : Series of shape (n,)
        Named; the columns are called name=value.
    known : Series, optional
        Where the commonest are looked for; in `texts` where not given.
    """
    return indicators(texts, commonest((texts if known is None else known).value_counts()))


def commonest(counts: "pd.Series[int]", *, most: int = 6, least: int = 30) -> list[str]:
    """Return the values with a column of their own, the commonest first.

    Parameters
    ----------
    counts : Series of int
        How often each value comes.
    most : int
        So many values at most.
    least : int
        Cases that a value needs.

    Examples
    --------
    >>> import pandas as pd
    >>> from crmwb.predict.logistic import commonest
    >>> commonest(pd.Series({"web": 40, "shop": 90, "fair": 3}))
    ['shop', 'web']
    """
    common = sorted((-int(n), str(value)) for value, n in counts.items() if n >= least)
    return [value for _, value in common[:most]]


def indicators(texts: pd.Series, names: Sequence[str]) -> pd.DataFrame:
    """Return whether a text is each of some values, as columns of 0 and 1 called name=value."""
    return pd.DataFrame(
        {f"{texts.name}={name}": (texts == name).to_numpy(np.float64) for name in names}, index=texts.index
    )
