"""Writing a study of segments: data/segments/ and metrics/segments.json."""

from collections.abc import Iterator
from itertools import chain
from pathlib import Path

import pandas as pd
import pyarrow as pa

from crmwb import layout, storage
from crmwb.contract import Artefact
from crmwb.contract.segments import ARTEFACTS, CUSTOMERS, RFM_MONTHS
from crmwb.files.parquet import write_rows
from crmwb.segmentation.study import Study


def write(study: Study) -> None:
    """Write a study; of a source without transactions, tables without rows."""
    batches = {CUSTOMERS.name: batches_of(study.customers, CUSTOMERS), RFM_MONTHS.name: study.rfm_months.batches()}
    for artefact in ARTEFACTS:
        if artefact.name in batches:
            stream(batches[artefact.name], artefact)
        else:
            storage.write(study.tables[artefact.name], artefact)
    storage.write_json(study.model, layout.SEGMENT_MODEL)
    storage.write_json(study.refit, layout.REFIT_REPORT)
    storage.write_json(study.facts, layout.NEEDS_FACTS)
    storage.write_json(study.metrics, layout.SEGMENT_METRICS)


def stream(batches: Iterator[pa.RecordBatch], artefact: Artefact, path: Path | None = None) -> None:
    """Write rows that are in order as they come: beside them there is no copy of all."""
    first = next(batches, None)
    if first is None:
        storage.write(artefact.schema.empty_table().to_pandas(), artefact, path)
    else:
        write_rows(chain([first], batches), artefact.schema, path or artefact.path, None)


def batches_of(frame: pd.DataFrame, artefact: Artefact) -> Iterator[pa.RecordBatch]:
    """Yield the rows of a frame, which are in order, as the declared columns."""
    for start in range(0, len(frame), storage.ROW_GROUP_ROWS):
        rows = frame.iloc[start : start + storage.ROW_GROUP_ROWS]
        yield pa.RecordBatch.from_pandas(rows, schema=artefact.schema, preserve_index=False)
