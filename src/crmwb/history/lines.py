"""Order lines as the history counts them: numbers instead of texts, so that they are quick to sum."""

from collections.abc import Callable, Mapping
from datetime import date
from types import MappingProxyType

import ibis
import ibis.expr.types as ir

from crmwb.calendar import month_column
from crmwb.history.asof import Day, before, midnight

Keep = Callable[[str, ir.Table], ir.Table]

ATTRIBUTES = ("line", "category", "brand")  # of products
PLACES = ("channel", "store_id")
COUNTED = (
    "order_id", "product_id", "quantity", "revenue_cents", "discount_cents", "cost_cents", "channel", "store_id",
    "is_return",
)  # fmt: skip
CHECKSUM_SIZE = 2**40  # so that an int64 holds the sum of many
PAST = 0  # the month that stands for all before those that are worked out


def as_it_is(name: str, table: ir.Table) -> ir.Table:  # noqa: ARG001 - the other way to keep it needs the name
    """Leave a table an expression, worked out wherever it is used."""
    return table


def numbered(values: ir.Table, column: str) -> ir.Table:
    """Return the known values of a column, once each, and their places in order (0, 1, …) as `<column>_place`."""
    known = values.select(column).distinct().filter(lambda t: t[column].notnull())
    return known.mutate(ibis.row_number().over(order_by=known[column]).cast("int32").name(f"{column}_place"))


def numbers_of(tables: Mapping[str, ir.Table], keep: Keep = as_it_is) -> dict[str, ir.Table]:
    """Return what the numbers of `lines` stand for, by column: as `numbered` returns it."""
    home = {"customer_id": "customers"} | dict.fromkeys(PLACES, "transactions")
    home |= dict.fromkeys(ATTRIBUTES, "products") if "products" in tables else {}
    return {name: keep(f"{name}_numbers", numbered(tables[table], name)) for name, table in home.items()}


def lines(
    tables: Mapping[str, ir.Table],
    numbers: Mapping[str, ir.Table],
    as_of: Day,
    keep: Keep = as_it_is,
    changed: ir.Table | None = None,
) -> ir.Table:
    """Prepare the order lines before `as_of`.

    Parameters
    ----------
    tables : mapping of str to ir.Table
        Clean canonical tables: transactions and customers, and products where the source has any.
    numbers : mapping of str to ir.Table
        As `numbers_of` returns them.
    as_of : date or ir.DateValue
        Exclusive.
    keep : callable
        How to keep what is used several times.
    changed : ir.Table, optional
        customer_id and from_month: only lines of these customers, and what is earlier has the month PAST.

    Returns
    -------
    ir.Table
        One row per order line of a known customer.

        customer              place of the customer's id in order, from 0
        month, day            as `calendar.month_of` counts them; DATE
        order_id, product_id  as they are
        is_sale               no return
        cents                 revenue, negative for returns
        discount, cost        in cents; a line's cost is its own, else its quantity times the product's unit cost
        line, category, brand, channel, store_id
                              places of the values in order, from 0; NULL where unknown
        checksum              of all that counts in the line, below CHECKSUM_SIZE
    """
    people = numbers["customer_id"]
    if changed is not None:
        people = people.inner_join(changed, "customer_id").select(*people.columns, "from_month")
    every = before(tables["transactions"], "ordered_at", as_of).inner_join(people, "customer_id")
    joined = _with_products(every, tables, numbers)
    month, checksum, cost = month_column(joined.ordered_at.date()), _checksum(joined), _known_cost(joined)
    if changed is not None:
        is_past = month < joined.from_month
        checksum = ibis.ifelse(is_past, 0, checksum)  # of earlier lines nobody asks for it, nor for their cost
        cost = ibis.ifelse(is_past, ibis.null("int64"), cost)
        month = ibis.ifelse(is_past, PAST, month).cast("int32")
    places: dict[str, ir.Value] = {name: joined[f"{name}_place"] for name in ATTRIBUTES}
    for name in PLACES:
        of_value = numbers[name].rename({f"{name}_value": name})
        joined = joined.left_join(of_value, joined[name] == of_value[f"{name}_value"])
        places[name] = of_value[f"{name}_place"]
    columns = joined.select(
        "order_id",
        "product_id",
        customer=joined.customer_id_place,
        month=month,
        day=joined.ordered_at.date(),
        is_sale=~joined.is_return,
        cents=joined.revenue_cents,
        discount=joined.discount_cents,
        cost=cost,
        checksum=checksum,
        **places,
    )
    return keep("lines", columns)


def checksums(tables: Mapping[str, ir.Table], as_of: Day, since: date | None = None) -> ir.Table:
    """Return customer_id, month and checksum of every order line from `since` to before `as_of` of a known customer."""
    every = before(tables["transactions"], "ordered_at", as_of).semi_join(tables["customers"], "customer_id")
    if since is not None:
        every = every.filter(every.ordered_at >= midnight(since))
    every = _with_products(every, tables)
    return every.select("customer_id", checksum=_checksum(every), month=month_column(every.ordered_at.date()))


def _with_products(
    lines: ir.Table, tables: Mapping[str, ir.Table], numbers: Mapping[str, ir.Table] = MappingProxyType({})
) -> ir.Table:
    """Return order lines with their products' unit cost, a hash of what counts of these, and their attributes' places.

    Places of those in `numbers`; looked up for products, which are fewer than lines.
    """
    goods = tables.get("products")
    if goods is None:
        unknown = {f"{name}_place": ibis.null("int32") for name in ATTRIBUTES}
        return lines.mutate(unit_cost_cents=ibis.null("int64"), of_product=ibis.literal(0, "int64"), **unknown)
    of_product = ibis.struct({name: goods[name] for name in (*ATTRIBUTES, "unit_cost_cents")}).hash()
    goods = goods.select("unit_cost_cents", *ATTRIBUTES, product=goods.product_id, of_product=of_product)
    for name in (name for name in ATTRIBUTES if name in numbers):
        goods = goods.left_join(numbers[name], name, rname="{name}_of_place")
    return lines.left_join(goods, lines.product_id == goods["product"])


def _known_cost(lines: ir.Table) -> ir.IntegerValue:
    """Return what each line cost: its own cost, else its quantity times the product's unit cost."""
    return lines.cost_cents.coalesce((lines.quantity * lines.unit_cost_cents).round().cast("int64"))


def _checksum(lines: ir.Table) -> ir.IntegerValue:
    """Return a checksum of all that counts in each line, with its product's."""
    parts = {name: lines[name] for name in (*COUNTED, "of_product")} | {"day": lines.ordered_at.date()}
    return (ibis.struct(parts).hash() % CHECKSUM_SIZE).abs()
