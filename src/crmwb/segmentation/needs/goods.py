"""What customers buy: lines of goods, categories, brands, products."""

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from crmwb import engine
from crmwb.engine import Backend
from crmwb.segmentation.needs.blocks import SCRATCH, Block, Measure, keep

ATTRIBUTES = ("line", "category", "brand")


def bought(con: Backend, sales: ir.Table) -> ir.Table:
    """Sum sales by customer and product: much smaller than the lines; what is no known product is left out."""
    known = sales.filter(sales.product_id.notnull())
    sums = known.group_by("customer_id", "product_id").aggregate(cents=known.revenue_cents.sum())
    return keep(con, sums, "bought")


def attribute(con: Backend, bought: ir.Table, products: ir.Table, name: str) -> Block:
    """Measure which share of customers' money each value of a column of products takes."""
    values = products.filter(products[name].notnull()).select("product_id", item=products[name])
    lines = bought.join(values, "product_id")
    parts = keep(con, lines.group_by("customer_id", "item").aggregate(cents=lines.cents.sum()), name)
    wholes = parts.group_by("customer_id").aggregate(all_cents=parts.cents.sum())
    return Block(
        kind=name,
        measures=(Measure(f"{name}_spend_share", "cents", "all_cents"),),
        parts=parts,
        wholes=keep(con, wholes, f"{name}_wholes"),
    )


def single_products(con: Backend, sales: ir.Table, bought: ir.Table, products: ir.Table | None, n: int) -> Block:
    """Measure which share of orders hold each of the `n` products that most customers buy.

    Not who ever bought them: that is mostly who orders often.
    """
    counts = bought.group_by("product_id").aggregate(n=bought.count())
    top = counts.order_by(ibis.desc("n"), "product_id").limit(n)
    known = sales.filter(sales.product_id.notnull()).select("customer_id", "order_id", "product_id")
    lines = known.join(keep(con, top, "top_products").drop("n"), "product_id")
    sums = lines.group_by("customer_id", "product_id").aggregate(orders=lines.order_id.nunique(), lines=lines.count())
    named = keep(con, _named(bought, products).select("product_id", "item"), "names")
    wholes = known.group_by("customer_id").aggregate(all_orders=known.order_id.nunique(), all_lines=known.count())
    return Block(
        kind="product",
        measures=(Measure("product_order_share", "orders", "all_orders"),),
        parts=keep(con, sums.join(named, "product_id").drop("product_id"), "product"),
        wholes=keep(con, wholes, "product_wholes"),
        also=(Measure("product_order_share", "lines", "all_lines"),),
    )


def bits(
    con: Backend, bought: ir.Table, products: ir.Table | None, by: str, n: int, *, measured: ir.Table | None = None
) -> tuple[list[str], ir.Table]:
    """Give the `n` items that most customers buy a bit each.

    Parameters
    ----------
    con : Backend
        The engine.
    bought : ir.Table
        As `bought` makes it.
    products : ir.Table, optional
        The products; not needed for `by="product_id"`.
    by : str
        A column of products.
    n : int
        How many, 62 at most.
    measured : ir.Table, optional
        What `attribute` has summed up by customer and item of the same column, where it has.

    Returns
    -------
    (list of str, ir.Table)
        The items, in the order of their bits, and product_id with `bit`, one row per product of one of them.
    """
    if by == "product_id" or products is None:
        values = keep(con, _named(bought, products), "names")
    else:
        values = products.filter(products[by].notnull()).select("product_id", item=products[by])
    wanted = bought.join(values, "product_id").select("customer_id", "product_id", "item")
    pairs = wanted.select("customer_id", "item").distinct() if measured is None else measured
    counts = pairs.group_by("item").aggregate(n=lambda t: t.count())
    top = engine.batches(con, counts.order_by(ibis.desc("n"), "item").limit(n)).read_all()
    items = [str(item) for item in top["item"].to_pylist()]
    numbered = pa.table({"item": pa.array(items, pa.string()), "bit": pa.array([2**i for i in range(len(items))])})
    codes = engine.open_arrow(con, numbered, SCRATCH + "codes")
    with_bit = wanted.select("product_id", "item").distinct().join(codes, "item").select("product_id", "bit")
    return items, keep(con, with_bit, "bits")


def _named(bought: ir.Table, products: ir.Table | None) -> ir.Table:
    """Return product_id and what it is called: names need not be unique; with its number, each is."""
    ids = bought.select("product_id").distinct()
    if products is None:
        return ids.mutate(item=ids.product_id)
    known = ids.left_join(products.select("product_id", "name"), "product_id")
    called = ibis.ifelse(known.name.isnull(), known.product_id, known.name + " (" + known.product_id + ")")
    return known.select("product_id", item=called)
