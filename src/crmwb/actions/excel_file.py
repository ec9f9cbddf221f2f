"""Tables for people as Excel workbooks: texts stay texts, and the same rows give the same bytes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any, Literal

from crmwb.files.csv_file import disarmed
from crmwb.files.replacing import replacing

Style = Literal["text", "money", "number", "day"]
NUMBER_FORMATS = {"money": "#,##0.00", "number": "#,##0.##", "day": "yyyy-mm-dd"}
NOT_IN_TITLES = str.maketrans("[]:*?/\\", "_" * 7)
LONGEST_TITLE = 31  # of a sheet, in Excel
WIDEST = 60  # characters


@dataclass(frozen=True)
class SheetColumn:
    """A column of a sheet: what its heading says, and how its cells are written."""

    heading: str
    style: Style


def write_sheet(
    columns: Sequence[SheetColumn], rows: Sequence[Sequence[Any]], path: Path, *, title: str, made_on: date
) -> None:
    """Write rows as a workbook of one sheet, with a heading that stays in sight and a filter.

    Parameters
    ----------
    columns : sequence of SheetColumn
        The columns.
    rows : sequence of sequences
        Their cells; None is an empty one.
    path : Path
        Where to.
    title : str
        Of the sheet.
    made_on : date
        What the workbook gives as its day, for it asks no clock.
    """
    import xlsxwriter

    options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with replacing(path) as beside, xlsxwriter.Workbook(str(beside), options) as book:
        book.set_properties({"created": datetime(made_on.year, made_on.month, made_on.day)})  # noqa: DTZ001 - a day
        sheet = book.add_worksheet(title.translate(NOT_IN_TITLES)[:LONGEST_TITLE] or "1")
        heading = book.add_format({"bold": True, "text_wrap": True, "valign": "top"})
        styles = {
            style: book.add_format({"num_format": code, "valign": "top"}) for style, code in NUMBER_FORMATS.items()
        }
        text = book.add_format({"text_wrap": True, "valign": "top"})
        # Excel keeps such a cell a text even after somebody has edited it.
        quoted = book.add_format({"text_wrap": True, "valign": "top", "quote_prefix": True})
        for j, column in enumerate(columns):
            sheet.write_string(0, j, column.heading, heading)
            longest = max([len(column.heading), *(len(str(row[j])) for row in rows)])
            sheet.set_column(j, j, min(longest + 2, WIDEST))
            for i, row in enumerate(rows, start=1):
                cell = row[j]
                if cell is None:
                    continue
                if column.style == "text":
                    words = str(cell)
                    sheet.write_string(i, j, words, text if disarmed(words) is words else quoted)
                elif column.style == "day":
                    sheet.write_datetime(i, j, cell, styles["day"])
                else:
                    sheet.write_number(i, j, float(cell), styles[column.style])
        sheet.freeze_panes(1, 1)
        sheet.autofilter(0, 0, len(rows), len(columns) - 1)
