"""What the features of each month end were made from: checksums of the rows that it can see, month by month."""

import json
from collections.abc import Mapping
from datetime import date
from hashlib import sha256

import ibis
import ibis.expr.types as ir

from crmwb import engine
from crmwb.calendar import month_column, month_of
from crmwb.engine import Backend
from crmwb.features.campaigns import reached
from crmwb.history import History
from crmwb.history.lines import CHECKSUM_SIZE

Checksums = dict[str, dict[int, int]]

# When a row is first seen and, of what becomes known later, when that is: columns that no feature reads before.
SEEN: dict[str, tuple[str, str | None, tuple[str, ...]]] = {
    "interactions": ("occurred_at", "resolved_at", ("resolved_at", "satisfaction")),
    "campaign_members": ("reached_at", "responded_at", ("responded_at",)),
    "invoices": ("issued_on", "paid_on", ("paid_on", "paid_cents")),
    "payments": ("paid_on", None, ()),
    "opportunities": ("opened_on", "closed_on", ("closed_on", "won")),
    "customer_summaries": ("known_on", None, ()),
    "customers": ("first_purchase_on", None, ()),
}


def input_checksums(con: Backend, tables: Mapping[str, ir.Table], past: History) -> Checksums:
    """Sum the checksums of rows by the month in which features first see them; order lines are the history's matter.

    Parameters
    ----------
    con : Backend
        The engine.
    tables : mapping of str to ir.Table
        Clean canonical tables.
    past : History
        What customers bought: a customer is first seen with the first purchase.

    Returns
    -------
    dict of str to dict of int to int
        By table, and `<table> later` for what becomes known of its rows later: month (as `calendar.month_of`) →
        checksum. A change in a row changes the checksums of the months from which features may tell it.
    """
    parts = [part for name, table in _moments(tables, past).items() for part in _parts(name, table)]
    if not parts:
        return {}
    sums = ibis.union(*parts) if len(parts) > 1 else parts[0]
    rows = engine.batches(con, sums.order_by("input", "month")).read_all().to_pylist()
    checksums: Checksums = {}
    for row in rows:
        checksums.setdefault(row["input"], {})[int(row["month"])] = int(row["checksum"])
    return checksums


def key_of(checksums: Checksums, end: date) -> str:
    """Return a hash of all that the features of a month end are made from; `end` is exclusive."""
    month = month_of(end)
    seen = {name: sorted((m, c) for m, c in months.items() if m < month) for name, months in checksums.items()}
    return sha256(json.dumps({name: rows for name, rows in seen.items() if rows}, sort_keys=True).encode()).hexdigest()


def _moments(tables: Mapping[str, ir.Table], past: History) -> dict[str, ir.Table]:
    """Return the tables that features read, with the moment at which each row is first seen."""
    dated = {name: tables[name] for name in SEEN if name in tables}
    if (members := dated.get("campaign_members")) is not None:
        dated["campaign_members"] = reached(members, tables.get("campaigns"))
    if (summaries := dated.get("customer_summaries")) is not None:  # seen on its day, not only after it
        known_on = (summaries.summarised_on - ibis.interval(days=1)).cast("date")
        dated["customer_summaries"] = summaries.mutate(known_on=known_on)
    first = past.months.group_by("customer_id").aggregate(first_purchase_on=past.months.first_purchase_on.min())
    dated["customers"] = dated["customers"].inner_join(first, "customer_id")
    return dated


def _parts(name: str, table: ir.Table) -> list[ir.Table]:
    seen, later, columns = SEEN[name]
    row = {column: table[column] for column in table.columns}
    if later is None:
        return [_sums(name, table, table[seen], row)]
    unknown = table[later].isnull()
    masked = {column: ibis.ifelse(unknown, table[column], ibis.null(table[column].type())) for column in columns}
    return [_sums(name, table, table[seen], row | masked), _sums(f"{name} later", table, table[later], row)]


def _sums(name: str, table: ir.Table, moment: ir.Value, row: dict[str, ir.Value]) -> ir.Table:
    hashed = (ibis.struct(row).hash() % CHECKSUM_SIZE).abs()
    rows = table.select(month=month_column(moment.cast("date")), checksum=hashed).filter(lambda t: t.month.notnull())
    sums = rows.group_by("month").aggregate(checksum=rows.checksum.sum().cast("int64"))
    return sums.select("month", "checksum", input=ibis.literal(name))
