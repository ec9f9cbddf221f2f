"""Order lines as small integers: which customer bought which product on which purchase day."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import ibis
import ibis.expr.types as ir

from crmwb import engine
from crmwb.calendar import EPOCH, day_at, day_number
from crmwb.engine import Backend
from crmwb.history.asof import days_between, sales_before


@dataclass(frozen=True)
class Lines:
    """The purchases of one source.

    Attributes
    ----------
    table : ir.Table
        One row per customer, purchase day and product: customer, product (from 0, in the order of their ids), occasion
        (the customer's purchase days, from 1), day (days since 1970).
    customers : ir.Table
        customer, customer_id.
    products : ir.Table
        product, product_id.
    n_customers : int
        How many customers there are.
    first_day, end_day : int
        The first purchase day, and as_of (exclusive).
    """

    table: ir.Table
    customers: ir.Table
    products: ir.Table
    n_customers: int
    first_day: int
    end_day: int


def order_lines(con: Backend, tables: Mapping[str, ir.Table], as_of: date, exclude: Sequence[str]) -> Lines | None:
    """Give numbers to customers, products and purchase days of the sales before `as_of`.

    Parameters
    ----------
    con : Backend
        The engine that holds the tables.
    tables : mapping of str to ir.Table
        Clean canonical tables by name.
    as_of : date
        Exclusive.
    exclude : sequence of str
        Products that are no goods, such as postage or bags.

    Returns
    -------
    Lines or None
        None where no sale names its product.
    """
    if "transactions" not in tables:
        return None
    sales = sales_before(tables["transactions"], as_of).filter(lambda t: t.product_id.notnull())
    if exclude:
        sales = sales.filter(lambda t: t.product_id.notin(list(exclude)))
    day = days_between(ibis.literal(EPOCH), sales.ordered_at.date()).cast("int32")
    customers, products = (_numbered(con, sales, name) for name in ("customer", "product"))
    coded = (
        sales.select("customer_id", "product_id", day=day).join(customers, "customer_id").join(products, "product_id")
    )
    bought = engine.keeper(con)("recommend_bought", coded.select("customer", "product", "day").distinct())
    days = bought.select("customer", "day").distinct()
    place = ibis.row_number().over(group_by=days.customer, order_by=days.day) + 1
    occasions = days.mutate(occasion=place.cast("int32"))
    joined = bought.join(occasions, ["customer", "day"]).select("customer", "product", "occasion", "day")
    table = engine.keeper(con)("recommend_lines", joined)
    sums = table.aggregate(n=table.customer.nunique(), first=table.day.min()).to_pyarrow().to_pylist()[0]
    if not sums["n"]:
        return None
    return Lines(table, customers, products, sums["n"], sums["first"], day_number(as_of))


def as_date(day: int) -> date:
    """Return a day number as a date."""
    return day_at(int(day))


def _numbered(con: Backend, sales: ir.Table, name: str) -> ir.Table:
    """Give numbers from 0 to the values of an id, in their order."""
    ids = sales.select(f"{name}_id").distinct()
    numbered = ids.mutate(**{name: ibis.row_number().over(order_by=ids[f"{name}_id"]).cast("int32")})
    return engine.keeper(con)(f"recommend_{name}s", numbered)
