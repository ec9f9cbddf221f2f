"""What was known of every customer at past moments, and when each bought next."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, fields
from datetime import date
from typing import Self

import numpy as np

from crmwb.calendar import day_number, month_of
from crmwb.features.seasonal_time import EVEN, SeasonalTime
from crmwb.lifecycle.activity import Entries
from crmwb.lifecycle.blocks import blocks
from crmwb.lifecycle.rhythm import PooledGaps, Rhythm, pool, rhythm
from crmwb.lifecycle.seasons import TimedGaps
from crmwb.lifecycle.state import State
from crmwb.params import RiskParams

RECENT_MONTHS = 3
RECENT_DAYS = 91.0
USUAL = 0.5
LEAST_USUAL = 0.5  # days
MOST_PACE = 2.0  # on the log scale; who is further from the usual gap of all is learned from as if there
WHOLE = 3  # the latest moments, which tell of every customer
LEAST_QUANTILE = 0.75  # of the own gaps that a horizon covers: who stays then buys within it far more often than not


@dataclass(frozen=True)
class Known:
    """The buyers at one moment; arrays of shape (n,).

    Where the company has a strong season, silence, age and gaps are in its time (`features.seasonal_time`): what passes
    of it out of season is little. Horizons are days of the calendar.

    Attributes
    ----------
    as_of : date
        Everything before it was known.
    customer : ndarray of int
        Customers' numbers.
    n_purchases, n_gaps, n_recent : ndarray
        Purchase days so far, gaps between them, and purchase days of the last whole months.
    silent_days, age_days, recent_days : ndarray
        Since the last and the first purchase, and the part of the age that `n_recent` counts in.
    rhythm : Rhythm
        The gaps to expect.
    pace : ndarray
        Log of the own usual gap over that of the buyers of the moment, within two either way.
    horizon_days : ndarray of float
        The customer's own horizon, in whole days.
    ahead_days : ndarray of float
        What passes within the horizon of the time that gaps are in.
    next_days : ndarray of float
        Until the next purchase; infinite where none is known.
    """

    as_of: date
    customer: np.ndarray
    n_purchases: np.ndarray
    n_gaps: np.ndarray
    n_recent: np.ndarray
    silent_days: np.ndarray
    age_days: np.ndarray
    recent_days: np.ndarray
    rhythm: Rhythm
    pace: np.ndarray
    horizon_days: np.ndarray
    ahead_days: np.ndarray
    next_days: np.ndarray

    def some(self, rows: np.ndarray | slice) -> Self:
        """Return some of the buyers: by places, or whether each is one of them."""
        names = [field.name for field in fields(self) if field.name not in ("as_of", "rhythm")]
        own = {name: getattr(self, name)[rows] for name in names}
        return type(self)(as_of=self.as_of, rhythm=Rhythm(self.rhythm.shape[rows], self.rhythm.mean_days[rows]), **own)


def panel(
    purchases: Entries,
    ends: Sequence[date],
    n_customers: int,
    params: RiskParams,
    most_days: float,
    *,
    seasonal: TimedGaps | None = None,
    step: int = 1,
) -> Iterator[Known]:
    """Describe the buyers at each of `ends` whose rhythm fits into a horizon.

    Who usually buys at longer intervals than a horizon may last mostly buys nothing within it, and has not left: of
    them a horizon tells nothing.

    Parameters
    ----------
    purchases : Entries
        What was bought before the last of `ends`.
    ends : sequence of date
        Ascending first days of months without a gap, and perhaps a later day as the last one.
    n_customers : int
        How many there are.
    params : RiskParams
        The bounds of horizons.
    most_days : float
        No horizon is longer: what params allow, or a fraction of the history.
    seasonal : TimedGaps or None
        The gaps in the time of a season; those of `purchases`, in plain days, where there is none.
    step : int, default 1
        At moments before the latest ones only every n-th customer (n = `step`) is described, the same ones at each:
        numbers follow ids, not what customers do.

    Yields
    ------
    Known
        Of the moments at which anybody's rhythm was known.
    """
    whole = set(ends[-WHOLE:])
    state, following = State.of(n_customers), _next_purchases(purchases, ends, whole, n_customers, step)
    time = EVEN if seasonal is None else seasonal.time
    recent: list[np.ndarray] = []
    begun = next(iter(purchases.months), month_of(ends[0]))
    for place, end in enumerate(ends):
        until = month_of(end) if end.day > 1 else month_of(end) - 1
        for month in range(begun, until + 1):
            state.add(purchases, month)
            recent = [*recent, _bought(purchases, month, n_customers)][-RECENT_MONTHS:]
        begun = until + 1
        gaps = state.gaps if seasonal is None else seasonal.until(end)
        pooled, who = pool(*gaps), np.flatnonzero(state.sums["n_purchases"] > 0).astype(np.int32)
        apart = 1 if end in whole else step
        who = who[who % apart == 0]
        if pooled is None or not len(who):
            continue
        view = _View(day_number(end), time, pooled, params, max(most_days, params.min_days))
        parts = [_buyers(view, state, gaps, recent, who[rows]) for rows in blocks(len(who))]
        columns = {name: np.concatenate([part.pop(name) for part in parts]) for name in list(parts[0])}
        if len(columns["customer"]):
            usual = columns.pop("usual")
            pace = np.clip(usual - np.median(usual), -MOST_PACE, MOST_PACE)
            own = Rhythm(columns.pop("shape"), columns.pop("mean_days"))
            next_days = following[place][columns["customer"] // apart] - view.today
            yield Known(as_of=end, rhythm=own, pace=pace, next_days=next_days, **columns)


@dataclass(frozen=True)
class _View:
    """What holds for all customers at one moment."""

    today: int
    time: SeasonalTime
    pooled: PooledGaps
    params: RiskParams
    longest: float


def _buyers(
    view: _View,
    state: State,
    gaps: Sequence[np.ndarray],
    recent: Sequence[np.ndarray],
    who: np.ndarray,
) -> dict[str, np.ndarray]:
    """Describe those buyers whose rhythm fits; `usual` is the log of the usual gap."""
    time, today, params = view.time, view.today, view.params
    own = rhythm(view.pooled, *(values[who] for values in gaps))
    fits = own.next_gap(LEAST_QUANTILE) <= view.longest
    who, own = who[fits], Rhythm(own.shape[fits], own.mean_days[fits])
    within = np.clip(own.next_gap(params.horizon_quantile), params.min_days, view.longest)
    horizon = np.round(time.calendar_days(today, within))
    age = time.between(state.first_day[who], today)
    return {
        "customer": who,
        "n_purchases": state.sums["n_purchases"][who],
        "n_gaps": state.sums["n_gaps"][who],
        "n_recent": np.sum([days[who] for days in recent], axis=0, dtype=np.int32),
        "silent_days": time.between(state.latest["last_day"][who], today),
        "age_days": age,
        "recent_days": np.minimum(age, time.between(today - RECENT_DAYS, today)),
        "shape": own.shape,
        "mean_days": own.mean_days,
        "usual": np.log(np.maximum(own.next_gap(USUAL), LEAST_USUAL)),
        "horizon_days": horizon,
        "ahead_days": time.between(today, today + horizon),
    }


def _bought(purchases: Entries, month: int, n_customers: int) -> np.ndarray:
    days = np.zeros(n_customers, dtype=np.int8)  # a month has 31 days at most
    rows = purchases.in_month(month)
    days[purchases.customer[rows]] = purchases.of["n_purchases"][rows]
    return days


def _next_purchases(
    purchases: Entries, ends: Sequence[date], whole: Collection[date], n_customers: int, step: int
) -> list[np.ndarray]:
    """Return the day of each customer's first purchase at or after each end; infinite where none is known.

    Of every customer at the ends in `whole`, of every `step`-th one at others. Days are whole numbers, which single
    precision holds.
    """
    following = np.full(n_customers, np.inf, dtype=np.float32)
    last = next(reversed(purchases.months), month_of(ends[-1]))
    out = []
    for end in reversed(ends):
        first = month_of(end) if end.day == 1 else last + 1  # nothing is known after the present
        for month in range(last, first - 1, -1):
            rows = purchases.in_month(month)
            bought = purchases.of["n_purchases"][rows] > 0
            following[purchases.customer[rows][bought]] = purchases.of["first_day"][rows][bought]
        last = min(last, first - 1)
        out.append(following.copy() if end in whole else following[::step].copy())
    return out[::-1]
