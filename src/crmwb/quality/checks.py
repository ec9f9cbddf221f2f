"""What must hold of a canonical table: its contract as checks, each one Great Expectations expectation.

A check that Great Expectations cannot judge one partition at a time (a unique key, a reference, a rule over several
columns) is first a fact: a boolean column that the engine works out over the whole table, named for its rule, which
Great Expectations then expects to be true. So every partition is judged alone, whatever the size of the table.

What is unknown breaks only the rule that it be known: a rule over an unknown value is not judged.
"""

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import ibis
import ibis.expr.operations as ops
import ibis.expr.types as ir

from crmwb.contract import FIRST_DAY, LAST_DAY, Column, Kind, Rule, Severity, Table
from crmwb.findings import Day, Finding, Listing, Name, Number, Term, Value
from crmwb.quality.expectations import (
    Expectation,
    ExpectColumnValuesToBeBetween,
    ExpectColumnValuesToBeInSet,
    ExpectColumnValuesToNotBeNull,
    FailureSeverity,
)

ROW = "row"  # the hidden row id: the position in the canonical file, from 0
MISSING = "missing"  # the type, as it were, of a column that is not there
KEY_IS_UNIQUE = "key_is_unique"
REPEATS = "repeats"  # the table of rows whose key is that of another row, which is kept

Fact = Callable[[ir.Table, Mapping[str, ir.Table]], ir.BooleanValue]

GX_SEVERITIES = {
    Severity.CRITICAL: FailureSeverity.CRITICAL,
    Severity.ERROR: FailureSeverity.WARNING,
    Severity.WARNING: FailureSeverity.INFO,
}


@dataclass(frozen=True)
class Words:
    """What a check says.

    Attributes
    ----------
    rule : str
        Its name, unique within its table.
    meaning : Finding
        What must hold.
    reason : str
        What an error says of a row where it does not.
    severity : Severity
        What a broken check does.
    """

    rule: str
    meaning: Finding
    reason: str
    severity: Severity = Severity.ERROR


@dataclass(frozen=True, eq=False)
class Check:
    """One thing that must hold, in words and as an expectation.

    Attributes
    ----------
    words : Words
        What it says.
    column : str or None
        The column that it is about; None where it is about several.
    expectation : Expectation
        What Great Expectations judges: the column itself, or the fact.
    shows : tuple of str
        The columns that show why a row breaks it.
    fact : callable or None
        The rows (with `ROW`) and the tables that they are compared with (the clean ones by name, and `REPEATS`) in;
        out the boolean column, to be named for the rule, that is true where it holds and unknown where it cannot be
        judged.
    awaits_quarantine : bool
        Its fact needs the clean rows of its own table, so it is judged after them.
    bounds : (date, date) or None
        The first and the last day between which it asks for days, where these depend on the other rows.
    """

    words: Words
    column: str | None
    expectation: Expectation
    shows: tuple[str, ...]
    fact: Fact | None = None
    awaits_quarantine: bool = False
    bounds: tuple[date, date] | None = None

    @property
    def rule(self) -> str:
        """Its name."""
        return self.words.rule

    @property
    def severity(self) -> Severity:
        """What a broken check does."""
        return self.words.severity

    @property
    def judged(self) -> str:
        """The column that Great Expectations judges."""
        return self.rule if self.fact else str(self.column)


def shape_checks(table: Table) -> list[Check]:
    """Return what must hold of the file itself: every column there, each with the contract's type.

    They are judged on a frame with one row: the type that each column has in the file, or `MISSING`.
    """
    checks = []
    for column in table.columns:
        type_name = str(table.schema.field(column.name).type)
        words = Words(
            f"{column.name}_is_there",
            _meaning("is_there", column=column.name, type=type_name),
            f"{column.name} ({column.meaning}) must be a column of type {type_name}",
            Severity.CRITICAL,
        )
        checks.append(_of_values(column, words, ExpectColumnValuesToBeInSet, value_set=[type_name]))
    return checks


def row_checks(table: Table, present: Collection[str]) -> list[Check]:
    """Return what must hold of every row.

    Parameters
    ----------
    table : Table
        The contract.
    present : collection of str
        The tables that the source has; references to others cannot be checked and are left out.
    """
    columns = [check for column in table.columns for check in _column_checks(column)]
    references = [_reference(table, c, c.references) for c in table.columns if c.references and c.references in present]
    rules = [_rule(table, rule) for rule in table.rules]
    return [*columns, *references, *rules, _unique_key(table)]


def _column_checks(column: Column) -> Iterator[Check]:
    name = column.name
    if not column.nullable:
        words = Words(f"{name}_is_known", _meaning("is_known", column=name), f"{name} ({column.meaning}) is unknown")
        yield _of_values(column, words, ExpectColumnValuesToNotBeNull)
    if column.kind in {Kind.NUMBER, Kind.SHARE}:
        words = Words(f"{name}_is_finite", _meaning("is_finite", column=name), f"{name} is no finite number")
        yield _of_fact(words, (name,), lambda rows, _: ~(rows[name].isnan() | rows[name].isinf()), column=name)
    if column.kind in {Kind.DATE, Kind.TIMESTAMP}:
        days = {"first": Day(FIRST_DAY), "last": Day(LAST_DAY)}
        words = Words(
            f"{name}_is_plausible",
            _meaning("is_plausible", column=name, **days),
            f"{name} is not a day from {FIRST_DAY} to {LAST_DAY}",
        )
        yield _of_fact(
            words, (name,), lambda rows, _: rows[name].cast("date").between(FIRST_DAY, LAST_DAY), column=name
        )
    if column.allowed is not None:
        allowed = ", ".join(column.allowed)
        values = Listing(tuple(Name(value) for value in column.allowed))
        meaning = _meaning("is_allowed", column=name, values=values)
        words = Words(f"{name}_is_allowed", meaning, f"{name} is none of: {allowed}")
        yield _of_values(column, words, ExpectColumnValuesToBeInSet, value_set=list(column.allowed))
    if column.minimum is not None or column.maximum is not None:
        ends = (("at least", column.minimum), ("at most", column.maximum))
        bounds = " and ".join(f"{word} {end:,}" for word, end in ends if end is not None)
        words = Words(f"{name}_is_in_range", _range(column), f"{name} is not {bounds}")
        yield _of_values(
            column, words, ExpectColumnValuesToBeBetween, min_value=column.minimum, max_value=column.maximum
        )


def near_the_others(column: str, first: date, last: date) -> Check:
    """Return the check that a day lies where the others do."""
    words = Words(
        f"{column}_is_near_the_others",
        _meaning("is_near_the_others", column=column, first=Day(first), last=Day(last)),
        f"{column} lies far from all others, which run from {first} to {last}",
    )
    check = _of_fact(words, (column,), lambda rows, _: rows[column].cast("date").between(first, last), column=column)
    return replace(check, bounds=(first, last))


def _reference(table: Table, column: Column, parent: str) -> Check:
    """Return the check that a row's parent is there and clean.

    Where the parent may be unknown anyway, a wrong one is only reported: a sale of a product that the product list
    lacks is still a sale, and a company stays a customer when its parent company's row is bad.
    """
    name = column.name

    def fact(rows: ir.Table, others: Mapping[str, ir.Table]) -> ir.BooleanValue:
        keys = others[parent]
        return ibis.ifelse(rows[name].isnull(), ibis.null("boolean"), rows[name].isin(keys[keys.columns[0]]))

    words = Words(
        f"{name}_is_in_{parent}",
        _meaning("is_in_table", column=name, table=Term("table", parent)),
        f"{name} ({column.meaning}) is not among the clean {parent}",
        Severity.WARNING if column.nullable else Severity.ERROR,
    )
    return _of_fact(words, (name,), fact, column=name, awaits_quarantine=parent == table.name)


def _rule(table: Table, rule: Rule) -> Check:
    unbound = ibis.table(ibis.Schema.from_pyarrow(table.schema), name=table.name)
    used = {field.name for field in rule.holds(unbound).op().find(ops.Field)}
    words = Words(rule.name, Finding(f"quality.rule.{rule.name}"), f"not so: {rule.meaning}", rule.severity)
    return _of_fact(words, tuple(c.name for c in table.columns if c.name in used), lambda rows, _: rule.holds(rows))


def _unique_key(table: Table) -> Check:
    key = " + ".join(table.key)
    words = Words(
        KEY_IS_UNIQUE,
        _meaning("key_is_unique", key=key),
        f"{key} is that of another row, which is kept",
    )
    column = table.key[0] if len(table.key) == 1 else None
    return _of_fact(words, table.key, lambda rows, others: ~rows[ROW].isin(others[REPEATS][ROW]), column=column)


def _of_values(column: Column, words: Words, expects: Callable[..., Expectation], **wants: object) -> Check:
    """Return a check that Great Expectations judges on the values of a column."""
    return Check(words, column.name, expects(column=column.name, **wants, **details(words)), (column.name,))


def _of_fact(
    words: Words, shows: tuple[str, ...], fact: Fact, *, column: str | None = None, awaits_quarantine: bool = False
) -> Check:
    """Return a check that the engine turns into a fact, and Great Expectations expects to be true."""
    expectation = ExpectColumnValuesToBeInSet(column=words.rule, value_set=[True], **details(words))
    return Check(words, column, expectation, shows, fact, awaits_quarantine)


def _range(column: Column) -> Finding:
    """Return the finding that a value lies between its bounds, or beyond the one that there is."""
    ends = {"least": column.minimum, "most": column.maximum}
    known = {name: Number(end) for name, end in ends.items() if end is not None}
    return _meaning(f"is_{'_and_'.join(known)}", column=column.name, **known)


def _meaning(rule: str, **values: Value | str) -> Finding:
    """Return what a rule of many columns means; texts are names."""
    named = {name: Name(value) if isinstance(value, str) else value for name, value in values.items()}
    return Finding(f"quality.rule.{rule}", named)


def details(words: Words) -> dict[str, Any]:
    """Return what an expectation carries along, so that a Great Expectations result explains itself."""
    return {
        "severity": GX_SEVERITIES[words.severity],
        "meta": {"rule": words.rule, "severity": words.severity.value},
    }
