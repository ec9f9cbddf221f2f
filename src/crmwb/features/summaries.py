"""What a source sums up of each customer itself, where it brings no events to count."""

import ibis.expr.types as ir

from crmwb.history.asof import Day, day_of, days_between, share

PREFIX = "summarised "


def summaries(summarised: ir.Table, as_of: Day) -> ir.Table:
    """Put summaries written up to `as_of` into the features that they stand for, each named `PREFIX` and its name.

    One row per customer with a summary; recency goes on from the day of the summary to `as_of`. Orders stand for
    purchase days, which no summary counts.

    Examples
    --------
    A summary of 1 May, 10 days after the last purchase, a month later:

    >>> from datetime import date
    >>> import ibis
    >>> import pyarrow as pa
    >>> from crmwb.contract.canonical import TABLES
    >>> from crmwb.features.summaries import PREFIX, summaries
    >>> row = {"customer_id": "a", "summarised_on": date(2024, 5, 1), "days_since_last": 10}
    >>> row |= {"n_orders": 4, "revenue_cents": 900}
    >>> summarised = ibis.memtable(pa.Table.from_pylist([row], TABLES["customer_summaries"].schema))
    >>> known = summaries(summarised, date(2024, 6, 1))
    >>> known.select(PREFIX + "days_since_last", PREFIX + "mean_order_cents").to_pyarrow().to_pylist()
    [{'summarised days_since_last': 41, 'summarised mean_order_cents': 225.0}]
    """
    today = day_of(as_of)
    known = summarised.filter(summarised.summarised_on <= today)
    last = (known.summarised_on - known.days_since_last.cast("int32").as_interval("D")).cast("date")
    values = {
        "last_purchase_on": last,
        "days_since_last": days_between(last, today),
        "tenure_days": known.tenure_days + days_between(known.summarised_on, today),
        "n_orders": known.n_orders,
        "n_purchase_days": known.n_orders,
        "revenue_cents": known.revenue_cents,
        "mean_order_cents": share(known.revenue_cents, known.n_orders),
        "n_campaigns_received": known.n_campaigns_received,
        "n_campaigns_answered": known.n_campaigns_answered,
        "response_share": share(known.n_campaigns_answered, known.n_campaigns_received),
        "n_service_contacts": known.n_complaints,
    }
    return known.select("customer_id", **{PREFIX + name: value for name, value in values.items()})
