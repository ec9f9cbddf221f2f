"""Was the risk right? Past moments, each forecast from what was known then, against what came."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

import numpy as np
import pandas as pd
from scipy.special import bdtr, expit, logit

from crmwb.lifecycle.risk.hazard import MIN_ENDED, MIN_MOMENTS, MIN_OF_EACH, Hazard
from crmwb.lifecycle.risk.panel import Known

N_GROUPS = 10
NEAR = 1e-4
MIN_TESTED = 100
MIN_NEWLY = 30
BY_CHANCE = 0.05
MIN_GAIN = 0.02  # of log loss
MIN_SLOPE = 0.6  # of what came on what was forecast


@dataclass(frozen=True)
class Reliability:
    """Chances of no purchase beside what came, over all tested moments.

    Attributes
    ----------
    groups : DataFrame
        One row per tenth of the tested forecasts, by rising risk: group (from 1), n_customers, mean_risk,
        silent_share (of them, who did not buy).
    slope, intercept : float
        Of the logit of what came on the logit of the risk; 1 and 0 where it is right.
    log_loss, base_log_loss : float
        Mean over customers; `base` had every customer the mean share.
    n_moments, n_customers : int
        Tested moments, and forecasts.
    """

    groups: pd.DataFrame
    slope: float
    intercept: float
    log_loss: float
    base_log_loss: float
    n_moments: int
    n_customers: int

    @property
    def is_useful(self) -> bool:
        """Whether forecasts beat the mean share of all customers by MIN_GAIN, and were not far too sure.

        Those that were too unsure came true more often than stated: who was said to leave did.
        """
        return self.slope >= MIN_SLOPE and self.log_loss <= (1 - MIN_GAIN) * self.base_log_loss


@dataclass(frozen=True)
class Calibration:
    """Slope and intercept on the logit of a chance; see `calibration`."""

    slope: float = 1.0
    intercept: float = 0.0

    def of(self, risk: np.ndarray) -> np.ndarray:
        """Return calibrated chances, of the shape of `risk`."""
        p = np.clip(risk, NEAR, 1 - NEAR)
        return np.asarray(expit(self.slope * logit(p) + self.intercept))


@dataclass(frozen=True)
class Tested:
    """How forecasts at past moments came true, and how those to come are calibrated.

    Attributes
    ----------
    reliability : Reliability
        Of forecasts that were calibrated on earlier moments alone.
    calibration : Calibration
        Learned from all tested moments.
    newly_came_true : bool
        Whether customers who became at risk at those moments left about as often as was said; also where too few did.
    """

    reliability: Reliability
    calibration: Calibration
    newly_came_true: bool = True


def backtest(
    moments: Sequence[Known],
    as_of: date,
    n_origins: int,
    as_seen_at: Callable[[int], Sequence[Known]],
    at_risk: float,
) -> Tested | None:
    """Forecast from past moments and compare; None where too little was watched.

    `at_risk` is the chance from which customers are said to be at risk.
    `as_seen_at` returns the moments up to one of a place in `moments`, that one last, as they were seen at it; none
    where it cannot be forecast from.

    The hazard is learned anew for each moment from what was known before it, and calibrated on the forecasts from
    earlier moments whose horizons had ended by then. Of each moment, customers count whose horizon had ended by
    `as_of`; moments at which that holds for fewer than half of them are left out, for short rhythms alone do not speak
    for all.
    """
    forecasts: list[tuple[Known, np.ndarray]] = []
    ended = [_has_ended(moment, as_of) for moment in moments]
    for place in [place for place in range(len(moments)) if ended[place]][-2 * n_origins :]:
        *earlier, origin = as_seen_at(place) or [moments[place]]
        learned = Hazard.fit(earlier, origin.as_of)
        if learned is not None:
            forecasts.append((origin, learned.none(origin)))
    risks, silent, tested = [], [], []
    for place, (origin, risk) in list(enumerate(forecasts))[-n_origins:]:
        over = origin.horizon_days <= (as_of - origin.as_of).days
        before = calibrated(forecasts[:place], origin.as_of) or Calibration()
        tested.append((origin, before.of(risk), over))
        risks.append(tested[-1][1][over])
        silent.append((origin.next_days >= origin.horizon_days)[over])
    final = calibrated(forecasts, as_of)
    if not risks or final is None:
        return None
    reliable = reliability(np.concatenate(risks), np.concatenate(silent), len(risks))
    return None if reliable is None else Tested(reliable, final, newly_came_true(tested, at_risk))


def newly_came_true(tested: Sequence[tuple[Known, np.ndarray, np.ndarray]], at_risk: float) -> bool:
    """Say whether customers who became at risk from one moment to the next left no less often than that says.

    Parameters
    ----------
    tested : sequence of (Known, ndarray, ndarray)
        Ascending moments, with the chance of leaving of each of their customers, and whether its horizon has ended.
    at_risk : float
        The chance from which customers are at risk.

    Returns
    -------
    bool
        False where fewer left than `at_risk` of them would by chance, at 5%: of `MIN_NEWLY` or more of one moment, as
        at a turn of the season, or of all moments.
    """
    counts = []
    for (then, earlier, _), (now, risk, over) in pairwise(tested):
        was = pd.Series(earlier, index=then.customer).reindex(now.customer).to_numpy()
        newly = over & (risk >= at_risk) & (was < at_risk)
        counts.append((int(newly.sum()), int((now.next_days >= now.horizon_days)[newly].sum())))
    of_all = (sum(n for n, _ in counts), sum(left for _, left in counts))
    tests = [(n, left) for n, left in (*counts, of_all) if n >= MIN_NEWLY]
    return all(bdtr(left, n, at_risk) >= BY_CHANCE / len(tests) for n, left in tests)


def watched(moments: Sequence[Known], as_of: date, can_forecast: Callable[[Known], bool]) -> bool:
    """Whether the history is long enough: enough moments ended before one to forecast from that has ended by now."""
    return any(
        can_forecast(origin)
        and _has_ended(origin, as_of)
        and sum(_has_ended(moment, origin.as_of) for moment in moments[:place]) >= MIN_MOMENTS
        for place, origin in enumerate(moments)
    )


def _has_ended(moment: Known, day: date) -> bool:
    return bool((moment.horizon_days <= (day - moment.as_of).days).mean() >= MIN_ENDED)


def calibrated(forecasts: Sequence[tuple[Known, np.ndarray]], known_until: date) -> Calibration | None:
    """Learn a calibration from forecasts whose horizons had ended by a day; None where there are too few."""
    p, y = [], []
    for origin, risk in forecasts:
        ended = origin.horizon_days <= (known_until - origin.as_of).days
        p.append(risk[ended])
        y.append((origin.next_days >= origin.horizon_days)[ended])
    if not p or sum(map(len, p)) < MIN_TESTED:
        return None
    chances, was_silent = np.clip(np.concatenate(p), NEAR, 1 - NEAR), np.concatenate(y).astype(np.float64)
    if min(was_silent.sum(), (1 - was_silent).sum()) < MIN_OF_EACH:
        return None
    slope, intercept = calibration(chances, was_silent)
    # half way: moments are few and alike, so what they agree on is believed in part
    return Calibration(round((1 + max(slope, 0.0)) / 2, 6), round(intercept / 2, 6))


def reliability(risk: np.ndarray, was_silent: np.ndarray, n_moments: int) -> Reliability | None:
    """Compare chances with what came; None where fewer than MIN_TESTED were tested, or all came out alike."""
    if len(risk) < MIN_TESTED or was_silent.all() or not was_silent.any():
        return None
    p, y = np.clip(risk, NEAR, 1 - NEAR), was_silent.astype(np.float64)
    order = np.argsort(p.round(6), kind="stable")
    rows = [
        (group, len(part), float(p[part].mean()), float(y[part].mean()))
        for group, part in enumerate(np.array_split(order, N_GROUPS), start=1)
    ]
    slope, intercept = calibration(p, y)
    base = y.mean()
    return Reliability(
        pd.DataFrame(rows, columns=["group", "n_customers", "mean_risk", "silent_share"]).round(6),
        round(slope, 4),
        round(intercept, 4),
        round(float(-(y * np.log(p) + (1 - y) * np.log(1 - p)).mean()), 6),
        round(float(-(base * np.log(base) + (1 - base) * np.log(1 - base))), 6),
        n_moments,
        len(p),
    )


def calibration(p: np.ndarray, y: np.ndarray) -> tuple[float, float]:
    """Return slope and intercept of what came on the logit of its chance, by maximum likelihood (Cox 1958)."""
    from sklearn.linear_model import LogisticRegression

    fitted = LogisticRegression(C=1e6, solver="newton-cholesky", tol=1e-10, max_iter=200)
    fitted.fit(logit(p).round(6)[:, None], y)
    return float(fitted.coef_[0, 0]), float(fitted.intercept_[0])
