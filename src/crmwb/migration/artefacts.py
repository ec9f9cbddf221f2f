"""Writing migration: data/migration/ and metrics/migration.json."""

from pathlib import Path

import pandas as pd
import pyarrow as pa

from crmwb import layout, storage
from crmwb.migration.build import Migration

BASE = [("scheme", pa.string()), ("definition", pa.string())]
TRANSITIONS_SCHEMA = pa.schema(
    [
        *BASE,
        ("as_of", pa.date32()),  # the month end after the change
        ("from_segment", pa.string()),  # "new": the first month end of the customer
        ("to_segment", pa.string()),
        ("direction", pa.string()),  # up, down, across, stayed, new
        ("n_customers", pa.int64()),
        ("from_share", pa.float64()),  # of the customers in from_segment; unknown for new customers
        ("n_behaviour", pa.int64()),
        ("n_redefinition", pa.int64()),
        ("n_both", pa.int64()),
        ("revenue_cents", pa.int64()),  # of the twelve months before as_of
        ("expected_change_cents", pa.int64()),  # a year: revenue of to_segment per customer less that of from_segment
    ]
)
SHARES_SCHEMA = pa.schema(
    [
        *BASE,
        ("as_of", pa.date32()),
        ("position", pa.int64()),
        ("segment", pa.string()),
        ("n_customers", pa.int64()),
        ("customer_share", pa.float64()),
        ("revenue_cents", pa.int64()),
    ]
)
PROBABILITIES_SCHEMA = pa.schema(
    [
        *BASE,
        ("from_segment", pa.string()),
        ("to_segment", pa.string()),
        ("n_customers", pa.int64()),
        ("probability", pa.float64()),
        ("first_half_probability", pa.float64()),
        ("second_half_probability", pa.float64()),
    ]
)
LONG_RUN_SCHEMA = pa.schema(
    [
        *BASE,
        ("position", pa.int64()),
        ("segment", pa.string()),
        ("annual_revenue_cents", pa.float64()),  # per customer, from the month after each month end
        ("now_share", pa.float64()),
        ("long_run_share", pa.float64()),
        ("long_run_with_new_share", pa.float64()),
    ]
)
CHANGES_SCHEMA = pa.schema(
    [
        ("position", pa.int64()),  # 1: the largest revenue
        ("as_of", pa.date32()),
        ("customer_id", pa.string()),
        ("scheme", pa.string()),
        ("from_segment", pa.string()),
        ("to_segment", pa.string()),
        ("direction", pa.string()),
        ("cause", pa.string()),
        ("reason", pa.string()),  # a finding, as `findings.dumps` writes it
        ("revenue_cents", pa.int64()),
        ("expected_change_cents", pa.int64()),
    ]
)
SEGMENT = ["scheme", "definition", "as_of", "from_segment", "to_segment"]


def write(result: Migration) -> None:
    """Write everything; where no customer can change segment, the tables have no rows."""
    _write(result.transitions, layout.MIGRATION_TRANSITIONS, SEGMENT, TRANSITIONS_SCHEMA)
    _write(result.shares, layout.MIGRATION_SHARES, ["scheme", "definition", "as_of", "position"], SHARES_SCHEMA)
    _write(
        result.probabilities, layout.MIGRATION_PROBABILITIES, [s for s in SEGMENT if s != "as_of"], PROBABILITIES_SCHEMA
    )
    _write(result.long_run, layout.MIGRATION_LONG_RUN, ["scheme", "definition", "position"], LONG_RUN_SCHEMA)
    _write(result.changes, layout.MIGRATION_CHANGES, ["position"], CHANGES_SCHEMA)
    storage.write_json(result.facts, layout.MIGRATION_FACTS)
    storage.write_json(result.metrics, layout.MIGRATION_METRICS)


def _write(frame: pd.DataFrame, path: Path, order_by: list[str], schema: pa.Schema) -> None:
    whole = frame if len(frame.columns) else schema.empty_table().to_pandas()
    storage.write_frame(whole[schema.names], path, order_by, schema)
