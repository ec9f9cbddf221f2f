"""What files hold: each sheet of a workbook that is another table, and the lines within their rows."""

import re
from collections.abc import Collection, Iterator
from dataclasses import replace
from pathlib import Path

from crmwb import progress
from crmwb.errors import CrmwbError
from crmwb.sources.drafting.reading import syntax
from crmwb.sources.drafting.reading.names import plain_words
from crmwb.sources.drafting.reading.profile import Column, Profile, profile
from crmwb.sources.drafting.reading.sniff import sniff
from crmwb.sources.drafting.reading.vocabulary import TRANSACTIONS, matches
from crmwb.sources.drafting.tables import purchases
from crmwb.sources.source_files import SourceFile, find

HALF = 0.5
SORTED = re.compile(r"\d{4}-\d\d-\d\d[T ].*|\d{10}|\d{13}")  # ISO 8601, seconds and milliseconds since 1970


def look(directory: Path, name: str, named: Collection[str] = ()) -> list[Profile]:
    """Look at a file, or at the files of a folder or an archive that are one table.

    Of a workbook whose sheets are different tables, each is looked at; first is the sheet in which a person named
    columns, or the fullest one, or the one in which least is missing of purchases. Lines within rows are the rows where
    a person named a column of theirs, or nothing else is an amount.

    Parameters
    ----------
    directory : Path
        In which the file lies.
    name : str
        The file within it.
    named : collection of str
        Columns that a person named.
    """
    with progress.step(f"looking at {name}"):
        file, *more = find(directory, name, "crmwb map")
        first = profile(file, sniff(file), more=more)
        others = list(_other_sheets(file, first))
        if _n_named(first, named) < len(set(named)) or purchases.missing(first):
            best = max((first, *others), key=lambda p: _fit(p, named))
            others = [p for p in (first, *others) if p is not best]
            first = best
        if (lines := _lines(first, named)) is not None:
            repeated, record = _repeated(first)
            first = profile(file, replace(first.shape, repeated_records=repeated, record=record), lines, more)
    result = [replace(first, file=SourceFile(directory / name, name))]
    for other in others:
        sheet = syntax.first_sheet(other.shape.options)
        result.append(replace(other, file=SourceFile(directory / name, f"{name}/{sheet}", sheet=sheet)))
    return result


def _repeated(records: Profile) -> tuple[str, tuple[str, ...]]:
    """Return how many numbers of records stand in several of them, in words, and `Shape.record`; empty of others."""
    numbered = (c for c in records.own if matches(c.words, TRANSACTIONS["order_id"]) or c.words == "id")
    number = next((c for c in numbered if c.n_known == c.n_rows and not c.is_date), None)
    again = [value for value, n in number.counts.items() if n > 1] if number is not None else []
    if number is None or not 0 < len(again) <= HALF * len(number.counts):
        return "", ()
    moments = [c for c in records.own if c.is_date and c.n_known == c.n_rows and _is_later(records, number, c)]
    record = (number.name, moments[0].name) if moments else ()
    return f"{len(again):,} {number.name} ({', '.join(again[:2])} …)", record


def _is_later(records: Profile, number: Column, moment: Column) -> bool:
    """Say whether each record is later than those of its number before it, by moments that sort as texts."""
    last: dict[str | None, str] = {}
    for key, text in zip(records.texts(number), records.texts(moment), strict=True):
        if text is None or SORTED.fullmatch(text) is None or text <= last.get(key, ""):
            return False
        last[key] = text
    return True


def _other_sheets(file: SourceFile, first: Profile) -> Iterator[Profile]:
    """Yield the tables in the other sheets of a workbook; those with the same header are one."""
    left = list(first.shape.other_sheets)
    while left:
        try:
            looked_at = profile(file, sniff(file, left[0]))
        except CrmwbError:  # a sheet of notes
            left = left[1:]
            continue
        left = [sheet for sheet in left if sheet in looked_at.shape.other_sheets]
        yield looked_at


def _fit(looked_at: Profile, named: Collection[str]) -> tuple[int, int, int]:
    """Return how well a sheet tells purchases: a list of payments beside them has fewer columns."""
    return _n_named(looked_at, named), -len(purchases.missing(looked_at)), len(looked_at.columns)


def _n_named(looked_at: Profile, named: Collection[str]) -> int:
    return len(set(named) & {column.name for column in looked_at.columns})


def _lines(looked_at: Profile, named: Collection[str]) -> str | None:
    """Return the column whose lists of lines are the rows of a file; None where its own rows are."""
    for column, own in looked_at.lists.items():
        if set(named) & set(own):
            return column
    with_money = [column for column, own in looked_at.lists.items() if any(map(_may_be_money, own))]
    lacks_amount = with_money and "amount" in dict(purchases.missing(looked_at))
    return max(with_money, key=lambda column: len(looked_at.lists[column])) if lacks_amount else None


def _may_be_money(name: str) -> bool:
    words = plain_words(name.rpartition(".")[2])
    return any(matches(words, TRANSACTIONS[role]) for role in ("revenue_cents", "unit_price"))
