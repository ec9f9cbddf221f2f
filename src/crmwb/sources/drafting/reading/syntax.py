"""Names and texts as an expression of a mapping has them."""

import re
from collections.abc import Mapping
from typing import Any

from crmwb.sources import mapping
from crmwb.sources.drafting.reading.profile import Profile

OF_FILES = {"file", *mapping.OF_FILES}  # what a mapping says of how a file is written
RESERVED = {
    "case", "when", "then", "else", "end", "and", "or", "not", "in", "is", "null", "true", "false", "between", "like",
    "select", "from", "where", "desc", "asc", "as", "distinct", "interval", "exists", "all", "any",
}  # fmt: skip


def slug(text: str) -> str:
    """Return a text as a name: small letters of any script and digits, joined by underscores."""
    return "_".join(re.findall(r"[^\W_]+", text.lower())) or "x"


def column(name: str) -> str:
    """Return a source column's name."""
    is_plain = re.fullmatch(r"[A-Za-z_]\w*", name) and name.lower() not in RESERVED
    return name if is_plain else '"' + name.replace('"', '""') + '"'


def value(text: str) -> str:
    """Return a text."""
    return "'" + text.replace("'", "''") + "'"


def is_in(name: str, texts: list[str]) -> str:
    """Return the condition that a column holds one of some texts."""
    if len(texts) == 1:
        return f"{column(name)} = {value(texts[0])}"
    return f"{column(name)} in ({', '.join(value(text) for text in texts)})"


def both(*conditions: str | None) -> str:
    """Return the condition that several hold, of which some may be empty.

    >>> both("", "quantity > 0", "status = 'paid'")
    "quantity > 0 and status = 'paid'"
    """
    return " and ".join(filter(None, conditions))


def holds(condition: str, name: str, *, may_be_blank: bool) -> str:
    """Return a condition on a column that is false, and not unknown, where the column is blank."""
    return f"({column(name)} is not null and {condition})" if may_be_blank else condition


def first_sheet(options: Mapping[str, Any]) -> str:
    """Return the sheet of a workbook that options of a file name, the first of several."""
    sheet = options["sheet"]
    return str(sheet if isinstance(sheet, str) else sheet[0])


def written(options: Mapping[str, Any]) -> dict[str, Any]:
    """Return options as a mapping has them: a sheet of a workbook that is a table of its own by its file and sheet.

    Examples
    --------
    >>> written({"file": "Bookings.xlsx/Payments", "sheet": "Payments"})
    {'file': 'Bookings.xlsx', 'sheet': 'Payments'}
    """
    result = dict(options)
    if "sheet" in options:
        result["file"] = str(options["file"]).removesuffix(f"/{first_sheet(options)}")
    if "join" in options:
        result["join"] = {name: written(option) for name, option in options["join"].items()}
    return result


def file_options(profile: Profile) -> dict[str, Any]:
    """Return what a mapping says of a file, besides its columns."""
    return {"file": profile.file.name, **profile.shape.options}


def join(options: Mapping[str, Any], key: Mapping[str, str], *, several: str | None = "first") -> dict[str, Any]:
    """Return the join to a file that adds no row and leaves none out.

    Parameters
    ----------
    options : mapping
        What a mapping says of the file or of the table of a database; only how it is written is taken.
    key : mapping of str to str
        The columns that it is joined by: those here, and what each is there.
    several : str or None
        Which of the rows there with one key counts: first or last; None where no key stands twice.

    Examples
    --------
    >>> join({"file": "orders.csv", "filter": "paid"}, {"order": "id"})
    {'file': 'orders.csv', 'key': {'order': 'id'}, 'unmatched': 'keep', 'several': 'first'}
    """
    written = {name: option for name, option in options.items() if name in OF_FILES | set(mapping.STORED)}
    joined = keeping({**written, "key": dict(key)})
    return joined if several is None else {**joined, "several": several}


def keeping(joined: Mapping[str, Any]) -> dict[str, Any]:
    """Return a join that keeps rows without a partner."""
    return {**joined, "unmatched": "keep"}


def day(value: Any, name: str) -> str | None:
    """Return a column's day as an expression reads it, as `value` says that it is written; None where in several ways.

    Examples
    --------
    >>> print(day({"column": "End Date", "format": "%m/%d/%Y"}, "End Date"), day("last_day", "last_day"))
    date("End Date", '%m/%d/%Y') date(last_day)
    """
    written = value.get("format", "") if isinstance(value, dict) else ""
    if not isinstance(written, str):
        return None
    return f"date({column(name)}, '{written}')" if written else f"date({column(name)})"


def keys(join: Mapping[str, Any]) -> dict[str, str]:
    """Return the columns that a file is joined by: those here, and what each is there.

    >>> keys({"file": "orders.csv", "key": "order_id"})
    {'order_id': 'order_id'}
    """
    on = join["key"]
    return {on: on} if isinstance(on, str) else dict(on)
