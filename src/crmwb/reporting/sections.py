"""Which sections of a notebook a source can fill; the others give way to one line that says what they need.

A heading (`page.heading` or markdown) tagged `needs-transactions` stands for its section, up to the next heading of its
level or above; another cell so tagged stands for itself. `without-transactions` is the opposite: kept only where that
table is missing. `needs-transactions-or-contracts` takes either. `with-contracts` is kept where that table is there and
is left out without a line elsewhere. `needs-forecast` marks what speaks of values to come, and `needs-linked_customers`
what counts or follows customers, for which their numbers must be the same all along.
"""

import re
from collections.abc import Collection, Iterator

from nbformat import NotebookNode
from nbformat.v4 import new_code_cell

NEEDS, WITHOUT, WITH, OR = "needs-", "without-", "with-", "-or-"
HEADING = re.compile(r'page\.heading\(\s*"([^"]+)"(?:,\s*(?:level=)?(\d))?')


def fitting(notebook: NotebookNode, available: Collection[str]) -> NotebookNode:
    """Leave out what a source cannot fill, in place.

    Parameters
    ----------
    notebook : NotebookNode
        A report's notebook.
    available : collection of str
        The canonical tables that the source has.

    Returns
    -------
    NotebookNode
        The same notebook. Where the first section for want of a table was, one line names all that want it.
    """
    kept: list[NotebookNode] = []
    wanting: dict[str, list[str]] = {}
    place: dict[str, int] = {}
    for cell, missing, title in _with_needs(notebook.cells, available):
        if missing is None:
            kept.append(cell)
        elif title:
            if missing not in place:
                place[missing] = len(kept)
                kept.append(cell)  # its place is kept; the line that takes it is written when all are known
            wanting.setdefault(missing, []).append(title)
    for table, titles in wanting.items():
        source = f"from crmwb.display import page\n\npage.missing_sections({titles!r}, {table!r})"
        kept[place[table]] = new_code_cell(source, id=f"missing-{table}".replace("_", "-"))  # type: ignore[no-untyped-call]  # nbformat has no types
    notebook.cells = kept
    return notebook


def _with_needs(
    cells: list[NotebookNode], available: Collection[str]
) -> Iterator[tuple[NotebookNode, str | None, str | None]]:
    """Yield each cell, the table for want of which it goes (None: it stays), and the title if it heads a section."""
    within: tuple[int, str | None] | None = None  # level of the heading whose section is being left out, and why
    for cell in cells:
        level = _level(cell)
        if within and (not level or level > within[0]):
            yield cell, within[1], None
            continue
        within = None
        missing, unwanted = _missing(cell, available), _unwanted(cell, available)
        if level and (missing or unwanted):
            within = (level, missing or unwanted)
        title = _title(cell) if level and missing else None
        yield cell, missing or unwanted, title


def _missing(cell: NotebookNode, available: Collection[str]) -> str | None:
    wanted = (tables.split(OR) for tables in _tables(cell, NEEDS))
    return next((tables[0] for tables in wanted if not set(tables) & set(available)), None)


def _unwanted(cell: NotebookNode, available: Collection[str]) -> str | None:
    without = (table for table in _tables(cell, WITHOUT) if table in available)
    return next(without, None) or next((table for table in _tables(cell, WITH) if table not in available), None)


def _tables(cell: NotebookNode, prefix: str) -> list[str]:
    tags = cell.metadata.get("tags", [])
    return [tag.removeprefix(prefix) for tag in tags if tag.startswith(prefix)]


def _level(cell: NotebookNode) -> int:
    """Return the level of the heading that a cell begins with; 0 where it begins with none."""
    if cell.cell_type == "markdown":
        return len(cell.source) - len(cell.source.lstrip("#"))
    heading = HEADING.match(cell.source)
    return int(heading[2] or 2) if heading else 0


def _title(cell: NotebookNode) -> str:
    """Return the title of the heading that a cell begins with: its code, or its text."""
    heading = HEADING.match(cell.source)
    return heading[1] if heading else cell.source.lstrip("# ").partition("\n")[0]
