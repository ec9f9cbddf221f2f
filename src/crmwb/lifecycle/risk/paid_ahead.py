"""Customers whose contract runs and is paid for longer than their horizon: buying nothing within it says nothing."""

from dataclasses import replace
from datetime import date

import ibis.expr.types as ir
import numpy as np
import pandas as pd

from crmwb import engine
from crmwb.engine import Backend
from crmwb.lifecycle.risk.build import DAYS_A_MONTH, Risk
from crmwb.value.contracts.histories import histories


def without_paid_ahead(risk: Risk, con: Backend, contracts: ir.Table, as_of: date) -> Risk:
    """State no risk of customers with a contract that runs and is paid less often than their horizon lasts.

    Parameters
    ----------
    risk : Risk
        As `build` returns it.
    con : Backend
        The engine that holds the contracts.
    contracts : ir.Table
        Clean canonical contracts.
    as_of : date
        Exclusive.

    Returns
    -------
    Risk
        The same, all columns of these customers but customer_id unknown. Whose contract ran at the earlier day and has
        ended since was not at risk then.
    """
    frame = risk.customers
    stays = ~_pays_ahead(frame, con, contracts, as_of)
    known = [name for name in frame.columns if name != "customer_id"]
    frame = frame.assign(**{name: frame[name].where(stays) for name in known})
    if risk.before is not None:
        ran = stays & frame["was_at_risk"].notna() & _pays_ahead(frame, con, contracts, risk.before)
        frame["was_at_risk"] = frame["was_at_risk"].mask(ran, False)
    return replace(risk, customers=frame)


def _pays_ahead(frame: pd.DataFrame, con: Backend, contracts: ir.Table, day: date) -> np.ndarray:
    """Whether a contract of each customer runs at a day and is paid less often than their horizon lasts."""
    every = histories(contracts, day)
    running = every.filter(~every.is_lost).group_by("customer_id").aggregate(months=every.period_months.max())
    rows = engine.batches(con, running).read_all().to_pandas()
    months = frame["customer_id"].map(rows.set_index("customer_id")["months"]).to_numpy(np.float64, na_value=np.nan)
    horizon = frame["risk_horizon_days"].to_numpy(dtype=np.float64, na_value=np.nan)
    return np.asarray(months * DAYS_A_MONTH > horizon)
