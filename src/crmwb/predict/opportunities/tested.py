"""Forecasts made again in earlier quarters, from what was known then, against what came."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd
from scipy.special import stdtrit

from crmwb.calendar import month_of, start_of
from crmwb.predict.losses import Gain, auc, gain, losses, slope
from crmwb.predict.opportunities.deals import Deals, day_of
from crmwb.predict.opportunities.hazards import BY_AGE, Hazards
from crmwb.predict.opportunities.landmarks import Landmarks
from crmwb.predict.opportunities.values import newly_won_cents, values, won_cents
from crmwb.predict.opportunities.windows import Window, earlier

FULL, AGE, DEFAULT, STATED = "all_columns", "age_and_stage", "stage_default", "stated"
METHODS = (FULL, AGE, DEFAULT)  # the fullest first
LEARNED_MONTHS = 15  # month starts before a moment, of which the hazards are learned
PRIOR = 20.0  # opportunities that the share of a stage is drawn towards that of all with
N_NEW = 4  # earlier quarters of whose new business the mean is expected again
INTERVAL = 0.8
MIN_TESTED, MIN_WON, MIN_WINDOWS, MIN_SUMS = 100, 20, 2, 3


def before(past: Landmarks, origin: date, n_months: int = LEARNED_MONTHS) -> list[pd.DataFrame]:
    """Return the landmarks of the month starts before a day, without empty ones."""
    last = month_of(origin) - (origin.day == 1)
    every = (past.at(day_of(start_of(month))) for month in range(last - n_months + 1, last + 1))
    return [one for one in every if len(one)]


@dataclass(frozen=True)
class Forecasts:
    """Chances of the opportunities open at the origin of a window.

    Attributes
    ----------
    window : Window
    at : DataFrame
        Their landmark.
    chances : dict of str to ndarray of shape (n,)
        To be won in the window, by method; a method that has learned nothing is absent.
    hazards : dict of str to Hazards
        By method.
    """

    window: Window
    at: pd.DataFrame
    chances: dict[str, np.ndarray]
    hazards: dict[str, Hazards]


def forecast(past: Landmarks, window: Window) -> Forecasts:
    """Forecast a window from what was known before its origin."""
    deals = past.deals
    _, origin, end = window.numbers
    at, learned = past.at(origin), before(past, window.origin)
    chances, hazards = {}, {}
    for method, only in ((FULL, ()), (AGE, BY_AGE)):
        fitted = Hazards.fit(learned, deals, origin, only=only)
        if fitted is not None:
            hazards[method] = fitted
            chances[method] = fitted.ahead(at, window.days).won_by(window.days).round(6)
    default = stage_default(learned, deals, origin, end - origin)
    if default is not None:
        chances[DEFAULT] = default(at).round(6)
    return Forecasts(window, at, chances, hazards)


def stage_default(
    learned: Sequence[pd.DataFrame], deals: Deals, known_until: int, days: int
) -> Callable[[pd.DataFrame], np.ndarray] | None:
    """Learn the share won within so many days, by stage where stages are recorded; None without a past that long."""
    whole = [one for one in learned if int(one["landmark"].iloc[0]) + days <= known_until]
    if not whole:
        return None
    at = pd.concat([one[["place", "stage", "landmark"]] for one in whole], ignore_index=True)
    y = _won_within(deals, at, at["landmark"].to_numpy(), days)
    mean = float(y.mean())
    sums = pd.DataFrame({"stage": at["stage"], "y": y}).dropna().groupby("stage")["y"].agg(["sum", "size"])
    by_stage = (sums["sum"] + PRIOR * mean) / (sums["size"] + PRIOR)
    return lambda rows: rows["stage"].map(by_stage).astype(np.float64).fillna(mean).to_numpy(np.float64)


def _won_within(deals: Deals, at: pd.DataFrame, start: np.ndarray | int, days: int) -> np.ndarray:
    rows = deals.rows.iloc[at["place"]]
    return (rows["won"].to_numpy() & (rows["closed"].to_numpy() < start + days)).astype(np.float64)


@dataclass(frozen=True)
class Tested:
    """How forecasts of earlier quarters came true.

    Attributes
    ----------
    methods : DataFrame
        One row per method: method, n_opportunities, n_won, log_loss, auc, slope, and gain, gain_low, gain_high of log
        loss over the next plainer method (NaN of the plainest).
    quarters : DataFrame
        One row per window and method: starts_on, origin, ends_on, method, forecast_cents, low_cents, high_cents (80%),
        actual_cents.
    chosen : str
        The fullest method that beats every plainer one beyond chance and in most quarters; DEFAULT where none does.
    is_informative : bool
        Its log loss is smaller than that of one chance for all, the share that was won in the end: else no chance of a
        single opportunity is stated.
    reach : float
        Half of an 80% interval in standard deviations of a forecast: by Student's distribution, as the spread of past
        errors is known from few windows, and that spread, 1 at least. NaN of fewer than MIN_SUMS windows.
    """

    methods: pd.DataFrame
    quarters: pd.DataFrame
    chosen: str
    is_informative: bool
    reach: float


def test(past: Landmarks, window: Window, n_quarters: int) -> Tested | None:
    """Forecast earlier windows; None where fewer than MIN_WINDOWS, MIN_TESTED opportunities or MIN_WON won are seen."""
    forecasts = []
    for back in range(n_quarters + window.n_quarters - 1, window.n_quarters - 1, -1):
        one = forecast(past, earlier(window, back))
        if set(METHODS) <= one.chances.keys() and len(one.at):
            forecasts.append(one)
    if len(forecasts) < MIN_WINDOWS:
        return None
    y = [_won_within(past.deals, one.at, one.window.numbers[1], one.window.days) for one in forecasts]
    every = np.concatenate(y)
    if len(every) < MIN_TESTED or min(every.sum(), (1 - every).sum()) < MIN_WON:
        return None
    ids = np.concatenate([one.at["opportunity_id"].to_numpy(dtype=str) for one in forecasts])
    p = {method: np.concatenate([one.chances[method] for one in forecasts]) for method in METHODS}
    rows, chosen = [], DEFAULT
    for place, method in enumerate(METHODS):
        over = {plainer: gain(p[method], p[plainer], every, ids) for plainer in METHODS[place + 1 :]}
        is_better = all(g.is_beyond_chance and _mostly(forecasts, y, method, plainer) for plainer, g in over.items())
        if over and is_better and chosen == DEFAULT:
            chosen = method
        more = next(iter(over.values()), Gain(*[float("nan")] * 3))
        rows.append(
            (method, len(every), int(every.sum()), losses(p[method], every).mean(), auc(p[method], every),
             slope(p[method], every), more.value, more.low, more.high)
        )  # fmt: skip
    names = ["method", "n_opportunities", "n_won", "log_loss", "auc", "slope", "gain", "gain_low", "gain_high"]
    quarters = pd.concat([sums(past, one) for one in forecasts], ignore_index=True)
    share = np.full(len(every), every.mean())
    is_informative = bool(losses(p[chosen], every).mean() < losses(share, every).mean())
    chosen = chosen if is_informative else DEFAULT
    own = quarters[quarters["method"] == chosen]
    z = ((own["actual_cents"] - own["forecast_cents"]) / own["deviation_cents"]).dropna()
    reach = float("nan")
    if len(z) >= MIN_SUMS:
        reach = max(1.0, float(np.sqrt((z**2).mean()))) * float(stdtrit(len(z), (1 + INTERVAL) / 2))
    return Tested(pd.DataFrame(rows, columns=names), quarters, chosen, is_informative, reach)


def _mostly(forecasts: Sequence[Forecasts], y: Sequence[np.ndarray], method: str, plainer: str) -> bool:
    """Whether a method beats another in more than half of the windows: one quarter must not speak for all."""
    better = [
        losses(one.chances[method], came).mean() < losses(one.chances[plainer], came).mean()
        for one, came in zip(forecasts, y, strict=True)
    ]
    return bool(sum(better) * 2 > len(better))


def sums(past: Landmarks, one: Forecasts) -> pd.DataFrame:
    """Return the value won in a window by method: forecast, its standard deviation, and what came.

    The forecast is what was won already, what is open by its chances, and the mean of what the same part of the
    N_NEW quarters before won with opportunities that were not open yet. `stated` adds up the people's own forecast:
    amounts by their probabilities, of what they expect to close in the window.
    """
    rows = past.deals.rows
    start, origin, end = one.window.numbers
    worth, _ = values(past.deals, origin, past.refused)
    worth = worth[one.at["place"]]
    begun = won_cents(rows, start, origin)
    first = float(np.nanmin(rows["opened"])) if rows["opened"].notna().any() else np.inf
    quarters = [earlier(one.window, back) for back in range(one.window.n_quarters, N_NEW + one.window.n_quarters)]
    new = np.array([newly_won_cents(rows, past_one) for past_one in quarters if past_one.numbers[0] >= first])
    mean_new = float(new.mean()) if len(new) > 1 else float("nan")
    variance_new = float(new.var(ddof=1)) * (1 + 1 / len(new)) if len(new) > 1 else float("nan")
    out = []
    for method, p in one.chances.items():
        mean = begun + float((p * worth).sum()) + mean_new
        out.append((method, mean, float(np.sqrt((p * (1 - p) * worth**2).sum() + variance_new))))
    stated = stated_cents(one.at, worth, end)
    if np.isfinite(stated):
        out.append((STATED, begun + stated, float("nan")))
    frame = pd.DataFrame(out, columns=["method", "forecast_cents", "deviation_cents"])
    days = {"starts_on": one.window.starts_on, "origin": one.window.origin, "ends_on": one.window.ends_on}
    return frame.assign(**days, begun_cents=begun, new_cents=mean_new, actual_cents=won_cents(rows, start, end))


def stated_cents(at: pd.DataFrame, worth: np.ndarray, end: int) -> float:
    """Return the people's own forecast of open opportunities; NaN where they gave probabilities to fewer than half."""
    p, close = at["win_probability"].to_numpy(np.float64), at["expected_close"].to_numpy(np.float64)
    if not len(p) or np.isfinite(p).mean() < 0.5:
        return float("nan")
    in_time = ~(close >= end)  # no date: counted in full
    return float(np.nansum(np.where(in_time, np.nan_to_num(p) * worth, 0.0)))
