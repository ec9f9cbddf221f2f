"""CDNOW as the literature counts it."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from crmwb.value.models import PurchaseSummary

CALIBRATION_END = pd.Timestamp("1997-09-30")  # inclusive, and where T runs to
HOLDOUT_DAYS = 273  # weeks 40-78


@dataclass(frozen=True)
class Customers:
    """One entry per customer, in the order of the ids; days."""

    frequency: np.ndarray
    recency_days: np.ndarray
    age_days: np.ndarray
    mean_spend: np.ndarray
    recent_purchases: np.ndarray
    later_purchases: np.ndarray

    def summary(self, days_a_unit: float = 1.0) -> PurchaseSummary:
        return PurchaseSummary.of(self.frequency, self.recency_days / days_a_unit, self.age_days / days_a_unit)

    def histories(self) -> pd.DataFrame:
        names = ("frequency", "recency_days", "age_days", "recent_purchases", "later_purchases")
        return pd.DataFrame({name: getattr(self, name) for name in names})


def cdnow(log: pd.DataFrame) -> Customers:
    """Count a log (id, day, dollars) the way the published values do: occasions are days, of whatever value."""
    days = log.groupby(["id", "day"], as_index=False)["dollars"].sum()
    ids = np.sort(days["id"].unique())
    known, later = days[days["day"] <= CALIBRATION_END], days[days["day"] > CALIBRATION_END]
    by_customer = known.groupby("id")["day"].agg(["size", "min", "max"]).reindex(ids)
    repeat = known[known["day"] > known["id"].map(by_customer["min"])]
    recent = known[known["day"] > CALIBRATION_END - pd.Timedelta(days=HOLDOUT_DAYS)]
    return Customers(
        frequency=by_customer["size"].to_numpy() - 1,
        recency_days=(by_customer["max"] - by_customer["min"]).dt.days.to_numpy(),
        age_days=(CALIBRATION_END - by_customer["min"]).dt.days.to_numpy(),
        mean_spend=repeat.groupby("id")["dollars"].mean().reindex(ids).to_numpy(),
        recent_purchases=recent.groupby("id").size().reindex(ids, fill_value=0).to_numpy(),
        later_purchases=later.groupby("id").size().reindex(ids, fill_value=0).to_numpy(),
    )


@pytest.fixture(scope="session")
def sample() -> Customers:
    """The 1/10 sample: 2,357 customers."""
    path = Path(__file__).parents[1] / "fixtures" / "cdnow_sample.txt"
    log = pd.read_csv(path, sep=r"\s+", names=["master", "id", "day", "n", "dollars"], dtype={"day": str})
    return cdnow(log.assign(day=pd.to_datetime(log["day"], format="%Y%m%d")))


@pytest.fixture(scope="session")
def master(shared_data) -> Customers:
    """All 23,570 customers."""
    path = shared_data / "cdnow" / "CDNOW_master.txt"
    log = pd.read_csv(path, sep=r"\s+", names=["id", "day", "n", "dollars"], header=0, dtype={"day": str})
    return cdnow(log.assign(day=pd.to_datetime(log["day"], format="%Y%m%d")))
