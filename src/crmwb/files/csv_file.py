"""Tables for spreadsheets as CSV, with texts that a spreadsheet would run as formulas made plain text again."""

import csv
import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, TypeVar

from crmwb.files.replacing import replacing

T = TypeVar("T")

# A leading apostrophe makes a cell text. What comes before the sign, a spreadsheet may cut off: blanks of every width.
BLANKS = r"\x01-\x20\x7f" + "\u00a0\u1680\u2000-\u200f\u2028-\u202f\u205f-\u2064\u3000\ufeff"
# Full-width signs become plain ones in some spreadsheets. A plain - or + before a number is a number, and stays.
FORMULA = rf"^(?:[\t\r\n]|[{BLANKS}]*(?:[=@＝＠﹦﹫＋－﹢﹣]|[-+−][\d.,]*[^\d.,]))"


def disarmed(cell: T) -> T | str:
    """Return text that a spreadsheet would run as a formula as plain text; numbers stay what they are."""
    if not isinstance(cell, str) or cell[:1].isalnum():  # no formula begins with a letter or a digit; quick to tell
        return cell
    return "'" + cell if re.match(FORMULA, cell) else cell


def write_rows(header: Sequence[str], rows: Iterable[Sequence[Any]], path: Path) -> int:
    """Write rows as CSV (UTF-8), disarmed, and return how many there were."""
    n_rows = 0
    with replacing(path) as beside, beside.open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out)
        writer.writerow([disarmed(name) for name in header])
        for row in rows:
            writer.writerow([disarmed(cell) for cell in row])
            n_rows += 1
    return n_rows
