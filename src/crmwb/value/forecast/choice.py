"""Which method forecasts: the one that the length of the history proposes, unless a rival beats it beyond chance."""

from dataclasses import dataclass

import numpy as np
from scipy.stats import t as student

from crmwb.value.forecast.methods import COMBINED, SEASON, SEEN_ONCE
from crmwb.value.forecast.rolling import Rolling

MIN_TESTS = 4  # origins that a horizon must have been tested from to be stated
MIN_APART = 5  # stretches apart that a rival must have been judged on
EVIDENCE = 0.95  # one-sided
UNSEEN_MONTHS = 3  # months ahead at most while no month of the year was seen twice


@dataclass(frozen=True)
class Entry:
    """One method in the comparison.

    Attributes
    ----------
    method : str
        A name in `Rolling.forecasts`.
    n_months : int
        The horizon of the totals that it was compared on with the method chosen; 0 where it could not be.
    n_origins : int
        Origins that both forecast from.
    error, chosen_error : float
        Mean absolute log error of these totals, its own and that of the method chosen; NaN without any.
    """

    method: str
    n_months: int
    n_origins: int
    error: float
    chosen_error: float


@dataclass(frozen=True)
class Choice:
    """The method chosen, and what it was judged by.

    Attributes
    ----------
    method : str
        Which forecasts.
    judged_by : str
        The method whose past errors its intervals rest on: itself, or `level` while it could not be tested itself.
    default : str
        What the length of the history proposes.
    horizon : int
        Months ahead (after `skip`) that were tested from `MIN_TESTS` origins at least; 0 where none was.
    entries : tuple of Entry
        The others beside it.
    """

    method: str
    judged_by: str
    default: str
    horizon: int
    entries: tuple[Entry, ...]


def choose(rolling: Rolling, now: int, skip: int) -> Choice:
    """Choose the method to forecast with from month `now` on, by what was known then.

    From one year on, a mean of several methods is proposed (`methods.means`); before that, the last level. A rival
    replaces what is proposed where its totals over the longest horizon that was tested on five stretches apart were
    nearer, beyond chance (paired Student's t on stretches apart).

    Parameters
    ----------
    rolling : Rolling
        All forecasts.
    now : int
        A position in its values, or their number.
    skip : int
        Months ahead that totals leave out: 1 where a month is under way.
    """
    default = "level" if now < SEASON else SEEN_ONCE if now < 2 * SEASON else COMBINED
    names = [name for name in rolling.forecasts if name != (COMBINED if now < 2 * SEASON else SEEN_ONCE)]
    losses = {name: np.abs(rolling.total_errors(name, now, skip)) for name in names}
    usable = {name for name in losses if np.isfinite(rolling.forecasts[name][rolling.at(now)]).all()}
    chosen = default
    for rival in names:
        if rival in usable - {chosen} and _nearer(losses[rival], losses[chosen]):
            chosen = rival
    is_too_new = chosen == SEEN_ONCE and _tested(losses[chosen]) < longest(now)
    judged_by = "level" if is_too_new else chosen
    entries = tuple(_entry(name, losses[name], losses[chosen]) for name in names if name != chosen)
    return Choice(chosen, judged_by, default, _tested(losses[judged_by]), entries)


def longest(n_months: int) -> int:
    """Return how many months ahead a history of so many months can support at most.

    Three before a year is known, a third of the history before two years are, and half of it from then on.
    """
    if n_months < SEASON:
        return UNSEEN_MONTHS
    return n_months // 3 if n_months < 2 * SEASON else n_months // 2


def _tested(losses: np.ndarray) -> int:
    """Return how many months ahead were tested from enough origins."""
    enough = np.isfinite(losses).sum(axis=0) >= MIN_TESTS
    return len(enough) if enough.all() else int(np.argmin(enough))


def _compared(rival: np.ndarray, chosen: np.ndarray) -> tuple[int, np.ndarray]:
    """Return the longest horizon with enough stretches apart, and which origins both were tested from at it."""
    both = np.isfinite(rival) & np.isfinite(chosen)
    n = both.sum(axis=0)
    able = np.flatnonzero((n - 1) / np.arange(1, len(n) + 1) + 1 >= MIN_APART)
    if not len(able):
        return 0, np.zeros(len(both), dtype=bool)
    return int(able[-1]) + 1, both[:, able[-1]]


def beats(rival: np.ndarray, chosen: np.ndarray, months: int) -> bool:
    """Say whether a rival's losses are smaller than chance explains, where both are known.

    Parameters
    ----------
    rival, chosen : ndarray of shape (n_origins,)
        Losses from the same origins, a month apart; NaN where not known.
    months : int
        How long each stretch was: so many origins overlap, and count once together.
    """
    gain = chosen - rival
    gain = gain[np.isfinite(gain)]
    apart = (len(gain) - 1) / months + 1
    if apart < MIN_APART:
        return False
    error = float(gain.std(ddof=1)) / np.sqrt(apart)
    return bool(gain.mean() > 0 and gain.mean() > error * student.ppf(EVIDENCE, apart - 1))


def _nearer(rival: np.ndarray, chosen: np.ndarray) -> bool:
    months, both = _compared(rival, chosen)
    return months > 0 and beats(rival[both, months - 1], chosen[both, months - 1], months)


def _entry(method: str, losses: np.ndarray, chosen: np.ndarray) -> Entry:
    months, both = _compared(losses, chosen)
    if not months:
        return Entry(method, 0, 0, float("nan"), float("nan"))
    own, other = (float(part[both, months - 1].mean()) for part in (losses, chosen))
    return Entry(method, months, int(both.sum()), own, other)
