"""What a source sums up of each customer itself, where it brings no events to count."""

import ibis.expr.types as ir

from crmwb.history.asof import Day, day_of, days_between, share

PREFIX = "summarised "


def summaries(summarised: ir.Table, as_of: Day) -> ir.Table:
    """Put summaries written up to `as_of` into the features that they stand for, each named `PREFIX` and its name.

    One row per customer with a summary; recency goes on from the day of the summary to `as_of`. Orders stand for
    purchase days, which no summary counts.
    """
    today = day_of(as_of)
    known = summarised.filter(summarised.summarised_on <= today)
    last = (known.summarised_on - known.days_since_last.cast("int32").as_interval("D")).cast("date")
    found = {
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
    return known.select("customer_id", **{PREFIX + name: value for name, value in found.items()})
