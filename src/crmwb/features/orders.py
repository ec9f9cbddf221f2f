"""Orders and order lines: how many, how large."""

from datetime import date

import ibis.expr.types as ir

from crmwb.features.asof import sales_before, share


def orders(transactions: ir.Table, as_of: date) -> ir.Table:
    """Count and size the orders placed before `as_of`; returns are no orders.

    One row per customer with a sale. Money in cents, before returns.
    """
    lines = sales_before(transactions, as_of)
    single = lines.group_by("customer_id", "order_id").aggregate(n_lines=lines.count(), cents=lines.revenue_cents.sum())
    summary = single.group_by("customer_id").aggregate(
        n_orders=single.count(),
        n_lines=single.n_lines.sum(),
        sales_cents=single.cents.sum(),
        median_order_cents=single.cents.median(),
        largest_order_cents=single.cents.max(),
    )
    return summary.mutate(
        mean_order_cents=share(summary.sales_cents, summary.n_orders),
        lines_per_order=share(summary.n_lines, summary.n_orders),
    ).drop("sales_cents")
