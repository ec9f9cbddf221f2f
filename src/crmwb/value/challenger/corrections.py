"""What corrects a classic forecast, customer by customer: a log-linear regression.

It learns how many times the forecast a customer will buy, and goes on where data end. Where no input says anything it
leaves the forecast as it is, up to one factor for all.
"""

from typing import Self

import numpy as np
import pandas as pd
from sklearn.linear_model import PoissonRegressor

RIDGE = 20.0  # customers' worth of doubt in each coefficient
FARTHEST = 4.0  # standard deviations from the mean that an input may count
MOST = 3.0  # log of the largest correction
DECIMALS = 6  # coefficients and inputs are rounded: no processor's last digits shall show


class LogLinear:
    """log purchases = log forecast + a straight line in the inputs: a Poisson regression with ridge.

    With y purchases against a forecast b, the weighted regression of y / b with weights b has the likelihood of one
    of y with the offset log b.
    """

    def fit(self, inputs: pd.DataFrame, forecast: np.ndarray, purchases: np.ndarray) -> Self:
        """Learn from inputs of shape (n, k), forecasts > 0 and purchases, both of shape (n,)."""
        values = inputs.to_numpy(dtype=np.float64)
        known = np.isfinite(values)
        n = np.maximum(known.sum(axis=0), 1)
        self.mean_ = np.where(known, values, 0.0).sum(axis=0) / n
        self.spread_ = np.sqrt((np.where(known, values - self.mean_, 0.0) ** 2).sum(axis=0) / n) + 1e-9
        line = PoissonRegressor(alpha=RIDGE / forecast.sum(), solver="newton-cholesky", max_iter=300, tol=1e-10)
        line.fit(self._standard(inputs), purchases / forecast, sample_weight=forecast)
        self.slopes_ = np.round(line.coef_, DECIMALS)
        self.constant_ = round(float(line.intercept_), DECIMALS)
        return self

    def predict(self, inputs: pd.DataFrame, forecast: np.ndarray) -> np.ndarray:
        """Return purchases, shape (n,)."""
        slopes = self._standard(inputs) @ self.slopes_
        return np.asarray(forecast * np.exp(self.constant_ + np.clip(slopes, -MOST, MOST)))

    def _standard(self, inputs: pd.DataFrame) -> np.ndarray:
        """Return the inputs in standard deviations from the mean, unknown ones at the mean."""
        values = (inputs.to_numpy(dtype=np.float64) - self.mean_) / self.spread_
        values = np.nan_to_num(values, nan=0.0, posinf=FARTHEST, neginf=-FARTHEST)
        return np.asarray(np.round(np.clip(values, -FARTHEST, FARTHEST), DECIMALS))
