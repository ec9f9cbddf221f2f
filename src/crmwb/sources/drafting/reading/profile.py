"""What a file's columns hold: how many values are known and different, and how dates and numbers are written."""
# ruff: noqa: E501 - lists and patterns are easier to read in one line

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace
from functools import cached_property

import pyarrow as pa
import pyarrow.compute as pc

from crmwb.errors import CrmwbError
from crmwb.sources.drafting.reading import conventions, grouped, lists, notation, yearless
from crmwb.sources.drafting.reading.date_notation import Dates
from crmwb.sources.drafting.reading.file_rows import WholeColumn, first_rows, trimmed
from crmwb.sources.drafting.reading.further_rows import further_rows
from crmwb.sources.drafting.reading.grouped import Filled
from crmwb.sources.drafting.reading.headers import TOTAL, common_prefix, nameless, paths_of, twins
from crmwb.sources.drafting.reading.names import plain_words
from crmwb.sources.drafting.reading.number_notation import Numbers
from crmwb.sources.drafting.reading.scales import scale_of
from crmwb.sources.drafting.reading.sniff import Shape
from crmwb.sources.drafting.reading.words import CODES, USUAL_CODES
from crmwb.sources.formats import sheets
from crmwb.sources.source_files import SourceFile
from crmwb.sources.values import NumberStyle

N_ROWS = 20_000
N_VALUES = 2_000  # different values that dates and numbers are judged by
TRUE = {"yes", "true", "1", "y", "t", "ja", "j", "wahr", "oui", "vrai", "si", "sí", "verdadero", "是", "真"}
TRUE |= {
    "да", "так", "כן", "نعم", "예", "네", "evet", "jah", "jā", "taip", "já", "da",
    "tak", "ano", "sim", "igen", "kyllä", "áno", "ya", "có", "ναι", "はい", "ใช่", "joo",
}  # fmt: skip
FALSE = {"no", "false", "0", "n", "f", "nein", "falsch", "non", "faux", "否", "假"}
FALSE |= {
    "нет", "ні", "не", "לא", "لا", "아니오", "아니요", "hayır", "ei", "nē", "ne", "nei",
    "nie", "não", "nao", "nem", "nej", "nee", "nu", "tidak", "không", "όχι", "いいえ", "ไม่", "ikke",
}  # fmt: skip
UNKNOWN = {"null", "none", "nan", "n/a", "#n/a", "-", "--", "?", "\\n", "unbekannt", "未知", "无"}
UNKNOWN_AMONG_VALUES = {"na", "-"}  # of numbers and dates; in texts, NA is Namibia
CODED = re.compile(r" ?\((-?\d+) ?= ?[^)]*\)$")  # "fee (-99999=none)"
IN_BRACKETS = re.compile(rf" ?\(({'|'.join(sorted(CODES))})\)$")  # any currency's code: "Total (ARS)"
IN_A_CURRENCY = re.compile(rf"(?<=\w)( in| en)? ({'|'.join(sorted(USUAL_CODES))})$")
CENTS = re.compile(r"\b(cents?|ct|pence|minor( units?)?|centimes|centavos|pfennig)\b|分$")
MOST_TITLES = 20
LEAST_COLUMNS = 3  # of a table in which a row with one value is a footer


@dataclass(frozen=True)
class Column:
    """One column of a file, as its first rows show it.

    Attributes
    ----------
    name : str
        As the file calls it.
    n_rows : int
        Rows that were looked at, but for those that are none (`Profile.oddities`).
    counts : Counter
        Its known values, without blanks around them, and how often each stands there.
    null_values : tuple of str
        What stands for "unknown" in it.
    numbers_read, dates_read : Numbers, Dates or None
        Its values as numbers and as dates, where most of them are.
    why_style, why_order : str or None
        What a notation that could be read in two ways was settled by; empty where nothing settles it.
    called : str or None
        What a person says that it is, in plain words: "customer id".
    whole : WholeColumn or None
        What it holds in all rows, where not all of them were looked at.
    prefix : str
        What nearly all names of the file begin with, and so says nothing of this one: "Deal - ".
    """

    name: str
    n_rows: int
    counts: Counter[str]
    null_values: tuple[str, ...]
    numbers_read: Numbers | None = None
    dates_read: Dates | None = None
    why_style: str | None = None
    why_order: str | None = None
    called: str | None = None
    prefix: str = ""
    whole: WholeColumn | None = None

    def __hash__(self) -> int:
        return hash(self.name)

    @cached_property
    def words(self) -> str:
        """Its name in small letters and plain words, without a currency: "customer id" of "CustomerID"."""
        return self.called or self.own_words

    @cached_property
    def own_words(self) -> str:
        """The same of what the file calls it, whatever a person says that it is."""
        plain = CODED.sub("", re.sub(r" \(\d+\)$", "", scale_of(self.name.removeprefix(self.prefix))[0]))
        return IN_A_CURRENCY.sub("", plain_words(IN_BRACKETS.sub("", plain)))

    @cached_property
    def is_in_cents(self) -> bool:
        """Whether its name, whatever it is called, says that it holds hundredths: "total_cents"."""
        return bool(CENTS.search(plain_words(self.name)))

    @cached_property
    def scale(self) -> int:
        """How much one of it is, by its name: 1,000 of "Revenue (kEUR)", 10,000 of "销售额(万元)", else 1."""
        return scale_of(self.name)[1]

    @property
    def all_values(self) -> AbstractSet[str]:
        """Its known values in all rows of the file, also where not all of them were looked at."""
        return self.counts.keys() if self.whole is None else self.whole.values

    @cached_property
    def n_known(self) -> int:
        """Rows in which it is known."""
        return self.counts.total()

    @cached_property
    def values(self) -> list[str]:
        """Some of its different values, the commonest first."""
        return [value for value, _ in self.counts.most_common(N_VALUES)]

    @cached_property
    def is_unique(self) -> bool:
        """It is known everywhere and never the same twice."""
        return self.n_known == self.n_rows == len(self.counts) > 1

    @property
    def formats(self) -> tuple[str, ...]:
        """Formats in which its values are dates, the commonest first; none where it holds no dates."""
        return self.dates_read.formats if self.dates_read else ()

    @property
    def style(self) -> NumberStyle | None:
        """How its numbers are written; None where it holds no numbers."""
        return self.numbers_read.style if self.numbers_read else None

    @property
    def numbers(self) -> list[float]:
        """Its different values as numbers; none where it holds no numbers."""
        return list(self.numbers_read.values.values()) if self.numbers_read else []

    @property
    def is_date(self) -> bool:
        """It holds dates."""
        return self.dates_read is not None

    @property
    def is_number(self) -> bool:
        """It holds numbers that are no dates."""
        return self.numbers_read is not None and not self.is_date

    @cached_property
    def is_flag(self) -> bool:
        """It holds two values, such as yes and no, or one of them."""
        return {value.lower() for value in self.counts} <= TRUE | FALSE

    @property
    def true_values(self) -> list[str]:
        """Its values that mean yes."""
        return [value for value in self.counts if value.lower() in TRUE]

    @cached_property
    def unreadable(self) -> str | None:
        """A value that keeps it from being a column of numbers or dates, the commonest; None where it is one."""
        read = self.dates_read or self.numbers_read
        return next((value for value in self.values if read is None or value not in read.values), None)

    def shown(self, n_values: int = 3) -> str:
        """Return its commonest values, for a person."""
        return ", ".join(repr(value) for value in self.values[:n_values]) or "nothing"


@dataclass(frozen=True)
class Profile:
    """A file's columns, and how it is written.

    Attributes
    ----------
    rows : pyarrow.Table
        The rows that were looked at, as text without blanks around it; NULL where unknown.
    oddities : list of str
        Rows among them that are none, and what becomes of them.
    twins : dict of str to list of str
        Names that stand more than once in its header, and what its columns are called instead.
    filled : Filled or None
        What stands above rows and not in them, where `rows` have it in each.
    n_odd : int
        How many rows are none.
    lists : dict of str to list of str
        Columns that hold lists of lines, as JSON may, and the columns of these lines.
    n_below : int
        How many rows of the file were not looked at, below its first ones.
    """

    file: SourceFile
    shape: Shape
    n_rows: int
    columns: list[Column]
    rows: pa.Table = field(default_factory=lambda: pa.table({}))
    oddities: list[str] = field(default_factory=list)
    twins: dict[str, list[str]] = field(default_factory=dict)
    filled: Filled | None = None
    n_odd: int = 0
    lists: dict[str, list[str]] = field(default_factory=dict)
    n_below: int = 0

    @property
    def own(self) -> list[Column]:
        """Columns that stand in the file itself, and not in one that is joined."""
        return [column for column in self.columns if column.name in self.rows.column_names]

    def holds(self, *columns: Column) -> bool:
        """Say whether columns stand in the file itself, and not in one that is joined."""
        return {column.name for column in columns} <= set(self.rows.column_names)

    def texts(self, column: Column) -> list[str | None]:
        """Return what stands in a column, row by row; None in each row of one that is joined from another file."""
        if column.name not in self.rows.column_names:
            return [None] * self.rows.num_rows
        return [text or None for text in self.rows[column.name].to_pylist()]

    def days(self, column: Column) -> list[str | None]:
        """Return the day that a column tells, row by row, however it is written; its text where that is not read."""
        read = column.dates_read.values if column.dates_read else {}
        return [read[text].date().isoformat() if text in read else text for text in self.texts(column)]

    def numbers(self, column: Column) -> list[float | None]:
        """Return a column's numbers, row by row: 0 where nothing stands, None where a value was not looked at."""
        if column.name not in self.rows.column_names:
            return [None] * self.rows.num_rows
        read = column.numbers_read.values if column.numbers_read else {}
        return [read.get(text) if text else 0.0 for text in self.texts(column)]

    def number_rows(self, *columns: Column) -> list[tuple[float, ...]]:
        """Return the numbers of several columns, of the rows in which all of them were looked at; none of joined ones."""
        if not self.holds(*columns):
            return []
        rows = zip(*map(self.numbers, columns), strict=True)
        return [tuple(n for n in row if n is not None) for row in rows if None not in row]

    def column(self, name: str) -> Column:
        """Return a column by its name."""
        return next(column for column in self.columns if column.name == name)


def profile(file: SourceFile, shape: Shape, lines_of: str | None = None, more: Sequence[SourceFile] = ()) -> Profile:
    """Look at the first `N_ROWS` rows of a file, or lines within them that a column holds lists of, and at rows below.

    Parameters
    ----------
    file : SourceFile
        The file.
    shape : Shape
        How it is written.
    lines_of : str, optional
        The column whose lists are the rows.
    more : sequence of SourceFile
        Files of the same shape that are one table with it.

    Raises
    ------
    CrmwbError
        It has none.
    """
    within = lists.within(file, shape)
    files = [sheet for each in (file, *more) for sheet in sheets(each, shape.mapping(file.name))]
    others = [name for key, own in within.items() if key != lines_of for name in own]
    left = [lines_of] if lines_of else []
    names, every, held, below = first_rows(files, shape, N_ROWS, without=[*others, *left])
    while fresh := sorted(set(held) - set(left)):
        left += fresh
        names, every, held, below = first_rows(files, shape, N_ROWS, without=[*others, *left])
    about_lists = lists.remarks(within, [name for name in left if name != lines_of], lines_of)
    shape = replace(shape, remarks=[*shape.remarks, *about_lists])
    if every.num_rows == 0:
        raise CrmwbError(f"{file.name}: a header but no rows; export it again.")
    n_below, is_cut = 0, every.num_rows == N_ROWS
    further = every.slice(0, 0)
    if is_cut:
        further, n_below = further_rows(every, below)
        n_below -= further.num_rows
    every, further = trimmed(every), trimmed(further)
    every, filled = grouped.by_name(every, is_cut=is_cut) or (every, None)
    every = pa.concat_tables([every, grouped.further(further, filled, every) if filled else further])
    empty = [n for n in every.column_names if re.fullmatch(r"column \d+", n) and not any(every[n].to_pylist())]
    every = every.drop_columns(empty)
    if unnamed := nameless(file, shape, names, is_read=filled is not None):
        shape = replace(shape, remarks=[*shape.remarks, unnamed])
    rows, oddities, alone = _without_oddities(every, may_hold_totals=filled is None)
    titles = (*shape.titles, *alone)
    shape = replace(shape, titles=titles, of_year=(*titles, file.name))
    columns = columns_of(rows, shape, lists.prefixes(within.get(lines_of or "", []), lines_of))
    if n_below and filled is None:
        columns = [replace(c, whole=WholeColumn(files, shape, c.name)) for c in columns]
    n_odd = every.num_rows - rows.num_rows
    return Profile(file, shape, rows.num_rows, columns, rows, oddities, twins(names), filled, n_odd, within, n_below)


def columns_of(rows: pa.Table, shape: Shape, begun: Mapping[str, str] | None = None) -> list[Column]:
    """Return the columns of rows, their notations settled by what else stands in them; `begun` are prefixes by name."""
    prefix = common_prefix(rows.column_names)
    paths = paths_of(rows.column_names) | dict(begun or {})
    every = list(_columns(rows))
    without_year = yearless.readings({c.name: (c.words, c.counts) for c in every if not c.is_date}, shape.of_year)
    every = [replace(c, dates_read=without_year.get(c.name, c.dates_read)) for c in every]
    return [replace(c, prefix=prefix or paths.get(c.name, "")) for c in _settled(every, shape)]


def _without_oddities(rows: pa.Table, *, may_hold_totals: bool) -> tuple[pa.Table, list[str], list[str]]:
    """Return rows without those that are none (repeated headers, totals, footers), which they were, and texts alone in a row."""
    n = rows.num_rows
    if n == 0 or not rows.num_columns:
        return rows, [], []
    n_filled, n_header = [0] * n, [0] * n
    total = [False] * n
    first: list[str | None] = [None] * n
    for name in rows.column_names:
        for i, value in enumerate(rows[name].to_pylist()):
            if value:
                n_filled[i] += 1
                first[i] = first[i] or value
                n_header[i] += value == name
                total[i] = total[i] or (len(value) < 30 and TOTAL.fullmatch(value) is not None and n_filled[i] == 1)
    width = max(n_filled)
    usual = sorted(n_filled)[n // 2]
    kinds = {
        "repeats the header": [n_header[i] >= 2 or (n_header[i] == n_filled[i] > 0 and width > 1) for i in range(n)],
        "is a total": [may_hold_totals and total[i] and n_filled[i] < usual for i in range(n)],
        "holds one value only": [n_filled[i] <= 1 < LEAST_COLUMNS <= usual for i in range(n)],
    }
    removed = []
    odd = [False] * n
    for what, which in kinds.items():
        fresh = [a and not b for a, b in zip(which, odd, strict=True)]
        if count := sum(fresh):
            removed.append(f"{count:,} {'row' if count == 1 else 'rows'} that {what if count == 1 else _plural(what)}")
        odd = [a or b for a, b in zip(odd, which, strict=True)]
    if all(odd):
        return rows, [], []
    alone = [text for text, n_, is_odd in zip(first, n_filled, odd, strict=True) if text and n_ == 1 and is_odd]
    return rows.filter(pa.array([not o for o in odd])), removed, alone[:MOST_TITLES]


def _plural(what: str) -> str:
    return {"repeats the header": "repeat the header", "is a total": "are totals"}.get(what, "hold one value only")


def _columns(rows: pa.Table) -> Iterator[Column]:
    every = {}
    for name in rows.column_names:
        counted = Counter({v["values"]: v["counts"] for v in pc.value_counts(rows[name]).to_pylist() if v["values"]})
        signs = {"-"} if "+" in counted else set()  # a minus beside a plus says something
        unknown = [value for value in counted if value.lower() in UNKNOWN - signs or value in CODED.findall(name)]
        every[name] = (counted, [v for v in unknown if v])
    looked_at = {
        name: (
            plain_words(name),
            Counter(dict(Counter({
                v: n for v, n in counted.items() if v not in unknown and v.lower() not in UNKNOWN_AMONG_VALUES
            }).most_common(N_VALUES))),
        )
        for name, (counted, unknown) in every.items()
    }  # fmt: skip
    read = notation.readings(looked_at)
    for name, (counted, always) in every.items():
        numbers, dates = read[name]
        others = [v for v in counted if v.lower() in UNKNOWN_AMONG_VALUES and v not in always]
        unknown = [*always, *(others if numbers or dates else [])]
        known = Counter({value: n for value, n in counted.items() if value not in unknown})
        yield Column(name, rows.num_rows, known, tuple(sorted(unknown)), numbers, dates)


def _settled(columns: list[Column], shape: Shape) -> list[Column]:
    """Settle notations that could be read in two ways by what else stands in the file, and say by what."""
    result = conventions.of_file(
        str(shape.options.get("delimiter", "," if shape.is_delimited else "")),
        [c.words for c in columns],
        [c.numbers_read for c in columns if c.numbers_read],
        [c.dates_read for c in columns if c.dates_read],
        [v for c in columns for v in c.counts if re.fullmatch("[A-Z]{3}", v) and len(c.counts) < 10],
    )
    return [_with_order(_with_style(column, result), result) for column in columns]


def _with_style(column: Column, result: conventions.Conventions) -> Column:
    numbers = column.numbers_read
    if numbers is None or numbers.rival is None:
        return column
    by_digits = conventions.digits_tell(numbers)
    styles = (numbers.style, numbers.rival)
    by_file = next((s for s in styles if result.decimal and s.decimal == result.decimal), None)
    reasons = result.comma if result.decimal == "," else result.point
    if by_digits and (by_file is None or by_file == by_digits[0]):
        chosen, why = by_digits[0], "; ".join([by_digits[1], *(reasons[:2] if by_file else [])])
    elif by_digits is None and by_file is not None:
        if conventions.says_little(numbers, reasons):
            return replace(column, why_style="")
        chosen, why = by_file, "; ".join(reasons[:3])
    else:
        return replace(column, why_style="")
    return replace(column, numbers_read=numbers if chosen == numbers.style else numbers.swapped(), why_style=why)


def _with_order(column: Column, result: conventions.Conventions) -> Column:
    dates = column.dates_read
    if dates is None or not dates.rival:
        return column
    if result.is_day_first is None:
        return replace(column, why_order="")
    day_first = any(re.match("%d[/-]%m", f) for f in dates.formats)
    why = "; ".join((result.day_first if result.is_day_first else result.month_first)[:3])
    return replace(column, dates_read=dates if day_first == result.is_day_first else dates.swapped(), why_order=why)
