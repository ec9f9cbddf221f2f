"""What customers pay and how much they take: against each product's own usual price and quantity; discounts."""

from collections.abc import Sequence

import ibis
import ibis.expr.types as ir

from crmwb.engine import Backend
from crmwb.segmentation.needs.blocks import SCRATCH, Block, Measure, keep

MIN_LINES = 5  # a product has a usual price in a quarter in which it was sold this often
PRICED_BY = ("product_id", "quarter")  # prices rise with the years: who bought earlier did not buy cheaply
NEAR, NEAR_SHARE = 0.2, 0.5  # of the usual price, and of a product's lines: with fewer near it, products have no price
BELOW = 0.99  # a unit price under this much of the usual one is below it; less is rounding


def usual_prices(con: Backend, sales: ir.Table) -> ir.Table:
    """Find each product's usual price in each quarter: the median over its lines of what a unit was sold for.

    Only where at least half of its lines were sold near it: what stands for a product may be a whole category, and who
    buys the dearer goods of it does not pay more for the same.

    Returns
    -------
    ir.Table
        product_id, quarter, usual (thousandths of a cent a unit, so that cheap goods by weight keep their price),
        n_values (how many different prices).
    """
    prices = usual(con, _priced(sales), "price", PRICED_BY)
    held = con.table(f"{SCRATCH}points_of_price").join(prices, PRICED_BY)
    is_near = (held["value"] - held.usual).abs() <= held.usual * NEAR
    near = held.group_by(*PRICED_BY).having(held.n.sum(where=is_near) >= held.n.sum() * NEAR_SHARE).aggregate()
    return keep(con, prices.semi_join(near, PRICED_BY), "usual_price_near")


def usual(con: Backend, lines: ir.Table, value: str, by: Sequence[str] = ("product_id",)) -> ir.Table:
    """Find the median of an integer column over the lines of each product: the lower of the two middle ones.

    Counted over the distinct values, which keeps a hundred million lines small and the result exact.
    """
    points = lines.group_by(*by, value=lines[value]).aggregate(n=lines.count())
    points = keep(con, points, f"points_of_{value}")
    of_product = [points[name] for name in by]
    counted = points.mutate(
        upto=points.n.sum().over(ibis.cumulative_window(group_by=of_product, order_by=points.value)),
        total=points.n.sum().over(group_by=of_product),
    )
    middle = counted.filter(lambda t: (t.upto * 2 >= t.total) & (t.total >= MIN_LINES))
    medians = middle.group_by(*by).aggregate(usual=middle.value.min())
    varied = points.group_by(*by).aggregate(n_values=points.count())
    return keep(con, medians.join(varied, list(by)).select(*by, "usual", "n_values"), f"usual_{value}")


def price(con: Backend, sales: ir.Table, usual_price: ir.Table) -> Block:
    """Measure what customers pay of the usual price, and how often they buy below it.

    Only products that were sold at several prices in the quarter: the others can tell nothing.
    """
    lines = _priced(sales).join(usual_price.filter(usual_price.n_values > 1), PRICED_BY)
    sums = lines.group_by("customer_id").aggregate(
        paid=lines.revenue_cents.sum(),
        at_usual=(lines.usual * lines.quantity / 1000).round().cast("int64").sum(),
        below=lines.count(where=lines.price.cast("float64") < lines.usual * BELOW),
        lines=lines.count(),
    )
    table = keep(con, sums.mutate(item=ibis.literal("")), "price")
    return Block(
        kind="price",
        measures=(Measure("price_index", "paid", "at_usual"), Measure("below_usual_share", "below", "lines")),
        parts=table.select("customer_id", "item", "paid", "below"),
        wholes=table.select("customer_id", "at_usual", "lines"),
    )


def bulk(con: Backend, sales: ir.Table) -> Block:
    """Measure the share of lines for twice a product's usual quantity or more.

    A product's own median is the yardstick, for some are sold by the piece and others by the gram.
    """
    lines = sales.filter(sales.product_id.notnull() & (sales.quantity > 0))
    lines = lines.mutate(milli_units=(lines.quantity * 1000).round().cast("int64"))
    lines = lines.join(usual(con, lines, "milli_units"), "product_id")
    sums = lines.group_by("customer_id").aggregate(
        bulk=lines.count(where=lines.milli_units >= lines.usual * 2), lines=lines.count()
    )
    table = keep(con, sums.mutate(item=ibis.literal("")), "bulk")
    return Block(
        kind="basket",
        measures=(Measure("bulk_line_share", "bulk", "lines"),),
        parts=table.select("customer_id", "item", "bulk"),
        wholes=table.select("customer_id", "lines"),
    )


def promotion(con: Backend, sales: ir.Table) -> Block:
    """Measure what is taken off the list price, and off how many lines; lines with an unknown discount are left out."""
    lines = sales.filter(sales.discount_cents.notnull())
    sums = lines.group_by("customer_id").aggregate(
        discount=lines.discount_cents.sum(),
        gross=(lines.discount_cents + lines.revenue_cents).sum(),
        discounted=lines.count(where=lines.discount_cents > 0),
        lines=lines.count(),
    )
    table = keep(con, sums.mutate(item=ibis.literal("")), "promotion")
    return Block(
        kind="promotion",
        measures=(
            Measure("discount_share", "discount", "gross"),
            Measure("discounted_line_share", "discounted", "lines"),
        ),
        parts=table.select("customer_id", "item", "discount", "discounted"),
        wholes=table.select("customer_id", "gross", "lines"),
    )


def _priced(sales: ir.Table) -> ir.Table:
    sold = sales.filter(sales.product_id.notnull() & (sales.quantity > 0) & (sales.revenue_cents > 0))
    return sold.mutate(
        price=(sold.revenue_cents * 1000.0 / sold.quantity).round().cast("int64"),
        quarter=sold.ordered_at.truncate("Q").cast("date"),
    )
