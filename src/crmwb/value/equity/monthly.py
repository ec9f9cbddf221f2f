"""The months ahead: customers, purchases, revenue and new customers, by whichever method past months bear out.

The customer models' sum is one method among simple ones (`crmwb.value.forecast`); each is made again at every earlier
month beginning with what was known then.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from crmwb.calendar import MONTHS_A_YEAR, month_of, start_of
from crmwb.contract.value import FORECAST, PAST_FORECASTS
from crmwb.value.equity.cohorts import MEASURES, Cohorts
from crmwb.value.equity.holes import Holes
from crmwb.value.equity.level import expected_parts, level
from crmwb.value.equity.outlook import Outlook
from crmwb.value.forecast import LEVELS, WINDOW, Forecast, Rolling, Share, forecast, replay, share_of_new

Seasonal = Callable[[date], np.ndarray]
"""An origin → factors of January to December as known at it, mean 1, shape (12,)."""

CUSTOMER_MODELS = "customer_models"
FIRST_ORIGIN = 3  # months known before the first forecast that is tested
FIRST_REPLAY = 6  # and before the first whose intervals are
ALL_MEASURES = (*MEASURES, "new_customers")
BOUNDS = tuple(f"{end}_{percent}" for percent in LEVELS for end in ("low", "high"))


@dataclass(frozen=True)
class Measure:
    """One measure's forecasts.

    Attributes
    ----------
    rolling : Rolling
        Its whole months, and what every method forecast at every origin.
    first_month : int
        The month of its first value; see `months.month_of`.
    known : float
        What the month under way has brought already.
    counted : ndarray of shape (n,)
        What came in the same months, days without sales left as they are.
    now : Forecast
        What is forecast from `as_of` on.
    past : list of (origin, Forecast)
        What would have been forecast at earlier month beginnings, by position in the values.
    """

    rolling: Rolling
    first_month: int
    known: float
    counted: np.ndarray
    now: Forecast
    past: list[tuple[int, Forecast]]

    @property
    def lump(self) -> float:
        """What one event is worth, as known now."""
        return float(self.rolling.lumps[-1])


@dataclass(frozen=True)
class Monthly:
    """The months ahead.

    Attributes
    ----------
    as_of : date
        The first day that is not known.
    measures : dict of str to Measure
        By name, in the order of `ALL_MEASURES`.
    new_share : Share or Unavailable
        The share of revenue that will be from customers who have not bought yet.
    stops_at : int or None
        The month from which on nothing is forecast, for it had no sales when it was last due; see `holes`.
    """

    as_of: date
    measures: dict[str, Measure]
    new_share: Share
    stops_at: int | None = None

    @property
    def skip(self) -> int:
        """1 where a month is under way, else 0."""
        return int(self.as_of.day != 1)


def monthly(
    outlooks: Sequence[Outlook],
    cohorts: Cohorts,
    seasonal: Seasonal,
    as_of: date,
    *,
    counted: Cohorts | None = None,
    holes: Holes | None = None,
    n_ahead: int,
    n_origins: int,
) -> Monthly:
    """Forecast every measure, and test the forecasts.

    Parameters
    ----------
    outlooks : sequence of Outlook
        What the customer models expected at month beginnings, ascending; the last one at `as_of`. Each of as many
        periods.
    cohorts : Cohorts
        Everything before `as_of`, as if sales had gone on in holes.
    seasonal : callable
        Factors for the customer models, as known at an origin.
    as_of : date
        The first day that is not known.
    counted : Cohorts, optional
        The same, holes left as they are.
    holes : Holes, optional
        Which months are known well enough.
    n_ahead : int
        Whole months ahead, at most; the rest of the month under way comes on top.
    n_origins : int
        Earlier origins at which intervals are tested, the latest ones.
    """
    sums = [_customer_sum(outlook, outlooks, cohorts, seasonal) for outlook in outlooks]
    n, skip = month_of(as_of) - cohorts.first_month, int(as_of.day != 1)
    most = None if holes is None else holes.months_before(month_of(as_of) + skip)
    measures = {}
    for i, name in enumerate(ALL_MEASURES):
        start = int(name == "new_customers" and n > 1)  # in the first month all old customers look new
        values, known = _series(cohorts, name, n)
        came, known = (values, known) if counted is None else _series(counted, name, n)
        models = {o: total[:, i] for o, total in sums}
        measures[name] = _measure(
            values[start:],
            _lumps(cohorts, n, name)[start:],
            {o - start: ahead for o, ahead in models.items()},
            known=known,
            counted=came[start:],
            is_known=None if holes is None else holes.is_known[start:n],
            most=most,
            first_month=cohorts.first_month + start,
            as_of=as_of,
            n_ahead=n_ahead,
            n_origins=n_origins,
        )
    new_share = _new_share(sums, cohorts, measures["revenue_cents"].now, n, skip)
    stops_at = None if most is None or most >= n_ahead else month_of(as_of) + skip + most
    return Monthly(as_of, measures, new_share, stops_at)


def frame(forecasts: Monthly, margin_share: float) -> pd.DataFrame:
    """Write the forecast under what came before it, one row per measure and month: columns of `FORECAST`.

    A month under way has both: in `known` what has been done in it, which `expected` includes. margin_cents is revenue
    times the margin share.
    """
    frames = []
    for name, m in forecasts.measures.items():
        n = len(m.rolling.values)
        done = pd.DataFrame({"month": [start_of(m.first_month + i) for i in range(n)], "actual": m.counted})
        ahead = pd.DataFrame(
            {"month": [start_of(m.first_month + n + i) for i in range(len(m.now.expected))], "expected": m.now.expected}
            | _bounds(m.now, m.lump, m.known)
        )
        ahead["known"] = np.where(np.arange(len(ahead)) < forecasts.skip, m.known, 0.0)
        frames.append(pd.concat([done, ahead]).assign(measure=name))
    rows = pd.concat(frames).reindex(columns=FORECAST.names)
    margin = rows[rows["measure"] == "revenue_cents"].assign(measure="margin_cents")
    numbers = margin.columns.drop(["measure", "month"])
    margin[numbers] *= margin_share
    return pd.concat([rows, margin], ignore_index=True).sort_values(["measure", "month"], ignore_index=True)


def past_frame(forecasts: Monthly) -> pd.DataFrame:
    """Put earlier forecasts beside what came, one row per measure, origin and month: columns of `PAST_FORECASTS`."""
    frames = [PAST_FORECASTS.schema.empty_table().to_pandas()]
    for name, m in forecasts.measures.items():
        values = m.rolling.values
        for origin, past in m.past:
            n = min(len(past.expected), len(values) - origin)
            ahead = np.arange(origin, origin + n)
            is_known = np.isfinite(m.rolling.outcomes[ahead])
            columns = {
                "month": [start_of(m.first_month + int(i)) for i in ahead],
                "actual": values[ahead],
                "expected": past.expected[:n],
                "last_month": np.full(n, values[origin - 1]),
                "last_year": [
                    values[i - MONTHS_A_YEAR] if MONTHS_A_YEAR <= i < origin + MONTHS_A_YEAR else np.nan for i in ahead
                ],
            } | {k: v[:n] for k, v in _bounds(past, float(m.rolling.lumps[origin]), 0.0).items()}
            if n:
                frames.append(
                    pd.DataFrame(columns)[is_known].assign(
                        measure=name, origin=start_of(m.first_month + origin), method=past.choice.method
                    )
                )
    rows: pd.DataFrame = pd.concat(frames[1:] or frames, ignore_index=True)
    return rows.reindex(columns=PAST_FORECASTS.names)


def _measure(
    values: np.ndarray,
    lumps: np.ndarray,
    models: Mapping[int, np.ndarray],
    *,
    known: float,
    counted: np.ndarray,
    is_known: np.ndarray | None,
    most: int | None,
    first_month: int,
    as_of: date,
    n_ahead: int,
    n_origins: int,
) -> Measure:
    n, skip = len(values), int(as_of.day != 1)
    origins = list(range(min(n, max(FIRST_ORIGIN, n - WINDOW - n_origins)), n + 1))
    unknown = np.full(n_ahead + skip, np.nan)
    sums = np.array([models.get(o, unknown) for o in origins])
    rolling = Rolling.of(values, lumps, origins, n_ahead + skip, {CUSTOMER_MODELS: sums}, is_known=is_known)
    if skip:
        _finish_month(rolling, as_of, known)
    tested = np.array([o for o in origins[:-1] if o >= FIRST_REPLAY][-n_origins:], dtype=int)
    past, factor = replay(rolling, tested, n)
    now = forecast(rolling, n, skip, factor, most)
    return Measure(rolling, first_month, known, counted, now, list(zip(tested.tolist(), past, strict=True)))


def _finish_month(rolling: Rolling, as_of: date, known: float) -> None:
    """Turn the forecast of the whole month under way into what is known of it and its part of the days left.

    The customer models know the day already.
    """
    days = (start_of(month_of(as_of) + 1) - as_of.replace(day=1)).days
    left = (days - as_of.day + 1) / days
    for name, ahead in rolling.forecasts.items():
        if name != CUSTOMER_MODELS:
            whole = ahead[-1, 0]
            ahead[-1, 0] = np.minimum(known + whole * left, np.maximum(known, whole))


def _customer_sum(
    outlook: Outlook, outlooks: Sequence[Outlook], cohorts: Cohorts, seasonal: Seasonal
) -> tuple[int, np.ndarray]:
    """Return an origin's position and what the customer models expect, shape (n_periods, 5).

    By measure, then new customers, then revenue of new customers: at the level that earlier outlooks teach.
    """
    month = month_of(outlook.origin)
    at = level(outlooks, cohorts, seasonal(outlook.origin), month)
    parts = expected_parts(outlook, at.season) * np.exp(at.shift)
    totals = parts.sum(axis=1)
    totals[0] += outlook.known
    new = outlook.coming(at.season)
    return month - cohorts.first_month, np.column_stack([totals, new, parts[:, 1, 2]])


def _series(cohorts: Cohorts, name: str, n: int) -> tuple[np.ndarray, float]:
    """Return a measure's whole months, shape (n,), and what the month under way has brought."""
    column = cohorts.newcomers if name == "new_customers" else cohorts.by_month[:, MEASURES.index(name)]
    values = np.zeros(n + 1)
    values[: len(column)] = column[: n + 1]
    return values[:n], float(values[n])


def _lumps(cohorts: Cohorts, n: int, name: str) -> np.ndarray:
    """Return what one event was worth up to each month, shape (n + 1,): the mean purchase, or 1 for counts."""
    if name != "revenue_cents":
        return np.ones(n + 1)
    totals = np.zeros((n + 1, 2))
    done = cohorts.by_month[:n, 1:3]
    totals[1 : len(done) + 1] = np.cumsum(done, axis=0)
    totals[len(done) + 1 :] = totals[len(done)]
    return np.maximum(totals[:, 1] / np.maximum(totals[:, 0], 1.0), 1.0)


def _bounds(forecast: Forecast, lump: float, known: float) -> dict[str, np.ndarray]:
    ends: dict[str, np.ndarray] = {}
    for percent in LEVELS:
        low, high = forecast.ends(percent, lump)
        ends |= {f"low_{percent}": low, f"high_{percent}": high}
    if len(forecast.expected):
        for end in ends.values():
            end[0] = max(end[0], known)
    return ends


def _new_share(sums: Sequence[tuple[int, np.ndarray]], cohorts: Cohorts, revenue: Forecast, n: int, skip: int) -> Share:
    """Forecast the share of new customers in the revenue of the months that a total is stated of, or are shown."""
    months = getattr(revenue.total, "months", len(revenue.expected) - skip)
    by_models = {}
    for origin, total in sums:
        ahead = total[skip : skip + months]
        expected = float(ahead[:, 2].sum())
        by_models[origin] = float(ahead[:, 4].sum()) / expected if expected > 0 else np.nan
    actual = {}
    for origin in range(FIRST_REPLAY, n - skip - months + 1):
        old, new = cohorts.actual(cohorts.first_month + origin, skip + months)
        both = float((old[skip:, 2] + new[skip:, 2]).sum())
        actual[origin] = float(new[skip:, 2].sum()) / both if both > 0 else np.nan
    return share_of_new(actual, by_models, n, months, skip)
