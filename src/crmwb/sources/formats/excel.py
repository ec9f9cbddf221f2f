"""Excel and OpenDocument workbooks as Arrow batches of text, one sheet of one workbook at a time.

Cells are written as a person reads them: 17850 for the number 17850.0, ISO 8601 for dates, nothing for a formula's
error. A number has the decimal sign by which the mapping reads its column, whatever texts stand among the numbers. Rows
in which nothing stands are no rows.
"""

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import islice

import pyarrow as pa
from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook, PasswordError

from crmwb.errors import CrmwbError
from crmwb.sources.formats import packed
from crmwb.sources.formats.opened import as_batches
from crmwb.sources.mapping import TableMapping
from crmwb.sources.source_files import SourceFile

ZIPPED = (".xlsx", ".xlsm", ".xlsb", ".ods")
SUFFIXES = (*ZIPPED, ".xls")
EXACT_INTEGERS = 10**15  # beyond, a spreadsheet has rounded a number

Cell = int | float | str | bool | dt.time | dt.date | dt.datetime | dt.timedelta


@dataclass
class Sheet:
    """One sheet, opened; see `opened.Opened`. A header cell without text is a column without a name."""

    columns: list[str]
    malformed: list[tuple[int, str]] = field(default_factory=list)
    _rows: Iterator[tuple[int, list[Cell]]] = field(default_factory=lambda: iter(()), repr=False)
    _decimals: list[str] = field(default_factory=list, repr=False)

    def batches(self, wanted: list[int]) -> Iterator[pa.RecordBatch]:
        """Yield the wanted columns as text, then the row numbers, as the spreadsheet shows them."""
        filled = ((number, cells) for number, cells in self._rows if any(cell not in {"", None} for cell in cells))
        signs = [(i, self._decimals[i]) for i in wanted]
        return as_batches(((number, [as_text(cells[i], d) for i, d in signs]) for number, cells in filled), len(wanted))


def open_excel(file: SourceFile, mapping: TableMapping) -> Sheet:
    """Open the sheet that the mapping names, or the only one, and find its columns.

    Raises
    ------
    CrmwbError
        The workbook is empty, damaged, locked, in a zip archive or no workbook; or it is not clear which sheet is
        meant.
    """
    with _workbook(file) as workbook:
        sheet = workbook.get_sheet_by_name(
            _sheet_name(workbook.sheet_names, file.sheet or next(iter(mapping.sheet), None), file.name)
        )
    rows = _numbered(sheet, mapping.skip_rows, mapping.last_row)
    if mapping.column_names is not None:
        width = sheet.width
        if width != len(mapping.column_names):
            raise CrmwbError(
                f"{file.name}: sheet {sheet.name!r} has {width} columns, and column_names in the mapping names "
                f"{len(mapping.column_names)}."
            )
        return Sheet(names := list(mapping.column_names), [], rows, _decimals(mapping, names))
    header = next((cells for _, cells in rows if any(cell != "" for cell in cells)), [])
    if not header:
        raise CrmwbError(f"{file.name}: sheet {sheet.name!r} is empty; name another (sheet), or save it again.")
    names = [(as_text(cell) or "").strip() for cell in header]
    return Sheet(names, [], rows, _decimals(mapping, names))


def _decimals(mapping: TableMapping, names: list[str]) -> list[str]:
    """Return the decimal sign by which a mapping reads the numbers of each column."""
    own = {name: mapping.style_of(c).decimal for c in mapping.columns.values() for name in c.source_columns}
    return [own.get(name, mapping.decimal) for name in names]


@contextmanager
def _workbook(file: SourceFile) -> Iterator[CalamineWorkbook]:
    if file.member is not None:
        raise CrmwbError(f"{file.name}: a workbook within a zip archive is not read; unpack it and name the file.")
    if file.n_bytes == 0:
        raise CrmwbError(f"{file.name}: the file is empty (0 bytes); save it again.")
    if file.suffix in ZIPPED:
        packed.check_archive(file.path, file.name)
    try:
        with CalamineWorkbook.from_path(file.path) as workbook:
            yield workbook
    except PasswordError:
        raise CrmwbError(f"{file.name}: locked with a password; save it without one.") from None
    except CalamineError as error:
        raise CrmwbError(
            f"{file.name}: no readable workbook ({error}); open it in a spreadsheet and save it as .xlsx or .csv."
        ) from None


def _sheet_name(names: list[str], wanted: str | None, file: str) -> str:
    there = ", ".join(names)
    if wanted is None and len(names) != 1:
        raise CrmwbError(f"{file}: has {len(names)} sheets ({there}); name one in the mapping (sheet).")
    if wanted is not None and wanted not in names:
        raise CrmwbError(f"{file}: has no sheet {wanted!r}; it has {there}.")
    return wanted or names[0]


def _numbered(sheet: CalamineSheet, n_above: int, last: int | None) -> Iterator[tuple[int, list[Cell]]]:
    return islice(enumerate(sheet.iter_rows(), start=1), n_above, last)


def as_text(cell: Cell, decimal: str = ".") -> str | None:
    """Return a cell as a person reads it; None where nothing stands."""
    if isinstance(cell, bool):
        return str(cell).lower()
    if isinstance(cell, float):
        is_whole = cell.is_integer() and abs(cell) < EXACT_INTEGERS
        return str(int(cell)) if is_whole else f"{cell:.15g}".replace(".", decimal)
    if isinstance(cell, dt.datetime):
        return cell.isoformat(" ")
    if isinstance(cell, dt.date | dt.time):
        return cell.isoformat()
    return str(cell) if cell != "" else None


def first_cells(file: SourceFile, n_rows: int) -> dict[str, list[list[Cell]]]:
    """Return the first rows of every sheet.

    Raises
    ------
    CrmwbError
        It is no workbook that can be read.
    """
    with _workbook(file) as workbook:
        return {
            name: list(islice(workbook.get_sheet_by_name(name).iter_rows(), n_rows)) for name in workbook.sheet_names
        }
