"""The stage of every customer at every month end and now, each from what was known then.

Stages have hysteresis: between growth, maturity and decline a customer changes only when two month ends in a row say
so. First purchases, lapses and returns are events, and change the stage at once.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Self

import numpy as np

from crmwb.calendar import day_number, month_of
from crmwb.features.seasonal_time import EVEN, SeasonalTime
from crmwb.lifecycle.activity import NEVER, Entries
from crmwb.lifecycle.closures import Closures
from crmwb.lifecycle.names import (
    ACCOUNT,
    DECLINE,
    GROWTH,
    INTRODUCTION,
    LAPSED,
    MATURITY,
    PROSPECT,
    TARGET,
    UNKNOWN,
    WON_BACK,
)
from crmwb.lifecycle.rhythm import PooledGaps, pool, rhythm
from crmwb.lifecycle.seasons import Gaps, Seasons
from crmwb.lifecycle.trend import Orders, deviations
from crmwb.params import LifecycleParams

FAR_MONTH = -(10**6)
HELD = (GROWTH, MATURITY, DECLINE)


@dataclass
class State:
    """What is known of every customer as time goes by; all arrays of shape (n_customers,)."""

    n: int
    sums: dict[str, np.ndarray] = field(init=False)
    latest: dict[str, np.ndarray] = field(init=False)
    first: dict[str, np.ndarray] = field(init=False)
    returned_month: np.ndarray = field(init=False)  # of the last return after having lapsed
    was_lapsed: np.ndarray = field(init=False)
    ever_lapsed: np.ndarray = field(init=False)
    stage: np.ndarray = field(init=False)  # at the last month end, with hysteresis and without
    fresh_stage: np.ndarray = field(init=False)

    SUMS = ("n_purchases", "n_gaps", "log_gaps", "squared_log_gaps", "n_opened", "n_closed")
    LATEST = ("last_day", "last_contact", "last_answer")
    FIRST = ("first_day", "first_known")

    def __post_init__(self) -> None:
        self.sums = {name: np.zeros(self.n, dtype=np.int64) for name in self.SUMS}
        self.latest = {name: np.full(self.n, NEVER, dtype=np.int64) for name in self.LATEST}
        self.first = {name: np.full(self.n, -NEVER, dtype=np.int64) for name in self.FIRST}
        self.returned_month = np.full(self.n, FAR_MONTH, dtype=np.int64)
        self.was_lapsed = np.zeros(self.n, dtype=bool)
        self.ever_lapsed = np.zeros(self.n, dtype=bool)
        self.stage = np.full(self.n, UNKNOWN, dtype=np.int8)
        self.fresh_stage = np.full(self.n, UNKNOWN, dtype=np.int8)

    @property
    def gaps(self) -> list[np.ndarray]:
        """n_gaps, log_gaps and squared_log_gaps, as `rhythm.pool` takes them."""
        return [self.sums[name] for name in ("n_gaps", "log_gaps", "squared_log_gaps")]

    def add(self, entries: Entries, month: int) -> None:
        """Add what happened in one month."""
        rows = entries.in_month(month)
        who = entries.customer[rows]
        for name, values in ((name, values[rows]) for name, values in entries.of.items()):
            if name in self.sums:
                self.sums[name][who] += values
            elif name in self.latest:
                self.latest[name][who] = np.maximum(self.latest[name][who], values)
            elif name in self.first:
                self.first[name][who] = np.minimum(self.first[name][who], np.where(values == NEVER, -NEVER, values))
        if "n_purchases" in entries.of:
            back = who[(entries.of["n_purchases"][rows] > 0) & self.was_lapsed[who]]
            self.returned_month[back] = month


@dataclass(frozen=True)
class Moment:
    """What the rules said at one moment; arrays of shape (n_customers,).

    Attributes
    ----------
    as_of : date
        Everything before it was known.
    stage : ndarray of int8
        Numbers of `names.STAGES`; `UNKNOWN` for who was not known yet.
    fresh_stage : ndarray of int8
        The same without hysteresis.
    usual_days, late_days, lapsed_days : ndarray
        The own median gap, and after how many days of silence a customer is late and lapsed; NaN where no gap is known
        yet, or for customers who never bought.
    is_late : ndarray of bool
        Silent for longer, days on which the company was closed left out.
    deviations : ndarray
        See `trend.deviations`.
    """

    as_of: date
    stage: np.ndarray
    fresh_stage: np.ndarray
    usual_days: np.ndarray
    late_days: np.ndarray
    lapsed_days: np.ndarray
    is_late: np.ndarray
    deviations: np.ndarray


def moments(
    purchases: Entries,
    contacts: Entries,
    ends: Sequence[date],
    orders_at: Callable[[date], Orders | None],
    *,
    n_customers: int,
    params: LifecycleParams,
    period_days: int,
    seasons: Seasons | None = None,
) -> Iterator[Moment]:
    """Yield the stages at each of `ends`.

    Parameters
    ----------
    purchases, contacts : Entries
        What happened before the last of `ends`.
    ends : sequence of date
        Ascending; the first days of months without a gap, and perhaps a later day as the last one.
    orders_at : callable
        The orders of all customers in the two periods before an end; None where they are not known, and no trend is.
    n_customers : int
        How many there are.
    params : LifecycleParams
        The rules' bounds.
    period_days : int
        The length of each of the two periods.
    seasons : Seasons or None
        What the season that was known at each end is learned from; days are all alike without.
    """
    state, closures = State(n_customers), Closures()
    earliest = [int(entries.month[0]) for entries in (purchases, contacts) if len(entries.month)]
    next_month = min(earliest, default=month_of(ends[0]))
    for end, time in zip(ends, _times(ends, seasons), strict=True):
        until = month_of(end) if end.day > 1 else month_of(end) - 1
        for month in range(next_month, until + 1):
            state.add(contacts, month)
            state.add(purchases, month)
            closures.add(purchases, month)
        next_month = until + 1
        silence = Silence.at(state, closures, end, seasons.gaps(time) if seasons and time.pace else None)
        yield _judge(state, silence, end, until, orders=orders_at(end), params=params, period_days=period_days)


def _times(ends: Sequence[date], seasons: Seasons | None) -> list[SeasonalTime]:
    """Return the time that silence is measured in at each end: of the season known then, or of the first one known."""
    out, later = [], EVEN
    for end in reversed(ends):
        then = EVEN if seasons is None else seasons.time_at(end)
        later = then if then.pace else later
        out.append(later)
    return out[::-1]


@dataclass(frozen=True)
class Silence:
    """How long each customer has been silent, and the gaps by which that is judged, all in one time.

    Attributes
    ----------
    time : SeasonalTime
        In which silence and gaps are measured; plain days where there is no strong season.
    days : ndarray of shape (n_customers,)
        Since the last purchase, without those on which the company was closed; NaN for who never bought.
    gaps : list of three ndarray of shape (n_customers,)
        As `rhythm.pool` takes them.
    """

    time: SeasonalTime
    days: np.ndarray
    gaps: list[np.ndarray]

    @classmethod
    def at(cls, state: State, closures: Closures, end: date, seasonal: Gaps | None) -> Self:
        """Measure the silence at one moment."""
        time, gaps = (EVEN, state.gaps) if seasonal is None else (seasonal.time, seasonal.until(end))
        last_day, today = state.latest["last_day"], day_number(end)
        passed = time.between(last_day, today) - closures.within(last_day, today, time)
        return cls(time, np.where(last_day == NEVER, np.nan, passed), gaps)


def _judge(
    state: State,
    silence: Silence,
    end: date,
    month: int,
    *,
    orders: Orders | None,
    params: LifecycleParams,
    period_days: int,
) -> Moment:
    """Apply the rules at one moment, by the days of silence, and remember who lapsed."""
    today = day_number(end)
    bought = state.sums["n_purchases"] > 0
    pooled = pool(*silence.gaps)
    usual_days, late_days, lapsed_days = (np.full(state.n, np.nan) for _ in range(3))
    if pooled is not None:
        usual_days, late_days, lapsed_days = bounds(pooled, silence.gaps, params)
    late, lapsed = silence.days > late_days, silence.days > lapsed_days  # what is not known is neither
    lapsed |= state.was_lapsed & (state.returned_month == FAR_MONTH)  # only a purchase ends it, not a later bound
    off = np.zeros(state.n) if orders is None else deviations(orders, period_days)
    age = today - state.first["first_day"]
    is_new = (state.sums["n_purchases"] < params.introduction_purchases) | (age < params.introduction_days)
    is_new &= ~state.ever_lapsed
    contact_from = today - params.contact_days
    is_open = state.sums["n_opened"] > state.sums["n_closed"]
    rules = (
        (bought & lapsed, LAPSED),
        (bought & (month - state.returned_month < params.won_back_months), WON_BACK),
        (bought & late, DECLINE),
        (bought & is_new, INTRODUCTION),
        (bought & (off <= -params.trend_deviations), DECLINE),
        (bought & (off >= params.trend_deviations), GROWTH),
        (bought, MATURITY),
        (is_open | (state.latest["last_answer"] >= contact_from), PROSPECT),
        (state.latest["last_contact"] >= contact_from, TARGET),
        (state.first["first_known"] < today, ACCOUNT),
    )
    fresh = np.select([holds for holds, _ in rules], [number for _, number in rules], UNKNOWN).astype(np.int8)
    # a month that is not over confirms nothing
    confirmed = (fresh == state.fresh_stage) & (end.day == 1)
    held = np.isin(state.stage, HELD) & np.isin(fresh, HELD) & ~confirmed
    stage = np.where(held, state.stage, fresh)
    if end.day == 1:
        state.stage, state.fresh_stage = stage, fresh
        state.was_lapsed = stage == LAPSED
        state.ever_lapsed |= state.was_lapsed
        state.returned_month[state.was_lapsed] = FAR_MONTH
    last_day = state.latest["last_day"]
    late_days, lapsed_days = (silence.time.calendar_days(last_day, days) for days in (late_days, lapsed_days))
    return Moment(end, stage, fresh, usual_days, late_days, lapsed_days, late, off)


def bounds(
    pooled: PooledGaps, gaps: Sequence[np.ndarray], params: LifecycleParams
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return each customer's usual gap, and the silences after which they are late and lapsed, in days.

    Parameters
    ----------
    pooled : PooledGaps
        All customers' gaps.
    gaps : sequence of three ndarrays of shape (n_customers,)
        As for `rhythm.rhythm`.
    params : LifecycleParams
        Quantiles and least silences.
    """
    own = rhythm(pooled, *gaps)
    usual = own.next_gap(0.5)
    late = np.maximum(own.next_gap(params.late_quantile), params.late_min_days)
    # no customer lapses before a whole usual gap was missed, however regular
    least = np.maximum(np.maximum(late, 2 * usual), params.lapsed_min_days)
    lapsed = np.maximum(own.longest_gap_of_a_year(params.lapsed_quantile), least)
    nothing = np.zeros(1, dtype=np.int64)
    unknown = float(rhythm(pooled, nothing, nothing, nothing).longest_gap_of_a_year(params.lapsed_quantile)[0])
    return usual, late, np.where(gaps[0] < params.lapsed_min_gaps, np.maximum(lapsed, unknown), lapsed)
