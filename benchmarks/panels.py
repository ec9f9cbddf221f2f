"""Purchase logs drawn from known processes: what forecasts are tried on beside real data.

Each panel is the whole log of a company over `DAYS` days: customers arrive at an even rate (or as said), buy, and may
stop. Nothing of a process is handed to the forecasters.
"""

from collections.abc import Callable

import numpy as np

from crmwb.features.purchase_days import PurchaseDays

DAYS = 1095
FIRST_DAY = 18_262  # 2020-01-01, in days since 1970
YEAR = 365.25


def panel(kind: str, n: int, seed: int) -> PurchaseDays:
    """Draw a panel.

    Parameters
    ----------
    kind : str
        Of `KINDS`.
    n : int
        Customers.
    seed : int
        Where chance starts from.
    """
    rng = np.random.default_rng([seed, list(KINDS).index(kind)])
    begins = np.sort(rng.uniform(0, DAYS - 30, n))
    customer, when = KINDS[kind](rng, begins)
    day = np.floor(when).astype(np.int64)
    inside = day < DAYS
    spend_of = rng.gamma(4.0, 1.0, n)
    cents = _spends(rng, kind, spend_of[customer])[inside]
    rows, place = np.unique(customer[inside] * DAYS + day[inside], return_inverse=True)
    total = np.bincount(place, weights=cents).astype(np.int64)
    who = rows // DAYS
    present, renumbered = np.unique(who, return_inverse=True)
    ids = np.array([f"{kind}-{i:06d}" for i in present])
    return PurchaseDays(ids, renumbered.astype(np.int32), (rows % DAYS + FIRST_DAY).astype(np.int32), total)


def _spends(rng: np.random.Generator, kind: str, scale: np.ndarray) -> np.ndarray:
    """Return cents of purchases: Gamma-Gamma, or with a heavy tail (log-normal, one in 2,000 a hundredfold)."""
    if kind != "heavy_tailed":
        return np.rint(rng.gamma(6.0, 1.0, len(scale)) * 1500 / scale) + 1
    wild = np.where(rng.random(len(scale)) < 1 / 2000, 100.0, 1.0)
    return np.rint(np.exp(rng.normal(8.0, 1.0, len(scale))) * wild / scale) + 1


def _events(
    rng: np.random.Generator,
    begins: np.ndarray,
    rate: np.ndarray,
    *,
    k: int = 1,
    stop: np.ndarray | float = 0.0,
    lives: np.ndarray | float = np.inf,
    clock: Callable[[np.ndarray], np.ndarray] = lambda t: t,
    first_may_stop: bool = False,
) -> tuple[np.ndarray, np.ndarray]:
    """Return who buys when: gaps are Erlang-k at `rate` purchases a day, on a clock of its own that turns time about.

    `clock` gives the day at which so much operational time has passed since day 0.
    """
    n = len(begins)
    stop, lives = np.broadcast_to(stop, n), np.broadcast_to(lives, n)
    operational = np.interp(begins, clock(np.arange(2.0 * DAYS)), np.arange(2.0 * DAYS))
    rows = np.arange(n)
    who, when = [rows], [begins]
    if first_may_stop:
        rows = rows[rng.random(n) >= stop]
    now = operational.copy()
    while len(rows):
        now[rows] += rng.gamma(k, 1 / (k * rate[rows]))
        at = clock(now[rows])
        goes_on = (at < DAYS) & (at - begins[rows] < lives[rows])
        rows, at = rows[goes_on], at[goes_on]
        who.append(rows)
        when.append(at)
        rows = rows[rng.random(len(rows)) >= stop[rows]]
    return np.concatenate(who), np.concatenate(when)


def _clock_of(intensity: Callable[[np.ndarray], np.ndarray]) -> Callable[[np.ndarray], np.ndarray]:
    """Return the clock of a process whose rate is multiplied by intensity(day)."""
    days = np.arange(0.0, 4 * DAYS, 0.5)
    passed = np.concatenate([[0.0], np.cumsum(intensity(days[:-1]) * 0.5)])
    return lambda operational: np.interp(operational, passed, days)


def _season(day: np.ndarray) -> np.ndarray:
    """Return the intensity of a shop that lives from the weeks before Christmas, shape of `day`."""
    of_year = (day % YEAR) / YEAR
    return np.asarray(0.8 + 1.5 * np.exp(-0.5 * ((of_year - 0.92) / 0.06) ** 2))


def _bg_nbd(rng: np.random.Generator, begins: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    n = len(begins)
    return _events(rng, begins, rng.gamma(0.8, 1 / 40, n), stop=rng.beta(0.8, 3.0, n))


def _pareto_nbd(rng: np.random.Generator, begins: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    n = len(begins)
    return _events(rng, begins, rng.gamma(0.8, 1 / 40, n), lives=rng.exponential(1, n) / rng.gamma(0.9, 1 / 200, n))


def _regular(rng: np.random.Generator, begins: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    n = len(begins)
    stop = rng.beta(0.6, 6.0, n)
    return _events(rng, begins, rng.gamma(2.0, 1 / 70, n), k=3, stop=stop, first_may_stop=True)


def _seasonal(rng: np.random.Generator, begins: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    n = len(begins)
    stop = rng.beta(0.8, 5.0, n)
    return _events(rng, begins, rng.gamma(1.0, 1 / 60, n), stop=stop, clock=_clock_of(_season))


def _trending(rng: np.random.Generator, begins: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    n = len(begins)
    grows = _clock_of(lambda day: 0.7 + 0.6 * day / DAYS)
    return _events(rng, begins, rng.gamma(1.0, 1 / 60, n), stop=rng.beta(0.8, 5.0, n), clock=grows)


KINDS: dict[str, Callable[[np.random.Generator, np.ndarray], tuple[np.ndarray, np.ndarray]]] = {
    "bg_nbd": _bg_nbd,
    "pareto_nbd": _pareto_nbd,
    "regular": _regular,
    "seasonal": _seasonal,
    "trending": _trending,
    "heavy_tailed": _bg_nbd,
}
