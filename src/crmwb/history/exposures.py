"""The history as of any moment, a moment of its own for each customer: before a campaign reached them, for one."""

from collections.abc import Mapping
from datetime import date

import ibis
import ibis.expr.types as ir

from crmwb.calendar import month_column
from crmwb.contract.history import MONTHS
from crmwb.history.history import History, Since, advance
from crmwb.history.lines import Keep, as_it_is


def as_of_join(
    exposures: ir.Table,
    past: History,
    tables: Mapping[str, ir.Table],
    off_season_months: tuple[int, ...],
    keep: Keep = as_it_is,
) -> ir.Table:
    """Look up what had added up of customers before moments: the last month before, and the days since.

    Parameters
    ----------
    exposures : ir.Table
        customer_id and as_of (DATE): nothing on or after that day is seen. As many per customer as there are.
    past : History
        Of the order lines before a day that no moment lies after.
    tables : mapping of str to ir.Table
        Clean canonical tables, those that the history was made of.
    off_season_months : tuple of int
        Months of the year, as for the history.
    keep : callable
        How to keep what is used several times.

    Returns
    -------
    ir.Table
        One row per customer and moment with an order line before it: customer_id, as_of, and the columns of
        `contract.history.MONTHS`.

    Examples
    --------
    What customer a had spent before a campaign reached them on 3 May, the purchase of the day before included; b had
    bought nothing by then and has no row.

    >>> from datetime import date, datetime
    >>> import pyarrow as pa
    >>> from crmwb import engine, history, params
    >>> from crmwb.contract.canonical import TABLES
    >>> rows = [("a", datetime(2024, 3, 5), 4_000), ("a", datetime(2024, 5, 2), 600), ("b", datetime(2024, 5, 9), 900)]
    >>> whole = {"order_id": "o1", "line_no": 1, "quantity": 1.0, "is_return": False}
    >>> lines = [whole | dict(zip(("customer_id", "ordered_at", "revenue_cents"), row)) for row in rows]
    >>> given = {"transactions": lines, "customers": [{"customer_id": "a"}, {"customer_id": "b"}]}
    >>> reached = pa.table({"customer_id": ["a", "b"], "as_of": [date(2024, 5, 3), date(2024, 5, 3)]})
    >>> with engine.connect(params.EngineParams(threads=1, memory_limit_gb=1)) as con, engine.keeping(con) as keep:
    ...     tables = {n: engine.open_arrow(con, pa.Table.from_pylist(given[n], TABLES[n].schema), n) for n in given}
    ...     past = history.advance(tables, date(2024, 6, 1), (1, 2), keep)
    ...     known = history.as_of_join(engine.open_arrow(con, reached, "reached"), past, tables, (1, 2), keep)
    ...     print(known.select("customer_id", "n_purchase_days", "sales_cents").to_pyarrow().to_pylist())
    [{'customer_id': 'a', 'n_purchase_days': 2, 'sales_cents': 4600}]
    """
    known = exposures.select("customer_id", "as_of").distinct().semi_join(tables["customers"], "customer_id")
    place = ibis.row_number().over(order_by=[known.customer_id, known.as_of]).cast("string")
    moments = keep("moments", known.select(whose="customer_id", as_of="as_of", exposure=place))
    state = keep("states", _states(past.months, moments))
    lines = tables["transactions"].inner_join(moments, tables["transactions"].customer_id == moments.whose)
    lines = lines.filter(lines.ordered_at < lines.as_of.cast("timestamp"))
    columns = [name for name in tables["transactions"].columns if name != "customer_id"]
    changed = moments.select(customer_id="exposure", from_month=month_column(moments.as_of))
    seen = {**tables, "customers": changed, "transactions": lines.select(*columns, customer_id=lines.exposure)}
    since = advance(seen, date.max, off_season_months, keep, Since(changed, state)).months
    states = since.union(state.select(*since.columns).anti_join(since, "customer_id"))
    joined = states.rename(exposure="customer_id").inner_join(moments, "exposure")
    return joined.select(
        *("as_of", *(name for name in MONTHS.names if name != "customer_id")), customer_id=joined.whose
    )


def _states(months: ir.Table, moments: ir.Table) -> ir.Table:
    """Return the last month before the month of each moment, by the moment's number in the place of the customer's."""
    pairs = moments.select("exposure", "whose", since=moments.as_of.truncate("M").cast("date"))
    joined = months.inner_join(pairs, months.customer_id == pairs.whose).filter(lambda t: t.month < t.since)
    last = joined.group_by("exposure", "whose").aggregate(last=joined.month.max())
    rows = months.inner_join(last, [months.customer_id == last.whose, months.month == last.last])
    return rows.select(*(name for name in months.columns if name != "customer_id"), customer_id=rows.exposure)
