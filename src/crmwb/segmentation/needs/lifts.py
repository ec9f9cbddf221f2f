"""How much more of something a segment has than everyone else, with an interval: statistics on sums.

A measure is a ratio of two sums over customers, R = Σy / Σx. Its variance is that of a ratio estimator with customers
as the units drawn (Cochran, Sampling Techniques, 3rd ed. 1977, eq. 6.13, without the correction for finite
populations): Σ(y - R x)² / (Σx)² · n / (n - 1), so many lines of one customer do not count as much evidence. The lift
is the segment's R over that of all other customers of the scheme; its interval is normal in the logarithm.

Intervals are simultaneous within each scheme and kind (Bonferroni): at a level of 0.95, all of them together hold
in 95 of 100 cases, so that of the many things compared none stands out by its number alone.

Where a few customers bring most of a sum (it has the spread of fewer than `min_customers` equal ones: (Σy)² / Σy²), it
tells of these, and there is no interval.

Where one side has none at all, half a customer of the usual kind is put in its place for the lift and the interval
(Haldane 1956, Anscombe 1956), so that what one segment alone does is found; value and everyone_else stay as counted.
"""

import numpy as np
import pandas as pd
from scipy import stats

SUMS = ["n", "x", "xx", "n_with", "y", "yy", "xy"]


def lifts(sums: pd.DataFrame, level: float, min_customers: int) -> pd.DataFrame:
    """Compare every segment with everyone else.

    Parameters
    ----------
    sums : DataFrame
        As `sums.by_segment` makes them.
    level : float
        Of the intervals, all of a scheme and kind together.
    min_customers : int
        Items with fewer customers are left out; a segment with fewer, or with fewer others, has no interval.

    Returns
    -------
    DataFrame
        scheme, segment, kind, measure, item, n_customers, value, everyone_else, lift, lower, upper, is_clear; sorted
        by scheme, kind, measure, item and segment.
    """
    keys = ["scheme", "kind", "measure", "item", "segment"]
    ordered = sums.sort_values(keys, ignore_index=True)
    groups = ordered.groupby(["scheme", "kind", "measure", "item"], sort=False)
    total = groups[SUMS].transform("sum")
    enough = (total["n_with"] >= min_customers) & (groups["segment"].transform("size") > 1)
    ordered, total = ordered[enough].reset_index(drop=True), total[enough].reset_index(drop=True)
    own, others = ordered[SUMS], total[SUMS] - ordered[SUMS]
    here, there = _ratio(_with_half(own, total)), _ratio(_with_half(others, total))
    out = ordered[["scheme", "segment", "kind", "measure", "item"]].copy()
    out["n_customers"] = ordered["n"].astype("int64")
    out["value"], out["everyone_else"] = own["y"] / own["x"], others["y"] / others["x"].where(others["x"] > 0)
    out["lift"] = here["ratio"] / there["ratio"]
    can_tell = out["lift"].notna() & (own["n"] >= min_customers) & (others["n"] >= min_customers)
    can_tell &= total["y"].astype(float) ** 2 >= min_customers * total["yy"].astype(float)
    variance = (here["variance"] / here["ratio"] ** 2 + there["variance"] / there["ratio"] ** 2).where(can_tell)
    n_compared = can_tell.groupby([out["scheme"], out["kind"]]).transform("sum").clip(lower=1)
    reach = stats.norm.isf((1 - level) / 2 / n_compared.to_numpy(dtype=float)) * np.sqrt(variance)
    out["lower"], out["upper"] = out["lift"] * np.exp(-reach), out["lift"] * np.exp(reach)
    out["is_clear"] = ((out["lower"] > 1) | (out["upper"] < 1)).fillna(value=False).astype(bool)
    return out


def compared(comparisons: pd.DataFrame) -> list[dict[str, str | int | float]]:
    """Return, by scheme and kind, how many comparisons were made and how many are clear.

    `by_chance_alone`: how many would seem clear by chance if each were judged by itself at 95%.
    """
    tested = comparisons[comparisons["lower"].notna()]
    counts = tested.groupby(["scheme", "kind"])["is_clear"].agg(["size", "sum"])
    return [
        {"scheme": s, "kind": k, "n_compared": int(n), "n_clear": int(c), "by_chance_alone": round(0.05 * int(n), 1)}
        for (s, k), n, c in zip(counts.index, counts["size"], counts["sum"], strict=True)
    ]


def _with_half(sums: pd.DataFrame, total: pd.DataFrame) -> pd.DataFrame:
    """Put half a customer with an average part where nobody has a part."""
    half = total[["y", "yy", "xy"]].div(2 * total["n_with"], axis=0)
    return sums.assign(**sums[["y", "yy", "xy"]].where(sums["n_with"] > 0, half))


def _ratio(sums: pd.DataFrame) -> pd.DataFrame:
    x, n = sums["x"].where(sums["x"] > 0), sums["n"]
    ratio = sums["y"] / x
    squares = (sums["yy"] - 2 * ratio * sums["xy"] + ratio**2 * sums["xx"]).clip(lower=0)
    return pd.DataFrame({"ratio": ratio, "variance": squares / x**2 * n / (n - 1).where(n > 1)})
