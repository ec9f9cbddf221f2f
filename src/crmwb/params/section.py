"""What every section of params.yaml is, and the types that several of them use."""

import re
from functools import cache
from typing import Annotated, Any, Literal
from zoneinfo import available_timezones

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

Share = Annotated[float, Field(ge=0, le=1)]
Days = Annotated[int, Field(ge=1, le=3650)]
Month = Annotated[int, Field(ge=1, le=12)]
Score = Annotated[int, Field(ge=1, le=10)]
Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]


CHINESE = re.compile("[\u4e00-\u9fff]")
Language = Literal["en", "zh"]


def by_language(text: Any) -> Any:
    """Return a text by language; one text alone is Chinese where it has Chinese characters, else English.

    Raises
    ------
    ValueError
        For pydantic to report: it is neither.
    """
    if isinstance(text, str):
        return {"zh" if CHINESE.search(text) else "en": text}
    if not isinstance(text, dict):
        raise ValueError("write a text, or texts by language, such as {en: …, zh: …}")  # noqa: TRY004  # pydantic lets a TypeError through
    return text


Texts = Annotated[
    dict[Language, Annotated[str, Field(min_length=1, max_length=600)]],
    Field(min_length=1),
    BeforeValidator(by_language),
]


@cache
def _zones() -> frozenset[str]:
    """Return the names of all time zones: looking for them goes through a thousand files."""
    return frozenset(available_timezones())


def _known_zone(name: str) -> str:
    if name not in _zones():
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
