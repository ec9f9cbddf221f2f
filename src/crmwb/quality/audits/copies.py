"""Audits of what may have come in twice."""

import ibis.expr.types as ir

from crmwb.findings import Count, Money
from crmwb.quality.audits.audit import Audit, figures, found_among


def identical_lines(transactions: ir.Table) -> Audit | None:
    """Find lines that repeat another line of their order in everything but their position.

    Where every line of an order is there as often, the order itself came in twice, as from files that overlap.
    """
    columns = [name for name in transactions.columns if name != "line_no"]
    # few lines are alike in three columns; only their orders are compared in all
    alike = transactions.group_by("order_id", "product_id", "revenue_cents").aggregate(n_rows=transactions.count())
    near = transactions.semi_join(alike.filter(alike.n_rows > 1), "order_id")
    groups = near.group_by(columns).aggregate(n_rows=near.count())
    orders = groups.group_by("order_id").aggregate(
        n_copies=(groups.n_rows - 1).sum(),
        is_whole=(groups.n_rows.min() > 1) & (groups.count() > 1),
    )
    counts = figures(
        orders.aggregate(
            n_copies=orders.n_copies.sum().fill_null(0),
            n_whole=orders.is_whole.sum().fill_null(0),
        )
    )
    return found_among(
        "identical_lines",
        "transactions",
        counts["n_copies"],
        transactions.count().to_pyarrow().as_py(),
        variant="_whole" if counts["n_whole"] else "",
        values={"whole": Count(counts["n_whole"], "order")},
    )


def by_order(transactions: ir.Table) -> ir.Table:
    """Sum the lines of each order, apart by customer where several share its number; what several audits look at.

    One row per order_id and customer_id: at (the first moment), n_lines, cents, largest (the line that brings most).
    """
    return transactions.group_by("order_id", "customer_id").aggregate(
        at=transactions.ordered_at.min(),
        n_lines=transactions.count(),
        cents=transactions.revenue_cents.sum(),
        largest=transactions.revenue_cents.max(),
    )


def repeated_orders(orders: ir.Table) -> Audit | None:
    """Find orders that repeat another one under a new number: one customer, moment, number of lines and sums.

    A few are chance where moments have no time of day; files that overlap bring more. `orders` is as `by_order`
    returns it.
    """
    whole = orders.group_by("order_id").aggregate(
        customer_id=orders.customer_id.min(),
        at=orders["at"].min(),
        n_lines=orders.n_lines.sum(),
        cents=orders.cents.sum(),
        largest=orders.largest.max(),
    )
    telling = whole.filter(whole.cents != 0)
    alike = telling.group_by("customer_id", "at", "n_lines", "cents", "largest").aggregate(n=telling.count())
    repeats = alike.filter(alike.n > 1)
    counts = figures(
        repeats.aggregate(
            n_repeats=(repeats.n - 1).sum().fill_null(0),
            cents=((repeats.n - 1) * repeats.cents).cast("decimal(38, 0)").sum().cast("float64").fill_null(0.0),
        )
    )
    return found_among(
        "repeated_orders",
        "transactions",
        counts["n_repeats"],
        orders.order_id.nunique().to_pyarrow().as_py(),
        noun="order",
        values={"sum": Money(counts["cents"], "", exact=True)},
    )


def orders_of_several_customers(orders: ir.Table) -> Audit | None:
    """Find order numbers that several customers share: numbers used again, or orders of two systems mixed up.

    `orders` is as `by_order` returns it.
    """
    numbers = orders.group_by("order_id").aggregate(is_shared=orders.count() > 1)
    counts = figures(numbers.aggregate(n_orders=numbers.count(), n_found=numbers.is_shared.sum().fill_null(0)))
    return found_among(
        "orders_of_several_customers",
        "transactions",
        counts["n_found"],
        counts["n_orders"],
        noun="order",
        noticeable=0,
    )
