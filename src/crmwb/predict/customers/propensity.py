"""Who buys within a fixed number of days, and who leaves: calibrated chances beside the one risk and the hiatus rule.

The one risk is that of the lifecycle. The hiatus rule calls a customer inactive after so many days of silence
(Wuebben & Wangenheim 2008, Journal of Marketing 72(3)); its bound is the one that fits earlier moments best, and its
two chances are their shares. A regression on more columns, the one risk among them, shows whether those tell more.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.special import logit

from crmwb import storage
from crmwb.findings import Count, Unavailable
from crmwb.lifecycle.risk.panel import Known
from crmwb.predict.customers import moments
from crmwb.predict.customers.features import Features
from crmwb.predict.customers.moments import Moment, Present
from crmwb.predict.logistic import Logistic
from crmwb.predict.losses import NEAR, Gain, auc, gain, lift, losses, slope
from crmwb.predict.words import ONE_RISK

BUYS, LEAVES = "buys", "leaves"
MORE, RISK, HIATUS, MEAN = "more_columns", "one_risk", "hiatus_rule", "share_of_all"
METHODS = (MORE, RISK, HIATUS, MEAN)
N_BOUNDS = 20
MIN_TESTED = 200
N_BEFORE = 12  # month ends that the one risk is learned from
QUARTER_DAYS, MONTH_DAYS, LONG_DAYS = 85, 28, 700
TESTS = [
    "target",
    "method",
    "n_customers",
    "share",
    "log_loss",
    "auc",
    "lift",
    "slope",
    "gain",
    "gain_low",
    "gain_high",
]


@dataclass(frozen=True)
class Propensity:
    """Chances of one target.

    Attributes
    ----------
    tests : DataFrame
        TESTS, one row per method: on moments not seen, the chance of the target, and the gain of log loss of the first
        method over the one risk, of the others over the share of all.
    chosen : str
        MORE where more columns tell more beyond chance and at most moments, and beat the share of all, else RISK where
        that beats the share of all, else MEAN: then no chance is stated.
    drivers : DataFrame
        column, weight: of MORE, as of now, the largest first.
    now : ndarray of shape (n,)
        Chance of the target of each customer as of now, by the chosen method; NaN where none is stated.
    main : ndarray of shape (n, 2)
        Of MORE: places in `columns` of what moves each customer's chance most; empty where another method is chosen.
    effects : ndarray of shape (n, 2)
        By how much, in log odds.
    columns : tuple of str
    """

    tests: pd.DataFrame
    chosen: str
    drivers: pd.DataFrame
    now: np.ndarray
    main: np.ndarray
    effects: np.ndarray
    columns: tuple[str, ...]


@dataclass(frozen=True)
class Cases:
    """Past moments that chances are learned from and tested at, and the present; of one target."""

    target: str
    past: Sequence[Moment]
    now: Moment | Present

    def came(self, moment: Moment) -> np.ndarray:
        """Whether the target came, shape (n,)."""
        silent = moment.known.next_days >= moment.known.horizon_days
        return np.asarray(silent if self.target == LEAVES else ~silent)

    def over(self, moment: Moment | Present, day: date) -> np.ndarray:
        """Whether each horizon had ended by a day, shape (n,)."""
        return np.asarray(moment.known.horizon_days <= (day - moment.known.as_of).days)

    def by_risk(self, moment: Moment | Present) -> np.ndarray:
        """Chance of the target by the one risk."""
        silent = np.asarray(moment.risk, dtype=np.float64)
        return silent if self.target == LEAVES else 1 - silent


def cases(
    target: str,
    every: Sequence[Known],
    as_seen_at: Callable[[int], Sequence[Known]],
    snapshots: Path,
    features: Features,
    *,
    n_origins: int,
) -> Cases | Unavailable:
    """Put together the moments of a target, a quarter of a year apart; of a history under two years, a month.

    Parameters
    ----------
    target : str
        BUYS or LEAVES.
    every : sequence of Known
        Month ends, the last one now, with the horizons of the target.
    as_seen_at : callable
        Takes a place in `every` and returns the moments up to it, itself last, as they were seen at it; none where it
        cannot be forecast from. See `lifecycle.risk.watch`.
    snapshots : Path
        Features at month ends.
    features : Features
        As of now, of every customer.
    n_origins : int
        Tested moments; as many earlier ones are learned from at least.
    """
    present = every[-1]
    places: list[int] = []
    ends = set(storage.values_of(snapshots, "as_of"))
    apart = QUARTER_DAYS if (present.as_of - every[0].as_of).days >= LONG_DAYS else MONTH_DAYS
    for place in range(len(every) - 2, 0, -1):
        known = every[place]
        if (known.horizon_days <= (present.as_of - known.as_of).days).mean() < 0.5 or known.as_of not in ends:
            continue
        if not places or (every[places[-1]].as_of - known.as_of).days >= apart:
            places.append(place)
    past = []
    for place in sorted(places[: 2 * n_origins + 2]):
        seen = [moments.sampled(one) for one in as_seen_at(place)[-1 - N_BEFORE :]]
        if not seen:
            continue
        known = seen.pop()
        if (chance := moments.risk(seen, known)) is not None:
            x = moments.columns(snapshots, known.as_of, features.places, known.customer)
            past.append(Moment(known, x, chance))
    if len(past) < 4:
        return Unavailable("predict.too_few_moments", values={"n": Count(len(past), "month_end")})
    recent = [moments.sampled(one) for one in every[:-1]][-N_BEFORE:]
    return Cases(target, past, Present(present, features, moments.risk(recent, present)))


def propensity(of: Cases, n_origins: int) -> Propensity | Unavailable:
    """Test each method at the last moments, each learned from what was known before them, and choose."""
    chances: dict[str, list[np.ndarray]] = {name: [] for name in METHODS}
    came, who, wins = [], [], []
    for place in range(max(2, len(of.past) - n_origins), len(of.past)):
        moment = of.past[place]
        learned = _learned(of, of.past[:place], moment.known.as_of)
        if learned is None:
            continue
        over = of.over(moment, of.now.known.as_of)
        y = of.came(moment)[over]
        for name, chance in learned.chances(of, moment).items():
            chances[name].append(chance[over])
        came.append(y)
        who.append(moment.known.customer[over])
        wins.append(losses(chances[RISK][-1], y).mean() > losses(chances[MORE][-1], y).mean())
    y = np.concatenate(came).astype(np.float64) if came else np.zeros(0)
    if len(came) < 2 or len(y) < MIN_TESTED or min(y.sum(), (1 - y).sum()) < 20:
        return Unavailable("predict.too_few_moments", values={"n": Count(len(came), "month_end")})
    by_method = {name: np.concatenate(parts) for name, parts in chances.items()}
    customers = np.concatenate(who)
    gains = {MORE: gain(by_method[MORE], by_method[RISK], y, customers)}
    gains |= {name: gain(by_method[name], by_method[MEAN], y, customers) for name in (RISK, HIATUS)}
    beats_share = gain(by_method[MORE], by_method[MEAN], y, customers).is_beyond_chance
    more_is_better = beats_share and gains[MORE].is_beyond_chance and sum(wins) * 2 > len(wins)
    chosen = MORE if more_is_better else RISK if gains[RISK].is_beyond_chance else MEAN
    rows = []
    for name in METHODS:
        more = gains.get(name, Gain(*[float("nan")] * 3))
        p = by_method[name]
        rows.append(
            (of.target, name, len(y), y.mean(), losses(p, y).mean(), auc(p, y), lift(p, y),
             slope(p, y), more.value, more.low, more.high)
        )  # fmt: skip
    return _now(of, pd.DataFrame(rows, columns=TESTS), chosen)


@dataclass(frozen=True)
class _Learned:
    more: Logistic
    bound: float
    shares: tuple[float, float]  # up to the bound, and beyond it
    mean: float

    def chances(self, of: Cases, moment: Moment) -> dict[str, np.ndarray]:
        silent = moment.known.silent_days > self.bound
        return {
            MORE: self.more.chance(_with_risk(moment.x, of.by_risk(moment))).round(6),
            RISK: of.by_risk(moment),
            HIATUS: np.where(silent, self.shares[1], self.shares[0]),
            MEAN: np.full(len(silent), self.mean),
        }


def _with_risk(x: pd.DataFrame, risk: np.ndarray) -> pd.DataFrame:
    return x.assign(**{ONE_RISK: logit(np.clip(risk, NEAR, 1 - NEAR))})


def _learned(of: Cases, past: Sequence[Moment], day: date) -> _Learned | None:
    """Learn from the horizons that had ended by a day; None where too few of either kind came."""
    rows = [(moment, of.over(moment, day)) for moment in past]
    rows = [(moment, over) for moment, over in rows if over.mean() >= 0.5]
    if not rows:
        return None
    x = pd.concat([_with_risk(moment.x, of.by_risk(moment))[over] for moment, over in rows], ignore_index=True)
    y = np.concatenate([of.came(moment)[over] for moment, over in rows]).astype(np.float64)
    more = Logistic.fit(x.fillna(_absent(x)), y)
    if more is None:
        return None
    silence = np.concatenate([moment.known.silent_days[over] for moment, over in rows])
    bound, shares = _hiatus(silence, y)
    return _Learned(more, bound, shares, float(y.mean()))


def _absent(x: pd.DataFrame) -> dict[str, float]:
    """Return 0 for texts: one that is rare at a moment has no column there."""
    return {name: 0.0 for name in x.columns if "=" in name}


def _hiatus(silence: np.ndarray, y: np.ndarray) -> tuple[float, tuple[float, float]]:
    """Return the bound of silence with the smallest log loss, and the shares up to it and beyond it."""
    best = (float("inf"), 0.0, (float(y.mean()), float(y.mean())))
    for bound in np.unique(np.quantile(silence, np.linspace(0.05, 0.95, N_BOUNDS)).round()):
        beyond = silence > bound
        if not beyond.any() or beyond.all():
            continue
        shares = float(y[~beyond].mean()), float(y[beyond].mean())
        loss = float(losses(np.where(beyond, shares[1], shares[0]), y).mean())
        best = min(best, (round(loss, 9), float(bound), shares))
    return best[1], best[2]


def _now(of: Cases, tests: pd.DataFrame, chosen: str) -> Propensity:
    """State the chances as of now by the chosen method, learned from all past moments."""
    learned, n = _learned(of, of.past, of.now.known.as_of), len(of.now.known.customer)
    chance, nothing = np.full(n, np.nan), np.zeros((n, 0))
    drivers = pd.DataFrame({"column": pd.Series(dtype=object), "weight": pd.Series(dtype=float)})
    if learned is None or of.now.risk is None or chosen == MEAN:
        return Propensity(tests, MEAN, drivers, chance, nothing, nothing, ())
    if chosen == RISK:
        return Propensity(tests, chosen, drivers, of.by_risk(of.now), nothing, nothing, ())
    n_drivers, risk = min(2, len(learned.more.columns)), of.by_risk(of.now)
    main, effects = np.zeros((n, n_drivers), dtype=np.int64), np.zeros((n, n_drivers))
    for rows, x in of.now.parts():
        every = learned.more.effects(_with_risk(x, risk[rows]))
        chance[rows] = learned.more.chance_of(every).round(6)
        main[rows] = np.argsort(-np.abs(every).round(6), axis=1, kind="stable")[:, :2]
        effects[rows] = np.take_along_axis(every, main[rows], axis=1)
    drivers = pd.DataFrame({"column": list(learned.more.columns), "weight": learned.more.weights})
    drivers = drivers.assign(size=-drivers["weight"].abs()).sort_values(["size", "column"]).drop(columns="size")
    return Propensity(
        tests, chosen, drivers.reset_index(drop=True), chance, main, effects, learned.more.columns,
    )  # fmt: skip
