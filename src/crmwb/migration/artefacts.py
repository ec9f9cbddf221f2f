"""Writing migration: data/migration/ and metrics/migration.json."""

from pathlib import Path

import pandas as pd
import pyarrow as pa

from crmwb import layout, storage
from crmwb.migration.build import Migration

BASE = [("scheme", pa.string()), ("definition", pa.string())]
MOVES_SCHEMA = pa.schema(
    [
        *BASE,
        ("as_of", pa.date32()),  # the month end after the move
        ("from_segment", pa.string()),  # "new": their first month end
        ("to_segment", pa.string()),
        ("direction", pa.string()),  # up, down, across, stayed, new
        ("n_customers", pa.int64()),
        ("from_share", pa.float64()),  # of those who were in from_segment; unknown of the new ones
        ("n_behaviour", pa.int64()),
        ("n_redefinition", pa.int64()),
        ("n_both", pa.int64()),
        ("revenue_cents", pa.int64()),  # of the twelve months before as_of
        ("expected_change_cents", pa.int64()),  # a year: what customers of to_segment bring more than those of from
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
CHANCES_SCHEMA = pa.schema(
    [
        *BASE,
        ("from_segment", pa.string()),
        ("to_segment", pa.string()),
        ("n_customers", pa.int64()),
        ("chance", pa.float64()),
        ("first_half_chance", pa.float64()),
        ("second_half_chance", pa.float64()),
    ]
)
STEADY_SCHEMA = pa.schema(
    [
        *BASE,
        ("position", pa.int64()),
        ("segment", pa.string()),
        ("worth_cents", pa.float64()),  # a year per customer, from the month after each month end
        ("now_share", pa.float64()),
        ("steady_share", pa.float64()),
        ("steady_with_new_share", pa.float64()),
    ]
)
MOVERS_SCHEMA = pa.schema(
    [
        ("position", pa.int64()),  # 1: the most revenue
        ("as_of", pa.date32()),
        ("customer_id", pa.string()),
        ("scheme", pa.string()),
        ("from_segment", pa.string()),
        ("to_segment", pa.string()),
        ("direction", pa.string()),
        ("cause", pa.string()),
        ("reason", pa.string()),
        ("revenue_cents", pa.int64()),
        ("expected_change_cents", pa.int64()),
    ]
)
SEGMENT = ["scheme", "definition", "as_of", "from_segment", "to_segment"]


def write(made: Migration) -> None:
    """Write all of it; of a source where nobody can move, tables have no rows."""
    _write(made.moves, layout.MIGRATION_MOVES, SEGMENT, MOVES_SCHEMA)
    _write(made.shares, layout.MIGRATION_SHARES, ["scheme", "definition", "as_of", "position"], SHARES_SCHEMA)
    _write(made.chances, layout.MIGRATION_CHANCES, [s for s in SEGMENT if s != "as_of"], CHANCES_SCHEMA)
    _write(made.steady, layout.MIGRATION_STEADY, ["scheme", "definition", "position"], STEADY_SCHEMA)
    _write(made.movers, layout.MIGRATION_MOVERS, ["position"], MOVERS_SCHEMA)
    storage.write_json(made.facts, layout.MIGRATION_FACTS)
    storage.write_json(made.metrics, layout.MIGRATION_METRICS)


def _write(frame: pd.DataFrame, path: Path, order_by: list[str], schema: pa.Schema) -> None:
    whole = frame if len(frame.columns) else schema.empty_table().to_pandas()
    storage.write_frame(whole[schema.names], path, order_by, schema)
