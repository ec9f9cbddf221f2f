"""Customers whose contract runs and is paid for longer than their horizon: buying nothing within it says nothing."""

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

import ibis.expr.types as ir
import numpy as np

from crmwb import engine
from crmwb.engine import Backend
from crmwb.lifecycle.risk.build import DAYS_A_MONTH, Risk
from crmwb.value.contracts.histories import histories

if TYPE_CHECKING:
    import pandas as pd


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
    """
    every = histories(contracts, as_of)
    running = every.filter(~every.is_lost).group_by("customer_id").aggregate(months=every.period_months.max())
    rows = engine.batches(con, running).read_all().to_pandas()
    return without(risk, rows.set_index("customer_id")["months"])


def without(risk: Risk, months: "pd.Series[int]") -> Risk:
    """Leave out who pays by such periods, in months by customer, where a horizon is shorter."""
    frame = risk.customers
    period = frame["customer_id"].map(months).to_numpy(dtype=np.float64, na_value=np.nan) * DAYS_A_MONTH
    horizon = frame["risk_horizon_days"].to_numpy(dtype=np.float64, na_value=np.nan)
    stays = ~(period > horizon)
    known = [name for name in frame.columns if name != "customer_id"]
    return replace(risk, customers=frame.assign(**{name: frame[name].where(stays) for name in known}))
