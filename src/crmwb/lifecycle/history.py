"""The stage of every customer at every month end and now, each from what was known then.

Stages have hysteresis: between growth, maturity and decline a customer changes only when two month ends in a row say
so. First purchases, lapses and returns are events, and change the stage at once.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Self

import numpy as np

from crmwb.calendar import day_number, month_of
from crmwb.features.seasonal_time import EVEN, SeasonalTime
from crmwb.lifecycle.activity import NEVER, Activity
from crmwb.lifecycle.blocks import in_blocks
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
from crmwb.lifecycle.seasons import Seasons
from crmwb.lifecycle.state import FAR_MONTH, State
from crmwb.lifecycle.trend import Orders, deviations, odds
from crmwb.params import LifecycleParams

HELD = (GROWTH, MATURITY, DECLINE)


@dataclass(frozen=True)
class Moment:
    """What the rules say at one moment; arrays of shape (n_customers,).

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
    """

    as_of: date
    stage: np.ndarray
    fresh_stage: np.ndarray
    usual_days: np.ndarray
    late_days: np.ndarray
    lapsed_days: np.ndarray
    is_late: np.ndarray

    @classmethod
    def empty(cls, as_of: date, n: int) -> Self:
        """Return a moment whose arrays are not filled yet."""
        kinds = (np.int8, np.int8, np.float64, np.float64, np.float64, np.bool_)
        return cls(as_of, *(np.empty(n, dtype=kind) for kind in kinds))

    @property
    def arrays(self) -> list[np.ndarray]:
        """All of them, in their order."""
        days = [self.usual_days, self.late_days, self.lapsed_days]
        return [self.stage, self.fresh_stage, *days, self.is_late]


def moments(
    purchases: Activity,
    contacts: Activity,
    ends: Sequence[date],
    orders_at: Callable[[date], Orders | None],
    *,
    n_customers: int,
    params: LifecycleParams,
    period_days: int,
    seasons: Seasons | None = None,
    n_threads: int = 1,
) -> Iterator[Moment]:
    """Yield the stages at each of `ends`.

    Parameters
    ----------
    purchases, contacts : Activity
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
    n_threads : int, default 1
        That the rules are applied by.
    """
    state, closures = State.of(n_customers), Closures()
    since = np.minimum(purchases.since, contacts.since)
    earliest = [next(iter(each.entries.months)) for each in (purchases, contacts) if each.entries.months]
    next_month = min(earliest, default=month_of(ends[0]))
    for end, time in zip(ends, _times(ends, seasons), strict=True):
        until = month_of(end) if end.day > 1 else month_of(end) - 1
        for month in range(next_month, until + 1):
            state.add(contacts.entries, month)
            state.add(purchases.entries, month)
            closures.add(purchases.entries, month)
        next_month = until + 1
        seasonal = seasons.gaps(time).until(end) if seasons and time.pace else None
        gaps = state.gaps if seasonal is None else seasonal
        orders = orders_at(end)
        trend = None if orders is None else _Trend(orders, odds(orders, period_days), period_days)
        rules = _Rules(end, until, closures, EVEN if seasonal is None else time, pool(*gaps), params)
        moment = Moment.empty(end, n_customers)
        judge = partial(_judge_some, rules, _Customers(state, since, gaps, trend), moment)
        in_blocks(n_customers, judge, n_threads)
        yield moment


def _times(ends: Sequence[date], seasons: Seasons | None) -> list[SeasonalTime]:
    """Return the time that silence is measured in at each end: of the season known then, or of the first one known."""
    out, later = [], EVEN
    for end in reversed(ends):
        then = EVEN if seasons is None else seasons.time_at(end)
        later = then if then.pace else later
        out.append(later)
    return out[::-1]


@dataclass(frozen=True)
class _Trend:
    """What the trend of orders is told from."""

    orders: Orders
    of_all: float
    period_days: int

    def deviations(self, rows: slice) -> np.ndarray:
        return deviations(self.orders.some(rows), self.period_days, self.of_all)


@dataclass(frozen=True)
class _Rules:
    """What holds for all customers at one moment: its end and month, days without sales, gaps and the time of these."""

    end: date
    month: int
    closures: Closures
    time: SeasonalTime
    pooled: PooledGaps | None
    params: LifecycleParams


@dataclass(frozen=True)
class _Customers:
    """What is known of each customer at one moment."""

    state: State
    since: np.ndarray
    gaps: Sequence[np.ndarray]
    trend: _Trend | None


def _judge_some(rules: _Rules, customers: _Customers, moment: Moment, rows: slice) -> None:
    """Apply the rules to some customers, fill in what they say, and remember who lapsed."""
    state, off = customers.state.some(rows), 0.0 if customers.trend is None else customers.trend.deviations(rows)
    judged = _judge(rules, state, customers.since[rows], [values[rows] for values in customers.gaps], off)
    for of_all, some in zip(moment.arrays, judged, strict=True):
        of_all[rows] = some
    if rules.end.day == 1:
        stage, fresh, *_ = judged
        state.stage[:], state.fresh_stage[:] = stage, fresh
        state.was_lapsed[:] = stage == LAPSED
        state.ever_lapsed[:] |= state.was_lapsed
        state.returned_month[state.was_lapsed] = FAR_MONTH


def _judge(
    rules: _Rules, state: State, since: np.ndarray, gaps: Sequence[np.ndarray], off: np.ndarray | float
) -> tuple[np.ndarray, ...]:
    """Return what a moment says of customers, in the order of `Moment.arrays`.

    Silence counts from the last purchase, without days on which the company was closed, in the time of its season.
    """
    params, time, today = rules.params, rules.time, day_number(rules.end)
    last_day, bought = state.latest["last_day"], state.sums["n_purchases"] > 0
    passed = time.between(last_day, today) - rules.closures.within(last_day, today, time)
    silent_days = np.where(last_day == NEVER, np.nan, passed)
    usual_days, late_days, lapsed_days = (np.full(len(bought), np.nan) for _ in range(3))
    if rules.pooled is not None:
        usual_days, late_days, lapsed_days = bounds(rules.pooled, gaps, params)
    late, lapsed = silent_days > late_days, silent_days > lapsed_days  # what is not known is neither
    lapsed |= state.was_lapsed & (state.returned_month == FAR_MONTH)  # only a purchase ends it, not a later bound
    is_new = state.sums["n_purchases"] < params.introduction_purchases
    is_new |= today - state.first_day < params.introduction_days
    is_new &= ~state.ever_lapsed
    contact_from = today - params.contact_days
    is_open = state.sums["n_opened"] > state.sums["n_closed"]
    in_order = (
        (bought & lapsed, LAPSED),
        (bought & (rules.month - state.returned_month < params.won_back_months), WON_BACK),
        (bought & late, DECLINE),
        (bought & is_new, INTRODUCTION),
        (bought & (off <= -params.trend_deviations), DECLINE),
        (bought & (off >= params.trend_deviations), GROWTH),
        (bought, MATURITY),
        (is_open | (state.latest["last_answer"] >= contact_from), PROSPECT),
        (state.latest["last_contact"] >= contact_from, TARGET),
        (since < today, ACCOUNT),
    )
    fresh = np.select([holds for holds, _ in in_order], [number for _, number in in_order], UNKNOWN).astype(np.int8)
    # a month that is not over confirms nothing
    confirmed = (fresh == state.fresh_stage) & (rules.end.day == 1)
    held = np.isin(state.stage, HELD) & np.isin(fresh, HELD) & ~confirmed
    stage = np.where(held, state.stage, fresh)
    late_days, lapsed_days = (time.calendar_days(last_day, days) for days in (late_days, lapsed_days))
    return stage, fresh, usual_days, late_days, lapsed_days, late


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
    with_gaps = np.flatnonzero(gaps[0])
    own = rhythm(pooled, *(np.append(values[with_gaps], 0) for values in gaps))  # the last one of who has none
    usual = own.next_gap(0.5)
    late = np.maximum(own.next_gap(params.late_quantile), params.late_min_days)
    # no customer lapses before a whole usual gap was missed, however regular
    least = np.maximum(np.maximum(late, 2 * usual), params.lapsed_min_days)
    longest = own.longest_gap_of_a_year(params.lapsed_quantile)
    lapsed = np.maximum(longest, least)
    few = np.append(gaps[0][with_gaps], 0) < params.lapsed_min_gaps
    lapsed = np.where(few, np.maximum(lapsed, longest[-1]), lapsed)

    def of_all(values: np.ndarray) -> np.ndarray:
        out = np.full(len(gaps[0]), values[-1])
        out[with_gaps] = values[:-1]
        return out

    return of_all(usual), of_all(late), of_all(lapsed)
