"""params.yaml as typed, frozen models: the only reader of it.

Every key must be there, so no default hides in code; unknown keys, wrong types and impossible combinations are refused
with the key, the value and what is allowed.
"""

import difflib
import json
import re
from collections.abc import Callable
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import Annotated, Any, Literal, Self, TypeVar, get_args

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from crmwb import layout
from crmwb.errors import CrmwbError

Share = Annotated[float, Field(ge=0, le=1)]
Days = Annotated[int, Field(ge=1, le=3650)]
Month = Annotated[int, Field(ge=1, le=12)]
Score = Annotated[int, Field(ge=1, le=10)]
Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
M = TypeVar("M", bound=BaseModel)
Loc = tuple[int | str, ...]

_VALUE = r"""\"[^\"\n]*\"|'[^'\n]*'|[^\s#][^#\n]*?"""  # a plain or quoted value of YAML on one line


POTENTIAL = "potential"


def _refuse_twins(what: str, names: list[str]) -> None:
    twins = sorted({name for name in names if names.count(name) > 1})
    if twins:
        raise ValueError(f"{what} must have different names; {', '.join(twins)} stands there more than once")


class Section(BaseModel):
    """A section of params.yaml: frozen, complete, and without unknown keys."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, allow_inf_nan=False)


class B2bDemoParams(Section):
    """The simulated company: how many accounts, how many years of them, and where its chance starts from."""

    n_customers: Annotated[int, Field(ge=1_000, le=10_000_000)]
    years: Annotated[int, Field(ge=2, le=10)]
    seed: Annotated[int, Field(ge=0, lt=2**32)]


class SourceParams(Section):
    """Where the CRM data comes from."""

    kind: Literal["complete_journey", "files", "database", "b2b_demo"]
    currency: str
    mapping: str | None
    directory: str | None
    b2b_demo: B2bDemoParams

    @field_validator("currency")
    @classmethod
    def _currency_code(cls, code: str) -> str:
        if not re.fullmatch(r"[A-Z]{3}", code):
            raise ValueError("write the currency's three capital letters (ISO 4217), such as USD, EUR or CNY")
        return code

    @model_validator(mode="after")
    def _files_need_a_mapping(self) -> Self:
        if self.kind == "files" and (self.mapping is None or self.directory is None):
            raise ValueError("kind files needs both mapping (a file in mappings/) and directory (where the files lie)")
        if self.kind == "database" and self.mapping is None:
            raise ValueError("kind database needs mapping (a file in mappings/)")
        return self


class EngineParams(Section):
    """What the engine may use. It never changes a result, so no stage depends on it."""

    threads: Annotated[int, Field(ge=1, le=1024)] | None
    memory_limit_gb: Annotated[int, Field(ge=1)]


class QualityParams(Section):
    """How much bad data is too much, and how far a run may differ from the accepted one without a word."""

    max_quarantined_share: Share
    n_examples: Annotated[int, Field(ge=0, le=20)]
    max_lag_days: Annotated[int, Field(ge=0, le=3650)]
    max_row_change: Annotated[float, Field(ge=0, le=100)]
    max_drift: Annotated[float, Field(gt=0, le=100)]


class FeatureParams(Section):
    """How customers are described."""

    recent_days: Days
    off_season_months: tuple[Month, ...]
    max_days_after_last_event: Annotated[int, Field(ge=0, le=3650)]
    n_snapshots: Annotated[int, Field(ge=1, le=600)]
    min_customers: Annotated[int, Field(ge=2)]


class RfmSegment(Section):
    """One named RFM segment: the scores it covers, both ends included."""

    name: Name
    recency: tuple[Score, Score]
    frequency_monetary: tuple[Score, Score]


class RfmParams(Section):
    """How RFM scores are cut and named; the first rule that fits names the segment."""

    n_bins: Annotated[int, Field(ge=3, le=5)]
    segments: Annotated[tuple[RfmSegment, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _every_score_has_a_name(self) -> Self:
        scores = range(1, self.n_bins + 1)
        for s in self.segments:
            for low, high in (s.recency, s.frequency_monetary):
                if not 1 <= low <= high <= self.n_bins:
                    raise ValueError(f"{s.name}: [{low}, {high}] must rise from 1 to at most n_bins ({self.n_bins})")
        _refuse_twins("segments", [s.name for s in self.segments])
        for r in scores:
            for fm in scores:
                if not any(
                    s.recency[0] <= r <= s.recency[1] and s.frequency_monetary[0] <= fm <= s.frequency_monetary[1]
                    for s in self.segments
                ):
                    raise ValueError(f"no segment covers recency score {r} with frequency-monetary score {fm}")
        return self


class Tier(Section):
    """One value tier and the share of customers that it holds."""

    name: Name
    share: Share


class TierParams(Section):
    """How customers are ranked by worth and cut into tiers, best first."""

    weights: dict[Literal["revenue", "margin", "frequency", "recency", "response"], Annotated[float, Field(ge=0)]]
    levels: Annotated[tuple[Tier, ...], Field(min_length=2)]

    @model_validator(mode="after")
    def _shares_and_weights_add_up(self) -> Self:
        _refuse_twins("levels", [level.name for level in self.levels])
        if POTENTIAL in {level.name for level in self.levels}:
            raise ValueError(f"{POTENTIAL} is the tier of those who never bought; name the level otherwise")
        total = sum(level.share for level in self.levels)
        if abs(total - 1) > 1e-9:
            raise ValueError(f"the shares of levels must add up to 1, not {total:g}")
        if sum(self.weights.values()) <= 0:
            raise ValueError("weights needs at least one weight above 0")
        return self


class ClusterParams(Section):
    """How customers are clustered by likeness."""

    features: Annotated[tuple[str, ...], Field(min_length=2)]
    k_min: Annotated[int, Field(ge=2)]
    k_max: Annotated[int, Field(ge=2, le=20)]
    fit_rows: Annotated[int, Field(ge=100)]
    silhouette_rows: Annotated[int, Field(ge=100)]
    n_bootstrap: Annotated[int, Field(ge=2)]
    min_stability: Share
    min_share: Share

    @model_validator(mode="after")
    def _k_in_order(self) -> Self:
        if self.k_max < self.k_min:
            raise ValueError(f"k_max ({self.k_max}) must be at least k_min ({self.k_min})")
        return self


class SegmentationParams(Section):
    """RFM, value tiers and clusters."""

    rfm: RfmParams
    tiers: TierParams
    clusters: ClusterParams


class BacktestParams(Section):
    """How forecasts are tested on time that the models have not seen."""

    n_origins: Annotated[int, Field(ge=1, le=24)]
    holdout_days: Days
    min_customers: Annotated[int, Field(ge=2)]
    score: Literal["normalised_gini", "rmse", "mae", "log_loss"]


class EquityParams(Section):
    """How customer equity is followed through time and forecast."""

    n_months: Annotated[int, Field(ge=1, le=600)]
    lost_below: Share
    forecast_months: Annotated[int, Field(ge=1, le=60)]
    n_origins: Annotated[int, Field(ge=1, le=120)]


class DimensionWeights(Section):
    """How much each dimension of the score card counts, against the others."""

    income: Annotated[float, Field(ge=0)]
    influence: Annotated[float, Field(ge=0)]
    credit: Annotated[float, Field(ge=0)]
    loyalty: Annotated[float, Field(ge=0)]

    @model_validator(mode="after")
    def _something_counts(self) -> Self:
        if self.income + self.influence + self.credit + self.loyalty <= 0:
            raise ValueError("at least one weight must be above 0")
        return self


class ScorecardParams(Section):
    """What counts how much in the score card, and how easily a customer changes tier."""

    weights: DimensionWeights
    hysteresis_points: Annotated[float, Field(ge=0, le=50)]
    memory_months: Annotated[int, Field(ge=0, le=60)]


class ValueParams(Section):
    """What a customer is worth, and over which time."""

    horizon_days: Days
    annual_discount_rate: Annotated[float, Field(ge=0, lt=10)]
    assumed_margin_share: Annotated[float, Field(gt=0, le=1)]
    n_bootstrap: Annotated[int, Field(ge=20)]
    referral_type_1_share: Share
    scorecard: ScorecardParams
    equity: EquityParams
    backtest: BacktestParams


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


def read(path: Path, model: type[M], place: Callable[[Loc], str] | None = None) -> M:
    """Read a YAML file that people write, params.yaml or a mapping, as `model`.

    Parameters
    ----------
    path : Path
        The file.
    model : type
        What it must be.
    place : callable, optional
        How messages name a key; by file and key where not given.

    Raises
    ------
    CrmwbError
        The file is no YAML, or holds something that is not allowed; the message names each key.
    """
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (yaml.YAMLError, UnicodeDecodeError, RecursionError) as error:
        raise CrmwbError(f"{path}: not readable as YAML: {' '.join(str(error).split())}.") from None
    try:
        text = json.dumps(content, default=str)
    except (ValueError, RecursionError):
        raise CrmwbError(f"{path}: a value refers to itself (& and *); write it out.") from None
    try:
        return model.model_validate_json(text)
    except ValidationError as error:
        name = place or (lambda key: f"{path}: {'.'.join(str(part) for part in key) or 'the file'}")
        raise CrmwbError("\n".join(_explain(name(e["loc"]), e, model) for e in error.errors())) from None


def _explain(key: str, error: Any, model: type[BaseModel]) -> str:
    """Say one validation error in the words of the file: key, value, what is allowed."""
    if error["type"] == "extra_forbidden":
        known = _known_keys(model, error["loc"][:-1])
        close = difflib.get_close_matches(str(error["loc"][-1]), known, n=1)
        hint = f"; did you mean {close[0]}?" if close else f"; known here: {', '.join(known)}."
        return f"{key}: no such key{hint}"
    if error["type"] == "missing":
        return f"{key}: missing; add it (the project's own params.yaml and mappings show every key)."
    said = error["msg"].removeprefix("Value error, ").removeprefix("Input should be ")
    allowed = said if error["type"] == "value_error" else f"must be {said}"
    if isinstance(error["input"], dict | list):
        return f"{key}: {allowed}."
    return f"{key}: {error['input']!r} is not allowed: {allowed}."


def _known_keys(model: Any, where: tuple[int | str, ...]) -> list[str]:
    """Return the keys of the section at `where` within `model`."""
    for part in where:
        fields = getattr(model, "model_fields", {})
        model = _section(fields[part].annotation if part in fields else model)
    return sorted(getattr(model, "model_fields", {}))


def _section(annotation: Any) -> Any:
    """Return the section within an annotation such as `dict[str, tuple[Section, ...]]`; else the annotation."""
    if hasattr(annotation, "model_fields"):
        return annotation
    parts = [part for part in map(_section, get_args(annotation)) if hasattr(part, "model_fields")]
    return parts[-1] if parts else annotation
