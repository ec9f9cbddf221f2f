"""Writing a study of segments: data/segments/ and metrics/segments.json."""

from crmwb import layout, storage
from crmwb.contract.segments import ARTEFACTS, CUSTOMERS
from crmwb.segmentation.study import Study


def write(study: Study) -> None:
    """Write a study; of a source without transactions, tables without rows."""
    tables = study.tables | {CUSTOMERS.name: study.customers}
    for artefact in ARTEFACTS:
        storage.write(tables[artefact.name], artefact)
    storage.write_json(study.model, layout.SEGMENT_MODEL)
    storage.write_json(study.refit, layout.REFIT_REPORT)
    storage.write_json(study.facts, layout.NEEDS_FACTS)
    storage.write_json(study.metrics, layout.SEGMENT_METRICS)
