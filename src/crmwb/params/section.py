"""What every section of params.yaml is, and the types that several of them use."""

from typing import Annotated
from zoneinfo import available_timezones

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

Share = Annotated[float, Field(ge=0, le=1)]
Days = Annotated[int, Field(ge=1, le=3650)]
Month = Annotated[int, Field(ge=1, le=12)]
Score = Annotated[int, Field(ge=1, le=10)]
Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]


def _known_zone(name: str) -> str:
    if name not in available_timezones():
        raise ValueError("write a name of the IANA time zone database, such as Europe/Berlin, America/New_York or UTC")
    return name


TimeZone = Annotated[str, AfterValidator(_known_zone)]


class Section(BaseModel):
    """A section of params.yaml: frozen, complete, and without unknown keys."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, allow_inf_nan=False)


def refuse_twins(what: str, names: list[str]) -> None:
    """Refuse a name that stands in a list more than once.

    Raises
    ------
    ValueError
        For pydantic to report.
    """
    twins = sorted({name for name in names if names.count(name) > 1})
    if twins:
        raise ValueError(f"{what} must have different names; {', '.join(twins)} stands there more than once")
