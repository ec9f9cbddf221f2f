"""Where the data comes from, and what the engine may use."""

import re
from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, Field, field_validator, model_validator

from crmwb import calendar
from crmwb.params.section import Section, TimeZone

MASTER = r"local(\[(\d+|\*)(,\d+)?\])?|local-cluster\[\d+,\d+,\d+\]|yarn|(spark|k8s)://\S+"


class B2bDemoParams(Section):
    """The simulated company: how many accounts, how many years of them, and where its chance starts from."""

    n_customers: Annotated[int, Field(ge=1_000, le=10_000_000)]
    years: Annotated[int, Field(ge=2, le=10)]
    seed: Annotated[int, Field(ge=0, lt=2**32)]


def _by_period(stated: Any) -> Any:
    """Return amounts by period, a year as YAML reads it (a number) too."""
    if not isinstance(stated, dict):
        raise ValueError("write revenue by year or month, such as {2024: 1234567.89}, or {}")  # noqa: TRY004  # pydantic lets a TypeError through
    for period in map(str, stated):
        calendar.period(period)
    return {str(period): amount for period, amount in stated.items()}


class SourceParams(Section):
    """Where the CRM data comes from, and what the company's books say of its revenue."""

    kind: Literal["complete_journey", "files", "database", "b2b_demo"]
    currency: str
    time_zone: TimeZone
    mapping: str | None
    directory: str | None
    control_totals: Annotated[dict[str, float], BeforeValidator(_by_period)] = Field(default_factory=dict)
    control_tolerance: Annotated[float, Field(ge=0, lt=0.1)] = 0.001
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
    """Which engine works on order lines, and what it may use. It never changes a result, so no stage depends on it."""

    kind: Literal["duckdb", "spark"] = "duckdb"
    master: str | None = None
    threads: Annotated[int, Field(ge=1, le=1024)] | None
    memory_limit_gb: Annotated[int, Field(ge=1)]

    @field_validator("master")
    @classmethod
    def _master(cls, master: str | None) -> str | None:
        if master is not None and not re.fullmatch(MASTER, master):
            raise ValueError(
                "write a master of Spark, such as local[4], spark://host:7077, yarn or k8s://https://host:443"
            )
        return master

    @model_validator(mode="after")
    def _a_master_is_spark_s(self) -> Self:
        if self.kind != "spark" and self.master is not None:
            raise ValueError(f"master is for kind: spark; with {self.kind}, write master: null")
        return self
