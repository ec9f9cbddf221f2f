"""What a file holds: the sheet of a workbook that has purchases or what is asked for, and the lines within its rows."""

from collections.abc import Collection
from dataclasses import replace
from pathlib import Path

from crmwb import progress
from crmwb.sources.drafting.reading.names import plain_words
from crmwb.sources.drafting.reading.profile import Profile, profile
from crmwb.sources.drafting.reading.sniff import sniff
from crmwb.sources.drafting.reading.vocabulary import TRANSACTIONS, matches
from crmwb.sources.drafting.tables import purchases
from crmwb.sources.source_files import SourceFile, find


def look(directory: Path, name: str, named: Collection[str] = ()) -> Profile:
    """Look at a file; of a folder or an archive, at its first, for all that lie there.

    Of a workbook whose sheets are different tables, that is the sheet in which a person named columns, or the one in
    which least is missing of purchases. Lines within rows are the rows where a person named a column of theirs, or
    nothing else is an amount.

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
        file = find(directory, name, "crmwb map")[0]
        shape = sniff(file)
        looked_at = profile(file, shape)
        if shape.other_sheets and (_n_named(looked_at, named) < len(set(named)) or purchases.missing(looked_at)):
            others = (profile(file, sniff(file, sheet)) for sheet in shape.other_sheets)
            looked_at = max((looked_at, *others), key=lambda p: _fit(p, named))
            shape = looked_at.shape
        if (lines := _lines(looked_at, named)) is not None:
            looked_at = profile(file, shape, lines)
    return replace(looked_at, file=SourceFile(directory / name, name))


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
