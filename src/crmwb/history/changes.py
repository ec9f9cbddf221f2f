"""What changed since the history was written: by a checksum of the order lines of each month, then of each customer."""

import json
from collections.abc import Mapping
from datetime import date
from hashlib import sha256
from pathlib import Path

import ibis.expr.types as ir

from crmwb import engine, storage
from crmwb.calendar import month_column, month_named, month_of, start_of
from crmwb.engine import Backend
from crmwb.files import kept
from crmwb.history.history import History, Since
from crmwb.history.lines import Keep, checksums
from crmwb.history.states import before_changes


def month_checksums(con: Backend, tables: Mapping[str, ir.Table], as_of: date) -> dict[int, int]:
    """Return the checksum of the order lines of each month before `as_of`, by the number of the month."""
    lines = checksums(tables, as_of)
    sums = lines.group_by("month").aggregate(checksum=lines.checksum.sum())
    by_month = engine.batches(con, sums.order_by("month")).read_all()
    return {
        int(m): int(c) for m, c in zip(by_month["month"].to_pylist(), by_month["checksum"].to_pylist(), strict=True)
    }


def inputs_of_months(clean: Path, as_of: date) -> dict[int, str]:
    """Return a hash of the files that the checksum of each month of order lines comes from.

    Parameters
    ----------
    clean : Path
        A folder of clean canonical tables.
    as_of : date
        Exclusive; where it lies within a month or before it, it is part of what the checksum comes from.

    Returns
    -------
    dict of int to str
        By the number of the month; empty where order lines do not lie in a file for each month.
    """
    products = storage.table_in(clean, "products")
    of_products = storage.content_hash(products) if products.exists() else None
    hashes = {}
    for file in storage.parts(clean / "transactions") if (clean / "transactions").is_dir() else ():
        month = month_named(file.stem)
        if month is None:
            return {}
        until = str(as_of) if month >= month_of(as_of) else None
        made_from = json.dumps([kept.file_hash(file), of_products, until])
        hashes[month] = sha256(made_from.encode()).hexdigest()
    return hashes


def since(tables: Mapping[str, ir.Table], as_of: date, months: list[int], past: History, keep: Keep) -> Since:
    """Find the customers whose lines changed, each with the first month in which they did.

    Parameters
    ----------
    tables : mapping of str to ir.Table
        Clean canonical tables.
    as_of : date
        Exclusive.
    months : list of int
        Months whose order lines are not those that the history was made from.
    past : History
        What was made from the others, and from these as they were.
    keep : callable
        How to keep what is used several times.
    """
    first_month = min(months)
    begin = start_of(first_month)
    lines = checksums(tables, as_of, begin)
    lines = lines.filter(lines.month.isin(months))
    now = lines.group_by("customer_id", "month").aggregate(checksum=lines.checksum.sum().cast("int64"))
    numbered = past.months.select("customer_id", "checksum", month=month_column(past.months.month))
    then = numbered.filter(numbered.month.isin(months))
    differ = now.difference(then.select(*now.columns)).union(then.select(*now.columns).difference(now))
    first = keep("changed", differ.group_by("customer_id").aggregate(from_month=differ.month.min()))
    return Since(first, keep("state", before_changes(past, first, first_month)))
