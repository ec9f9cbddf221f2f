"""How long contracts last: Kaplan-Meier curves with intervals.

Kaplan & Meier (1958), JASA 53; the variance is Greenwood's, the interval that of log(-log S), which stays between 0 and
1 (Kalbfleisch & Prentice 2002, section 1.4).
"""

import numpy as np
import pandas as pd
from scipy.special import ndtri

DAYS_IN_MONTH = 365.25 / 12
ALL = "(all)"


def survival_curves(counts: pd.DataFrame, confidence: float, n_months: int) -> pd.DataFrame:
    """Return the share of contracts still running after each month, of each plan and of all.

    Parameters
    ----------
    counts : DataFrame
        plan, days, is_lost and n: contracts that ran so long.
    confidence : float
        Of the intervals.
    n_months : int
        How far at most; a curve ends where no contract was seen so long.

    Returns
    -------
    DataFrame
        plan, month, n_at_risk (running at its end), n_ended (so far), survival, low, high; from month 0.
    """
    plans = [ALL, *sorted(counts["plan"].unique())] if counts["plan"].nunique() > 1 else [ALL]
    curves = [_curve(plan, counts if plan == ALL else counts[counts["plan"] == plan], confidence, n_months)
              for plan in plans]  # fmt: skip
    return pd.concat(curves, ignore_index=True)


def _curve(plan: str, counts: pd.DataFrame, confidence: float, n_months: int) -> pd.DataFrame:
    days, lost = counts["days"].to_numpy(dtype=float), counts["is_lost"].to_numpy(dtype=bool)
    n = counts["n"].to_numpy(dtype=float)
    times, prob, se = kaplan_meier(days, lost, n)
    marks = np.arange(0, min(n_months, int(days.max() // DAYS_IN_MONTH)) + 1)
    at = np.searchsorted(times, marks * DAYS_IN_MONTH, side="right") - 1
    share = np.where(at < 0, 1.0, np.append(prob, 1.0)[at])
    error = np.where(at < 0, 0.0, np.append(se, 0.0)[at])
    low, high = _log_log(share, error, confidence)
    return pd.DataFrame({
        "plan": plan,
        "month": marks,
        "n_at_risk": [int(n[days > mark * DAYS_IN_MONTH].sum()) for mark in marks],
        "n_ended": [int(n[(lost) & (days <= mark * DAYS_IN_MONTH)].sum()) for mark in marks],
        "survival": share.round(6),
        "low": low.round(6),
        "high": high.round(6),
    })  # fmt: skip


def kaplan_meier(days: np.ndarray, is_lost: np.ndarray, n: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the days on which any ended, the share that runs after each, and its standard error (Greenwood).

    From counts, which statsmodels' estimator takes as weights for the share but not for the error.

    Parameters
    ----------
    days, is_lost, n : ndarray of shape (n_rows,)
        How long contracts ran, whether they ended then, and how many did.
    """
    times = np.unique(days[is_lost])
    ended = np.array([n[is_lost & (days == time)].sum() for time in times])
    at_risk = np.array([n[days >= time].sum() for time in times])
    share = np.cumprod(1 - ended / at_risk)
    with np.errstate(divide="ignore", invalid="ignore"):  # all ended: the share is 0, and so is its error
        error = share * np.sqrt(np.cumsum(ended / (at_risk * (at_risk - ended))))
    return times, share, np.nan_to_num(error)


def _log_log(share: np.ndarray, error: np.ndarray, confidence: float) -> tuple[np.ndarray, np.ndarray]:
    """Return the limits; where all or none are left, both are that share."""
    inside = (share > 0) & (share < 1) & np.isfinite(error)
    s, e = np.where(inside, share, 0.5), np.where(inside, error, 0.0)
    wide = ndtri(0.5 + confidence / 2) * e / (s * -np.log(s))
    return np.where(inside, s ** np.exp(wide), share), np.where(inside, s ** np.exp(-wide), share)


def median_months(curve: pd.DataFrame) -> int | None:
    """Return the first month after which no more than half of the contracts run; None where more than half still do."""
    below = curve[curve["survival"] <= 0.5]
    return None if below.empty else int(below["month"].iloc[0])
