"""Audits of what may have come in twice."""

import ibis.expr.types as ir

from crmwb.findings import Count, Money
from crmwb.quality.audits.audit import Audit, figures, found_among


def identical_lines(copies: ir.Table) -> Audit | None:
    """Find lines that repeat another line of their order in everything but their position.

    Where every line of an order is there as often, the order itself came in twice, as from files that overlap. `copies`
    is as `sums.of_copies` returns it.
    """
    counts = figures(copies)
    return found_among(
        "identical_lines",
        "transactions",
        counts["n_copies"],
        counts["n_lines"],
        variant="_whole" if counts["n_whole"] else "",
        values={"whole": Count(counts["n_whole"], "order")},
    )


def repeated_orders(orders: ir.Table) -> Audit | None:
    """Find orders that repeat another one under a new number: one customer, moment, number of lines and sums.

    A few are chance where moments have no time of day; files that overlap bring more. `orders` is as `sums.of_orders`
    returns it.
    """
    counts = figures(orders)
    return found_among(
        "repeated_orders",
        "transactions",
        counts["n_repeats"],
        counts["n_orders"],
        noun="order",
        values={"sum": Money(float(counts["repeated_cents"]), "", exact=True)},
    )


def orders_of_several_customers(orders: ir.Table) -> Audit | None:
    """Find order numbers that several customers share: numbers used again, or orders of two systems mixed up.

    `orders` is as `sums.of_orders` returns it.
    """
    counts = figures(orders)
    return found_among(
        "orders_of_several_customers",
        "transactions",
        counts["n_shared"],
        counts["n_orders"],
        noun="order",
        noticeable=0,
    )
