"""One guess about one canonical column: what the mapping shall say, how sure it is, and why."""

import re
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import IntEnum
from typing import Any

from crmwb.contract import Kind, Table
from crmwb.sources import expressions, months
from crmwb.sources.drafting.questions import Question
from crmwb.sources.drafting.reading import syntax
from crmwb.sources.drafting.reading.profile import FALSE, TRUE, Column, Profile
from crmwb.sources.drafting.reading.vocabulary import NAMES_OF_PEOPLE, NUMBERED, Patterns, matches
from crmwb.sources.values import ISO

FITS: dict[Kind, Callable[[Column], bool]] = {
    Kind.MONEY: lambda c: c.is_number,
    Kind.NUMBER: lambda c: c.is_number,
    Kind.SHARE: lambda c: c.is_number,
    Kind.INTEGER: lambda c: c.is_number and all(n == int(n) for n in c.numbers),
    Kind.DATE: lambda c: c.is_date,
    Kind.TIMESTAMP: lambda c: c.is_date,
    Kind.BOOLEAN: lambda c: c.is_flag,
    Kind.ID: lambda c: not c.is_date and not NAMES_OF_PEOPLE.fullmatch(c.words) and (c.is_number or not c.is_flag),
    Kind.TEXT: lambda c: not c.is_date,
    Kind.CATEGORY: lambda c: not c.is_date and not NAMES_OF_PEOPLE.fullmatch(c.words),
}


ORDER = "named_order"  # the name of the join of refunds to the orders that they name
HEAD = "order_head"  # the name of the join of lines to their orders
LEAST_KNOWN = 0.02  # of the rows
NUMERIC = {Kind.MONEY, Kind.INTEGER, Kind.NUMBER, Kind.SHARE}


class Sure(IntEnum):
    """How sure a guess is."""

    GUESS = 0
    LIKELY = 1
    SURE = 2


@dataclass(frozen=True)
class Guess:
    """What a mapping shall say of a column.

    Attributes
    ----------
    value : str or dict
        As it stands in the mapping.
    sure : Sure
        How sure it is.
    why : str
        In a few words.
    sources : tuple of Column
        The source columns that it reads.
    """

    value: Any
    sure: Sure
    why: str
    sources: tuple[Column, ...] = ()

    @property
    def is_product(self) -> bool:
        """It is the quantity times the price of a unit, and perhaps the units of a pack, and nothing else."""
        text = re.sub(r'"[^"]*"', "x", self.expression or "")
        return len(self.sources) > 1 and re.fullmatch(r"\w+ \*( [*/]?|\w+)+", text) is not None

    @property
    def text(self) -> str:
        """What it reads, as an expression has it."""
        own = self.value if isinstance(self.value, dict) else {"column": self.value}
        return self.expression or syntax.column(str(own.get("column", "")))

    @property
    def expression(self) -> str | None:
        """The expression that computes it; None where it is read as it stands."""
        return self.value.get("expression") if isinstance(self.value, dict) else None

    def computed(self, expression: str, why: str, sources: Sequence[Column], sure: Sure | None = None) -> "Guess":
        """Return it computed by another expression, in the unit that its amounts are in."""
        kept = {k: v for k, v in self.value.items() if k == "unit"} if isinstance(self.value, dict) else {}
        value = {"expression": expression, **kept}
        return Guess(value, self.sure if sure is None else sure, why, tuple(sources))

    def with_text(self, old: str, new: str, why: str, *more: Column) -> "Guess":
        """Return it with one expression in the place of another within it, whatever else was put into it."""
        changed = re.sub(rf'(?<![\w"]){re.escape(old)}(?![\w"])', lambda _: new, self.text)
        return self.computed(changed, why, (*self.sources, *(c for c in more if c not in self.sources)))

    def through(self, names: Mapping[str, str]) -> "Guess":
        """Return it as refunds read it through the join to their orders, by the names that columns have there."""
        to = {column.name: names.get(column.name, f"{ORDER}.{column.name}") for column in self.sources}
        value = self.value
        if isinstance(value, dict) and "column" in value:
            value = {**value, "column": to[value["column"]]}
        elif self.expression:
            value = {**value, "expression": expressions.renamed(self.expression, to)}
        elif isinstance(value, str):
            value = to[value]
        sources = tuple(replace(column, name=to[column.name]) for column in self.sources)
        return replace(self, value=value, why=f"{self.why}, in the file of orders", sources=sources)


@dataclass
class Part:
    """What a mapping shall say of one file as one canonical table.

    Attributes
    ----------
    table : str
        The canonical table.
    options : dict
        Beside `columns`: file, delimiter, filter …
    guesses : dict of str to Guess
        Canonical columns in the order of the contract.
    profile : Profile or None
        The file; None for what is derived from other tables.
    remarks : list of str
        What a person should know of it.
    is_stand_in : bool
        It is only used where no other part fills its table.
    questions : list of Question
        What only a person can say of it.
    currencies : Counter
        What its amounts are in, as far as the file says, and in how many rows.
    heads : frozenset of str
        Columns that stand on the first line of each order only.
    twins : list of Part
        Parts made of the same rows, such as their refunds: what leaves rows out of it leaves them out there too.
    refunded : dict of str to str
        Conditions that leave out rows refunded in full by their status, each with its remark.
    refunds : list of Part
        What came back of its orders, as another file tells it: orders left out of it are left out there too.
    through : dict of str to str
        Of such refunds: columns of the orders, by the names that they have there.
    currency_of_orders : Column or None
        In another file, what names the currency of each of its orders.
    lines : list of Lines
        Of a file with a row for each order: their lines in other files, which are left out with them.
    """

    table: str
    options: dict[str, Any]
    guesses: dict[str, Guess]
    profile: Profile | None = None
    remarks: list[str] = field(default_factory=list)
    is_stand_in: bool = False
    questions: list[Question] = field(default_factory=list)
    currencies: Counter[str] = field(default_factory=Counter)
    heads: frozenset[str] = frozenset()
    twins: list["Part"] = field(default_factory=list)
    refunded: dict[str, str] = field(default_factory=dict)
    refunds: list["Part"] = field(default_factory=list)
    through: dict[str, str] = field(default_factory=dict)
    currency_of_orders: Column | None = None
    lines: list["Lines"] = field(default_factory=list)

    @property
    def looked_at(self) -> Profile:
        """The file; TypeError of what is derived from other tables."""
        if self.profile is None:
            raise TypeError(f"{self.table} is derived, and has no file of its own")
        return self.profile

    def only_column(self, name: str) -> Column | None:
        """Return the one column of the file of which a canonical column is read; None of several, joined or none."""
        sources = self.guesses[name].sources if name in self.guesses else ()
        return sources[0] if len(sources) == 1 and self.profile is not None and self.profile.holds(*sources) else None

    @property
    def condition(self) -> str:
        """Which rows count, as the mapping has it; empty where all of them do."""
        return str(self.options.get("filter") or "")

    def keep_rows(self, *conditions: str | None, first: bool = False) -> None:
        """Let only rows of further conditions count; `first`, these stand before those that there are already."""
        every = (*conditions, self.condition) if first else (self.condition, *conditions)
        if any(conditions):
            self.options["filter"] = syntax.both(*every)

    def replace_condition(self, old: str, new: str) -> None:
        """Put one condition in the place of another, where rows are left out by it."""
        if old in self.condition:
            self.options["filter"] = self.condition.replace(old, new)

    def drop_condition(self, condition: str) -> None:
        """Count rows again that a condition leaves out."""
        kept = self.condition.replace(condition, "").replace(" and  and ", " and ")
        self.options["filter"] = kept.removeprefix(" and ").removesuffix(" and ")
        if not self.options["filter"]:
            del self.options["filter"]

    def join(self, name: str, option: Mapping[str, Any]) -> None:
        """Join a file under a name, beside those that are joined already, and behind the one that has its key."""
        before = dict(self.options.get("join", {}))
        if any(here.partition(".")[0] in before.keys() - {name} for here in syntax.keys(option)):
            before.pop(name, None)
        self.options["join"] = {**before, name: dict(option)}


@dataclass(frozen=True, eq=False)
class Lines:
    """Lines whose orders stand in another file, one in each row.

    Attributes
    ----------
    part, orders : Part
        The lines, and the file of their orders.
    key : dict of str to str
        What names an order among the lines, and what it is called there.
    names : dict of str to str
        Columns of the orders that lines do not have themselves, by the names that they have through the join.
    """

    part: Part
    orders: Part
    key: dict[str, str]
    names: dict[str, str]

    def leave_out(self, condition: str, known: Collection[str] = ()) -> None:
        """Leave out lines of orders that a condition leaves out, as far as it asks of other columns than `known`."""
        names = {name: there for name, there in self.names.items() if name not in known}
        of_orders = expressions.renamed(condition, names)
        if of_orders is None:
            return
        (there,) = self.key.values()
        is_unknown = f"{syntax.column(f'{HEAD}.{there}')} is null"
        for each in (self.part, *self.part.twins):
            each.join(HEAD, syntax.join(self.orders.options, self.key))
            each.keep_rows(f"({is_unknown} or {of_orders})")


def best(columns: Iterable[Column], patterns: Patterns, kind: Kind, taken: Collection[Column] = ()) -> Guess | None:
    """Return the column whose name says best that it is meant, among those whose values fit; None where none is."""
    fitting = [c for c in columns if c not in taken and c.n_known and FITS[kind](c)]
    filled = [c for c in fitting if c.called is not None or c.n_known >= LEAST_KNOWN * c.n_rows]
    if any(matches(c.words, patterns) for c in filled):
        fitting = filled  # a column that a few rows fill says something of the whole file
    ranked = sorted(
        fitting,
        key=lambda c: (
            -matches(c.words, patterns),
            c.called is None,
            kind is Kind.ID and not _has_number(c),
            _is_of_months(c),
        ),
    )
    if not ranked or matches(ranked[0].words, patterns) == 0:
        return None
    strength = matches(ranked[0].words, patterns)
    if ranked[0].called is not None:
        return of_column(ranked[0], kind, Sure.SURE, "you said so")
    rivals = [c.name for c in ranked[1:] if matches(c.words, patterns) == strength]
    if kind is Kind.ID and _has_number(ranked[0]):  # beside "Member No", "Member" holds names
        rivals = [c.name for c in ranked[1:] if c.name in rivals and _has_number(c)]
    sure = Sure.SURE if strength == 2 and not rivals else Sure.LIKELY
    if kind is Kind.CATEGORY and ranked[0].is_number:
        sure = min(sure, Sure.LIKELY)
    why = "its name says so" if strength == 2 else "its name may say so"
    also = f"; {' and '.join(rivals)} could be it too" if rivals else ""
    return of_column(ranked[0], kind, sure, f"{why}{also}")


def of_column(column: Column, kind: Kind, sure: Sure, why: str) -> Guess:
    """Return the guess that a canonical column of `kind` is this source column, read as its values are written."""
    options: dict[str, Any] = {}
    if kind in {Kind.DATE, Kind.TIMESTAMP}:
        formats = list(column.formats or [ISO])
        options = {} if formats == [ISO] else {"format": formats if len(formats) > 1 else formats[0]}
        if without_year := months.FROM.fullmatch(formats[0]):
            sure = min(sure, Sure.LIKELY)
            why += f"; days without a year, from {without_year['from']} on, as titles or the file's name say"
        if column.dates_read is not None and column.dates_read.are_months:
            sure = min(sure, Sure.LIKELY)
            why += "; of whole months, each of which counts as its first day"
        if column.dates_read is not None and column.dates_read.rival:
            other = " or ".join(column.dates_read.rival)
            sure = min(sure, Sure.LIKELY) if column.why_order else Sure.GUESS
            why += f", but day and month could be the other way round ({other})"
            why += f"; day and month by this: {column.why_order}" if column.why_order else ""
    if kind in NUMERIC and column.numbers_read is not None and column.numbers_read.rival is not None:
        sure = min(sure, Sure.LIKELY) if column.why_style else Sure.GUESS
        text = next(t for t, n in column.numbers_read.values.items() if column.numbers_read.rival_values[t] != n)
        mark = re.sub(r"[\d\s]", "", text)[:1]
        why += f", but its {mark!r} could be the decimal sign or stand between thousands"
        why += f"; decided by this: {column.why_style}" if column.why_style else ""
    if kind is Kind.ID and column.values and all(_is_float_id(value) for value in column.values):
        options = {"whole_number": True}
    if kind is Kind.BOOLEAN:
        options = _truth(column)
    if kind is Kind.MONEY and column.called is not None and column.is_in_cents:  # no pattern has seen its own name
        options, why = {"unit": "hundredths"}, f"{why}; hundredths, as its name says"
    return Guess({"column": column.name, **options} if options else column.name, sure, why, (column,))


def fill(
    table: Table, columns: list[Column], vocabulary: dict[str, Patterns], names: Iterable[str] | None = None
) -> dict[str, Guess]:
    """Guess canonical columns of `table`, those whose names say most first; each source column is used once."""
    wanted = [c for c in table.columns if c.name in vocabulary and (names is None or c.name in names)]
    result: dict[str, Guess] = {}
    taken: list[Column] = []
    for strength in (2, 1):
        for column in wanted:
            if column.name not in result:
                guess = best(columns, vocabulary[column.name], column.kind, taken)
                if guess and matches(guess.sources[0].words, vocabulary[column.name]) == strength:
                    result[column.name] = guess
                    taken.append(guess.sources[0])
    return {column.name: result[column.name] for column in wanted if column.name in result}


def only_date(columns: list[Column], kind: Kind) -> Guess | None:
    """Return the only column of dates, whatever its name."""
    every = [c for c in columns if c.is_date]
    held = [c for c in every if not _is_of_months(c)] or every
    return of_column(held[0], kind, Sure.LIKELY, "the only column of dates") if len(held) == 1 else None


def _is_of_months(column: Column) -> bool:
    return column.dates_read is not None and column.dates_read.are_months


def _has_number(column: Column) -> bool:
    """Say whether a name says that it is a number or a code of something: "customer no"."""
    return re.fullmatch(NUMBERED, column.words) is not None


def _is_float_id(value: str) -> bool:
    whole, point, rest = value.partition(".")
    return bool(point) and whole.isdigit() and set(rest) <= {"0"}


def _truth(column: Column) -> dict[str, Any]:
    by_lowered = {value.lower(): value for value in column.counts}
    if set(by_lowered) <= {"yes", "no", "true", "false", "1", "0"}:
        return {}
    return {
        "true_values": [value for lower, value in by_lowered.items() if lower in TRUE] or ["y"],
        "false_values": [value for lower, value in by_lowered.items() if lower in FALSE] or ["n"],
    }
