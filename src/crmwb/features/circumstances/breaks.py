"""Breaks in the data: customer ids replaced, days without any sale."""

import math
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from crmwb.calendar import day_at
from crmwb.features.circumstances.sales import Sales
from crmwb.findings import Count, Day, Days, Finding, Share

WINDOWS = (90, 30)  # days before and after a moment within which customers are looked for again
SURE = 12.0  # log-likelihood ratio that fewer bought again than usual: many moments are looked at
GONE = 0.5  # of the usual share that buys again: below it, those before are not those after
PARTLY = 0.75  # likewise, where as many newcomers as are missing take their places and as much is sold
INSTEAD = 1.4  # times as many newcomers beyond the usual number as customers missing, or as few
MOSTLY = 0.5  # of the days with a purchase: where few have one, who leaves and who comes change together
STEADY = 1.25  # times the purchases before, or as few
NEW = 1.8  # times the usual number of first purchases
GOES_ON = 0.5  # of the purchases before: below it, sales fell, and that explains who is missing
SIDES = 3  # windows apart from a moment, so that they tell nothing of it
OTHER_YEARS = (-728, -364, 364, 728)  # days to the same weekday of the years before and after
DRIFT = range(-3, 4)  # days by which a closure of the same dates falls on other weekdays in another year
USUAL_DAYS = 28  # days on each side of a hole by which usual sales are known
WEEK, SOME_WEEKS = 7, 2 * USUAL_DAYS // 7  # on both sides
LEAST_HOLE = 5  # days: holidays and closing days come one or a few at a time
LATELY, SOON = 31, 14  # days before and after this day of earlier years within which a stop is the same one
LONG_HOLE = 14  # days: a hole that is worth a sentence wherever it lies
RHYTHM = 0.5  # of the history in gaps as long as a hole: purchases are booked on few days, as of monthly fees
ABOUT = 0.8  # of the length of a hole: a gap of nearly that length
CLOSED_TOO = 0.2  # of the usual sales: with fewer on the same days of another year, a season closes the company
SURELY = 15.0  # purchases expected in a hole: none of them by chance has a probability of e^-15


@dataclass(frozen=True)
class Hole:
    """Days in a row without any sale.

    Attributes
    ----------
    begins, ends : int
        The first day without, and the first day with a sale again.
    expected : float
        Purchases that the four weeks before and after would make usual, a week of many purchases aside, and more or
        less by what other years sold on these days and beside them.
    """

    begins: int
    ends: int
    expected: float

    @property
    def is_long(self) -> bool:
        """Whether it is worth a sentence wherever it lies: longer than the holidays of a year's end."""
        return self.ends - self.begins >= LONG_HOLE

    def overlaps(self, begins: int, ends: int) -> bool:
        """Whether it lies, in part, in the days from `begins` up to `ends`."""
        return self.begins < ends and begins < self.ends


def holes(sales: Sales) -> list[Hole]:
    """Return the days without any sale that chance, weekends and holidays do not explain, in order."""
    bought = sales.days["n_purchases"].to_numpy()
    first = int(sales.days.index[0])
    open_days = np.flatnonzero(bought > 0)
    lengths = _gaps(bought)
    usual = int(np.median(lengths)) if len(lengths) else 0  # 0 for a shop that is open on most days
    beside = max(USUAL_DAYS, usual + 1)
    unexplained = []
    for before, after in pairwise(open_days.tolist()):
        length = after - before - 1
        if length < LEAST_HOLE or _is_rhythm(lengths, len(bought), length):
            continue
        near = np.r_[bought[max(0, before + 1 - beside) : before + 1], bought[after : after + beside]]
        elsewhen = _least_of_other_years(bought, before + 1, after)
        about = float(min(near.mean(), _of_most_weeks(near, usual)) * (length - usual))
        surely = min(about, elsewhen * (length - usual))  # in years of fewer customers, less was sold on any day
        if surely >= SURELY and elsewhen >= CLOSED_TOO * near.mean():
            expected = about * _season(bought, before + 1, after, beside)
            unexplained.append(Hole(first + int(before) + 1, first + int(after), expected))
    return unexplained


def _of_most_weeks(near: np.ndarray, usual: int) -> float:
    """Return the mean of a day in the middle one of the weeks beside a hole: where sales come in a few weeks, low.

    Without bound where days without sales are usual for a week and more: weeks tell nothing then.
    """
    return math.inf if usual >= WEEK else float(np.median([part.mean() for part in np.array_split(near, SOME_WEEKS)]))


def _gaps(bought: np.ndarray) -> np.ndarray:
    """Return the days without sales between each two days with sales."""
    return np.asarray(np.diff(np.flatnonzero(bought > 0)) - 1)


def _is_rhythm(lengths: np.ndarray, n_days: int, length: int) -> bool:
    """Say whether gaps of about such a length make up much of the history: then they are how the company books."""
    return bool(lengths[lengths >= ABOUT * length].sum() >= RHYTHM * n_days)


def _least_of_other_years(bought: np.ndarray, begins: int, ends: int) -> float:
    """Return the least mean of sales of the same days in the years before and after, that a season explains."""
    means = [
        float(bought[begins + shift : ends + shift].mean())
        for shift in (year + drift for year in OTHER_YEARS for drift in DRIFT)
        if begins + shift >= 0 and ends + shift <= len(bought)
    ]
    return min(means, default=math.inf)


def _season(bought: np.ndarray, begins: int, ends: int, beside: int) -> float:
    """Return how much was sold on the same days of other years, over the days beside them: the least; 1: not known.

    A mean over days to both sides, so that where sales come on a few days of each week their dates do not matter.
    """
    shares = []
    for at in (begins + year for year in OTHER_YEARS):
        lo, hi = at - beside, at + (ends - begins) + beside
        if lo >= 0 and hi <= len(bought):
            near = np.r_[bought[lo:at], bought[hi - beside : hi]].mean()
            on = np.mean([bought[at + drift : at + drift + ends - begins].mean() for drift in DRIFT])
            shares += [float(on / near)] if near > 0 else []
    return min(shares, default=1.0)


def without_sales(hole: Hole) -> Finding:
    """Say that a hole is there."""
    return Finding(
        "circumstances.no_sales",
        {
            "begins": Day(day_at(hole.begins)),
            "ends": Day(day_at(hole.ends - 1)),
            "days": Days(hole.ends - hole.begins),
            "n": Count(round(hole.expected), "purchase"),
        },
        weight=hole.expected,
    )


def closes_now(sales: Sales) -> Finding | None:
    """Find that in every earlier year sales stopped at this time of the year, for LONG_HOLE days at least.

    Then nobody will buy for a while, whoever they are.
    """
    bought = sales.days["n_purchases"].to_numpy()
    first = int(sales.days.index[0])
    lengths = []
    for years in range(1, 4):
        at = sales.as_of - first - 364 * years
        if at < USUAL_DAYS:
            break
        begins = next((day for day in range(at - LATELY, at + SOON) if _is_closed(bought, day)), None)
        if begins is None:
            return None
        ends = begins + int(np.argmax(bought[begins:] > 0))
        if ends - at < LONG_HOLE or _is_rhythm(_gaps(bought), len(bought), ends - begins):
            return None
        lengths.append(ends - at)
    if not lengths or min(lengths) * float(bought[-USUAL_DAYS:].mean()) < SURELY:
        return None
    values = {"n": Count(len(lengths)), "until": Day(day_at(sales.as_of + min(lengths)))}
    return Finding("circumstances.closes_now", values, weight=float(min(lengths)))


def _is_closed(bought: np.ndarray, day: int) -> bool:
    """Say whether a stretch of LONG_HOLE days without sales begins on a day, with sales the day before it and later."""
    is_whole = day >= 1 and day + LONG_HOLE < len(bought)
    return bool(is_whole and bought[day - 1] > 0 and not bought[day : day + LONG_HOLE].any() and bought[day:].any())


def ids_replaced(sales: Sales) -> Finding | None:
    """Find the day from which on the customers of before hardly buy again while sales go on with new ones.

    Ids were replaced then, or only a part of customers was carried over: whoever bought before seems lost, and whoever
    buys seems new. Where a part of the ids was replaced, as many newcomers come as customers are missing.
    """
    best: tuple[float, Finding] | None = None
    for window in WINDOWS:
        for candidate in _breaks(sales, window):
            if best is None or candidate[0] < best[0]:
                best = candidate
        if best is not None:
            break
    return best[1] if best else None


def _breaks(sales: Sales, window: int) -> list[tuple[float, Finding]]:
    first, now = int(sales.days.index[0]), sales.as_of
    moments = np.arange(first + window, now - window + 1)
    if len(moments) < SIDES * window:
        return []
    active, again = _active_and_again(sales, moments, window)
    daily = {name: sales.days[name].to_numpy() for name in ("n_purchases", "n_first")}
    daily["is_open"] = daily["n_purchases"] > 0
    sums = {name: np.r_[0, np.cumsum(values)] for name, values in daily.items()}
    last = len(sales.days)

    def within(name: str, begins: np.ndarray) -> np.ndarray:
        edges = np.clip(begins - first, 0, last), np.clip(begins - first + window, 0, last)
        return np.asarray(sums[name][edges[1]] - sums[name][edges[0]])

    before, after, newcomers = (
        within("n_purchases", moments - window),
        within("n_purchases", moments),
        within("n_first", moments),
    )
    is_open = np.minimum(within("is_open", moments - window), within("is_open", moments)) >= MOSTLY * window
    share = again / np.maximum(active, 1)
    breaks = []
    for place in np.flatnonzero((active > 0) & (after >= GOES_ON * before)):
        others = (np.abs(moments - moments[place]) >= window) & (active > 0) & (moments - first >= 2 * window)
        if others.sum() < window:
            continue
        usual, usual_new = float(np.median(share[others])), float(np.median(newcomers[others]))
        missing, more = usual * active[place] - again[place], newcomers[place] - usual_new
        is_steady = is_open[place] and _is_near(float(after[place]), float(before[place]), STEADY)
        low = (PARTLY if is_steady and _is_near(more, missing, INSTEAD) else GONE) * usual
        if share[place] > low or newcomers[place] < NEW * max(usual_new, 1.0):
            continue
        # between the dates on which all are billed, as of school terms: few are active, or few buy again in any year
        is_between = active[place] < GOES_ON * np.median(active[others])
        if is_between or _is_low_every_year(share, active > 0, int(place), low):
            continue
        if _fewer(again[place], usual * active[place]) < SURE:
            continue
        values = {
            "day": Day(day_at(int(moments[place]))),
            "share": Share(float(share[place])),
            "usual": Share(usual),
            "window": Days(window),
            "n": Count(int(newcomers[place]), "customer"),
            "usual_n": Count(round(usual_new)),
        }
        breaks.append(
            (share[place] / usual, Finding("circumstances.ids_replaced", values, weight=float(active[place])))
        )
    return breaks


def _is_near(one: float, other: float, times: float) -> bool:
    return other <= times * one and one <= times * other


def _is_low_every_year(share: np.ndarray, is_known: np.ndarray, place: int, low: float) -> bool:
    """Say whether the share was as low on the same day of another year."""
    years = [place + shift for shift in OTHER_YEARS if 0 <= place + shift < len(share)]
    return any(is_known[there] and share[there] <= low for there in years)


def _fewer(n: float, expected: float) -> float:
    """Return the log-likelihood ratio of a Poisson count that is below what is expected, against what is expected."""
    return expected - n + (n * math.log(n / expected) if n > 0 else 0.0)


def _active_and_again(sales: Sales, moments: np.ndarray, window: int) -> tuple[np.ndarray, np.ndarray]:
    """Return how many bought within `window` days before each moment, and of them within as many after."""
    start, size = moments[0], len(moments)
    day, following, n = (sales.next_days[name].to_numpy() for name in ("day", "next_day", "n"))
    following = np.where(following < 0, np.iinfo(np.int32).max, following)

    def covered(begins: np.ndarray, ends: np.ndarray) -> np.ndarray:
        """Add n to all moments from begins up to ends."""
        steps = np.zeros(size + 1)
        low, high = np.clip(begins - start, 0, size), np.clip(ends - start, 0, size)
        np.add.at(steps, low, np.where(high > low, n, 0))
        np.add.at(steps, high, np.where(high > low, -n, 0))
        return np.cumsum(steps)[:-1]

    last_before = day + 1, np.minimum(following, day + window) + 1  # a moment's last purchase before it was on `day`
    active = covered(*last_before)
    again = covered(np.maximum(day + 1, following - window + 1), last_before[1])
    return active, again
