"""Where one canonical column comes from, and how its text is read: a part of a mapping."""

import re
from typing import Annotated, Any, Literal, Self

from pydantic import Field, field_validator, model_validator

from crmwb.params import Section
from crmwb.sources import expressions

NAME = r'\s*([^\W\d]\w*|"[^"]+")\s*'
FIRST_KNOWN = re.compile(rf"\s*coalesce\({NAME}(,{NAME})+\)\s*", re.IGNORECASE)  # codes of columns can be read so
COLUMN_ORIGINS = ("column", "constant", "expression", "one_per")
SourceColumn = Annotated[str, Field(min_length=1)]
Decimal = Literal[".", ","]
Thousands = Literal[".", ",", " ", "'"]
Sign = Annotated[str, Field(min_length=1, max_length=9, pattern=r"^[^\d\s.,()+-]{1,5}( [^\d\s.,()+-]{1,5})?$")]
# A YAML list is no tuple to a strict model once a validator has run before it.
Texts = Annotated[tuple[str, ...], Field(strict=False)]


class ColumnMapping(Section):
    """Where one canonical column comes from (exactly one of `COLUMN_ORIGINS`) and how its text is read.

    A bare text in the file is short for `{column: text}`.

    Attributes
    ----------
    column : str
        The source column.
    constant : str, number or bool
        The same value in every row.
    expression : str
        Made of source columns: `Quantity * UnitPrice` (see `expressions`). Where it gives text, that is read as a
        column's would be.
    one_per : {"row", "customer_and_day", "customer_and_time"}
        For an id that the source has not: one per row; or, for an order_id, what counts as one order.
    format : str or list of str
        Date formats, tried in turn: "%d-%m-%y", "ISO 8601", "epoch seconds", "epoch milliseconds", "epoch
        microseconds", "spreadsheet serial", "Buddhist era %d/%m/%Y", "Japanese era", "CYYDDD", "month in words",
        "days from 2024-07-01 %d%m". ISO 8601 where not given. A moment with an offset becomes what the clock of
        `source.time_zone` showed then.
    decimal, thousands, currency_sign, accounting
        As in `TableMapping`, for this column.
    unit : {"whole", "hundredths", "thousands", "millions", "percent"}
        What an amount of money is given in; `percent` for shares and numbers: 15 and 15% are 0.15.
    whole_number : bool
        The id is a number, and 17850.0 is the same as 17850.
    strip_zeros : bool
        Leading zeros of an id mean nothing: 0017850 is the same as 17850.
    fold : bool
        Ids and categories that differ in nothing but capital letters, blanks and the form of their signs are the same.
    null_values : list of str
        What stands for "unknown" in this column, besides what the table names.
    replace : dict
        Source values and what they become; others stay as they are.
    pseudonym : bool
        The column holds who somebody is (an e-mail address, a national id): only a code of it, made with the secret
        key, is read, the same in every table. Of several columns the first that is known: `coalesce(Login, "E-Mail")`.
    true_values, false_values : list of str
        What a true/false column says, in any case of letters.
    """

    column: SourceColumn | None = None
    constant: str | float | bool | None = None
    expression: Annotated[str, Field(min_length=1)] | None = None
    one_per: Literal["row", "customer_and_day", "customer_and_time"] | None = None
    format: Texts = ()
    decimal: Decimal | None = None
    thousands: Thousands | None = None
    currency_sign: Sign | None = None
    accounting: bool | None = None
    unit: Literal["whole", "hundredths", "thousands", "millions", "percent"] = "whole"
    whole_number: bool = False
    strip_zeros: bool = False
    fold: bool = False
    null_values: Texts = ()
    replace: dict[str, str] = Field(default_factory=dict)
    pseudonym: bool = False
    true_values: Texts = ("true", "yes", "1")
    false_values: Texts = ("false", "no", "0")

    @model_validator(mode="before")
    @classmethod
    def _text_is_a_column(cls, given: Any) -> Any:
        return {"column": given} if isinstance(given, str) else given

    @field_validator("format", mode="before")
    @classmethod
    def _one_format_is_a_list_of_one(cls, given: Any) -> Any:
        return [given] if isinstance(given, str) else given

    @field_validator("expression")
    @classmethod
    def _parses(cls, expression: str | None) -> str | None:
        return parsed(expression)

    @model_validator(mode="after")
    def _one_origin(self) -> Self:
        given = [origin for origin in COLUMN_ORIGINS if getattr(self, origin) is not None]
        if len(given) != 1:
            raise ValueError(f"needs exactly one of {', '.join(COLUMN_ORIGINS)}, but has {joined(given)}")
        if self.pseudonym and self.column is None and not FIRST_KNOWN.fullmatch(self.expression or ""):
            raise ValueError(
                f"pseudonym goes with column, not with {given[0]} (but for coalesce of nothing but columns)"
            )
        return self

    @property
    def source_columns(self) -> tuple[str, ...]:
        """The source columns that it reads; of a pseudonym, as codes."""
        if self.expression is not None:
            return expressions.columns(self.expression)
        return () if self.column is None else (self.column,)


def parsed(expression: str | None) -> str | None:
    """Return an expression that can be parsed; raises ExpressionError."""
    if expression is not None:
        expressions.parse(expression)
    return expression


def joined(names: list[str]) -> str:
    """Return names joined by "and"."""
    return " and ".join(names) or "none"
