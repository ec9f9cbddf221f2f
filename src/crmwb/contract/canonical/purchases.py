"""What sources tell of purchases: order lines and products."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crmwb import layout
from crmwb.contract.columns import MOST_UNITS, Column, Kind, id_, maybe, money
from crmwb.contract.tables import Artefact, Rule, Severity

if TYPE_CHECKING:
    import ibis.expr.types as ir


def _net(transactions: ir.Table) -> ir.FloatingValue:
    """Return gross less discount, in cents; what came back, and its discount, count the other way round."""
    gross, discount = (transactions[name].cast("float64") for name in ("gross_cents", "discount_cents"))
    return gross - transactions.is_return.ifelse(-discount, discount)


TRANSACTIONS = Artefact(
    name="transactions",
    path=layout.CANONICAL / "transactions",
    partition="ordered_at",
    grain="one row per order line",
    key=("order_id", "line_no"),
    columns=(
        id_("customer_id", "who bought", references="customers"),
        id_("order_id", "the order or basket"),
        Column("line_no", Kind.INTEGER, "position within the order, from 1", minimum=1),
        Column("ordered_at", Kind.TIMESTAMP, "when it was ordered"),
        id_("product_id", "what was bought", nullable=True, references="products"),
        Column(
            "quantity",
            Kind.NUMBER,
            "how many units; negative for returns",
            minimum=-MOST_UNITS,
            maximum=MOST_UNITS,
        ),
        money("revenue_cents", "what we received, net of discount; negative for returns", nullable=False),
        money("gross_cents", "what it would have been at list price; negative for returns"),
        money("discount_cents", "what was taken off the list price", minimum=0),
        money("cost_cents", "what the goods cost us; negative for returns"),
        maybe("channel", Kind.CATEGORY, "where the order came in"),
        id_("store_id", "the store", nullable=True),
        Column("is_return", Kind.BOOLEAN, "goods came back"),
    ),
    rules=(
        Rule("return_is_not_positive", "a return brings no revenue", lambda t: ~t.is_return | (t.revenue_cents <= 0)),
        Rule(
            "sale_is_not_negative", "a sale brings no negative revenue", lambda t: t.is_return | (t.revenue_cents >= 0)
        ),
        Rule(
            "revenue_has_quantity",
            "a line with revenue has units",
            lambda t: (t.revenue_cents == 0) | (t.quantity != 0),
            Severity.WARNING,
        ),
        Rule(
            "net_is_gross_less_discount",
            "revenue is what it would have been at list price less the discount, to a cent",
            lambda t: _net(t).between(t.revenue_cents - 1.0, t.revenue_cents + 1.0),
            Severity.WARNING,
        ),
    ),
)

PRODUCTS = Artefact(
    name="products",
    path=layout.CANONICAL / "products.parquet",
    grain="one row per product",
    key=("product_id",),
    columns=(
        id_("product_id", "the product's number"),
        maybe("name", Kind.TEXT, "what it is called"),
        maybe("line", Kind.CATEGORY, "product line or department"),
        maybe("category", Kind.CATEGORY, "category within the line"),
        maybe("brand", Kind.CATEGORY, "brand"),
        money("unit_cost_cents", "what one unit costs us", minimum=0),
    ),
)
