"""The share of coming revenue that will be from customers who have not bought yet: forecast and tested on its own."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from crmwb.findings import Unavailable
from crmwb.value.forecast.choice import MIN_TESTS, beats

LATEST = 3  # as large as in the latest three stretches that are known
MOST_OFF = 0.15  # stated where the 80% range stays within so many points (as a share)


@dataclass(frozen=True)
class NewShare:
    """A share with its 80% range, and how it was tested.

    Attributes
    ----------
    months : int
        Over so many months ahead.
    expected, low, high : float
        Shares.
    method : str
        latest (as in the latest stretches known) or customer_models.
    n_tests : int
        Origins that it was tested from.
    error : float
        Mean absolute error of these tests, in shares.
    """

    months: int
    expected: float
    low: float
    high: float
    method: str
    n_tests: int
    error: float


Share = NewShare | Unavailable


def share_of_new(
    actual: Mapping[int, float], by_models: Mapping[int, float], now: int, months: int, skip: int
) -> Share:
    """Forecast the share from `now` on.

    It is that of the latest stretches, or what the customer models expect where these were nearer beyond chance, or
    were the only ones that could be tested.

    Parameters
    ----------
    actual : mapping of int to float
        What the share was over the months from an origin on; NaN without revenue.
    by_models : mapping of int to float
        What the customer models expected at an origin, `now` among them.
    now : int
        Where the months ahead begin.
    months, skip : int
        How long a stretch is, and how many months after the origin it begins.
    """
    if not months:
        return Unavailable("forecast.not_tested")

    def latest(origin: int) -> float:
        known = [share for o, share in actual.items() if o + skip + months <= origin and np.isfinite(share)]
        return float(np.mean(known[-LATEST:])) if known else np.nan

    origins = sorted(o for o in actual if np.isfinite(actual[o]))
    errors = {
        "latest": np.array([latest(o) - actual[o] for o in origins]),
        "customer_models": np.array([by_models.get(o, np.nan) - actual[o] for o in origins]),
    }
    n_tests = {name: int(np.isfinite(of).sum()) for name, of in errors.items()}
    is_only_tested = n_tests["latest"] < MIN_TESTS <= n_tests["customer_models"]
    is_better = beats(np.abs(errors["customer_models"]), np.abs(errors["latest"]), months)
    method = "customer_models" if is_only_tested or is_better else "latest"
    tested = np.abs(errors[method])
    tested = tested[np.isfinite(tested)]
    n = len(tested)
    if n < MIN_TESTS:
        return Unavailable("forecast.not_tested")
    expected = latest(now) if method == "latest" else by_models[now]
    width = float(np.quantile(tested, min(1.0, np.ceil((n + 1) * 0.8) / n), method="higher"))
    if width > MOST_OFF or not np.isfinite(expected):
        return Unavailable("forecast.range_too_wide")
    low, high = max(expected - width, 0.0), min(expected + width, 1.0)
    return NewShare(months, expected, low, high, method, n, float(tested.mean()))
