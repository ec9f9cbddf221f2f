"""The combined forecast: classic models, weighted and set right, corrected as far as later tests bear it out.

What the regression found on earlier holdouts is put to the test on holdouts before the origin that it has not seen, the
last one and, where the history allows, one at another time of the year. Of its correction, in logs, that share is
believed which every one of them bears out: the smallest that does as well as the best, chance aside. None is believed
where nothing lasts; then the forecast is that of the classic models. Last, chances to buy at all are recalibrated by
what came of those given at earlier origins, as far as later ones of these bore it out (`calibration`), and corrected by
what customers did at the same time of earlier years where that does better still (`own_year`). Over the stated horizon,
those who have been silent for as long as others were who then came back are given a chance to do so (`silence`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any, Self

import numpy as np
import pandas as pd
from threadpoolctl import threadpool_limits

from crmwb.value.challenger.base import Base, holdouts_before
from crmwb.value.challenger.calibration import Calibration, Given
from crmwb.value.challenger.classics import mixed
from crmwb.value.challenger.corrections import LogLinear
from crmwb.value.challenger.counts import Counts
from crmwb.value.challenger.inputs import LEAST, inputs
from crmwb.value.challenger.moments import Moment, Past
from crmwb.value.challenger.own_year import OwnYear, same_windows
from crmwb.value.challenger.silence import AfterSilence
from crmwb.value.challenger.spread import Spread
from crmwb.value.challenger.traits import Encoding

FIT_CUSTOMERS = 25_000  # of more, every so many
SHARES = np.linspace(0, 1, 21)
LESSONS = 2  # holdouts that the regression sees
TESTS = 2
AHEAD = 0.4  # of the history, that chances to come back are learned over at most
TINY = 1e-12
TOO_FEW = "few_repeat_buyers"  # for any model of purchases


@dataclass(frozen=True)
class Corrected:
    """What was learned before an origin.

    Attributes
    ----------
    base : Base
        The classic forecast.
    encoding : Encoding
        Of the traits.
    columns : tuple of str
        What the regression sees, in its order.
    line : LogLinear or None
        The regression; None where no holdout was there to learn from.
    rows : int
        Customers at origins that it was learned from.
    """

    base: Base
    encoding: Encoding = field(default_factory=lambda: Encoding((), ()))
    columns: tuple[str, ...] = ()
    line: LogLinear | None = None
    rows: int = 0

    @classmethod
    def learn(cls, past: Past, origin: int, horizon_days: int) -> Self | None:
        """Learn from what was known before `origin`; None where no model could be fitted."""
        learned: Self | None = past.once(origin, horizon_days, lambda: cls._learn(past, origin, horizon_days))
        return learned

    @classmethod
    def _learn(cls, past: Past, origin: int, horizon_days: int) -> Self | None:
        past = past.until(origin)
        base = Base.learn(past, origin, horizon_days)
        if base is None:
            return None
        lessons = [past.at(at, days) for at, days in base.holdouts[:LESSONS]]
        if not lessons:
            return cls(base)
        encoding = Encoding.learn(lessons[0].traits())
        forecasts = [np.maximum(base.purchases(m), LEAST) for m in lessons]
        seen = [inputs(m, f, tuple(base.weights), encoding) for m, f in zip(lessons, forecasts, strict=True)]
        columns = tuple(str(name) for name in seen[0] if all(name in frame for frame in seen))
        stacked = pd.concat([frame[list(columns)] for frame in seen], ignore_index=True)
        later = np.concatenate([m.known.later for m in lessons])
        line = LogLinear().fit(stacked, np.concatenate(forecasts), later)
        return cls(base, encoding, columns, line, len(later))

    def inputs(self, moment: Moment) -> pd.DataFrame:
        """Return what the regression sees."""
        return inputs(moment, self.base.purchases(moment), tuple(self.base.weights), self.encoding)[list(self.columns)]

    def log_correction(self, moment: Moment) -> np.ndarray:
        """Return the log of what the regression makes of 1 forecast, shape (n,); 0 where there is none."""
        if self.line is None:
            return np.zeros(len(moment.known))
        return self.log_correction_of(self.inputs(moment), self.base.purchases(moment))

    def log_correction_of(self, seen: pd.DataFrame, forecast: np.ndarray) -> np.ndarray:
        """Return the same from inputs and the classic forecast, of any customers."""
        ones = np.ones(len(forecast))
        return np.zeros(len(forecast)) if self.line is None else np.asarray(np.log(self.line.predict(seen, ones)))


class Stack:
    """Classic models and a log-linear regression as one forecast, with one distribution around it.

    Parameters
    ----------
    horizon_days : int
        How far ahead it is tested.
    stated_days : int, optional
        How far ahead chances are stated; as far as they are tested if not given.

    Attributes
    ----------
    why_not_ : str
        Why nothing was learned, `TOO_FEW`; empty where something was.
    corrected_ : Corrected
        What was learned on holdouts before the origin.
    trust_ : float
        The share of the correction that is believed, 0 to 1.
    spread_ : Spread
        How far customers fall from their forecasts.
    tested_ : (Moment, Corrected) or None
        The last holdout and what was learned before it; None where history was too short for such a test.
    calibration_ : Calibration
        Of the chances to buy at all.
    own_years_ : dict of float to OwnYear
        What corrects these chances, by the horizon at which it was learned.
    silence_ : AfterSilence
        Chances to come back after long silence within the stated horizon.
    time_ : SeasonalTime
        The time that the classic models are in.
    """

    def __init__(self, horizon_days: int, stated_days: int | None = None) -> None:
        self.horizon_days, self.stated_days = horizon_days, stated_days or horizon_days
        self._factor: tuple[Moment, np.ndarray] | None = None  # of the moment last asked of

    def fit(self, past: Past, origin: int, *, calibrates: bool = True) -> Self:
        """Learn from what was known at `origin`; without recalibrated chances where not `calibrates`."""
        past = _some(past).until(origin)
        self.time_ = past.time_at(origin)
        self.origin_, self.trust_, self.spread_, self.tested_, self.why_not_ = origin, 0.0, Spread(), None, ""
        self.calibration_, self._factor = Calibration(), None
        self.own_years_: dict[float, OwnYear] = {}
        self.silence_ = AfterSilence()
        with threadpool_limits(1):
            learned = Corrected.learn(past, origin, self.horizon_days)
            if learned is None:
                self.why_not_ = TOO_FEW
                return self
            self.corrected_ = learned
            holdouts = [past.at(at, days) for at, days in learned.base.holdouts]
            trials = [(m, Corrected.learn(past, m.known.origin, m.known.horizon_days)) for m in _tests(holdouts)]
            tests = [(moment, before) for moment, before in trials if before is not None and before.line is not None]
            if tests:
                self.tested_ = tests[0]
                self.trust_ = min(_trust(moment, before) for moment, before in tests)
            if holdouts:
                moment, before = self.tested_ or (holdouts[0], learned)
                self.spread_ = self._spread(moment, before)
            if calibrates:
                given = _given(past, learned.base.holdouts)
                self.calibration_ = Calibration.learn(given, self.horizon_days)
                self._learn_own_years(past, given)
                self._learn_silence(past)
        return self

    def _learn_own_years(self, past: Past, given: Sequence[Given]) -> None:
        """Learn from the same windows of earlier years, at the tested horizon and at the stated one."""
        history = self.origin_ - past.days.first_day
        if all(days == self.horizon_days for _, days in self.corrected_.base.holdouts):
            self.own_years_[self.horizon_days] = OwnYear.learn(given, history)
        if self.stated_days != self.horizon_days and self.stated_days <= history // 3:
            at = [(m.known.origin, m.known.horizon_days) for m in holdouts_before(past, self.origin_, self.stated_days)]
            self.own_years_[self.stated_days] = OwnYear.learn(_given(past, at, self.horizon_days), history)

    def _learn_silence(self, past: Past) -> None:
        """Learn who came back after long silence within the stated horizon before the origin."""
        at = self.origin_ - self.stated_days
        if self.stated_days == self.horizon_days or self.stated_days > AHEAD * (self.origin_ - past.days.first_day):
            return
        then, moment = Stack(self.horizon_days).fit(past, at, calibrates=False), past.at(at, self.stated_days)
        if not then.why_not_ and set(then.corrected_.base.weights) <= set(moment.expected):
            counts = then.forecast(moment, self.stated_days)
            self.silence_ = AfterSilence.learn(moment.known.silent_days, counts, moment.known.later)

    @property
    def weights(self) -> dict[str, float]:
        """Of the classic models, by name."""
        return self.corrected_.base.weights

    @property
    def tested_days(self) -> int:
        """How long the holdouts are that were learned from; the horizon where there are none."""
        holdouts = self.corrected_.base.holdouts
        return holdouts[0][1] if holdouts else self.horizon_days

    def seen(self, past: Past) -> Past:
        """Return what was learned from: what was known at the origin, of very many customers a part."""
        return _some(past).until(self.origin_)

    def holdouts(self, past: Past) -> list[Moment]:
        """Return the holdouts that were learned from, the latest first; of very many customers a part."""
        past = self.seen(past)
        return [past.at(at, days) for at, days in self.corrected_.base.holdouts]

    def _spread(self, moment: Moment, before: Corrected) -> Spread:
        """Learn how far customers fell from their forecasts on a holdout, its total aside.

        The correction is what was learned before that holdout; the models count as they do now.
        """
        counts = self.corrected_.base.counts(moment, moment.known.horizon_days)
        mean = _of_total(
            before.base.purchases(moment) * np.exp(self.trust_ * before.log_correction(moment)),
            float(moment.known.later.sum()),
        )
        return Spread.learn(replace(counts, mean=mean), moment.known.later)

    def factor(self, moment: Moment) -> np.ndarray:
        """Return what the models' forecast of each customer is multiplied by, shape (n,); in all, the level says."""
        if self._factor is None or self._factor[0] is not moment:
            self._factor = moment, self._factor_of(moment)
        return self._factor[1]

    def _factor_of(self, moment: Moment) -> np.ndarray:
        with threadpool_limits(1):
            base = self.corrected_.base
            expected = mixed(moment.expected, base.weights)
            factor = (
                np.exp(self.trust_ * self.corrected_.log_correction(moment)) if self.trust_ else np.ones(len(expected))
            )
            total = float((expected * factor).sum())
            return np.asarray(base.level.scale * factor * (expected.sum() / total if total > 0 else 1.0))

    def forecast(self, moment: Moment, horizon_days: float | None = None) -> Counts:
        """Return the distributions of purchases of a moment at the origin, for any customers and horizon.

        The classic models say how purchases, and how sure they are, change with the horizon; the factor and what the
        spread learned are taken to be those of the tested horizon, and the calibration is believed the less the further
        ahead.
        """
        days = horizon_days or self.horizon_days
        counts = self._before_silence(moment, days)
        return self.silence_.of(counts, moment.known.silent_days) if days == self.stated_days else counts

    def means(self, moment: Moment, horizon_days: float | None = None) -> np.ndarray:
        """Return the purchases to expect by `forecast`; without the distributions where these do not change them."""
        days = horizon_days or self.horizon_days
        is_changed = self.own_years_.get(days, OwnYear()).of_windows or (
            days == self.stated_days and self.silence_.since
        )
        if is_changed:
            return self.forecast(moment, days).mean
        return np.asarray(self.corrected_.base.means(moment, days) * self.factor(moment))

    def forget(self) -> None:
        """Let go of the moment last asked of: of very many customers it takes much memory."""
        self._factor = None

    def _before_silence(self, moment: Moment, days: float) -> Counts:
        """Return the forecast as it is before chances of the long silent are brought to what others did."""
        counts = self.corrected_.base.counts(moment, days)
        spread = self.spread_.of(
            replace(counts, mean=counts.mean * self.factor(moment)), self.corrected_.base.level.spread
        )
        own_year = self.own_years_.get(days, OwnYear())
        return own_year.of(spread, moment.known, days) if own_year.of_windows else self.calibration_.of(spread, days)

    def times_after_silence(self, moment: Moment) -> np.ndarray:
        """Return how many times as many purchases silence makes of each customer's over the stated horizon."""
        if not self.silence_.since:
            return np.ones(len(moment.known))
        before = self._before_silence(moment, self.stated_days)
        after = self.silence_.of(before, moment.known.silent_days)
        return np.asarray(after.mean / np.maximum(before.mean, TINY))

    def over(self, moment: Moment, expected: Mapping[str, np.ndarray]) -> np.ndarray:
        """Return the forecast of whatever is proportional to purchases by model, such as their discounted sum."""
        return np.asarray(mixed(expected, self.corrected_.base.weights) * self.factor(moment))

    def record(self) -> dict[str, Any]:
        """Return what was learned, as JSON holds it; the regression is not saved: the same data make the same again."""
        if self.why_not_:
            return {"why_not": self.why_not_}
        corrected, base = self.corrected_, self.corrected_.base
        low, high = base.level.interval_80
        return {
            "why_not": None,
            "weights": base.weights,
            "k": base.k,
            "scale": base.level.scale,
            "total_80": [base.level.scale * low, base.level.scale * high],
            "trust_in_corrections": self.trust_,
            "n_inputs": len(corrected.columns),
            "n_rows": corrected.rows,
            "holdouts": [{"days_before": self.origin_ - at, "days": days} for at, days in base.holdouts],
            "spread": {"constant": self.spread_.constant, "of_log_mean": self.spread_.of_mean},
            "calibration": {"slope": self.calibration_.slope, "n_origins": self.calibration_.n_origins},
            "own_years": [{"days": days} | asdict(own) for days, own in sorted(self.own_years_.items())],
            "after_silence": asdict(self.silence_),
            "dropout": base.dropout.record(),
            "seasonal_pace": list(self.time_.pace),
        }


def _some(past: Past) -> Past:
    return past.every(past.days.n_customers // FIT_CUSTOMERS + 1)


def _given(past: Past, holdouts: Sequence[tuple[int, int]], tested_days: int | None = None) -> list[Given]:
    """Return the chances that would have been given at earlier origins, each with who bought; one alone tells nothing.

    All holdouts are as long as the horizon where there are several; forecasts are tested at `tested_days` if given.
    """
    if len(holdouts) < TESTS:
        return []
    out = []
    for at, days in holdouts:
        stack, moment = Stack(tested_days or days).fit(past, at, calibrates=False), past.at(at, days)
        if not stack.why_not_ and set(stack.corrected_.base.weights) <= set(moment.expected):
            chance = stack.forecast(moment, days).p_any
            out.append(Given(chance, moment.known.later > 0, same_windows(moment.known, days)))
    return out


def _tests(holdouts: list[Moment]) -> list[Moment]:
    """Return the last holdout, and of the others the one nearest to half a year before it."""
    if len(holdouts) < TESTS:
        return holdouts
    last = holdouts[0].known.origin
    return [holdouts[0], min(holdouts[1:], key=lambda m: abs(last - m.known.origin - 182))]


def _trust(moment: Moment, before: Corrected) -> float:
    forecast = np.maximum(before.base.purchases(moment), LEAST)
    return believed(forecast, before.log_correction(moment), moment.known.later)


def believed(forecast: np.ndarray, log_correction: np.ndarray, later: np.ndarray) -> float:
    """Return the smallest share of the correction that shares the total out as well as the best one, chance aside.

    Well is by Poisson deviance, and chance one standard error of the difference over customers: the one-standard-error
    rule (Breiman et al. 1984, "Classification and Regression Trees", section 3.4.3).

    Parameters
    ----------
    forecast, log_correction, later : ndarray of shape (n,)
        Purchases forecast before the correction, its log, and what came.
    """
    total = float(later.sum())
    if not total:
        return 0.0
    losses = [-later * np.log(_of_total(forecast * np.exp(share * log_correction), total)) for share in SHARES]
    best = min(losses, key=lambda loss: loss.sum())
    worse = ((loss - best) for loss in losses)
    return next(
        round(float(share), 2)
        for share, more in zip(SHARES, worse, strict=True)
        if more.sum() <= more.std() * np.sqrt(len(later))
    )


def _of_total(purchases: np.ndarray, total: float) -> np.ndarray:
    return np.asarray(purchases * (total / purchases.sum()))
