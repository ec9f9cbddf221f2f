"""Learners that correct a classic forecast, customer by customer.

Both learn how many times the forecast a customer will buy. The log-linear one goes on where data end; the boosted
trees, in two parts (buys at all? × how much?), find what is not linear. Where no input tells anything both leave the
forecast as it is, up to one factor for all.
"""

from typing import Protocol, Self

import numpy as np
import pandas as pd
from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor
from sklearn.linear_model import PoissonRegressor

RIDGE = 20.0  # customers' worth of doubt in each coefficient
FARTHEST = 4.0  # standard deviations from the mean that an input may count
MOST = 3.0  # log of the largest correction
RARE = 1e-3
TREES = {
    "early_stopping": False,
    "max_iter": 100,
    "learning_rate": 0.05,
    "max_leaf_nodes": 6,
    "min_samples_leaf": 40,
    "l2_regularization": 10.0,
    "random_state": 0,  # draws nothing: no subsampling and too few rows for random bins
}


class Correction(Protocol):
    """What learns from inputs and forecasts of shape (n, k) and (n,), forecasts > 0."""

    def fit(self, inputs: pd.DataFrame, forecast: np.ndarray, purchases: np.ndarray) -> Self:
        """Learn."""
        ...

    def predict(self, inputs: pd.DataFrame, forecast: np.ndarray) -> np.ndarray:
        """Return purchases, shape (n,)."""
        ...


class LogLinear:
    """log purchases = log forecast + a straight line in the inputs: a Poisson regression with ridge.

    With y purchases against a forecast b, the weighted regression of y / b with weights b has the likelihood of one
    of y with the offset log b.
    """

    def fit(self, inputs: pd.DataFrame, forecast: np.ndarray, purchases: np.ndarray) -> Self:
        """Learn."""
        values = inputs.to_numpy(dtype=np.float64)
        known = np.isfinite(values)
        n = np.maximum(known.sum(axis=0), 1)
        self.mean_ = np.where(known, values, 0.0).sum(axis=0) / n
        self.spread_ = np.sqrt((np.where(known, values - self.mean_, 0.0) ** 2).sum(axis=0) / n) + 1e-9
        self.line_ = PoissonRegressor(alpha=RIDGE / forecast.sum(), solver="newton-cholesky", max_iter=300)
        self.line_.fit(self._standard(inputs), purchases / forecast, sample_weight=forecast)
        return self

    def predict(self, inputs: pd.DataFrame, forecast: np.ndarray) -> np.ndarray:
        """Return purchases, shape (n,)."""
        slopes = self._standard(inputs) @ self.line_.coef_
        return np.asarray(forecast * np.exp(self.line_.intercept_ + np.clip(slopes, -MOST, MOST)))

    def _standard(self, inputs: pd.DataFrame) -> np.ndarray:
        """Return the inputs in standard deviations from the mean, unknown ones at the mean."""
        values = (inputs.to_numpy(dtype=np.float64) - self.mean_) / self.spread_
        values = np.nan_to_num(values, nan=0.0, posinf=FARTHEST, neginf=-FARTHEST)
        return np.asarray(np.clip(values, -FARTHEST, FARTHEST))


class TwoParts:
    """Boosted trees: the chance to buy at all, times how much who buys will buy."""

    def fit(self, inputs: pd.DataFrame, forecast: np.ndarray, purchases: np.ndarray) -> Self:
        """Learn."""
        self.columns_ = [name for name in inputs if np.isfinite(inputs[name].to_numpy(dtype=np.float64)).any()]
        values, buys = self._values(inputs), purchases > 0
        self.chance_ = HistGradientBoostingClassifier(**TREES) if 0 < buys.sum() < len(buys) else None
        if self.chance_ is not None:
            self.chance_.fit(values, buys)
        of_buyers = self._of_buyers(values, forecast)[1][buys]
        self.how_much_ = HistGradientBoostingRegressor(loss="poisson", **TREES)
        self.how_much_.fit(_told(values[buys]), purchases[buys] / of_buyers, sample_weight=of_buyers)
        return self

    def predict(self, inputs: pd.DataFrame, forecast: np.ndarray) -> np.ndarray:
        """Return purchases, shape (n,)."""
        values = self._values(inputs)
        chance, of_buyers = self._of_buyers(values, forecast)
        return np.asarray(chance * np.maximum(of_buyers * self.how_much_.predict(values), 1.0))

    def _values(self, inputs: pd.DataFrame) -> np.ndarray:
        """Return the inputs of which anything was known, and one that tells nothing."""
        values = inputs[self.columns_].to_numpy(dtype=np.float64)
        return np.column_stack([np.zeros(len(inputs)), np.where(np.isfinite(values), values, np.nan)])

    def _of_buyers(self, values: np.ndarray, forecast: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return the chance to buy, and the forecast for those who do, which is at least 1."""
        chance = np.ones(len(values)) if self.chance_ is None else self.chance_.predict_proba(values)[:, 1]
        chance = np.maximum(chance, RARE)
        return chance, np.maximum(forecast / chance, 1.0)


def _told(values: np.ndarray) -> np.ndarray:
    """Return values with columns of which nothing is known at zero: scikit-learn 1.9 cannot bin them."""
    unknown = np.isnan(values).all(axis=0)
    return np.where(unknown, 0.0, values)
