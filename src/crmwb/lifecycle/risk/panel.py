"""What was known of every customer at past moments, and when each bought next."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from crmwb.calendar import day_number, month_of
from crmwb.features.seasonal_time import EVEN
from crmwb.lifecycle.activity import Entries
from crmwb.lifecycle.history import State
from crmwb.lifecycle.rhythm import Rhythm, pool, rhythm
from crmwb.lifecycle.seasons import Gaps
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


def panel(
    purchases: Entries,
    ends: Sequence[date],
    n_customers: int,
    params: RiskParams,
    most_days: float,
    *,
    seasonal: Gaps | None = None,
    step: int = 1,
) -> list[Known]:
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
    seasonal : Gaps or None
        The gaps in the time of a season; those of `purchases`, in plain days, where there is none.
    step : int, default 1
        At moments before the latest ones only every n-th customer (n = `step`) is described, the same ones at each:
        numbers follow ids, not what customers do.

    Returns
    -------
    list of Known
        Of the moments at which anybody's rhythm was known.
    """
    state, following = State(n_customers), _next_purchases(purchases, ends, n_customers)
    time = EVEN if seasonal is None else seasonal.time
    recent: list[np.ndarray] = []
    begun = int(purchases.month[0]) if len(purchases.month) else month_of(ends[0])
    out = []
    whole = set(ends[-WHOLE:])
    for end, next_day in zip(ends, following, strict=True):
        until = month_of(end) if end.day > 1 else month_of(end) - 1
        for month in range(begun, until + 1):
            state.add(purchases, month)
            recent = [*recent, _bought(purchases, month, n_customers)][-RECENT_MONTHS:]
        begun = until + 1
        gaps = state.gaps if seasonal is None else seasonal.until(end)
        pooled, who = pool(*gaps), np.flatnonzero(state.sums["n_purchases"] > 0)
        if end not in whole:
            who = who[who % step == 0]
        if pooled is None or not len(who):
            continue
        own = rhythm(pooled, *(values[who] for values in gaps))
        longest = max(most_days, params.min_days)
        fits = own.next_gap(LEAST_QUANTILE) <= longest
        who, own = who[fits], Rhythm(own.shape[fits], own.mean_days[fits])
        if not len(who):
            continue
        today = day_number(end)
        within = np.clip(own.next_gap(params.horizon_quantile), params.min_days, longest)
        horizon = np.round(time.calendar_days(today, within))
        usual = np.log(np.maximum(own.next_gap(USUAL), LEAST_USUAL))
        age = time.between(state.first["first_day"][who], today)
        out.append(
            Known(
                end,
                who,
                state.sums["n_purchases"][who],
                state.sums["n_gaps"][who],
                np.sum(recent, axis=0)[who],
                time.between(state.latest["last_day"][who], today),
                age,
                np.minimum(age, time.between(today - RECENT_DAYS, today)),
                own,
                np.clip(usual - np.median(usual), -MOST_PACE, MOST_PACE),
                horizon,
                time.between(today, today + horizon),
                next_day[who] - today,
            )
        )
    return out


def _bought(purchases: Entries, month: int, n_customers: int) -> np.ndarray:
    days = np.zeros(n_customers, dtype=np.int64)
    rows = purchases.in_month(month)
    days[purchases.customer[rows]] = purchases.of["n_purchases"][rows]
    return days


def _next_purchases(purchases: Entries, ends: Sequence[date], n_customers: int) -> list[np.ndarray]:
    """Return the day of each customer's first purchase at or after each end; infinite where none is known."""
    following = np.full(n_customers, np.inf)
    last = int(purchases.month[-1]) if len(purchases.month) else month_of(ends[-1])
    out = []
    for end in reversed(ends):
        first = month_of(end) if end.day == 1 else last + 1  # nothing is known after the present
        for month in range(last, first - 1, -1):
            rows = purchases.in_month(month)
            bought = purchases.of["n_purchases"][rows] > 0
            following[purchases.customer[rows][bought]] = purchases.of["first_day"][rows][bought]
        last = min(last, first - 1)
        out.append(following.copy())
    return out[::-1]
