"""Lists of lines within the rows of a JSON file: which they are, their columns' names, and how they are read."""

from collections.abc import Collection, Mapping

from crmwb.sources.drafting.reading.sniff import Shape
from crmwb.sources.formats import open_file
from crmwb.sources.source_files import SourceFile

SAYS_NOTHING = {"id", "name", "number", "no", "code", "date", "title"}  # without what it is of


def within(file: SourceFile, shape: Shape) -> dict[str, list[str]]:
    """Return the columns that hold lists of lines, and the columns of these."""
    lists: dict[str, list[str]] = getattr(open_file(file, shape.mapping(file.name)), "lists", {})
    return lists


def prefixes(columns: Collection[str], of: str | None) -> dict[str, str]:
    """Return what names of columns of lines begin with, where they say something without it.

    Examples
    --------
    >>> prefixes(["lines.amount", "lines.id"], "lines")
    {'lines.amount': 'lines.'}
    """
    return {name: f"{of}." for name in columns if name.removeprefix(f"{of}.").lower() not in SAYS_NOTHING}


def remarks(lists: Mapping[str, list[str]], left: Collection[str], read: str | None) -> list[str]:
    """Say which lists are read as lines, which are left out, and how lines are read that are not."""
    result = [f"its rows are the lines that {read} holds"] if read else []
    if left:
        what = f"{', '.join(left)} {'holds' if len(left) == 1 else 'hold'} lists: left out"
        of_lines = "" if read or not lists else next(iter(lists.values()))[-1]
        how = f"; to read lines in place of what is whole, name a column of theirs (--answer amount={of_lines})"
        result.append(what + (how if of_lines else ""))
    return result
