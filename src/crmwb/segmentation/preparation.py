"""Features made comparable for clustering: the same stated steps for every column, learnt on a sample.

In this order: unknown values become the sample's median; a column without negative values whose skewness is above 1
(money, counts) becomes log(1 + x); values beyond the sample's 1st and 99th percentile are brought to them; the column
is shifted and scaled to mean 0 and standard deviation 1. A column that nobody's value is known of, or that hardly
varies, is dropped, and the model says so.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from pandas.api.types import is_bool_dtype, is_numeric_dtype

from crmwb.errors import CrmwbError

SKEWED = 1.0
TAIL = 0.01
HARDLY_VARIES = 1e-9  # standard deviation over the greatest absolute value


def check(features: pd.DataFrame, names: Sequence[str]) -> None:
    """Refuse names that are no numeric feature.

    Raises
    ------
    CrmwbError
        A name is not a column, is listed twice, or holds text, dates or true/false.
    """
    for name in names:
        if name not in features:
            problem = "no such feature"
        elif not _is_number(features[name]) and features[name].notna().any():
            problem = "true/false, not a number" if _is_true_false(features[name]) else "not a number"
        elif list(names).count(name) > 1:
            problem = "listed twice, name it once"
        else:
            continue
        numeric = ", ".join(sorted(str(c) for c in features if _is_number(features[c]) and features[c].notna().any()))
        raise CrmwbError(
            f"params.yaml: segmentation.clusters.features: {name}: {problem}; numeric features: {numeric}."
        )


def fit(sample: pd.DataFrame, names: Sequence[str]) -> tuple[list[dict[str, Any]], list[dict[str, str]]]:
    """Learn each column's steps.

    Parameters
    ----------
    sample : DataFrame of shape (n, >= len(names))
        Customers to learn from.
    names : sequence of str
        Numeric features, checked.

    Returns
    -------
    columns : list of dict
        Per column kept: feature, unknown_share, unknown_becomes, log (bool), low, high, mean, std; the last four in
        units of log(1 + x) where log is true.
    dropped : list of dict
        Per column dropped: feature, reason.
    """
    columns: list[dict[str, Any]] = []
    dropped: list[dict[str, str]] = []
    for name in names:
        values = _numbers(sample, name)
        known = np.isfinite(values)
        if not known.any():
            dropped.append({"feature": name, "reason": "unknown for every customer in this source"})
            continue
        median = float(np.median(values[known]))
        filled = np.where(known, values, median)
        log = bool(filled.min() >= 0 and _skewness(filled) > SKEWED)
        scaled = np.log1p(filled) if log else filled
        low, high = np.quantile(scaled, [TAIL, 1 - TAIL])
        clipped = scaled.clip(low, high)
        mean, std = float(clipped.mean()), float(clipped.std())
        if std <= HARDLY_VARIES * max(float(np.abs(clipped).max()), 1.0):
            dropped.append({"feature": name, "reason": "the same, or nearly, for every customer"})
            continue
        columns.append(
            {
                "feature": name,
                "unknown_share": round(1 - float(known.mean()), 6),
                "unknown_becomes": median,
                "log": log,
                "low": float(low),
                "high": float(high),
                "mean": mean,
                "std": std,
            }
        )
    return columns, dropped


def apply(features: pd.DataFrame, columns: list[dict[str, Any]]) -> np.ndarray:
    """Prepare customers with the steps learnt.

    Parameters
    ----------
    features : DataFrame of shape (n, ...)
        Customers, with every kept column.
    columns : list of dict
        What `fit` returned first.

    Returns
    -------
    ndarray of shape (n, n_columns)
        Each column with mean 0 and standard deviation 1 over the sample that was learnt from.
    """
    out = np.empty((len(features), len(columns)))
    for place, step in enumerate(columns):
        values = _numbers(features, step["feature"])
        filled = np.where(np.isfinite(values), values, step["unknown_becomes"])
        scaled = np.log1p(filled.clip(min=0)) if step["log"] else filled
        out[:, place] = (scaled.clip(step["low"], step["high"]) - step["mean"]) / step["std"]
    return out


def _numbers(frame: pd.DataFrame, name: str) -> np.ndarray:
    return pd.to_numeric(frame[name]).to_numpy(dtype=float, na_value=np.nan)


def _skewness(values: np.ndarray) -> float:
    """Return the third standardised moment; 0 where all values are equal."""
    deviations = values - values.mean()
    spread = float((deviations**2).mean()) ** 0.5
    return float((deviations**3).mean()) / spread**3 if spread > 0 else 0.0


def _is_number(column: pd.Series) -> bool:
    return bool(is_numeric_dtype(column) and not is_bool_dtype(column))


def _is_true_false(column: pd.Series) -> bool:
    return bool(is_bool_dtype(column.dropna().infer_objects()))
