"""One column's steps: from values as they are to numbers that can be compared, learnt on a sample, the same for all.

none           as it is; only what is FAR_OUT times as far from the median as nearly all (the 99th percentile) is
               brought to that limit: one such value would else make all others look alike
log            sign(x) · log(1 + |x| / unit), for money and counts, then winsorised. The unit is 1; where more than
               1 in 100 values are negative (profit), it is the median of |x|: else a cent above or below nothing would
               count as much as all the rest
winsorise      values beyond robust limits are brought to them: median ± winsorise_at · 1.4826 · MAD (Rousseeuw & Croux
               1993; 1.4826 makes the MAD of a normal its standard deviation); the outer percentiles where more than
               half of the values are equal, so that the MAD is 0
rank_normal    the normal quantile of the value's mid-rank (equal values share one), for any shape
rank_uniform   the mid-rank itself, 0 to 1
one_hot        a column for each common level, one for the others
frequency      the share of customers with the same level: common or rare, known without looking at any outcome
ordinal        the level's place among the levels, ordered by the first number in their names ("Under 15K" before it)

An unknown number becomes the median, so it speaks for no side; an unknown level is as far from every level as the
average customer.
"""

import re
from typing import Any

import numpy as np
import pandas as pd
from pandas.api.types import is_bool_dtype, is_numeric_dtype
from scipy.special import ndtri

Array = np.ndarray[tuple[int, ...], np.dtype[np.float64]]

MAD_TO_SD = 1.4826
TAIL = 0.01
FAR_OUT = 10
N_KNOTS = 256
OTHER = "other"
OF_LEVELS = frozenset({"one_hot", "frequency", "ordinal"})
_BELOW = ("under", "below", "less", "up to", "<")
_ABOVE = ("over", "above", "more", ">")


def numbers(column: pd.Series) -> Array:
    """Return a column as float64, unknown as NaN; infinity is unknown too."""
    if is_numeric_dtype(column.dtype) and not is_bool_dtype(column.dtype):
        values = column.to_numpy(dtype=np.float64, na_value=np.nan)
    else:
        values = pd.to_numeric(column).to_numpy(dtype=np.float64, na_value=np.nan)
    return np.where(np.isfinite(values), values, np.nan)


def levels(column: pd.Series) -> tuple[np.ndarray, list[str]]:
    """Return each row's level as a place in the list of levels (-1: unknown), and that list."""
    codes, values = pd.factorize(column, use_na_sentinel=True)
    return codes, [_level(value) for value in values.tolist()]


def learn_numbers(values: Array, transform: str, winsorise_at: float) -> dict[str, Any]:
    """Learn the steps of one column of numbers, of which some are known.

    Returns
    -------
    dict
        fill (median, in the column's own unit); unit for log; low and high (limits after the logarithm) for log and
        winsorise, and for none where a value is beyond them; knots and ranks for ranks.
    """
    known = values[np.isfinite(values)]
    learnt: dict[str, Any] = {"fill": float(np.median(known))}
    if transform == "log":
        learnt["unit"] = _unit(known)
        learnt["low"], learnt["high"] = _limits(_logged(known, learnt["unit"]), winsorise_at)
    if transform == "none":
        low, high = _far_limits(known)
        if known.min() < low or known.max() > high:
            learnt["low"], learnt["high"] = low, high
    if transform == "winsorise":
        learnt["low"], learnt["high"] = _limits(known, winsorise_at)
    if transform in {"rank_normal", "rank_uniform"}:
        knots, ranks = _mid_ranks(known)
        learnt |= {"knots": knots.tolist(), "ranks": (ndtri(ranks) if transform == "rank_normal" else ranks).tolist()}
    return learnt


def of_numbers(values: Array, step: dict[str, Any]) -> Array:
    """Return numbers after their steps, before they are centred and scaled; NaN becomes the fill's place."""
    filled = np.where(np.isnan(values), step["fill"], values)
    match step["transform"]:
        case "log":
            return _logged(filled, step["unit"]).clip(step["low"], step["high"])
        case "winsorise" | "none" if "low" in step:
            return filled.clip(step["low"], step["high"])
        case "rank_normal" | "rank_uniform":
            return np.asarray(np.interp(filled, step["knots"], step["ranks"]), dtype=np.float64)
        case _:
            return filled


def n_winsorised(values: Array, step: dict[str, Any]) -> int:
    """Count the known values beyond the limits."""
    if "low" not in step:
        return 0
    known = values[np.isfinite(values)]
    scaled = _logged(known, step["unit"]) if step["transform"] == "log" else known
    return int(((scaled < step["low"]) | (scaled > step["high"])).sum())


def learn_levels(codes: np.ndarray, names: list[str], transform: str) -> dict[str, Any]:
    """Learn what one number stands for each level: its share (frequency) or its place (ordinal).

    Returns
    -------
    dict
        values (number by level), fill (median over the customers whose level is known), else (of a level never seen).
    """
    counts = np.bincount(codes[codes >= 0], minlength=len(names))
    if transform == "frequency":
        shares = counts / counts.sum()
        numbered = dict(zip(names, shares.tolist(), strict=True))
    else:
        numbered = {name: float(place) for place, name in enumerate(sorted(names, key=_in_order))}
    known = np.array([numbered[name] for name in names])[codes[codes >= 0]]
    fill = float(np.median(known))
    return {"values": numbered, "fill": fill, "else": 0.0 if transform == "frequency" else fill}


def of_levels(codes: np.ndarray, names: list[str], step: dict[str, Any]) -> Array:
    """Return the number that stands for each row's level; unknown ones get the fill."""
    given: Array = np.array([*(step["values"].get(name, step["else"]) for name in names), step["fill"]], dtype=float)
    return np.take(given, codes)


def common_levels(codes: np.ndarray, names: list[str], max_levels: int, rare_share: float) -> tuple[list[str], int]:
    """Choose the levels with a column of their own, and count those that become "other".

    Of two levels one column says all: the rarer one's, or the one that is not "other".
    """
    counts = np.bincount(codes[codes >= 0], minlength=len(names))
    total = int(counts.sum())
    ranked = sorted(range(len(names)), key=lambda i: (-int(counts[i]), names[i]))
    common = [names[i] for i in ranked if counts[i] >= rare_share * total and names[i] != OTHER][:max_levels]
    n_rare = len(names) - len(common)
    if n_rare:
        return (common if len(common) == 1 else [*common, OTHER]), n_rare
    return (common[1:] if len(common) == 2 else common), 0


def of_level(codes: np.ndarray, names: list[str], step: dict[str, Any]) -> Array:
    """Return 1 where a row has the step's level, 0 where not, the level's share where the level is unknown."""
    own = set(step["others"])
    has = [name not in own if step["is_other"] else name == step["level"] for name in names]
    given: Array = np.array([*has, step["fill"]], dtype=float)
    return np.take(given, codes)


def skewness(values: Array) -> float:
    """Return the third standardised moment; 0 where all values are equal."""
    deviations = values - values.mean()
    spread = float((deviations**2).mean()) ** 0.5
    return float((deviations**3).mean()) / spread**3 if spread > 1e-12 * max(float(np.abs(values).max()), 1.0) else 0.0


def _logged(values: Array, unit: float) -> Array:
    return np.sign(values) * np.log1p(np.abs(values) / unit)


def _unit(known: Array) -> float:
    return float(np.median(np.abs(known[known != 0]))) if (known < 0).mean() > TAIL else 1.0


def _limits(values: Array, winsorise_at: float) -> tuple[float, float]:
    middle = float(np.median(values))
    reach = winsorise_at * MAD_TO_SD * float(np.median(np.abs(values - middle)))
    if reach > 0:
        return middle - reach, middle + reach
    low, high = np.quantile(values, [TAIL, 1 - TAIL])
    return float(low), float(high)


def _far_limits(values: Array) -> tuple[float, float]:
    middle = float(np.median(values))
    usual = float(np.quantile(np.abs(values - middle), 1 - TAIL, method="lower"))
    return (middle - FAR_OUT * usual, middle + FAR_OUT * usual) if usual > 0 else (-np.inf, np.inf)


def _mid_ranks(known: Array) -> tuple[Array, Array]:
    """Return at most N_KNOTS distinct values, evenly by rank, the least and the greatest among them, and mid-ranks."""
    distinct, counts = np.unique(known, return_counts=True)
    ranks = (np.cumsum(counts) - counts / 2) / counts.sum()
    if len(distinct) > N_KNOTS:
        near = np.searchsorted(ranks, np.linspace(ranks[0], ranks[-1], N_KNOTS)).clip(0, len(ranks) - 1)
        kept = np.unique(near)
        distinct, ranks = distinct[kept], ranks[kept]
    return distinct, ranks


def _level(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:g}" if isinstance(value, float) else str(value)


def _in_order(name: str) -> tuple[float, int, str]:
    """Sort by the first number in a level's name; "under 5" comes before "5 to 9", "over 5" after it."""
    plain = name.lower()
    first = re.search(r"\d+(?:[.,]\d+)?", plain)
    side = -1 if plain.startswith(_BELOW) else int(plain.startswith(_ABOVE))
    return (float(first.group().replace(",", "")) if first else float("-inf"), side, name)
