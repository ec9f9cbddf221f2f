"""mappings/NAME.yaml as a typed model: how a company's files become the canonical tables.

The shape is checked here; that it fits the data contract is checked in `contract.py`, that it fits the files in
`staging.py`.
"""

import codecs
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import Field, PrivateAttr, field_validator, model_validator

from crmwb import params
from crmwb.errors import CrmwbError
from crmwb.params import Section, TimeZone
from crmwb.sources.column_mapping import (
    ColumnMapping,
    Decimal,
    Sign,
    SourceColumn,
    Texts,
    Thousands,
    joined,
    parsed,
)
from crmwb.sources.lines import Places
from crmwb.sources.values import NumberStyle

NO_CHARSETS = {"idna", "punycode", "unicode_escape", "raw_unicode_escape", "unicode-escape", "raw-unicode-escape"}
MAX_NAME_BYTES = 255
WHITESPACE = "whitespace"
STORED = ("table", "query")  # in a database
TABLE_ORIGINS = ("file", *STORED, "derived_from", "rows")
RELATIONS = ("join", "fill_down", "spread", "numbered")  # of rows to others
OF_FILES = {"delimiter", "encoding", "quote", "formulas", "skip_rows", "last_row", "sheet", "column_names"}
OF_SOURCES = {"order_by", "filter", "currency", "accounting", *RELATIONS}
WITHOUT_MEANING = {
    "file": {"order_by"},
    **dict.fromkeys(STORED, OF_FILES),
    "derived_from": OF_FILES | OF_SOURCES,
    "rows": OF_FILES | OF_SOURCES | {"null_values"},
}

Value = str | int | float | bool | None


class FillDown(Section):
    """Cells that stand only in the first of the rows they hold for: merged cells, or an order's head on its first line.

    A bare text or a list in the file is short for `{columns: …}`.

    Attributes
    ----------
    columns : str or list of str
        Source columns in which an unknown value is the last known one above it.
    within : str or list of str
        Only among rows in which these columns are the same (the order's number); without it, within each file.
    """

    columns: Annotated[Texts, Field(min_length=1)]
    within: Texts = ()

    @model_validator(mode="before")
    @classmethod
    def _columns_alone(cls, given: Any) -> Any:
        return {"columns": given} if isinstance(given, str | list) else given

    @field_validator("columns", "within", mode="before")
    @classmethod
    def _one_text_is_a_list_of_one(cls, given: Any) -> Any:
        return [given] if isinstance(given, str) else given


class Spread(Section):
    """An amount of a whole order, spread over its lines to the cent; it becomes a source column of its own.

    Attributes
    ----------
    amount : column
        The order's amount, in whole units of money: on one of its lines, or the same on each.
    over : str or list of str
        Source columns that are the same on the lines of one order.
    by : column
        What the lines' shares are in proportion to; evenly where it is 0 on all of them.
    """

    amount: ColumnMapping
    over: Annotated[Texts, Field(min_length=1)]
    by: ColumnMapping

    @field_validator("over", mode="before")
    @classmethod
    def _one_text_is_a_list_of_one(cls, given: Any) -> Any:
        return [given] if isinstance(given, str) else given


class Numbered(Section):
    """The place of a row among those of the same key, from 1; it becomes a source column of its own.

    Attributes
    ----------
    within : str or list of str
        Source columns that are the same in the rows that are numbered together (the order's number).
    first : {"first", "last"}
        Which of them, in the order of the files, is 1.
    """

    within: Annotated[Texts, Field(min_length=1)]
    first: Literal["first", "last"] = "first"

    @field_validator("within", mode="before")
    @classmethod
    def _one_text_is_a_list_of_one(cls, given: Any) -> Any:
        return [given] if isinstance(given, str) else given


class TableMapping(Section):
    r"""Where rows of one canonical table come from (exactly one of `TABLE_ORIGINS`) and how they are written.

    Attributes
    ----------
    file : str
        A path or glob within `source.directory`. Delimited text, JSON lines (.jsonl, .ndjson, .json), workbooks (.xlsx,
        .xls, .ods …) and Parquet (.parquet, .pq, or a folder of them) are told apart by the name's ending; text may be
        gzipped, or lie in a zip archive ("export.zip/sales.csv").
    table : str
        A table or view of the database, "orders" or "sales.orders" (source.kind database).
    query : str
        A file beside the mapping that holds one SELECT: "sql/orders.sql" (source.kind database).
    order_by : str or list of str
        Columns of the table or query by which its rows are numbered, such as its key; by their values where not given.
    derived_from : str or list of str
        Canonical tables in whose rows this table's key stands: one row per key found there. Its other columns name
        source columns of those tables' files; the latest known value counts. After other parts it adds those whose
        key stands in none of them.
    rows : list of dict
        The rows themselves, each with canonical columns and their values.
    join : dict of str to JoinMapping
        Other files or tables of which each row here has one; their columns are called "name.column".
    fill_down : FillDown
        Columns whose unknown values are the last known ones above, before rows are joined.
    spread : dict of str to Spread
        Source columns to make: amounts of whole orders, spread over their lines, after rows are joined.
    numbered : dict of str to Numbered
        Source columns to make: the place of a row among those of the same key, after rows are joined; `filter` takes
        one of them so, such as the last version of each order.
    filter : str
        An expression that is true for the rows to read; the others are left out and counted.
    currency : column
        What the table's money is in, by the three letters of ISO 4217; `Mapping.rates` says what that is worth.
    delimiter : str
        One character, "\t", or "whitespace" for columns set apart by any number of blanks.
    encoding : str
        By Python's names: utf-8, cp1252, latin-1, utf-16 …
    quote : str or None
        What encloses a value; null where quotes mean nothing.
    formulas : bool
        Values are written as ="00123", which keeps a spreadsheet from making numbers of them: 00123 is read.
    skip_rows : int
        Rows above the header.
    last_row : int
        Of a workbook: the number of the table's last row in its sheet, where something else stands below it.
    sheet : str or list of str
        The sheet of a workbook that has several; or several sheets with the same header, read as one table.
    column_names : list of str
        For files without a header.
    null_values : list of str
        What stands for "unknown", besides nothing.
    decimal, thousands : str
        The decimal sign, and what stands between thousands.
    currency_sign : str
        What stands before or after amounts: "$", "EUR".
    accounting : bool
        (12.50) and 12.50- are negative.
    time_zone : str
        The zone of times of day without an offset, where it is not `source.time_zone`, such as UTC.
    columns : dict
        Canonical columns and where they come from.
    """

    file: Annotated[str, Field(min_length=1)] | None = None
    table: Annotated[str, Field(pattern=r"^[^.]+(\.[^.]+)?$")] | None = None
    query: Annotated[str, Field(min_length=1)] | None = None
    order_by: Texts = ()
    derived_from: Texts = ()
    rows: Annotated[tuple[dict[str, Value], ...], Field(strict=False)] = ()
    join: dict[Annotated[str, Field(pattern=r"^\w+$")], "JoinMapping"] = Field(default_factory=dict)
    fill_down: FillDown | None = None
    spread: dict[Annotated[str, Field(min_length=1)], Spread] = Field(default_factory=dict)
    numbered: dict[Annotated[str, Field(min_length=1)], Numbered] = Field(default_factory=dict)
    filter: Annotated[str, Field(min_length=1)] | None = None
    currency: ColumnMapping | None = None
    delimiter: str = ","
    encoding: str = "utf-8"
    quote: Annotated[str, Field(min_length=1, max_length=1)] | None = '"'
    formulas: bool = False
    skip_rows: Annotated[int, Field(ge=0, le=10_000)] = 0
    last_row: Annotated[int, Field(ge=2)] | None = None
    sheet: Texts = ()
    column_names: Texts | None = None
    null_values: Texts = ()
    decimal: Decimal = "."
    thousands: Thousands | None = None
    currency_sign: Sign | None = None
    accounting: bool = False
    time_zone: TimeZone | None = None
    columns: dict[str, ColumnMapping]
    _company_zone: str = PrivateAttr("UTC")

    @model_validator(mode="before")
    @classmethod
    def _rows_name_their_columns(cls, given: Any) -> Any:
        if not isinstance(given, dict) or not isinstance(given.get("rows"), list) or "columns" in given:
            return given
        names = dict.fromkeys(name for row in given["rows"] if isinstance(row, dict) for name in row)
        return {**given, "columns": {name: {"column": name} for name in names}}

    @field_validator("derived_from", "order_by", "sheet", mode="before")
    @classmethod
    def _one_text_is_a_list_of_one(cls, given: Any) -> Any:
        return [given] if isinstance(given, str) else given

    @field_validator("filter")
    @classmethod
    def _parses(cls, expression: str | None) -> str | None:
        return parsed(expression)

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
        if file is not None and any(len(part.encode()) > MAX_NAME_BYTES for part in Path(file).parts):
            raise ValueError(f"has a name in it that is too long: more than {MAX_NAME_BYTES} bytes")
        if file is not None and any("**" in part and part != "**" for part in Path(file).parts):
            raise ValueError("** stands for folders and must be a part of the path by itself")
        return file

    @field_validator("query")
    @classmethod
    def _beside_the_mapping(cls, query: str | None) -> str | None:
        if query is not None and (Path(query).is_absolute() or ".." in Path(query).parts):
            raise ValueError("must be a file beside the mapping, such as sql/orders.sql")
        return query

    @field_validator("encoding")
    @classmethod
    def _python_knows_the_encoding(cls, encoding: str) -> str:
        try:
            is_of_text = codecs.lookup(encoding).name not in NO_CHARSETS
            "a".encode(encoding if is_of_text else "no charset")
        except (LookupError, UnicodeError, ValueError):
            raise ValueError("must be an encoding that Python knows, such as utf-8, cp1252, latin-1, utf-16") from None
        return encoding

    @model_validator(mode="after")
    def _options_go_together(self) -> Self:
        given = [origin for origin in TABLE_ORIGINS if getattr(self, origin)]
        if len(given) != 1:
            raise ValueError(f"needs exactly one of {', '.join(TABLE_ORIGINS)}, but has {joined(given)}")
        idle = sorted(self.model_fields_set & WITHOUT_MEANING[given[0]])
        if idle:
            raise ValueError(f"{joined(idle)} mean nothing beside {given[0]}")
        if self.delimiter == self.quote:
            raise ValueError("delimiter and quote must differ")
        styles = {"the table": self.style} | {name: self.style_of(column) for name, column in self.columns.items()}
        for name, style in styles.items():
            if style.decimal == style.thousands:
                raise ValueError(f"decimal and thousands must differ ({name})")
        return self

    @property
    def stored(self) -> str | None:
        """What names its rows in a database, `table` or `query`; None where they do not stand in one."""
        return next((origin for origin in STORED if getattr(self, origin) is not None), None)

    @property
    def is_related(self) -> bool:
        """Whether its rows are made of others beside what its file says: joined, filled down, spread or numbered."""
        return bool(self.join or self.fill_down or self.spread or self.numbered)

    @property
    def derived_columns(self) -> set[str]:
        """Source columns that no file has: they are made of its rows."""
        return {*self.spread, *self.numbered}

    def join_of(self, column: str) -> tuple[str, str] | None:
        """Return the join that a source column comes from, and its name there; None for one of its own."""
        name, point, own = column.partition(".")
        return (name, own) if point and name in self.join else None

    @property
    def style(self) -> NumberStyle:
        """How its numbers are written."""
        return NumberStyle(
            self.decimal, self.thousands, self.currency_sign, self.accounting, self._company_zone, self.time_zone
        )

    def on_the_clock_of(self, zone: str) -> Self:
        """Return it for a company whose days are those of a time zone."""
        copied = self.model_copy()
        copied._company_zone = zone  # noqa: SLF001 - of the same class
        return copied

    def style_of(self, column: ColumnMapping) -> NumberStyle:
        """Return how the numbers of a column are written: as it says itself, else as the table says."""
        own = {name: getattr(column, name) for name in ("decimal", "thousands", "currency_sign", "accounting")}
        return replace(self.style, **{name: value for name, value in own.items() if value is not None})


class JoinMapping(TableMapping):
    """A file, a table or a query of which each row of another has one, and how it is written: as in `TableMapping`.

    Attributes
    ----------
    key : str, list of str or dict
        Columns that are the same in both; a dict where they have different names: {here: there}. A column here may be
        one of a join before: {orders.customer_id: id}.
    unmatched : {"quarantine", "keep"}
        Rows without a partner: set aside with the reason, or kept with the partner's columns unknown.
    several : {"refuse", "first", "last"}
        Where different rows there have the same key, which would multiply rows here: stop, or take the first or last.
    fold, strip_zeros, whole_number : bool
        What means nothing where keys are compared, as in `ColumnMapping`.
    """

    columns: dict[str, ColumnMapping] = Field(default_factory=dict, exclude=True)
    key: Annotated[dict[str, SourceColumn], Field(min_length=1)]
    unmatched: Literal["quarantine", "keep"] = "quarantine"
    several: Literal["refuse", "first", "last"] = "refuse"
    fold: bool = False
    strip_zeros: bool = False
    whole_number: bool = False

    @field_validator("key", mode="before")
    @classmethod
    def _same_names(cls, given: Any) -> Any:
        names = [given] if isinstance(given, str) else given
        return {name: name for name in names} if isinstance(names, list) else names

    @model_validator(mode="after")
    def _rows_of_a_source(self) -> Self:
        idle = sorted({"derived_from", "rows", "columns", "currency", "filter", *RELATIONS} & self.model_fields_set)
        if idle:
            raise ValueError(f"{joined(idle)} mean nothing in a join")
        return self


class Mapping(Section):
    """A whole mapping: what the data set is, and its tables.

    Attributes
    ----------
    name : str
        What reports call the data set.
    version, licence, caveat : str or None
        Its version, its licence, and what a reader must know before trusting it; reports show them.
    rates : TableMapping
        What one unit of other currencies is worth in `source.currency`, and from which day on.
    tables : dict
        Canonical tables and where their rows come from: one `TableMapping`, or a list of them.
    """

    name: str
    version: str | None = None
    licence: str | None = None
    caveat: str | None = None
    rates: TableMapping | None = None
    tables: dict[str, Annotated[tuple[TableMapping, ...], Field(strict=False)]]

    @property
    def derived(self) -> list[tuple[str, int, TableMapping]]:
        """The parts that are derived from other tables: the table's name, and the part's place in it."""
        last = [(name, len(parts) - 1, parts[-1]) for name, parts in self.tables.items()]
        return [(name, i, part) for name, i, part in last if part.derived_from]

    def on_the_clock_of(self, zone: str) -> Self:
        """Return it for a company whose days are those of a time zone."""
        tables = {name: tuple(part.on_the_clock_of(zone) for part in parts) for name, parts in self.tables.items()}
        return self.model_copy(update={"tables": tables})

    @field_validator("tables", mode="before")
    @classmethod
    def _one_part_is_a_list_of_one(cls, given: Any) -> Any:
        if not isinstance(given, dict):
            return given
        return {name: parts if isinstance(parts, list) else [parts] for name, parts in given.items()}

    @model_validator(mode="after")
    def _parts_go_together(self) -> Self:
        for name, parts in self.tables.items():
            if not parts:
                raise ValueError(f"tables.{name}: an empty list; say where the table comes from, or leave it out")
            if any(part.derived_from for part in parts[:-1]):
                raise ValueError(f"tables.{name}: one part may be derived_from other tables, and stands last")
        return self


def load(path: Path) -> tuple[Mapping, Places]:
    """Read a mapping file; return it, and where its keys stand in it.

    Raises
    ------
    CrmwbError
        The file is missing, is no YAML, or says something that is not allowed; the message names line and key.
    """
    if not path.is_file():
        there = ", ".join(sorted(file.as_posix() for file in path.parent.glob("*.yaml"))) or "none there"
        raise CrmwbError(f"{path}: no such mapping; set source.mapping in params.yaml to one that exists ({there}).")
    places = Places(path)
    return params.read(path, Mapping, places.of), places
