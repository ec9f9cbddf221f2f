"""Sales opportunities: open, won and lost."""

import ibis.expr.types as ir

from crmwb.history.asof import Day, day_of, days_between, share


def deals(opportunities: ir.Table, as_of: Day) -> ir.Table:
    """Count the opportunities opened before `as_of`; one closed at or after it is still open.

    One row per customer with an opportunity. An opportunity without a customer is nobody's and is left out.
    """
    today = day_of(as_of)
    opened = opportunities.filter(opportunities.customer_id.notnull() & (opportunities.opened_on < today))
    closed = (opened.closed_on < today).fill_null(False)
    sums = opened.group_by("customer_id").aggregate(
        n_opportunities=opened.count(),
        n_opportunities_open=opened.count(where=~closed),
        n_opportunities_won=opened.count(where=closed & opened.won.fill_null(False)),
        n_closed=opened.count(where=closed),
        close_days=days_between(opened.opened_on, opened.closed_on).sum(where=closed),
    )
    return sums.mutate(
        won_share=share(sums.n_opportunities_won, sums.n_closed),
        mean_close_days=share(sums.close_days, sums.n_closed),
    ).drop("n_closed", "close_days")
