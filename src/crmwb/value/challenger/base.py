"""The classic forecast: models weighted by what they said of earlier holdouts, and their level."""

from dataclasses import dataclass
from typing import Self

import numpy as np

from crmwb.features.seasonal_time import YEAR_DAYS
from crmwb.value.challenger.classics import mixed
from crmwb.value.challenger.counts import Counts
from crmwb.value.challenger.identified import Dropout, dropout
from crmwb.value.challenger.level import Level
from crmwb.value.challenger.moments import Moment, Past
from crmwb.value.challenger.weights import chances_of, weights_of
from crmwb.value.models import NBD, ModifiedBetaGeoCNBDk

SHORTEST_DAYS = 7  # of a holdout to learn from
BACK_DAYS = 730  # holdouts lie within two years before the origin: each time of year at most twice
MOST_HOLDOUTS = 6
MIN_CUSTOMERS, MIN_PURCHASES = 50, 30  # in a holdout to learn from
OUT_OF_SEASON = 0.25  # of its days pass in a holdout that tells nothing
MAINLY = 0.5  # weight of the MBG/CNBD-k from which on purchases count as regular
LEAST = 1e-6


@dataclass(frozen=True)
class Base:
    """What the classic models say at an origin, taken together.

    Attributes
    ----------
    weights : dict of str to float
        Of the models, by name; they add up to 1.
    level : Level
        What their total is multiplied by.
    dropout : Dropout
        Whether the data tell that customers stop; where not, the NBD has all the weight.
    k : int
        How regular purchases are.
    holdouts : tuple of (int, int)
        Origins and lengths of the holdouts learned from, the latest first.
    """

    weights: dict[str, float]
    level: Level
    dropout: Dropout
    k: int
    holdouts: tuple[tuple[int, int], ...]

    @classmethod
    def learn(cls, past: Past, origin: int, horizon_days: int) -> Self | None:
        """Learn from holdouts as long as `horizon_days`, or as half the history where that is shorter.

        Parameters
        ----------
        past : Past
            Of which nothing at or after `origin` is looked at.
        origin, horizon_days : int
            Where from and how far the forecast will look.

        Returns
        -------
        Base or None
            None where no model could be fitted.
        """
        past = past.until(origin)
        now = past.at(origin, horizon_days)
        names = tuple(now.expected)
        if not names:
            return None
        moments = holdouts_before(past, origin, horizon_days)
        known = [name for name in names if all(name in moment.expected for moment in moments)]
        moments = moments if known else []
        names = tuple(known) or names
        chances = [chances_of(moment, names) for moment in moments]
        stops = dropout(now.classics, names, chances)
        weights = weights_of(names, chances)
        if not stops.is_identified and NBD.name in names:
            weights = {NBD.name: 1.0}
        totals = [float(mixed(moment.expected, weights).sum()) for moment in moments]
        came = [float(moment.known.later.sum()) for moment in moments]
        history = origin - past.days.first_day
        ago = _years_ago(past, origin, moments, weights)
        k = now.classics.k if weights.get(ModifiedBetaGeoCNBDk.name, 0.0) >= MAINLY else 1
        spent = tuple((m.known.origin, m.known.horizon_days) for m in moments)
        return cls(weights, Level.learn(totals, came, history, ago), stops, k, spent)

    def purchases(self, moment: Moment) -> np.ndarray:
        """Return the purchases to expect, level included, shape (n,)."""
        return self.level.scale * mixed(moment.expected, self.weights)

    def counts(self, moment: Moment, horizon_days: float) -> Counts:
        """Return the distributions that the models alone give, over any horizon and at their own level."""
        classics = moment.classics
        summary = classics.summary
        fitted = {m.name: m for m in classics.fitted if self.weights.get(m.name)}
        alive = mixed({name: m.p_alive(summary) for name, m in fitted.items()}, self.weights)
        ahead = classics.ahead(horizon_days)
        mean = mixed({name: m.expected_purchases(summary, ahead) for name, m in fitted.items()}, self.weights)
        some = mixed({name: m.p_at_least(summary, 1, ahead) for name, m in fitted.items()}, self.weights)
        alive = np.clip(alive, LEAST, 1.0)
        return Counts.matching(alive, _positive(mean), some, self.k).rows(classics.row_of)

    def means(self, moment: Moment, horizon_days: float) -> np.ndarray:
        """Return the purchases to expect by `counts`, without the distributions: these take much longer."""
        classics = moment.classics
        ahead = classics.ahead(horizon_days)
        fitted = (m for m in classics.fitted if self.weights.get(m.name))
        mean = mixed({m.name: m.expected_purchases(classics.summary, ahead) for m in fitted}, self.weights)
        return np.asarray(_positive(mean)[classics.row_of])


def _positive(mean: np.ndarray) -> np.ndarray:
    return np.asarray(np.maximum(mean, LEAST * LEAST))


def _years_ago(past: Past, origin: int, holdouts: list[Moment], weights: dict[str, float]) -> list[float]:
    """Return the log ratios of what came to what was forecast in holdouts that began whole years ago, as far as known.

    Years before the last are known only where those after them are.
    """
    if not holdouts:
        return []
    out: list[float] = []
    days = holdouts[0].known.horizon_days
    for back in range(YEAR_DAYS, BACK_DAYS + 1, YEAR_DAYS):
        at = origin - back
        if days > YEAR_DAYS or at - past.days.first_day < days:
            break
        moment = past.at(at, days)
        forecast, came = mixed(moment.expected, weights).sum() if moment.expected else 0.0, moment.known.later.sum()
        if len(moment.known) < MIN_CUSTOMERS or came < MIN_PURCHASES or forecast <= 0:
            break
        out.append(float(np.log(came / forecast)))
    return out


def holdouts_before(past: Past, origin: int, horizon_days: int) -> list[Moment]:
    """Return earlier holdouts that hold enough to learn from, no two of which share a day; the latest first.

    At least as many days of history as a holdout has lie before it. Those out of season, in which hardly any time
    passes, are left out.
    """
    history = origin - past.days.first_day if len(past.days.day) else 0
    days = min(horizon_days, history // 2)
    if days < SHORTEST_DAYS:
        return []
    out: list[Moment] = []
    for back in range(days, BACK_DAYS + days, days):
        if origin - back - past.days.first_day < days or len(out) == MOST_HOLDOUTS:
            break
        moment = past.at(origin - back, days)
        if moment.classics.ahead(days) < OUT_OF_SEASON * days:
            continue
        if len(moment.known) < MIN_CUSTOMERS or moment.known.later.sum() < MIN_PURCHASES:
            break
        if moment.expected:
            out.append(moment)
    return out
