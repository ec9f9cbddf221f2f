"""The signs of worth: which columns tell each, at any moment, and how far chance moves them."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd


@dataclass(frozen=True)
class Part:
    """One column of a sign.

    Attributes
    ----------
    column : str
        Of customers as features describe them, now or at a past month end; more is better.
    error : callable
        Customers and their known purchase noise (standard error of revenue over revenue) → standard error of the
        value, in its own unit.
    """

    column: str
    error: Callable[[pd.DataFrame, np.ndarray, np.ndarray], np.ndarray]


def _of_money(_: pd.DataFrame, values: np.ndarray, noise: np.ndarray) -> np.ndarray:
    return np.asarray(np.abs(values) * noise)


def _of_count(_: pd.DataFrame, values: np.ndarray, noise: np.ndarray) -> np.ndarray:  # noqa: ARG001  # all take the same
    return np.asarray(np.sqrt(np.maximum(values, 0)))


def _none(_: pd.DataFrame, values: np.ndarray, noise: np.ndarray) -> np.ndarray:  # noqa: ARG001  # all take the same
    return np.zeros(len(values))


def _of_share(customers: pd.DataFrame, values: np.ndarray, noise: np.ndarray) -> np.ndarray:  # noqa: ARG001  # as above
    """Return √(p (1 - p) / n) with a success and a failure added (Agresti & Coull 1998)."""
    n = customers.get("n_campaigns_received")
    of = np.zeros(len(values)) if n is None else n.to_numpy(dtype=float, na_value=0.0)
    p = (values * of + 1) / (of + 2)
    return np.asarray(np.sqrt(np.maximum(p * (1 - p), 0) / (of + 2)))


SIGNS: dict[str, tuple[Part, ...]] = {
    "revenue": (Part("revenue_cents", _of_money),),
    "profit": (Part("margin_cents", _of_money),),
    "loyalty": (Part("n_active_months", _of_count), Part("recent_orders", _of_count)),
    "response": (Part("response_share", _of_share),),
    "referrals": (Part("referred_by", _none),),
}
CHANCES = (("revenue", "profit", "loyalty"), ("response",), ("referrals",))  # signs that the same chance moves


def values(customers: pd.DataFrame, column: str) -> np.ndarray:
    """Return a column as numbers, NaN where unknown; all unknown where the source does not have it.

    Of `referred_by` it is how many of these customers named each as who referred them.
    """
    if column not in customers:
        return np.full(len(customers), np.nan)
    if column != "referred_by":
        return np.asarray(customers[column].to_numpy(dtype=float, na_value=np.nan))
    named = customers[column].dropna().value_counts()
    if named.empty:
        return np.full(len(customers), np.nan)
    return np.asarray(customers["customer_id"].map(named).fillna(0).to_numpy(dtype=float))
