"""Which needs a source's tables can tell of, and which table or column would bring the others."""

from dataclasses import dataclass

import ibis.expr.types as ir

from crmwb import engine
from crmwb.engine import Backend

YEAR_DAYS = 365
WRONG_CLOCK = "the data report warns that times of day are not the customers' own, or not known"
NO_ANSWERS = "there is no table campaign_members: it would tell who answers"


@dataclass(frozen=True)
class Known:
    """What sales and products hold, counted once.

    Attributes
    ----------
    n_sales : int
        Order lines that are no returns.
    n : dict
        How many lines have a product_id, a discount_cents; how many different channels, stores; how many products have
        a line, category, brand.
    has_times : bool
        Orders have a time of day.
    n_days : int
        From the first to the last day with a sale.
    """

    n_sales: int
    n: dict[str, int]
    has_times: bool
    n_days: int


def look(con: Backend, sales: ir.Table, products: ir.Table | None) -> Known:
    """Count what is there."""
    found = sales.aggregate(
        n_sales=sales.count(),
        product_id=sales.product_id.count(),
        discount_cents=sales.discount_cents.count(),
        channel=sales.channel.nunique(),
        store_id=sales.store_id.nunique(),
        timed=sales.count(where=sales.ordered_at != sales.ordered_at.truncate("D")),
        first=sales.ordered_at.min().date(),
        last=sales.ordered_at.max().date(),
    )
    row = engine.batches(con, found).read_all().to_pylist()[0]
    n = {name: int(row[name]) for name in ("product_id", "discount_cents", "channel", "store_id")}
    if products is not None:
        columns = {name: products[name].nunique() for name in ("line", "category", "brand")}
        n |= engine.batches(con, products.aggregate(**columns)).read_all().to_pylist()[0]
    n_days = (row["last"] - row["first"]).days + 1 if row["n_sales"] else 0
    return Known(int(row["n_sales"]), n, bool(row["timed"]), n_days)


def missing(known: Known, tables: dict[str, ir.Table], n_varied: int) -> dict[str, str]:
    """Return what is not available: the kind of need, or the measure, and in one sentence what would bring it.

    Parameters
    ----------
    known : Known
        As `look` found it.
    tables : dict
        The clean tables by name.
    n_varied : int
        Products that were sold at several prices.
    """
    out = _goods(known, has_products="products" in tables)
    if known.n["product_id"] and not n_varied:
        out["price"] = "no product was sold at several prices, so nobody can be seen to wait for a lower one"
    reasons = {
        "promotion": (known.n["discount_cents"] > 0, "discounts are unknown: transactions.discount_cents would tell"),
        "channel": (known.n["channel"] > 1, "orders are not told apart by channel: transactions.channel would tell"),
        "store": (known.n["store_id"] > 1, "orders are not told apart by store: transactions.store_id would tell"),
        "hour_order_share": (known.has_times, "orders have no time of day: transactions.ordered_at would tell"),
        "month_order_share": (
            known.n_days >= YEAR_DAYS,
            f"there are {known.n_days} days of sales: the season needs a year",
        ),
        "response": ("campaign_members" in tables, NO_ANSWERS),
    }
    return out | {name: why for name, (is_known, why) in reasons.items() if not is_known}


def _goods(known: Known, *, has_products: bool) -> dict[str, str]:
    """Return what of the goods is not available."""
    if not known.n["product_id"]:
        why = "no order line names a product: transactions.product_id would tell"
        return dict.fromkeys(("line", "category", "brand", "product", "bundle", "price"), why)
    out = {}
    for name in ("line", "category", "brand"):
        if not has_products:
            out[name] = f"there is no table products: its column {name} would tell"
        elif known.n[name] < 2:
            out[name] = f"products are not told apart by {name}: products.{name} would tell"
    return out


def nothing(tables: dict[str, ir.Table]) -> dict[str, str]:
    """Return what is not available of a source without sales."""
    kinds = (
        *("line", "category", "brand", "product", "bundle", "price"),
        *("promotion", "basket", "timing", "channel", "store"),
    )
    out = dict.fromkeys(kinds, "there are no sales: the table transactions would tell")
    if "campaign_members" not in tables:
        out["response"] = NO_ANSWERS
    return out
