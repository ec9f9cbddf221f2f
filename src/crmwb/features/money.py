"""What customers brought: sales, returns, discounts."""

from datetime import date

import ibis.expr.types as ir

from crmwb.features.asof import before, share


def money(transactions: ir.Table, as_of: date) -> ir.Table:
    """Sum sales, returns and discounts before `as_of`.

    One row per customer with an order line. Money in cents; revenue = sales - returned, to the cent. Discounts count
    on sales whose discount is known, and are unknown where none is.
    """
    lines = before(transactions, "ordered_at", as_of)
    discounted = ~lines.is_return & lines.discount_cents.notnull()
    sums = lines.group_by("customer_id").aggregate(
        revenue_cents=lines.revenue_cents.sum(),
        sales_cents=lines.revenue_cents.sum(where=~lines.is_return).fill_null(0),
        n_returns=lines.count(where=lines.is_return),
        returned_cents=(-lines.revenue_cents).sum(where=lines.is_return).fill_null(0),
        discount_cents=lines.discount_cents.sum(where=discounted),
        after_discount_cents=lines.revenue_cents.sum(where=discounted),
        n_discount_known=lines.count(where=discounted),
        n_discounted=lines.count(where=discounted & (lines.discount_cents > 0)),
    )
    return sums.mutate(
        return_share=share(sums.returned_cents, sums.sales_cents),
        discount_share=share(sums.discount_cents, sums.discount_cents + sums.after_discount_cents),
        discounted_line_share=share(sums.n_discounted, sums.n_discount_known),
    ).drop("after_discount_cents", "n_discount_known", "n_discounted")
