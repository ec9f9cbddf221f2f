"""What a customer's first order earned."""

from datetime import date

import ibis
import ibis.expr.types as ir

from crmwb.value.realised.costs import Tables, costed_lines


def first_order(tables: Tables, as_of: date) -> ir.Table:
    """Sum the margin of each customer's first order, net of what came back under its number before `as_of`.

    The first order is the earliest with a sale of positive revenue, the smaller number where two are equally early.

    customer_id
    first_order_margin_cents    revenue less cost of goods; NULL unless every line of it has a cost
    """
    lines = costed_lines(tables, as_of)
    sales = lines.filter(~lines.is_return, lines.revenue_cents > 0)
    orders = sales.group_by("customer_id", "order_id").aggregate(at=sales.ordered_at.min())
    place = ibis.row_number().over(group_by=orders.customer_id, order_by=[orders["at"], orders.order_id])
    first = orders.mutate(place=place).filter(lambda t: t.place == 0).select("customer_id", "order_id")
    of_first = lines.semi_join(first, ["customer_id", "order_id"])
    sums = of_first.group_by("customer_id").aggregate(
        cents=(of_first.revenue_cents - of_first.cost_cents).sum(),
        is_costed=of_first.cost_cents.notnull().all(),
    )
    known = ibis.ifelse(sums.is_costed, sums.cents, ibis.null("int64"))
    return sums.select("customer_id", first_order_margin_cents=known.cast("int64"))
