"""Every declared table that stages write, by the stage of dvc.yaml that writes it, in the order of the pipeline."""

from crmwb.contract import (
    actions,
    contracts,
    effectiveness,
    features,
    history,
    ingest,
    lifecycle,
    marts,
    migration,
    predict,
    quality,
    recommend,
    response,
    segments,
    value,
)
from crmwb.contract.canonical import TABLES
from crmwb.contract.tables import Artefact

STAGES: dict[str, tuple[Artefact, ...]] = {
    "ingest": (*TABLES.values(), *ingest.ARTEFACTS),
    "validate": quality.ARTEFACTS,
    "features": (*history.ARTEFACTS, *features.ARTEFACTS),
    "contracts": contracts.ARTEFACTS,
    "value": value.ARTEFACTS,
    "lifecycle": lifecycle.ARTEFACTS,
    "segment": segments.ARTEFACTS,
    "migrate": migration.ARTEFACTS,
    "respond": response.ARTEFACTS,
    "recommend": recommend.ARTEFACTS,
    "predict": predict.ARTEFACTS,
    "mart": marts.ARTEFACTS,
    "act": actions.ARTEFACTS,
    "effectiveness": effectiveness.ARTEFACTS,
}
