"""Customers who asked to be forgotten: kept out of every run by a code that tells nobody who they were.

data/forgotten.csv holds one code per customer and nothing else of them. It is no secret, and belongs into git: without
it (or without the key) a source that still holds them would bring them back.
"""

import json
from collections.abc import Sequence
from dataclasses import replace

import ibis
import ibis.expr.types as ir
import pyarrow as pa
import pyarrow.compute as pc

from crmwb import engine, layout, storage
from crmwb.contract.canonical import TABLES
from crmwb.engine import Backend
from crmwb.errors import CrmwbError
from crmwb.sources.delivery import Delivery
from crmwb.sources.privacy import secret

HEADER = "code"
KEY = "customer_id"


def listed() -> set[str]:
    """Return the codes in data/forgotten.csv; none where there is no such file.

    Raises
    ------
    CrmwbError
        A line is no code.
    """
    if not layout.FORGOTTEN.is_file():
        return set()
    lines = layout.FORGOTTEN.read_text(encoding="utf-8").split()
    if lines[:1] != [HEADER] or not all(secret.CODE.fullmatch(line) for line in lines[1:]):
        raise CrmwbError(f"{layout.FORGOTTEN}: must be a column {HEADER} as `crmwb forget` writes it; restore it.")
    return set(lines[1:])


def add(customer_ids: Sequence[str]) -> int:
    """Put customers on the list, as codes, and return how many were not on it before."""
    before = listed()
    after = before | set(secret.codes(customer_ids, secret.key()))
    storage.write_text("\n".join([HEADER, *sorted(after)]) + "\n", layout.FORGOTTEN, lasting=True)
    return len(after) - len(before)


def without(con: Backend, delivery: Delivery) -> tuple[Delivery, dict[str, int]]:
    """Leave out of a delivery what belongs to customers who are to be forgotten.

    Their rows go, and where another customer names one of them (parent, referrer) that becomes unknown. Rows that
    could not be read go where any of their values is one of these customers.

    Returns
    -------
    delivery : Delivery
        What is left.
    dict of str to int
        Rows left out, by table; empty where nobody is on the list.

    Raises
    ------
    CrmwbError
        Somebody is on the list, and there is no key to tell who.
    """
    codes = listed()
    if not codes:
        return delivery, {}
    gone = _who(delivery, codes)
    left_out: dict[str, int] = {}
    tables, unreadable = dict(delivery.tables), dict(delivery.unreadable)
    for name, rows in delivery.tables.items():
        if KEY in rows.columns:
            theirs = rows[KEY].isin(gone).fill_null(False) if gone else ibis.literal(False)
            left_out[name] = int(rows.filter(theirs).count().to_pyarrow().as_py())
            tables[name] = _without_mention(rows.filter(~theirs), name, gone)
    for name, rows in delivery.unreadable.items():
        left = _without_values(rows.to_pyarrow(), codes)
        left_out[name] = left_out.get(name, 0) + int(rows.count().to_pyarrow().as_py()) - left.num_rows
        unreadable[name] = engine.open_arrow(con, left, f"remembered_{name}")
    return replace(delivery, tables=tables, unreadable=unreadable), left_out


def _who(delivery: Delivery, codes: set[str]) -> list[str]:
    """Return the customers of a delivery whose codes are listed."""
    held = [rows.select(KEY) for rows in delivery.tables.values() if KEY in rows.columns]
    every = ibis.union(*held, distinct=True) if len(held) > 1 else held[0].distinct()
    result = every.filter(every[KEY].notnull()).to_pyarrow()[KEY].to_pylist()
    with_key = secret.key()
    return sorted(text for text, code in zip(result, secret.codes(result, with_key), strict=True) if code in codes)


def _without_mention(rows: ir.Table, name: str, gone: list[str]) -> ir.Table:
    """Make unknown where a row names one of those gone in another column than its own."""
    mentions = [
        c.name for c in TABLES[name].columns if c.references == "customers" and c.name != KEY and c.name in rows.columns
    ]
    if not gone or not mentions:
        return rows
    return rows.mutate(**{m: ibis.ifelse(rows[m].isin(gone), ibis.null("string"), rows[m]) for m in mentions})


def _without_values(rows: pa.Table, codes: set[str]) -> pa.Table:
    """Drop unreadable rows with a value, in their JSON of original values, whose code is listed."""
    with_key = secret.key()
    kept = [
        not codes & set(secret.codes((str(v) for v in json.loads(values).values() if v is not None), with_key))
        for values in rows["values"].to_pylist()
    ]
    return rows.filter(pc.fill_null(pa.array(kept, pa.bool_()), fill_value=True))
