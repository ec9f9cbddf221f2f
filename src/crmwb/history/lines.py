"""Order lines as the history counts them: numbers instead of texts, so that they are quick to sum."""

from collections.abc import Callable, Mapping
from datetime import date

import ibis
import ibis.expr.types as ir

from crmwb.history.asof import before

Keep = Callable[[str, ir.Table], ir.Table]

ATTRIBUTES = ("line", "category", "brand")  # of products
PLACES = ("channel", "store_id")


def as_it_is(name: str, table: ir.Table) -> ir.Table:  # noqa: ARG001 - the other way to keep it needs the name
    """Leave a table an expression, worked out wherever it is used."""
    return table


def month_of(day: ir.DateValue) -> ir.IntegerValue:
    """Return the month of a day as a whole number: twelve times the year, plus 0 for January to 11 for December."""
    return (day.year().cast("int32") * 12 + day.month().cast("int32") - 1).cast("int32")


def numbered(values: ir.Table, column: str) -> ir.Table:
    """Return the known values of a column, once each, and their places in order (0, 1, …) as `<column>_place`."""
    known = values.select(column).filter(values[column].notnull()).distinct()
    return known.mutate(ibis.row_number().over(order_by=known[column]).cast("int32").name(f"{column}_place"))


def numbers_of(tables: Mapping[str, ir.Table], keep: Keep = as_it_is) -> dict[str, ir.Table]:
    """Return what the numbers of `lines` stand for, by column: as `numbered` returns it."""
    home = {"customer_id": "customers"} | dict.fromkeys(PLACES, "transactions")
    home |= dict.fromkeys(ATTRIBUTES, "products") if "products" in tables else {}
    return {name: keep(f"{name}_numbers", numbered(tables[table], name)) for name, table in home.items()}


def lines(
    tables: Mapping[str, ir.Table], numbers: Mapping[str, ir.Table], as_of: date, keep: Keep = as_it_is
) -> ir.Table:
    """Prepare the order lines before `as_of`.

    Parameters
    ----------
    tables : mapping of str to ir.Table
        Clean canonical tables: transactions and customers, and products where the source has any.
    numbers : mapping of str to ir.Table
        As `numbers_of` returns them.
    as_of : date
        Exclusive.
    keep : callable
        How to keep what is used several times.

    Returns
    -------
    ir.Table
        One row per order line of a known customer.

        customer              place of the customer's id in order, from 0
        month, day            as `month_of` returns it; DATE
        order_id, product_id  as they are
        is_sale               no return
        cents                 revenue, negative for returns
        discount, cost        in cents; a line's cost is its own, else its quantity times the product's unit cost
        line, category, brand, channel, store_id
                              places of the values in order, from 0; NULL where unknown; the first
                              three only where there are products
    """
    transactions = before(tables["transactions"], "ordered_at", as_of)
    joined = transactions.inner_join(numbers["customer_id"], "customer_id")
    for name in PLACES:
        joined = joined.left_join(numbers[name], name, rname=f"{{name}}_of_{name}")
    cost = joined.cost_cents
    attributes: dict[str, ir.Value] = {}
    if (products := tables.get("products")) is not None:
        goods = products.select("product_id", "unit_cost_cents", *ATTRIBUTES)
        for name in ATTRIBUTES:
            goods = goods.left_join(numbers[name], name, rname=f"{{name}}_of_{name}")
        goods = goods.select("product_id", "unit_cost_cents", *(f"{name}_place" for name in ATTRIBUTES))
        joined = joined.left_join(goods, "product_id", rname="{name}_of_goods")
        cost = joined.cost_cents.coalesce((joined.quantity * joined.unit_cost_cents).round().cast("int64"))
        attributes = {name: joined[f"{name}_place"] for name in ATTRIBUTES}
    day = joined.ordered_at.date()
    return keep(
        "lines",
        joined.select(
            customer=joined.customer_id_place,
            month=month_of(day),
            day=day,
            order_id=joined.order_id,
            product_id=joined.product_id,
            is_sale=~joined.is_return,
            cents=joined.revenue_cents,
            discount=joined.discount_cents,
            cost=cost,
            channel=joined.channel_place,
            store_id=joined.store_id_place,
            **attributes,
        ),
    )
