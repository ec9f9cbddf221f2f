"""A small source written by hand: its tables opened on the engine, and its customers described."""

from datetime import date

import pandas as pd
import pyarrow as pa
from builders import customers_of

from crmwb import engine
from crmwb.contract.features import CUSTOMERS
from crmwb.features.customers import customers
from crmwb.params import FeatureParams

FEATURE_PARAMS = FeatureParams(
    recent_days=90, off_season_months=(1, 2, 7, 8), max_days_after_last_event=31, n_snapshots=36, min_customers=2
)


def opened(con, tables: dict[str, pa.Table]) -> dict:
    """Open canonical tables; where there is no customers table, the transactions imply it."""
    if "customers" not in tables:
        tables = {**tables, "customers": customers_of(tables["transactions"])}
    return {name: engine.open_arrow(con, table, name) for name, table in tables.items()}


def described(con, tables: dict, as_of: str) -> pd.DataFrame:
    """Return the feature table as the pipeline reads it."""
    query = customers(tables, date.fromisoformat(as_of), FEATURE_PARAMS)
    return engine.batches(con, query).read_all().cast(CUSTOMERS.schema).to_pandas()
