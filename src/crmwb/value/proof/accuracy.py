"""How well forecasts of purchases per customer came true.

Measures that rank customers treat equal forecasts as equal: whoever shares a forecast shares the purchases of all who
have it, so that no measure depends on the order of rows.
"""

import numpy as np
import pandas as pd

N_GROUPS = 10
SUREST = 0.001


def accuracy(actual: np.ndarray, forecast: np.ndarray) -> dict[str, float | None]:
    """Measure a forecast.

    Parameters
    ----------
    actual, forecast : ndarray of shape (n,)
        Purchases of each customer.

    Returns
    -------
    dict
        mae, rmse           per customer
        bias_share          (sum of forecasts - sum of purchases) / sum of purchases; None where nobody bought
        normalised_gini     Gini of purchases ranked by forecast over the same ranked by purchases: 1 is the right
                            order, 0 no order; None where all bought alike
        spearman            rank correlation; None where all forecasts or all purchases are alike
        top_decile_share    share of all purchases made by the tenth of customers with the highest forecasts; None
                            where nobody bought
    """
    from scipy.stats import rankdata

    actual, forecast = np.asarray(actual, dtype=np.float64), np.asarray(forecast, dtype=np.float64)
    error = forecast - actual
    total = float(actual.sum())
    best = _gini(actual, actual)
    return {
        "mae": float(np.abs(error).mean()),
        "rmse": float(np.sqrt((error**2).mean())),
        "bias_share": float(error.sum()) / total if total else None,
        "normalised_gini": _gini(actual, forecast) / best if best > 1e-12 else None,
        "spearman": _correlation(rankdata(actual), rankdata(forecast)),
        "top_decile_share": float(np.interp(len(actual) / 10, *_gains(actual, forecast))) / total if total else None,
    }


def chances(actual: np.ndarray, p_any: np.ndarray) -> dict[str, float]:
    """Measure chances to buy at all.

    Parameters
    ----------
    actual : ndarray of shape (n,)
        Purchases of each customer.
    p_any : ndarray of shape (n,)
        The chance of any.

    Returns
    -------
    dict
        brier      mean squared error of the chance (0 is perfect)
        log_loss   mean of -log of the chance given to what came; chances count as within 0.001 and 0.999
    """
    bought = np.asarray(actual) > 0
    sure = np.clip(p_any, SUREST, 1 - SUREST)
    return {
        "brier": float(((p_any - bought) ** 2).mean()),
        "log_loss": float(-np.log(np.where(bought, sure, 1 - sure)).mean()),
    }


def calibration(actual: np.ndarray, forecast: np.ndarray) -> pd.DataFrame:
    """Compare forecasts with purchases in tenths of customers, the highest forecasts first.

    Returns
    -------
    DataFrame of shape (10, 3)
        group (1 the highest), mean_forecast and mean_actual: purchases per customer.
    """
    edges = np.linspace(0, len(actual), N_GROUPS + 1)
    size = len(actual) / N_GROUPS
    return pd.DataFrame(
        {
            "group": np.arange(1, N_GROUPS + 1),
            "mean_forecast": np.diff(np.interp(edges, *_gains(forecast, forecast))) / size,
            "mean_actual": np.diff(np.interp(edges, *_gains(actual, forecast))) / size,
        }
    )


def _gains(actual: np.ndarray, forecast: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return customers and their purchases, cumulated by falling forecast, one point for each distinct one."""
    values, rows = np.unique(-forecast, return_inverse=True)
    customers = np.cumsum(np.bincount(rows, minlength=len(values)))
    purchases = np.cumsum(np.bincount(rows, weights=actual, minlength=len(values)))
    return np.concatenate([[0.0], customers]), np.concatenate([[0.0], purchases])


def _gini(actual: np.ndarray, forecast: np.ndarray) -> float:
    """Return twice the area between the gains curve and the diagonal, in shares of customers and of purchases."""
    customers, purchases = _gains(actual, forecast)
    if purchases[-1] == 0:
        return 0.0
    return float(2 * np.trapezoid(purchases / purchases[-1], customers / customers[-1]) - 1)


def _correlation(a: np.ndarray, b: np.ndarray) -> float | None:
    a, b = a - a.mean(), b - b.mean()
    spread = float(np.sqrt((a * a).sum() * (b * b).sum()))
    return float((a * b).sum()) / spread if spread else None
