"""The risk of every customer: chance of no purchase within the own horizon, its class, and the margin at stake."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from crmwb.contract.lifecycle import RISK
from crmwb.lifecycle.activity import Entries
from crmwb.lifecycle.risk.backtest import Reliability, Tested, backtest, watched
from crmwb.lifecycle.risk.before import LEAST_DAYS, Before
from crmwb.lifecycle.risk.classes import AT_RISK, CLASSES, classes
from crmwb.lifecycle.risk.hazard import Hazard
from crmwb.lifecycle.risk.panel import Known
from crmwb.lifecycle.risk.watch import Watch
from crmwb.lifecycle.seasons import Seasons
from crmwb.params import RiskParams

REASONS = (
    "no_purchases", "history_too_short", "too_few_cases", "forecasts_did_not_come_true", "customers_buy_once",
)  # fmt: skip
NO_PURCHASES, TOO_SHORT, TOO_FEW, NO_SKILL, BUY_ONCE = REASONS
NEARLY_ALL, MOST = 0.95, 0.5  # of buyers: leaving by definition, and with a single purchase
PART_OF_HISTORY = 3  # a horizon is at most this part of the history
FITTED_MOMENTS = 24
DAYS_A_MONTH = 30.4


@dataclass(frozen=True)
class Risk:
    """Who is leaving.

    Attributes
    ----------
    customers : DataFrame
        One row per customer, columns of RISK; unknown for who never bought or usually buys less often than the longest
        horizon, and for all where the history is too short to learn and to test, or forecasts at past moments did not
        come true.
    reliability : Reliability or None
        How forecasts at past moments came true; None where none could be tested.
    not_available : str or None
        Why the risk is unknown for all: nothing was bought, the history is too short, too few customers were seen to
        leave or to stay, forecasts did not come true, or most buy once, so that nearly all would count as leaving.
    before : date or None
        The earlier month end that was_at_risk is of; None where no risk is known now or then, or where those who became
        at risk before left less often than that says.
    """

    customers: pd.DataFrame
    reliability: Reliability | None
    not_available: str | None = None
    before: date | None = None

    @property
    def facts(self) -> dict[str, Any]:
        """What reports and metrics need: whether risk is known, the counts of classes, reliability."""
        counts = self.customers["risk_class"].value_counts()
        known = self.reliability
        return {
            "is_available": self.not_available is None,
            "not_available": self.not_available,
            "before": None if self.before is None else self.before.isoformat(),
            "n_customers": {name: int(counts.get(name, 0)) for name in CLASSES},
            "n_at_risk": int(counts.get(AT_RISK, 0)),
            "margin_at_stake_cents": _sum(self.customers, AT_RISK),
            "reliability": None
            if known is None
            else {
                "slope": known.slope,
                "intercept": known.intercept,
                "log_loss": known.log_loss,
                "base_log_loss": known.base_log_loss,
                "n_moments": known.n_moments,
                "n_customers": known.n_customers,
            },
        }


def build(
    purchases: Entries,
    ends: Sequence[date],
    customers: pd.DataFrame,
    first_event: date,
    params: RiskParams,
    *,
    seasons: Seasons | None = None,
    value_days: int = 0,
) -> Risk:
    """Learn, test and apply the risk.

    Parameters
    ----------
    purchases : Entries
        What was bought before the last of `ends`.
    ends : sequence of date
        Ascending month ends without a gap; the last one is now.
    customers : DataFrame
        One row per customer, by their numbers: customer_id, and clv_cents and p_purchase where they are known.
    first_event : date
        Where the data begin.
    params : RiskParams
        Horizons, classes, and how many past moments are tested.
    seasons : Seasons or None
        What the season of each moment is learned from; days are all alike without.
    value_days : int, default 0
        The days within which p_purchase is the chance to buy.
    """
    ids, now = customers["customer_id"], ends[-1]
    if not purchases.months:
        return Risk(_nobody(ids), None, NO_PURCHASES)
    longest = min(params.max_days, (now - first_event).days / PART_OF_HISTORY)
    tries = []
    watch = Watch(purchases, ends, len(ids), params, seasons or Seasons.none(len(ids)))
    for most_days in (longest, longest / 2):  # shorter horizons have ended at more past moments
        tries.append(_learned(watch, most_days))
        if isinstance(tries[-1], _Learned) and tries[-1].tested.reliability.is_useful:
            break
    learned = next((tried for tried in reversed(tries) if isinstance(tried, _Learned)), None)
    if learned is None:
        return Risk(_nobody(ids), None, TOO_FEW if TOO_FEW in tries else TOO_SHORT)
    tested, present = learned.tested, learned.present
    if not tested.reliability.is_useful:
        return Risk(_nobody(ids), tested.reliability, NO_SKILL)
    risk, horizon = np.full(len(ids), np.nan), np.full(len(ids), np.nan)
    risk[present.customer] = tested.calibration.of(learned.hazard.none(present)).round(6)
    if _buy_once(risk[present.customer], present.n_purchases, params):
        return Risk(_nobody(ids), tested.reliability, BUY_ONCE)
    horizon[present.customer] = present.horizon_days
    if "p_purchase" in customers:
        never = 1 - pd.to_numeric(customers["p_purchase"]).to_numpy(dtype=np.float64, na_value=np.nan)
        risk = _at_least(risk, np.where(horizon <= value_days, never, np.nan), params.at_risk).round(6)
    clv = pd.to_numeric(customers["clv_cents"]) if "clv_cents" in customers else pd.Series(np.nan, index=ids.index)
    at_stake = risk * clv.to_numpy(dtype=np.float64, na_value=np.nan)
    before = learned.before(params.at_risk, len(ids))
    nobody = pd.Series(pd.NA, index=ids.index, dtype="boolean")
    frame = pd.DataFrame(
        {
            "customer_id": ids,
            "risk": risk,
            "risk_class": classes(risk, params),
            "risk_horizon_days": pd.Series(horizon).astype("Int64"),
            "margin_at_stake_cents": pd.Series(at_stake).round().astype("Int64"),
            "was_at_risk": (nobody if before is None else before.was_at_risk).array,
        }
    )
    return Risk(frame, tested.reliability, before=None if before is None else before.as_of)


def _nobody(ids: "pd.Series[Any]") -> pd.DataFrame:
    """Return customers of whom no risk is known."""
    return pd.DataFrame({"customer_id": ids}).reindex(columns=RISK.names)


@dataclass(frozen=True)
class _Learned:
    """The buyers now and a month ago, the hazard that they have, and how it did at past moments."""

    present: Known
    then: Known | None
    hazard: Hazard
    tested: Tested

    def before(self, least: float, n_customers: int) -> Before | None:
        if self.then is None or not self.tested.newly_came_true:
            return None
        risk = self.tested.calibration.of(self.hazard.none(self.then)).round(6)
        return Before.of(self.then, risk, least, n_customers)


def _at_least(risk: np.ndarray, never: np.ndarray, least: float) -> np.ndarray:
    """Return the chances of those at risk, no smaller than that they do not buy within a longer time either.

    Who had bought often and has been silent for years is hardly told from those silent for weeks by a horizon of
    weeks; the value models see it. Only who is at risk already: who counts as such is tested, and compared with before.
    """
    return np.where((risk >= least) & (never > risk), never, risk)


def _learned(watch: Watch, most_days: float) -> _Learned | str:
    """Learn and test on past moments; why not where there are too few, or nobody's rhythm fits now."""
    past: list[Known] = []
    then, present, now = None, None, watch.ends[-1]
    for moment in watch.moments(most_days):
        if moment.as_of == now:
            present = moment
            break
        if (now - moment.as_of).days >= LEAST_DAYS:
            then = moment  # the latest one
        past.append(moment if watch.step == 1 else moment.some(moment.customer % watch.step == 0))
    if present is None:
        return TOO_SHORT
    n_watched = round(most_days / DAYS_A_MONTH)  # months until the horizons of a moment have ended
    past = past[-(FITTED_MOMENTS + n_watched) :]
    tested = backtest(past, now, watch.params.n_origins, watch.as_seen_at(past, most_days), watch.params.at_risk)
    hazard = Hazard.fit(past, now)
    if tested is not None and hazard is not None:
        return _Learned(present, then, hazard, tested)
    return TOO_FEW if watched(past, now, watch.can_forecast) else TOO_SHORT


def _buy_once(risk: np.ndarray, n_purchases: np.ndarray, params: RiskParams) -> bool:
    """Whether nearly all would count as leaving because most never buy again: that tells no customer from another."""
    return bool((risk >= params.at_risk).mean() >= NEARLY_ALL and (n_purchases == 1).mean() >= MOST)


def _sum(customers: pd.DataFrame, name: str) -> int | None:
    cents = customers.loc[customers["risk_class"] == name, "margin_at_stake_cents"].dropna()
    return int(cents.sum()) if len(cents) else None
