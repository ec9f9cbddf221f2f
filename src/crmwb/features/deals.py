"""Sales opportunities: open, won and lost."""

import ibis.expr.types as ir

from crmwb.history.asof import Day, day_of, days_between, share


def deals(opportunities: ir.Table, as_of: Day) -> ir.Table:
    """Count the opportunities opened before `as_of`; one closed at or after it is still open.

    One row per customer with an opportunity. An opportunity without a customer is nobody's and is left out.

    Examples
    --------
    >>> from datetime import date
    >>> import ibis
    >>> import pyarrow as pa
    >>> from crmwb.features.deals import deals
    >>> opportunities = {"customer_id": ["a", "a"], "opened_on": [date(2024, 1, 10), date(2024, 5, 2)]}
    >>> opportunities |= {"closed_on": [date(2024, 2, 9), None], "won": [True, None]}
    >>> known = deals(ibis.memtable(pa.table(opportunities)), date(2024, 6, 1))
    >>> known.select("n_opportunities", "n_opportunities_open", "won_share", "mean_close_days").to_pyarrow().to_pylist()
    [{'n_opportunities': 2, 'n_opportunities_open': 1, 'won_share': 1.0, 'mean_close_days': 30.0}]
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
