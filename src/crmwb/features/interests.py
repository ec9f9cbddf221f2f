"""What each customer is interested in: the categories they buy from, and how they divide their spending among them."""

from collections.abc import Mapping
from datetime import date

import ibis
import ibis.expr.types as ir

from crmwb import storage
from crmwb.contract import ARROW_TYPES
from crmwb.contract.features import INTERESTS
from crmwb.engine import Backend
from crmwb.history.asof import sales_before, share
from crmwb.history.columns import conformed
from crmwb.history.lines import numbered

PLACES = ("customer_id_place", "category_place")


def interests(tables: Mapping[str, ir.Table], as_of: date) -> ir.Table:
    """Divide each customer's sales before `as_of` by category.

    Only lines that are no returns and have positive revenue count: what was given away or came back is no interest.
    A product without a category counts under its product line; lines of products with neither are left out. Where the
    source has no purchases, the sums of `category_summaries` are divided.

    Parameters
    ----------
    tables : mapping of str to ir.Table
        Clean canonical tables by name; `customers` must be among them.
    as_of : date
        Exclusive: events before that day's midnight count.

    Returns
    -------
    ir.Table
        One row per customer and category, columns of INTERESTS; no rows where the source has neither transactions with
        products nor summaries. `revenue_share` is of the customer's revenue in all categories here, so it adds up to 1.

    Examples
    --------
    >>> from datetime import date, datetime
    >>> import ibis
    >>> import pyarrow as pa
    >>> from crmwb.features.interests import interests
    >>> lines = {"customer_id": ["a", "a"], "order_id": ["o1", "o2"], "product_id": ["p1", "p2"]}
    >>> lines |= {"is_return": [False, False], "revenue_cents": [3_000, 1_000]}
    >>> lines |= {"ordered_at": [datetime(2024, 1, 1), datetime(2024, 3, 1)]}
    >>> products = {"product_id": ["p1", "p2"], "category": ["tea", "pots"], "line": ["food", "kitchen"]}
    >>> tables = {"transactions": ibis.memtable(pa.table(lines)), "products": ibis.memtable(pa.table(products))}
    >>> known = interests(tables, date(2024, 6, 1)).order_by("category")
    >>> known.select("category", "revenue_share").to_pyarrow().to_pylist()
    [{'category': 'pots', 'revenue_share': 0.25}, {'category': 'tea', 'revenue_share': 0.75}]
    """
    return _placed(tables, as_of).select(INTERESTS.names)


def write(con: Backend, tables: Mapping[str, ir.Table], as_of: date) -> int:
    """Write what `interests` returns as declared, and return the number of rows.

    Parameters
    ----------
    con : Backend
        The engine that holds the tables.
    tables : mapping of str to ir.Table
        As of `interests`.
    as_of : date
        Exclusive.

    Examples
    --------
    >>> from datetime import date
    >>> import pyarrow as pa
    >>> from crmwb import engine, params
    >>> from crmwb.features import interests
    >>> with engine.connect(params.EngineParams(threads=1, memory_limit_gb=1)) as con:
    ...     people = engine.open_arrow(con, pa.table({"customer_id": ["a"]}), "people")
    ...     interests.write(con, {"customers": people}, date(2024, 6, 1))
    0
    """
    rows = _placed(tables, as_of)
    return storage.stream(con, rows, INTERESTS, sorted_by=[name for name in PLACES if name in rows.columns])


def _placed(tables: Mapping[str, ir.Table], as_of: date) -> ir.Table:
    """Return interests and, of order lines, the places of customer and category in order, by which they are summed."""
    if "transactions" not in tables and "category_summaries" in tables:
        return _shared(_summarised(tables["category_summaries"]))
    if not tables.keys() >= {"transactions", "products"}:
        nobody = tables["customers"].filter(ibis.literal(value=False))
        unknown = {c.name: ibis.null(ARROW_TYPES[c.kind]) for c in INTERESTS.columns if c.name != "customer_id"}
        return nobody.select("customer_id", **unknown)
    products = tables["products"]
    named = products.select("product_id", category=ibis.coalesce(products.category, products.line))
    lines = sales_before(tables["transactions"], as_of).filter(lambda t: t.revenue_cents > 0)
    people, categories = numbered(tables.get("customers", lines), "customer_id"), numbered(named, "category")
    bought = lines.inner_join(named.inner_join(categories, "category"), "product_id").inner_join(people, "customer_id")
    orders = bought.group_by(*PLACES, "order_id").aggregate(  # counting them apart takes longer
        n_lines=bought.count(), revenue_cents=bought.revenue_cents.sum().cast("int64")
    )
    sums = orders.group_by(*PLACES).aggregate(
        n_lines=orders.n_lines.sum(), n_orders=orders.count(), revenue_cents=orders.revenue_cents.sum().cast("int64")
    )
    total = sums.revenue_cents.sum().over(group_by=sums.customer_id_place)
    shared = sums.mutate(revenue_share=share(sums.revenue_cents, total))
    named_again = shared.inner_join(people, "customer_id_place").inner_join(categories, "category_place")
    return conformed(named_again, INTERESTS, *PLACES)


def _summarised(summaries: ir.Table) -> ir.Table:
    """Return the sums that a source states, lines unknown."""
    spent = summaries.filter(summaries.revenue_cents > 0)
    return spent.select(
        "customer_id", "category", n_lines=ibis.null("int64"), n_orders=spent.n_orders,
        revenue_cents=spent.revenue_cents,
    )  # fmt: skip


def _shared(sums: ir.Table) -> ir.Table:
    """Return the sums with what share of the customer's revenue each is."""
    total = sums.revenue_cents.sum().over(group_by=sums.customer_id)
    shared = sums.mutate(revenue_share=share(sums.revenue_cents, total))
    return conformed(shared, INTERESTS)
