"""The transitions of one scheme as a Markov chain: probabilities, long-run shares, and whether it is stable."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from crmwb.migration import markov
from crmwb.migration.schemes import Key
from crmwb.migration.transitions import NEW

DECIMALS = 6


@dataclass(frozen=True)
class Chain:
    """A chain: frames as `artefacts` describes them, and its test as plain JSON."""

    probabilities: pd.DataFrame
    long_run: pd.DataFrame
    test: dict[str, Any]


def chain(
    key: Key, transitions: pd.DataFrame, segments: list[str], annual_revenue: pd.Series, max_change: float
) -> Chain:
    """Pool the transitions of all months.

    Parameters
    ----------
    key : (str, str)
        Scheme and definition.
    transitions : DataFrame
        Its transitions: as_of, from_segment, to_segment, n_customers.
    segments : list of str
        In order.
    annual_revenue : Series
        Cents a year per customer of each segment.
    max_change : float
        The mean change between the halves of the months up to which the probabilities count as stable.
    """
    ends = sorted(transitions["as_of"].unique())
    half = len(ends) // 2
    counts = matrix(transitions, segments)
    first, second = (
        matrix(transitions[transitions["as_of"].isin(part)], segments) for part in (ends[:half], ends[half:])
    )
    p = markov.transition_probabilities(counts)
    last = transitions[transitions["as_of"] == ends[-1]]
    now = last.groupby("to_segment")["n_customers"].sum().reindex(segments, fill_value=0).to_numpy(dtype=float)
    entering = transitions[transitions["from_segment"] == NEW].groupby("to_segment")["n_customers"].sum()
    begin = entering.reindex(segments, fill_value=0).to_numpy(dtype=float)
    rate = float(begin.sum() / counts.sum()) if counts.sum() else 0.0
    start = now / now.sum()
    closed = markov.long_run(p, start)
    fed = markov.long_run_with_new(p, start, rate, begin / begin.sum()) if rate else closed
    base = {"scheme": key[0], "definition": key[1]}
    each = {
        "annual_revenue_cents": annual_revenue.to_numpy(),
        "now_share": start,
        "long_run_share": closed,
        "long_run_with_new_share": fed,
    }
    ends_frame = pd.DataFrame({**base, "position": range(1, len(segments) + 1), "segment": segments, **each})
    return Chain(
        _steps(base, p, counts, (first, second), segments), ends_frame, _test(base, first, second, rate, max_change)
    )


def matrix(transitions: pd.DataFrame, segments: list[str]) -> np.ndarray:
    """Return the customers who went from row to column, without new ones, as int ndarray of shape (k, k)."""
    stayed = transitions[transitions["from_segment"] != NEW]
    table = stayed.pivot_table(
        index="from_segment", columns="to_segment", values="n_customers", aggfunc="sum", fill_value=0
    )
    return np.asarray(table.reindex(index=segments, columns=segments, fill_value=0).to_numpy(dtype=np.int64))


def _steps(
    base: dict[str, str], p: np.ndarray, counts: np.ndarray, halves: tuple[np.ndarray, np.ndarray], segments: list[str]
) -> pd.DataFrame:
    rows, columns = np.divmod(np.arange(p.size), len(segments))
    names = np.array(segments, dtype=object)
    out = pd.DataFrame({**base, "from_segment": names[rows], "to_segment": names[columns]})
    out["n_customers"] = counts.ravel()
    out["probability"] = p.ravel().round(DECIMALS)
    for name, half in zip(("first_half_probability", "second_half_probability"), halves, strict=True):
        out[name] = np.where(half.sum(axis=1)[rows] > 0, markov.transition_probabilities(half).ravel(), np.nan).round(
            DECIMALS
        )
    known: pd.DataFrame = out[counts.sum(axis=1)[rows] > 0].reset_index(drop=True)
    return known


def _test(
    base: dict[str, str], first: np.ndarray, second: np.ndarray, rate: float, max_change: float
) -> dict[str, Any]:
    result = markov.halves(first, second)
    tested, counts = result.n_freedom > 0, first + second
    moved = 1 - float(np.trace(counts)) / float(counts.sum()) if counts.sum() else None
    return base | {
        "new_a_month": round(rate, DECIMALS),
        "moved_a_month": None if moved is None else round(moved, DECIMALS),
        "chi_square": round(result.statistic, 3) if tested else None,
        "n_freedom": result.n_freedom,
        "p_value": round(result.p_value, DECIMALS) if tested else None,
        "mean_change": round(result.mean_change, DECIMALS) if tested else None,
        "is_stable": result.mean_change <= max_change if tested else None,
    }
