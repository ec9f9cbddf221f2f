"""What customers would be worth on other terms: another rate, horizon, margin, or a cost of keeping them."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from crmwb import storage
from crmwb.contract.features import CUSTOMERS as FEATURES

HISTORY = ["frequency", "recency_days", "age_days"]


def what_if(
    root: Path,
    models: dict[str, Any],
    buyers: pd.DataFrame,
    *,
    horizon_days: float | None = None,
    annual_rate: float | None = None,
    margin_share: float | None = None,
    retention_cents_a_year: float = 0.0,
) -> pd.DataFrame:
    """Value customers again on other terms; what is not given stays as params.yaml has it.

    Purchases to come grow or shrink with horizon and rate as the model of purchases says of a customer with the same
    history; everything else about the customer stays.

    Parameters
    ----------
    root : Path
        The project.
    models : dict
        models.json.
    buyers : DataFrame
        customer_id, tier, clv_cents and expected_spend_cents of customers who bought.
    horizon_days : float, optional
        How far ahead; infinity for as long as customers stay.
    annual_rate : float, optional
        Annual effective discount rate.
    margin_share : float, optional
        What is left of 1 of revenue.
    retention_cents_a_year : float
        What it costs to keep a customer for a year, for as long as they are one.

    Returns
    -------
    DataFrame
        customer_id, tier, clv_cents (as it is) and new_clv_cents.
    """
    from crmwb.value.models import PurchaseSummary, load
    from crmwb.value.potential.clv import DAYS_A_YEAR, Terms

    now, share = models["discounting"], models["margin"]["share"]
    old = Terms(now["horizon_days"], now["annual_effective_rate"], share)
    new = Terms(
        old.horizon_days if horizon_days is None else horizon_days,
        old.annual_rate if annual_rate is None else annual_rate,
        share if margin_share is None else margin_share,
    )
    model = load(models["purchases"])
    known = storage.read(FEATURES, ["customer_id", *HISTORY], root=root)
    rows = buyers[["customer_id", "tier", "clv_cents"]].merge(known, on="customer_id", validate="one_to_one")
    summary, row_of = PurchaseSummary.compress(*(rows[name].to_numpy(dtype=np.float64) for name in HISTORY))
    before = model.discounted(summary, old.daily_rate, old.horizon_days).purchases
    after = model.discounted(summary, new.daily_rate, new.horizon_days)
    ratio = np.divide(after.purchases, before, out=np.ones_like(before), where=before > 0)[row_of]
    kept = after.time_alive[row_of] * (retention_cents_a_year / DAYS_A_YEAR)
    value = rows["clv_cents"].to_numpy(dtype=np.float64) * ratio * (new.margin_share / old.margin_share) - kept
    return rows.drop(columns=HISTORY).assign(new_clv_cents=np.rint(value).astype(np.int64))
