"""The moves of one scheme as a chain: chances to move, where the base tends to, whether that is steady."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from crmwb.migration import markov
from crmwb.migration.moves import NEW
from crmwb.migration.schemes import Key

DECIMALS = 6


@dataclass(frozen=True)
class Chain:
    """What a chain says: frames as `artefacts` describes them, and its test as plain JSON."""

    chances: pd.DataFrame
    steady: pd.DataFrame
    test: dict[str, Any]


def chain(key: Key, told: pd.DataFrame, segments: list[str], worth: pd.Series, max_change: float) -> Chain:
    """Pool the moves of all months.

    Parameters
    ----------
    key : (str, str)
        Scheme and definition.
    told : DataFrame
        Its moves: as_of, from_segment, to_segment, n_customers.
    segments : list of str
        In order.
    worth : Series
        Cents a year per customer of each segment.
    max_change : float
        The mean change between the halves of the months up to which the chances count as steady.
    """
    ends = sorted(told["as_of"].unique())
    half = len(ends) // 2
    counts = matrix(told, segments)
    first, second = (matrix(told[told["as_of"].isin(part)], segments) for part in (ends[:half], ends[half:]))
    p = markov.chances(counts)
    last = told[told["as_of"] == ends[-1]]
    now = last.groupby("to_segment")["n_customers"].sum().reindex(segments, fill_value=0).to_numpy(dtype=float)
    entering = told[told["from_segment"] == NEW].groupby("to_segment")["n_customers"].sum()
    begin = entering.reindex(segments, fill_value=0).to_numpy(dtype=float)
    rate = float(begin.sum() / counts.sum()) if counts.sum() else 0.0
    start = now / now.sum()
    kept = markov.steady(p, start)
    fed = markov.steady_with_new(p, start, rate, begin / begin.sum()) if rate else kept
    base = {"scheme": key[0], "definition": key[1]}
    each = {"worth_cents": worth.to_numpy(), "now_share": start, "steady_share": kept, "steady_with_new_share": fed}
    ends_frame = pd.DataFrame({**base, "position": range(1, len(segments) + 1), "segment": segments, **each})
    return Chain(
        _steps(base, p, counts, (first, second), segments), ends_frame, _test(base, first, second, rate, max_change)
    )


def matrix(told: pd.DataFrame, segments: list[str]) -> np.ndarray:
    """Return the counts of moves from row to column, without the new ones, as int ndarray of shape (k, k)."""
    stayed = told[told["from_segment"] != NEW]
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
    out["chance"] = p.ravel().round(DECIMALS)
    for name, half in zip(("first_half_chance", "second_half_chance"), halves, strict=True):
        out[name] = np.where(half.sum(axis=1)[rows] > 0, markov.chances(half).ravel(), np.nan).round(DECIMALS)
    there: pd.DataFrame = out[counts.sum(axis=1)[rows] > 0].reset_index(drop=True)
    return there


def _test(
    base: dict[str, str], first: np.ndarray, second: np.ndarray, rate: float, max_change: float
) -> dict[str, Any]:
    found = markov.halves(first, second)
    tested = found.n_freedom > 0
    return base | {
        "new_a_month": round(rate, DECIMALS),
        "chi_square": round(found.statistic, 3) if tested else None,
        "n_freedom": found.n_freedom,
        "p_value": round(found.p_value, DECIMALS) if tested else None,
        "mean_change": round(found.mean_change, DECIMALS) if tested else None,
        "is_steady": found.mean_change <= max_change if tested else None,
    }
