"""The inputs of learners: everything in relation to the classic forecast and the horizon.

So what was learned on a shorter horizon, or when histories were shorter, holds for a longer one.
"""

import numpy as np
import pandas as pd

from crmwb.features.seasonal_time import YEAR_DAYS
from crmwb.value.challenger.moments import Moment
from crmwb.value.challenger.traits import Encoding

WINDOWS = {"eighth": 8, "quarter": 4, "half": 2, "whole": 1}  # of the horizon, before the origin
HALF = 0.5  # a purchase, added on both sides of a ratio: none is not infinitely less than some
LEAST = 1e-3  # purchases: a lower forecast counts as this


def inputs(moment: Moment, base: np.ndarray, models: tuple[str, ...], encoding: Encoding) -> pd.DataFrame:
    """Return the inputs of learners, NaN where unknown.

    Parameters
    ----------
    moment : Moment
        Customers at an origin; what came later is not looked at.
    base : ndarray of shape (n,)
        Classic forecast of purchases within the horizon, set right.
    models : tuple of str
        Models whose forecasts are looked at.
    encoding : Encoding
        Of the traits.

    Returns
    -------
    DataFrame of shape (n, k)
        Named as `Term("model_input", …)`; traits by their column, or "column: value" where a customer has a value.
    """
    known, horizon = moment.known, float(moment.known.horizon_days)
    log_base = np.log(base + LEAST)
    x, t_x, age = known.frequency, known.recency_days, known.age_days
    silence = age - t_x
    gap = np.where(x > 0, t_x / np.maximum(x, 1), np.nan)
    columns = {f"forecast_{name}": np.log(moment.expected[name] + LEAST) - log_base for name in models}
    columns["forecast_classic"] = log_base
    columns["p_alive"] = moment.p_alive
    for part, parts in WINDOWS.items():
        columns[f"purchases_last_{part}"] = _against(known.count(horizon / parts) * parts, base)
    columns["purchases_before_last"] = _against(known.count(2 * horizon, horizon), base)
    if int(known.origin - known.days.first_day) >= YEAR_DAYS:
        year_ago = known.count(YEAR_DAYS, YEAR_DAYS - min(horizon, YEAR_DAYS))
        columns["purchases_year_before"] = _against(year_ago, base)
    variation, last_gap = _rhythm(moment, gap)
    columns |= {
        "silence_over_horizon": np.log1p(silence / horizon),
        "silence_over_gap": np.log1p(silence / gap),
        "last_gap_over_gap": last_gap,
        "gap_cv": variation,
        "bought_once": (x == 0).astype(np.float64),
        "age_over_horizon": np.log(age / horizon),
        "spend_per_purchase": np.log1p(np.maximum(known.cents / (x + 1), 0)),
    }
    return pd.concat([pd.DataFrame(columns), encoding.encode(moment.traits(encoding.columns))], axis=1)


def _against(purchases: np.ndarray, base: np.ndarray) -> np.ndarray:
    return np.asarray(np.log((purchases + HALF) / (base + HALF)))


def _rhythm(moment: Moment, gap: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return how much gaps vary (their standard deviation over their mean), and the log of the last over the mean."""
    known = moment.known
    count, squares, last = np.zeros(len(known)), np.zeros(len(known)), np.full(len(known), np.nan)
    for some, rows in known.blocks():
        days, place = known.days.day[rows].astype(np.float64), known.place[rows] - some.start
        same = place[1:] == place[:-1]
        gaps, who = np.diff(days)[same], place[1:][same]
        n = some.stop - some.start
        count[some] = np.bincount(who, minlength=n)
        squares[some] = np.bincount(who, weights=gaps * gaps, minlength=n)
        last[some][who] = gaps  # of several, the latest stays
    with np.errstate(divide="ignore", invalid="ignore"):
        spread = np.sqrt(np.maximum(squares / count - gap * gap, 0.0))
        return np.where(count >= 2, spread / gap, np.nan), np.log1p(last / gap)
