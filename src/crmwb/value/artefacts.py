"""Writing a valuation: data/value/ and metrics/value.json."""

from pathlib import Path

import pandas as pd
import pyarrow as pa

from crmwb import layout, storage
from crmwb.value import equity, scorecard
from crmwb.value.customers import SCHEMA as CUSTOMERS_SCHEMA
from crmwb.value.proof.backtest import SCHEMA as BACKTEST_SCHEMA
from crmwb.value.proof.backtest import TRACKING as TRACKING_SCHEMA
from crmwb.value.valuation import Valuation

TABLES: dict[str, tuple[Path, list[str], pa.Schema]] = {
    "customers": (layout.CUSTOMER_VALUE, ["customer_id"], CUSTOMERS_SCHEMA),
    "tier_months": (layout.TIER_MONTHS, ["as_of", "customer_id"], scorecard.MONTHS_SCHEMA),
    "backtest": (layout.BACKTEST, ["origin", "forecaster"], BACKTEST_SCHEMA),
    "tracking": (layout.TRACKING, ["origin", "forecaster", "week"], TRACKING_SCHEMA),
    "equity": (layout.EQUITY, ["as_of"], equity.MONTHS_SCHEMA),
    "equity_bridge": (layout.EQUITY_BRIDGE, ["span", "begins", "component"], equity.BRIDGE_SCHEMA),
    "forecast": (layout.FORECAST, ["measure", "month"], equity.FORECAST_SCHEMA),
    "past_forecasts": (layout.PAST_FORECASTS, ["measure", "origin", "month"], equity.PAST_SCHEMA),
}


def write(v: Valuation) -> None:
    """Write a valuation; of a source without transactions, tables without rows."""
    made: dict[str, pd.DataFrame] = {"customers": v.customers}
    if v.tier_months is not None:
        made |= {"tier_months": v.tier_months}
    if v.tested is not None:
        made |= {"backtest": v.tested.scores, "tracking": v.tested.tracking}
    if v.equity is not None:
        made |= {"equity": v.equity.months, "equity_bridge": v.equity.bridge}
        made |= {"forecast": v.equity.forecast, "past_forecasts": v.equity.past}
    for name, (path, key, schema) in TABLES.items():
        storage.write_frame(made.get(name, pd.DataFrame(columns=schema.names)), path, key, schema)
    storage.write_json(v.models, layout.VALUE_MODELS)
    storage.write_json(v.facts, layout.VALUE_FACTS)
    storage.write_json(v.metrics, layout.VALUE_METRICS)
