"""How widely a customer buys: products, lines, categories, brands."""

from datetime import date

import ibis.expr.types as ir

from crmwb.features.asof import sales_before
from crmwb.features.mix import mix


def product_sales(transactions: ir.Table, as_of: date) -> ir.Table:
    """Sum the sales before `as_of`, one row per customer and product (one for the sales of no known product)."""
    lines = sales_before(transactions, as_of)
    return lines.group_by("customer_id", "product_id").aggregate(revenue_cents=lines.revenue_cents.sum())


def n_products(transactions: ir.Table, as_of: date) -> ir.Table:
    """Count the different products each customer bought before `as_of`; one row per customer with a sale."""
    bought = product_sales(transactions, as_of)
    return bought.group_by("customer_id").aggregate(n_products=bought.product_id.count().nullif(0))


def breadth(transactions: ir.Table, products: ir.Table, as_of: date) -> tuple[ir.Table, ...]:
    """Describe sales before `as_of` by product line, category and brand (a product's attributes are taken as static).

    Three tables, each one row per customer with a sale.
    """
    attributes = products.select("product_id", "line", "category", "brand")
    bought = product_sales(transactions, as_of).left_join(attributes, "product_id")
    return (
        mix(bought, "line", n="n_product_lines", top="top_product_line", top_share="top_product_line_share"),
        mix(bought, "category", n="n_categories", top="top_category", top_share="top_category_share"),
        mix(bought, "brand", n="n_brands", top="top_brand", top_share="top_brand_share"),
    )
