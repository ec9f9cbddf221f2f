"""mappings/NAME.yaml as a typed model: how a company's files become the canonical tables.

The shape is checked here; that it fits the data contract is checked in `contract.py`, that it fits the files in
`staging.py`.
"""

from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import Field, field_validator, model_validator

from crmwb import params
from crmwb.errors import CrmwbError
from crmwb.params import Section

WHITESPACE = "whitespace"
ORIGINS = ("column", "constant", "product", "difference", "one_per")

SourceColumn = Annotated[str, Field(min_length=1)]
# A YAML list is no tuple to a strict model once a validator has run before it.
Texts = Annotated[tuple[str, ...], Field(strict=False)]
SourceColumns = Annotated[tuple[SourceColumn, SourceColumn], Field(strict=False)]


class ColumnMapping(Section):
    """Where one canonical column comes from (exactly one of `ORIGINS`) and how its text is read.

    A bare text in the file is short for `{column: text}`.

    Attributes
    ----------
    column : str
        The source column.
    constant : str, number or bool
        The same value in every row.
    product, difference : two str
        Two source columns, multiplied as exact decimals and rounded once to cents; or the second taken from the first,
        each rounded to cents before, so that what is left over is the second to the cent.
    one_per : {"row", "customer_and_day", "customer_and_time"}
        For an order_id that the source has not: what counts as one order.
    format : str or list of str
        Date formats, tried in turn ("%d-%m-%y"). Without it ISO 8601; an offset in it is taken to UTC.
    decimal, thousands : str
        The decimal sign, and what stands between thousands.
    unit : {"whole", "hundredths"}
        What an amount of money is given in.
    whole_number : bool
        The id is a number, and 17850.0 is the same as 17850.
    replace : dict
        Source values and what they become; others stay as they are.
    true_values, false_values : list of str
        What a true/false column says, in any case of letters.
    starts_with : str
        True where the column's text starts so, false elsewhere.
    below : number
        True where the column's number is less, false elsewhere.
    """

    column: SourceColumn | None = None
    constant: str | float | bool | None = None
    product: SourceColumns | None = None
    difference: SourceColumns | None = None
    one_per: Literal["row", "customer_and_day", "customer_and_time"] | None = None
    format: Texts = ()
    decimal: Literal[".", ","] = "."
    thousands: Literal[".", ",", " ", "'"] | None = None
    unit: Literal["whole", "hundredths"] = "whole"
    whole_number: bool = False
    replace: dict[str, str] = Field(default_factory=dict)
    true_values: Texts = ("true", "yes", "1")
    false_values: Texts = ("false", "no", "0")
    starts_with: Annotated[str, Field(min_length=1)] | None = None
    below: float | None = None

    @model_validator(mode="before")
    @classmethod
    def _text_is_a_column(cls, given: Any) -> Any:
        return {"column": given} if isinstance(given, str) else given

    @field_validator("format", mode="before")
    @classmethod
    def _one_format_is_a_list_of_one(cls, given: Any) -> Any:
        return [given] if isinstance(given, str) else given

    @model_validator(mode="after")
    def _one_origin(self) -> Self:
        given = [origin for origin in ORIGINS if getattr(self, origin) is not None]
        if len(given) != 1:
            raise ValueError(f"needs exactly one of {', '.join(ORIGINS)}, but has {' and '.join(given) or 'none'}")
        if self.decimal == self.thousands:
            raise ValueError("decimal and thousands must differ")
        return self

    @property
    def source_columns(self) -> Texts:
        """The source columns that it reads."""
        return self.product or self.difference or (() if self.column is None else (self.column,))


class TableMapping(Section):
    r"""Where the rows of one canonical table come from: files, or the rows of other tables.

    Attributes
    ----------
    file : str
        A path or glob within `source.directory`; `.parquet` is read as Parquet, everything else as delimited text,
        gzipped or not.
    derived_from : str or list of str
        Canonical tables in whose rows this table's key stands: one row per key found there. Its other columns name
        source columns of those tables' files; the latest known value counts.
    delimiter : str
        One character, "\t", or "whitespace" for columns set apart by any number of blanks.
    encoding : str
        By Python's names: utf-8, cp1252, latin-1, utf-16 …
    quote : str or None
        What encloses a value; null where quotes mean nothing.
    column_names : list of str
        For files without a header.
    null_values : list of str
        What stands for "unknown", besides nothing.
    columns : dict
        Canonical columns and where they come from.
    """

    file: Annotated[str, Field(min_length=1)] | None = None
    derived_from: Texts = ()
    delimiter: str = ","
    encoding: str = "utf-8"
    quote: Annotated[str, Field(min_length=1, max_length=1)] | None = '"'
    column_names: Texts | None = None
    null_values: Texts = ()
    columns: dict[str, ColumnMapping]

    @field_validator("derived_from", mode="before")
    @classmethod
    def _one_table_is_a_list_of_one(cls, given: Any) -> Any:
        return [given] if isinstance(given, str) else given

    @field_validator("delimiter")
    @classmethod
    def _one_character(cls, delimiter: str) -> str:
        if delimiter != WHITESPACE and (len(delimiter) != 1 or not delimiter.isascii() or delimiter in "\r\n"):
            raise ValueError(f'must be one ASCII character, "\\t", or {WHITESPACE}')
        return delimiter

    @field_validator("quote")
    @classmethod
    def _plain_quote(cls, quote: str | None) -> str | None:
        if quote is not None and (not quote.isascii() or quote in "\r\n"):
            raise ValueError("must be one ASCII character, or null where quotes mean nothing")
        return quote

    @field_validator("file")
    @classmethod
    def _within_the_directory(cls, file: str | None) -> str | None:
        if file is not None and (Path(file).is_absolute() or ".." in Path(file).parts):
            raise ValueError("must be a path or glob within source.directory")
        if file is not None and any("**" in part and part != "**" for part in Path(file).parts):
            raise ValueError("** stands for folders and must be a part of the path by itself")
        return file

    @field_validator("encoding")
    @classmethod
    def _python_knows_the_encoding(cls, encoding: str) -> str:
        try:
            "a".encode(encoding)
        except (LookupError, UnicodeError):
            raise ValueError("must be an encoding that Python knows, such as utf-8, cp1252, latin-1, utf-16") from None
        return encoding

    @model_validator(mode="after")
    def _one_origin(self) -> Self:
        if (self.file is None) == (not self.derived_from):
            raise ValueError("needs either file or derived_from")
        return self


class Mapping(Section):
    """A whole mapping: what the data set is, and its tables.

    Attributes
    ----------
    name : str
        What reports call the data set.
    version, licence, caveat : str or None
        Its version, its licence, and what a reader must know before trusting it; reports show them.
    tables : dict
        Canonical tables and where their rows come from.
    """

    name: str
    version: str | None = None
    licence: str | None = None
    caveat: str | None = None
    tables: dict[str, TableMapping]


def load(path: Path) -> Mapping:
    """Read a mapping file.

    Raises
    ------
    CrmwbError
        The file is missing, is no YAML, or says something that is not allowed; the message names each key.
    """
    if not path.is_file():
        there = ", ".join(sorted(file.as_posix() for file in path.parent.glob("*.yaml"))) or "none there"
        raise CrmwbError(f"{path}: no such mapping; set source.mapping in params.yaml to one that exists ({there}).")
    return params.read(path, Mapping)
