"""What every section of params.yaml is, and the types that several of them use."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

Share = Annotated[float, Field(ge=0, le=1)]
Days = Annotated[int, Field(ge=1, le=3650)]
Month = Annotated[int, Field(ge=1, le=12)]
Score = Annotated[int, Field(ge=1, le=10)]
Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]


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
