"""The risk of every customer: chance of no purchase within the own horizon, its class, and the margin at stake."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from crmwb.contract.lifecycle import RISK
from crmwb.lifecycle.activity import Entries
from crmwb.lifecycle.risk.backtest import Reliability, Tested, backtest
from crmwb.lifecycle.risk.classes import AT_RISK, CLASSES, classes
from crmwb.lifecycle.risk.hazard import Hazard
from crmwb.lifecycle.risk.panel import Known, panel
from crmwb.params import RiskParams

TOO_SHORT, NO_SKILL = "history_too_short", "forecasts_did_not_come_true"
PART_OF_HISTORY = 3  # a horizon is at most this part of the history
FITTED_CUSTOMERS = 20_000
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
        How forecasts at past moments came true; None where the history is too short.
    """

    customers: pd.DataFrame
    reliability: Reliability | None

    @property
    def facts(self) -> dict[str, Any]:
        """What reports and metrics need: whether risk is known, the counts of classes, reliability."""
        counts = self.customers["risk_class"].value_counts()
        known = self.reliability
        return {
            "is_available": known is not None and known.is_useful,
            "not_available": None if known is not None and known.is_useful else NO_SKILL if known else TOO_SHORT,
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
    purchases: Entries, ends: Sequence[date], customers: pd.DataFrame, first_event: date, params: RiskParams
) -> Risk:
    """Learn, test and apply the risk.

    Parameters
    ----------
    purchases : Entries
        What was bought before the last of `ends`.
    ends : sequence of date
        Ascending month ends without a gap; the last one is now.
    customers : DataFrame
        One row per customer, by their numbers: customer_id, and clv_cents where it is known.
    first_event : date
        Where the data begin.
    params : RiskParams
        Horizons, classes, and how many past moments are tested.
    """
    ids, now = customers["customer_id"], ends[-1]
    nobody = pd.DataFrame({"customer_id": ids}).reindex(columns=RISK.names)
    if not len(purchases.month):
        return Risk(nobody, None)
    longest = min(params.max_days, (now - first_event).days / PART_OF_HISTORY)
    for most_days in (longest, longest / 2):  # shorter horizons have ended at more past moments
        learned = _learned(panel(purchases, ends, len(ids), params, most_days), now, params.n_origins, most_days)
        if learned is not None and learned.tested.reliability.is_useful:
            break
    if learned is None:
        return Risk(nobody, None)
    tested, present = learned.tested, learned.present
    if not tested.reliability.is_useful:
        return Risk(nobody, tested.reliability)
    risk, horizon = np.full(len(ids), np.nan), np.full(len(ids), np.nan)
    risk[present.customer] = tested.calibration.of(learned.hazard.none(present)).round(6)
    horizon[present.customer] = present.horizon_days
    clv = pd.to_numeric(customers["clv_cents"]) if "clv_cents" in customers else pd.Series(np.nan, index=ids.index)
    at_stake = risk * clv.to_numpy(dtype=np.float64, na_value=np.nan)
    frame = nobody.assign(
        risk=risk,
        risk_class=classes(risk, params),
        risk_horizon_days=pd.Series(horizon).astype("Int64"),
        margin_at_stake_cents=pd.Series(at_stake).round().astype("Int64"),
    )
    return Risk(frame, tested.reliability)


@dataclass(frozen=True)
class _Learned:
    """The buyers now, the hazard that they have, and how it did at past moments."""

    present: Known
    hazard: Hazard
    tested: Tested


def _learned(every: Sequence[Known], now: date, n_origins: int, most_days: float) -> _Learned | None:
    """Learn and test on past moments; None where there are too few, or nobody's rhythm fits now."""
    if not every or every[-1].as_of != now:
        return None
    n_watched = round(most_days / DAYS_A_MONTH)  # months until the horizons of a moment have ended
    past = [_sampled(moment) for moment in every[:-1]][-(FITTED_MOMENTS + n_watched) :]
    tested, hazard = backtest(past, now, n_origins), Hazard.fit(past, now)
    return None if tested is None or hazard is None else _Learned(every[-1], hazard, tested)


def _sampled(moment: Known) -> Known:
    """Return every k-th of many customers, which is a sample: numbers follow ids, not what customers do."""
    step = -(-len(moment.customer) // FITTED_CUSTOMERS)
    if step == 1:
        return moment
    rows = slice(None, None, step)
    own = {name: getattr(moment, name)[rows] for name in moment.__dataclass_fields__ if name not in ("as_of", "rhythm")}
    shape, mean = moment.rhythm.shape[rows], moment.rhythm.mean_days[rows]
    return Known(as_of=moment.as_of, rhythm=type(moment.rhythm)(shape, mean), **own)


def _sum(customers: pd.DataFrame, name: str) -> int | None:
    cents = customers.loc[customers["risk_class"] == name, "margin_at_stake_cents"].dropna()
    return int(cents.sum()) if len(cents) else None
