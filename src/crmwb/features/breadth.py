"""How widely a customer buys: products, lines, categories, brands."""

from datetime import date

import ibis.expr.types as ir

from crmwb.features.asof import sales_before
from crmwb.features.mix import mix


def n_products(transactions: ir.Table, as_of: date) -> ir.Table:
    """Count the different products each customer bought before `as_of`; one row per customer with a sale."""
    lines = sales_before(transactions, as_of)
    return lines.group_by("customer_id").aggregate(n_products=lines.product_id.nunique().nullif(0))


def breadth(transactions: ir.Table, products: ir.Table, as_of: date) -> tuple[ir.Table, ...]:
    """Describe sales before `as_of` by product line, category and brand (a product's attributes are taken as static).

    Three tables, each one row per customer with a sale.
    """
    lines = (
        sales_before(transactions, as_of)
        .select("customer_id", "product_id", "revenue_cents")
        .left_join(products.select("product_id", "line", "category", "brand"), "product_id")
    )
    return (
        mix(lines, "line", n="n_product_lines", top="top_product_line", top_share="top_product_line_share"),
        mix(lines, "category", n="n_categories", top="top_category", top_share="top_category_share"),
        mix(lines, "brand", n="n_brands", top="top_brand", top_share="top_brand_share"),
    )
