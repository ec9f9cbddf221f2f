"""Which needs a source's tables can measure, and which table or column would bring the others."""

from dataclasses import dataclass

import ibis.expr.types as ir

from crmwb import engine
from crmwb.engine import Backend
from crmwb.findings import Days, Finding, Term, Unavailable, Value

YEAR_DAYS = 365
GOODS = ("line", "category", "brand", "product", "bundle", "price")


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
    counts = sales.aggregate(
        n_sales=sales.count(),
        product_id=sales.product_id.count(),
        discount_cents=sales.discount_cents.count(),
        channel=sales.channel.nunique(),
        store_id=sales.store_id.nunique(),
        timed=sales.count(where=sales.ordered_at != sales.ordered_at.truncate("D")),
        first=sales.ordered_at.min().date(),
        last=sales.ordered_at.max().date(),
    )
    row = engine.batches(con, counts).read_all().to_pylist()[0]
    n = {name: int(row[name]) for name in ("product_id", "discount_cents", "channel", "store_id")}
    if products is not None:
        columns = {name: products[name].nunique() for name in ("line", "category", "brand")}
        n |= engine.batches(con, products.aggregate(**columns)).read_all().to_pylist()[0]
    n_days = (row["last"] - row["first"]).days + 1 if row["n_sales"] else 0
    return Known(int(row["n_sales"]), n, bool(row["timed"]), n_days)


def missing(known: Known, tables: dict[str, ir.Table], n_varied: int) -> dict[str, Value]:
    """Return what is not available: the kind of need, or the measure, and why.

    Parameters
    ----------
    known : Known
        As `look` counted it.
    tables : dict
        The clean tables by name.
    n_varied : int
        Products that were sold at several prices.
    """
    out = _goods(known, has_products="products" in tables)
    if known.n["product_id"] and not n_varied:
        out["price"] = Unavailable("needs.unavailable.same_price")
    reasons: dict[str, tuple[bool, Value]] = {
        "promotion": (known.n["discount_cents"] > 0, _absent("discounts", "transactions", "discount_cents")),
        "channel": (known.n["channel"] > 1, _absent("channels", "transactions", "channel")),
        "store": (known.n["store_id"] > 1, _absent("stores", "transactions", "store_id")),
        "hour_order_share": (known.has_times, _absent("times", "transactions", "ordered_at")),
        "month_order_share": (
            known.n_days >= YEAR_DAYS,
            Unavailable("needs.unavailable.short_history", values={"days": Days(known.n_days)}),
        ),
        "response": ("campaign_members" in tables, _absent("responses", "campaign_members")),
    }
    return out | {name: why for name, (is_known, why) in reasons.items() if not is_known}


def _goods(known: Known, *, has_products: bool) -> dict[str, Value]:
    """Return what of the goods is not available."""
    if not known.n["product_id"]:
        return dict.fromkeys(GOODS, _absent("products", "transactions", "product_id"))
    is_known = {name: has_products and known.n[name] > 1 for name in ("line", "category", "brand")}
    return {name: _absent("division", "products", name) for name, is_so in is_known.items() if not is_so}


def nothing(tables: dict[str, ir.Table]) -> dict[str, Value]:
    """Return what is not available of a source without sales."""
    kinds = (*GOODS, "promotion", "basket", "timing", "channel", "store")
    out = dict.fromkeys(kinds, _absent("sales", "transactions"))
    return out if "campaign_members" in tables else out | {"response": _absent("responses", "campaign_members")}


def _absent(what: str, table: str, column: str = "") -> Value:
    """Return that something is not known, and which table or column would bring it."""
    of_table: dict[str, Value] = {"table": Term("table", table)}
    if not column:
        return Unavailable(f"needs.unavailable.{what}", needs=(Finding("common.the_table", of_table),))
    named = {"column": Term("column", column)}
    return Unavailable(f"needs.unavailable.{what}", (Finding("needs.the_column", of_table | named),), named)
