"""Margin, where costs are known: never a guess."""

from datetime import date

import ibis
import ibis.expr.types as ir

from crmwb.features.asof import before, share


def margin(transactions: ir.Table, products: ir.Table | None, as_of: date) -> ir.Table:
    """Sum revenue less the cost of goods before `as_of`.

    One row per customer with an order line. A line's cost is its own, else its quantity times the product's unit cost
    (taken as static), rounded to the cent. A customer with one line of unknown cost has an unknown margin:
    `costed_line_share` says how near they are.
    """
    lines = before(transactions, "ordered_at", as_of)
    if products is not None:
        costs = products.select("product_id", "unit_cost_cents")
        lines = lines.left_join(costs, "product_id").mutate(
            cost_cents=lambda t: t.cost_cents.coalesce((t.quantity * t.unit_cost_cents).round().cast("int64"))
        )
    costed = lines.cost_cents.notnull()
    sums = lines.group_by("customer_id").aggregate(
        n=lines.count(),
        n_costed=lines.count(where=costed),
        net_cents=lines.revenue_cents.sum(),
        costs=lines.cost_cents.sum(),
    )
    margin_cents = ibis.ifelse(sums.n_costed == sums.n, sums.net_cents - sums.costs, ibis.null("int64"))
    return sums.select(
        "customer_id",
        margin_cents=margin_cents,
        margin_share=ibis.ifelse(sums.net_cents > 0, share(margin_cents, sums.net_cents), ibis.null("float64")),
        costed_line_share=share(sums.n_costed, sums.n),
    )
