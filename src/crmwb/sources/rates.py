"""Money of several currencies → the one currency of the params, by the rates that a mapping brings."""

from typing import Any

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from crmwb import engine
from crmwb.contract import Column, Kind, Table
from crmwb.engine import Backend
from crmwb.errors import CrmwbError
from crmwb.sources import values

RATES = Table(
    name="rates",
    grain="one row per currency and the day from which its rate is valid",
    key=("currency", "starts_on"),
    columns=(
        Column("currency", Kind.CATEGORY, "three letters of ISO 4217"),
        Column("starts_on", Kind.DATE, "valid from this day until the currency's next; always where unknown", True),
        Column("rate", Kind.NUMBER, "what one unit of it is worth in source.currency"),
    ),
)
CODE = Column("currency", Kind.CATEGORY, "the currency of a row")
ALWAYS, NEVER, LATEST = ibis.date("0001-01-01"), ibis.date("9999-12-31"), ibis.date("9999-12-30")
RATE = "rate to the currency of the params"


def periods(con: Backend, given: list[dict[str, Any]], currency: str, key: str) -> ir.Table:
    """Return what currencies are worth and when: currency, starts_on, ends_on (exclusive), rate.

    Parameters
    ----------
    con : Backend
        The engine that will hold them.
    given : list of dict
        The rows of `RATES` that the mapping brings. None is needed for `currency`, which is worth 1.
    currency : str
        Of the params.
    key : str
        Where the mapping says so, for messages.

    Raises
    ------
    CrmwbError
        A currency has two rates from the same day on, or a rate that cannot be.
    """
    seen = set()
    for row in given:
        where = f"{key}: {row['currency']}" + (f" from {row['starts_on']}" if row["starts_on"] else "")
        if row["rate"] <= 0:
            raise CrmwbError(f"{where}: the rate {row['rate']:g} is not above 0; mend it.")
        if row["currency"] == currency and row["rate"] != 1:
            raise CrmwbError(
                f"{where}: it is source.currency in params.yaml, so it is worth 1, not {row['rate']:g}; mend it."
            )
        if (row["currency"], row["starts_on"]) in seen:
            raise CrmwbError(f"{where}: stands there twice; leave one rate for a day.")
        seen.add((row["currency"], row["starts_on"]))
    own = [] if any(code == currency for code, _ in seen) else [{"currency": currency, "starts_on": None, "rate": 1.0}]
    table = engine.open_arrow(con, pa.Table.from_pylist([*given, *own], RATES.schema), "rates")
    starts = table.starts_on.fill_null(ALWAYS)
    ends = starts.lead().over(group_by=table.currency, order_by=starts).fill_null(NEVER)
    return table.select("currency", starts_on=starts, ends_on=ends, rate=table.rate.cast(values.DECIMAL))


def with_rates(rows: ir.Table, code: ir.StringValue, day: ir.DateValue, periods: ir.Table) -> ir.Table:
    """Add to rows, as `RATE`, what one unit of their currency was worth on their day; NULL where that is not known."""
    asked = rows.mutate(code=code, day=day)
    valid = [asked.code == periods.currency, asked.day >= periods.starts_on, asked.day < periods.ends_on]
    result = asked.left_join(periods, valid)
    return result.select(*rows.columns, **{RATE: result.rate})


def converted(cents: ir.IntegerValue, rate: ir.DecimalValue) -> ir.IntegerValue:
    """Return whole cents of `source.currency`, rounded half away from zero; NULL where there is no rate."""
    exact = values.times(cents.cast(values.DECIMAL), rate)
    return exact.cast("decimal(38, 0)").try_cast("int64")
