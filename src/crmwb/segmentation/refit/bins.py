"""Distributions over bins that do not move: cut once, when a model is accepted, and counted again ever after."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from crmwb.quality.runs.profile import LEAST_SHARE, N_LABELS, OTHERS, UNKNOWN

N_BINS = 10


def freeze(values: pd.Series) -> dict[str, Any]:
    """Cut a column into bins and count it.

    Parameters
    ----------
    values : Series of shape (n,)
        Numbers, which are cut at their deciles (fewer bins where deciles coincide), or labels, of which the commonest
        count each for itself; rare labels, which may tell of a person, are among the others.

    Returns
    -------
    dict
        `edges` (numbers) or `labels`, and `shares` by bin.
    """
    if pd.api.types.is_numeric_dtype(values) or pd.api.types.is_bool_dtype(values):
        numbers = _numbers(values)
        known = numbers[np.isfinite(numbers)]
        # a value of the data, never one between two: counting must not hang on the last bit
        cuts = np.arange(1, N_BINS) / N_BINS
        edges = np.unique(np.quantile(known, cuts, method="lower")).tolist() if known.size else []
        learnt: dict[str, Any] = {"edges": edges}
    else:
        counts = values.dropna().astype(str).value_counts().sort_index().sort_values(ascending=False, kind="stable")
        learnt = {"labels": sorted(counts.index[counts >= LEAST_SHARE * len(values)][:N_LABELS])}
    return learnt | {"shares": shares(values, learnt)}


def shares(values: pd.Series, frozen: dict[str, Any]) -> dict[str, float]:
    """Return the share of rows in each frozen bin; bins that hold nobody are left out."""
    if "edges" in frozen:
        numbers = _numbers(values)
        bins = np.searchsorted(frozen["edges"], numbers, side="left")
        named = pd.Series(np.where(np.isfinite(numbers), bins.astype(str), UNKNOWN))
    else:
        labels = values.astype("object")
        named = labels.where(labels.isin(frozen["labels"]), OTHERS).where(labels.notna(), UNKNOWN)
    return segment_shares(named)


def segment_shares(labels: pd.Series) -> dict[str, float]:
    """Return the share of rows that bear each label, rounded to a millionth."""
    counts = labels.astype(str).value_counts().sort_index()
    return {str(name): round(int(n) / len(labels), 6) for name, n in counts.items()}


def columns_of(model: Any) -> list[str]:
    """Return every source column that a model reads, wherever in it the key `column` stands."""
    columns: set[str] = set()
    todo: list[Any] = [model]
    while todo:
        part = todo.pop()
        if isinstance(part, dict):
            if isinstance(part.get("column"), str):
                columns.add(part["column"])
            todo += part.values()
        elif isinstance(part, Sequence) and not isinstance(part, str):
            todo += part
    return sorted(columns)


def _numbers(values: pd.Series) -> np.ndarray:
    return np.asarray(values.to_numpy(dtype=float, na_value=np.nan))
