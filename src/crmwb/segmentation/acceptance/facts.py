"""The numbers behind the tests: what a cluster's customers are, in one place."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from crmwb.findings import Finding, Unavailable
from crmwb.segmentation.cards.cards import mean_interval, profit_of


@dataclass(frozen=True)
class Result:
    """One test of one cluster.

    Attributes
    ----------
    number : float or None
        What was measured; None where it could not be.
    threshold : float
        From params.
    is_passed : bool or None
        None where the test could not be made.
    meaning : Finding or Unavailable
        What the number means; why there is none, and which table would bring it.
    """

    number: float | None
    threshold: float
    is_passed: bool | None
    meaning: Finding | Unavailable


def unavailable(threshold: float, why: Unavailable) -> Result:
    """Return the result of a test that could not be made."""
    return Result(None, threshold, None, why)


@dataclass(frozen=True)
class Everybody:
    """All customers of a clustering.

    Attributes
    ----------
    customers : DataFrame
        Those with a cluster: features, value; `cluster` beside them.
    basis : str or None
        What stands for profit: profit, margin, assumed margin; None where nothing is known.
    profit : Series
        Its cents.
    """

    customers: pd.DataFrame
    basis: str | None
    profit: pd.Series

    def members(self, number: int) -> np.ndarray:
        """Tell who is in a cluster."""
        return np.asarray(self.customers["cluster"].to_numpy() == number)


def everybody(customers: pd.DataFrame) -> Everybody:
    """Return all customers of a clustering with what stands for their profit."""
    return Everybody(customers, *profit_of(customers))


def difference(inside: np.ndarray, outside: np.ndarray, confidence: float) -> tuple[float, float, float, float]:
    """Return both means and the interval of their difference (Welch 1947, normal quantile: groups are large)."""
    own, own_lower, _ = mean_interval(inside, confidence)
    others, others_lower, _ = mean_interval(outside, confidence)
    half = float(np.hypot(own - own_lower, others - others_lower))
    return own, others, own - others - half, own - others + half


def explained_share(values: np.ndarray, groups: np.ndarray) -> float:
    """Return the share of the variance of `values` that the groups explain (eta squared, Pearson 1905)."""
    _, code = np.unique(groups, return_inverse=True)
    n = np.bincount(code)
    means = np.bincount(code, weights=values) / n
    total = float(((values - values.mean()) ** 2).sum())
    return float((n * (means - values.mean()) ** 2).sum() / total) if total > 0 else 0.0


def part(of: pd.Series, members: np.ndarray) -> float | None:
    """Return the members' share of a sum; None where nothing is known or the sum is not positive."""
    values: Any = pd.to_numeric(of).to_numpy(dtype=float, na_value=np.nan)
    total = float(np.nansum(values))
    return float(np.nansum(values[members])) / total if total > 0 else None
