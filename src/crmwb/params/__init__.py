"""params.yaml as typed, frozen models: the only reader of it.

Every key must be there, so no default hides in code; unknown keys, wrong types and impossible combinations are refused
with the key, the value and what is allowed.
"""

import json
import re
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import Annotated, Self

import yaml
from pydantic import Field, model_validator

from crmwb import layout
from crmwb.errors import CrmwbError
from crmwb.params.customers import FeatureParams, QualityParams
from crmwb.params.reading import read
from crmwb.params.section import Name, Section
from crmwb.params.segmentation import (
    POTENTIAL,
    ClusterParams,
    RfmParams,
    RfmSegment,
    SegmentationParams,
    Tier,
    TierParams,
)
from crmwb.params.source import B2bDemoParams, EngineParams, SourceParams
from crmwb.params.value import BacktestParams, DimensionWeights, EquityParams, ScorecardParams, ValueParams

__all__ = [
    "POTENTIAL",
    "B2bDemoParams",
    "BacktestParams",
    "ClusterParams",
    "DimensionWeights",
    "EngineParams",
    "EquityParams",
    "FeatureParams",
    "Params",
    "QualityParams",
    "ReportParams",
    "RfmParams",
    "RfmSegment",
    "ScorecardParams",
    "Section",
    "SegmentationParams",
    "SourceParams",
    "Tier",
    "TierParams",
    "ValueParams",
    "choose_source",
    "load",
    "read",
]
_VALUE = r"""\"[^\"\n]*\"|'[^'\n]*'|[^\s#][^#\n]*?"""  # a plain or quoted value of YAML on one line


class ReportParams(Section):
    """One report: its title on the index page and what its notebook is given."""

    title: str
    audience: str
    parameters: dict[str, int | float | str | bool]


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
    return read(path, Params)


def choose_source(kind: str, path: Path = layout.PARAMS, **others: str) -> str:
    """Write `source.kind` and other keys of `source` into params.yaml, and leave all else there as it is, comments too.

    Parameters
    ----------
    kind : str
        The kind of source.
    path : Path
        params.yaml.
    **others : str
        Other keys and their values.

    Returns
    -------
    str
        The kind that stood there before.

    Raises
    ------
    CrmwbError
        params.yaml is not in order, before or after the change; it is left as it was.
    """
    before = load(path).source.kind
    text = path.read_text(encoding="utf-8")
    changed = text
    for key, value in {"kind": kind, **others}.items():
        written = yaml.safe_dump(value, width=10_000, allow_unicode=True).removesuffix("\n").removesuffix("\n...")
        found = re.search(rf"(?m)^source:.*\n(?:[ \t#].*\n|\n)*?  {key}:[ \t]*({_VALUE})[ \t]*(?:#.*)?$", changed)
        if found is None:
            raise CrmwbError(
                f"{path}: source.{key} does not stand on a line of its own; write {written} there by hand."
            )
        changed = changed[: found.start(1)] + written + changed[found.end(1) :]
    path.write_text(changed, encoding="utf-8")
    try:
        load(path)
    except CrmwbError:
        path.write_text(text, encoding="utf-8")
        raise
    return before
