"""params.yaml as typed, frozen models: the only reader of it.

Every key must be there, so no default hides in code; unknown keys, wrong types and impossible combinations are refused
with the key, the value and what is allowed.
"""

import json
from collections.abc import Mapping
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import Field, model_validator

from crmwb import layout
from crmwb.errors import CrmwbError
from crmwb.files import yaml_file
from crmwb.files.replacing import write_text
from crmwb.params.choosing import written
from crmwb.params.customers import FeatureParams, QualityParams
from crmwb.params.effectiveness import EffectivenessParams
from crmwb.params.lifecycle import LifecycleParams, RiskParams
from crmwb.params.migration import MigrationParams
from crmwb.params.predict import PredictParams
from crmwb.params.reading import checked, read
from crmwb.params.recommend import RecommendParams
from crmwb.params.response import ResponseParams
from crmwb.params.section import Name, Section, TimeZone
from crmwb.params.segmentation import (
    INTERESTS,
    SENSITIVE,
    AcceptanceParams,
    CardParams,
    ClusterParams,
    NeedsParams,
    RefitParams,
    RfmBreaks,
    RfmParams,
    RfmSegment,
    SegmentationParams,
    ValueClassParams,
    View,
    ViewColumn,
    ViewsParams,
)
from crmwb.params.source import B2bDemoParams, EngineParams, SourceParams
from crmwb.params.value import (
    POTENTIAL,
    BacktestParams,
    DimensionWeights,
    EquityParams,
    ScorecardParams,
    Tier,
    ValueParams,
)

__all__ = [
    "INTERESTS",
    "POTENTIAL",
    "SENSITIVE",
    "AcceptanceParams",
    "B2bDemoParams",
    "BacktestParams",
    "CardParams",
    "ClusterParams",
    "DimensionWeights",
    "EffectivenessParams",
    "EngineParams",
    "EquityParams",
    "FeatureParams",
    "LifecycleParams",
    "MigrationParams",
    "NeedsParams",
    "Params",
    "PredictParams",
    "QualityParams",
    "RecommendParams",
    "RefitParams",
    "ReportParams",
    "ResponseParams",
    "RfmBreaks",
    "RfmParams",
    "RfmSegment",
    "RiskParams",
    "ScorecardParams",
    "Section",
    "SegmentationParams",
    "SourceParams",
    "Tier",
    "TimeZone",
    "ValueClassParams",
    "ValueParams",
    "View",
    "ViewColumn",
    "ViewsParams",
    "choose",
    "load",
    "read",
]


class ReportParams(Section):
    """One report: its title on the index page, in one language or by language, and what its notebook is given.

    With `cut`, there are pages of parts of the customers too: `{by: region}`, one for each; `{region: North}`, of one.
    """

    title: str | Annotated[dict[Literal["en", "zh"], str], Field(min_length=1)]
    audience: str
    parameters: dict[str, int | float | str | bool]
    cut: Annotated[dict[str, str], Field(min_length=1, max_length=1)] | None = None


class Params(Section):
    """Everything that a person may choose."""

    seed: Annotated[int, Field(ge=0, lt=2**32)]
    as_of: date | None
    source: SourceParams
    engine: EngineParams
    quality: QualityParams
    features: FeatureParams
    segmentation: SegmentationParams
    value: ValueParams
    lifecycle: LifecycleParams
    migration: MigrationParams
    response: ResponseParams
    recommend: RecommendParams
    effectiveness: EffectivenessParams
    predict: PredictParams
    reports: Annotated[dict[Name, ReportParams], Field(min_length=1)]

    @model_validator(mode="after")
    def _index_is_taken(self) -> Self:
        if "index" in self.reports:
            raise ValueError("reports: index is the page that leads to all reports; name this one otherwise")
        return self

    def fingerprint(self) -> str:
        """Return the SHA-256 of every choice that can change a result (so without `engine`)."""
        choices = self.model_dump(mode="json", exclude={"engine"})
        return sha256(json.dumps(choices, sort_keys=True).encode()).hexdigest()


def load(path: Path = layout.PARAMS) -> Params:
    """Read params.yaml.

    Raises
    ------
    CrmwbError
        The file is missing, is no YAML, or holds something that is not allowed; the message names each key.
    """
    if not path.is_file():
        raise CrmwbError(f"{path}: not found; run in the project's folder, where it lies beside dvc.yaml.")
    content = yaml_file.load(path)
    if isinstance(content, dict) and isinstance(content.get("as_of"), date):  # DVC: "Unsupported value of type 'date'"
        raise CrmwbError(f'{path}: as_of: write the day in quotes, as_of: "{content["as_of"]}"; DVC reads no other.')
    return checked(content, Params, path)


def choose(choices: Mapping[str, Any], path: Path = layout.PARAMS) -> dict[str, Any]:
    """Write choices into params.yaml, and leave all else there as it is, comments too.

    Parameters
    ----------
    choices : mapping of str to value
        By dotted key: `{"source.kind": "files", "segmentation.clusters.k_max": 6}`.
    path : Path
        params.yaml.

    Returns
    -------
    dict of str to value
        What stood there before.

    Raises
    ------
    CrmwbError
        There is no such key, or params.yaml is not in order, before or after the change; it is left as it was.
    """
    path = path.resolve()  # what a link leads to changes, and the link stays
    load(path)
    text = yaml_file.text_of(path)
    mark = "\ufeff" if text.startswith("\ufeff") else ""
    changed, before = written(choices, text.removeprefix(mark), path)
    checked(yaml_file.parse(changed, path), Params, path)
    if yaml_file.text_of(path) != text:
        raise CrmwbError(f"{path}: changed in this very moment, and was left as it is; run again.")
    write_text(mark + changed, path, lasting=True)
    return before
