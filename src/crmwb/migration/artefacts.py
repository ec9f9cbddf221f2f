"""Writing migration: data/migration/ and metrics/migration.json."""

import pandas as pd

from crmwb import layout, storage
from crmwb.contract import Artefact
from crmwb.contract.migration import CHANGES, LONG_RUN, PROBABILITIES, SHARES, TRANSITIONS
from crmwb.migration.build import Migration


def write(result: Migration) -> None:
    """Write everything; where no customer can change segment, the tables have no rows."""
    _write(result.transitions, TRANSITIONS)
    _write(result.shares, SHARES)
    _write(result.probabilities, PROBABILITIES)
    _write(result.long_run, LONG_RUN)
    _write(result.changes, CHANGES)
    storage.write_json(result.facts, layout.MIGRATION_FACTS)
    storage.write_json(result.metrics, layout.MIGRATION_METRICS)


def _write(frame: pd.DataFrame, artefact: Artefact) -> None:
    whole = frame if len(frame.columns) else artefact.schema.empty_table().to_pandas()
    storage.write(whole[artefact.names], artefact)
