"""The forecast of one monthly measure: the method chosen, its months, their intervals, and the total it supports."""

from dataclasses import dataclass

import numpy as np

from crmwb.findings import Unavailable
from crmwb.value.forecast.choice import Choice, choose, longest
from crmwb.value.forecast.intervals import LEVELS, month_widths, resemblance, total_widths, widening, wider
from crmwb.value.forecast.methods import SEASON
from crmwb.value.forecast.rolling import Rolling

TOTALS = (12, 6, 3)  # stretches that a total is tried for, where the whole horizon is too uncertain
MOST_OFF = 0.25  # a total is stated where its 95% range stays within this share of it


@dataclass(frozen=True)
class Total:
    """The total of the first `months` months ahead.

    Attributes
    ----------
    months : int
        How many.
    expected : float
        The total.
    low, high : dict of int to float
        Ends of the intervals by level (50, 80, 95).
    """

    months: int
    expected: float
    low: dict[int, float]
    high: dict[int, float]


@dataclass(frozen=True)
class Forecast:
    """A forecast of one measure.

    Attributes
    ----------
    choice : Choice
        The method, and what it was judged by.
    expected : ndarray of shape (n_months,)
        By month ahead, as far as supported (with the month under way, where there is one).
    widths : dict of int to ndarray of shape (n_months,)
        Half-widths of the intervals in logs, by level.
    factor : float
        What the widths were multiplied by so that past intervals would have held what they promise.
    total : Total or Unavailable
        Of the whole months ahead.
    """

    choice: Choice
    expected: np.ndarray
    widths: dict[int, np.ndarray]
    factor: float
    total: Total | Unavailable

    def ends(self, level: int, lump: float) -> tuple[np.ndarray, np.ndarray]:
        """Return both ends of the interval of a level, each of shape (n_months,)."""
        return interval(self.expected, self.widths[level], lump)


def interval(expected: np.ndarray, width: np.ndarray, lump: float) -> tuple[np.ndarray, np.ndarray]:
    """Return the ends of an interval from its half-width in logs of (value + lump)."""
    shifted = np.asarray(expected) + lump
    return np.maximum(shifted * np.exp(-width) - lump, 0.0), shifted * np.exp(width) - lump


def forecast(rolling: Rolling, now: int, skip: int, factor: float = 1.0, most: int | None = None) -> Forecast:
    """Forecast from month `now` on, by what was known then.

    Parameters
    ----------
    rolling : Rolling
        All forecasts, those from `now` among them.
    now : int
        A position in its values, or their number.
    skip : int
        1 where the first month ahead is under way, else 0: totals leave it out.
    factor : float, default=1
        What widths are multiplied by; see `intervals.widening`.
    most : int, optional
        Months ahead (after `skip`) of which anything can be said.
    """
    choice = choose(rolling, now, skip)
    horizon = min(choice.horizon, longest(now), rolling.n_ahead - skip)
    horizon = horizon if most is None else min(horizon, most)
    n = horizon + skip if horizon else 0
    ahead = rolling.forecasts[choice.method][rolling.at(now)]
    usable = int(np.isfinite(ahead[:n]).all()) * n
    errors = rolling.month_errors(choice.judged_by, now)[:, : max(usable, 1)]
    counts = resemblance(rolling.origins, now)
    widths = {p: factor * width[:usable] for p, width in month_widths(errors, counts).items()}
    lump, rival = float(rolling.lumps[now]), rolling.forecasts[choice.judged_by][rolling.at(now)]
    widths = wider(widths, np.abs(np.log((ahead[:usable] + lump) / (rival[:usable] + lump))))
    total: Total | Unavailable = Unavailable("forecast.not_tested")
    if usable:
        totals = rolling.total_errors(choice.judged_by, now, skip)
        total = _total(ahead[skip:n], rival[skip:n], totals, factor=factor, now=now, lump=lump)
    return Forecast(choice, ahead[:usable], widths, factor, total)


def replay(rolling: Rolling, origins: np.ndarray, end: int) -> tuple[list[Forecast], float]:
    """Forecast from each origin as it would have been done then, and learn by how much intervals must be widened.

    Returns
    -------
    forecasts : list of Forecast
        In the order of `origins`; each with the widening that was known then.
    factor : float
        The widening known at `end`.
    """
    forecasts: list[Forecast] = []
    for origin in origins:
        forecasts.append(forecast(rolling, int(origin), 0, _factor(rolling, origins, forecasts, int(origin))))
    return forecasts, _factor(rolling, origins, forecasts, end)


def _factor(rolling: Rolling, origins: np.ndarray, forecasts: list[Forecast], now: int) -> float:
    lump = float(rolling.lumps[now])
    ratios = [np.zeros(0)]
    for origin, past in zip(origins, forecasts, strict=False):
        n = min(len(past.expected), now - int(origin))
        if n > 0:
            came = np.maximum(rolling.outcomes[origin : origin + n], 0.0) + lump
            error = np.abs(np.log(came / (past.expected[:n] + lump)))
            ratios.append(error / np.maximum(past.widths[80][:n] / past.factor, 1e-9))
    return widening(np.concatenate(ratios))


def _total(
    ahead: np.ndarray, rival: np.ndarray, errors: np.ndarray, *, factor: float, now: int, lump: float
) -> Total | Unavailable:
    """Return the longest total whose 95% range is near enough to be of use."""
    if now < SEASON:
        return Unavailable("forecast.season_not_seen")
    for months in dict.fromkeys((len(ahead), *(n for n in TOTALS if n < len(ahead)))):
        expected, other = (float(part[:months].sum()) for part in (ahead, rival))
        widths = {p: factor * width for p, width in total_widths(errors, months).items()}
        widths = wider(widths, np.array([abs(np.log((expected + lump) / (other + lump)))]))
        if widths[95][0] <= np.log1p(MOST_OFF):
            ends = {p: interval(np.array([expected]), widths[p], lump) for p in LEVELS}
            low, high = ({p: float(end[side][0]) for p, end in ends.items()} for side in (0, 1))
            return Total(months, expected, low, high)
    return Unavailable("forecast.range_too_wide")
