"""Who the customer is: attributes as the source last recorded them."""

import ibis
import ibis.expr.types as ir

from crmwb.contract.canonical import CUSTOMERS
from crmwb.history.asof import Day, day_of, days_between


def profile(customers: ir.Table, as_of: Day) -> ir.Table:
    """Return every attribute of the customers table, and how long they have been customers.

    One row per customer. Attributes carry no dates, so they are taken as static: as of any day they are what the source
    last recorded. Only `acquired_on` is a date, and is unknown where it lies at or after `as_of`.
    """
    today = day_of(as_of)
    known = customers.mutate(
        acquired_on=ibis.ifelse(customers.acquired_on < today, customers.acquired_on, ibis.null("date"))
    )
    return known.select([c.name for c in CUSTOMERS.columns], tenure_days=days_between(known.acquired_on, today))
