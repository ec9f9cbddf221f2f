"""Who the customer is: attributes as the source last recorded them."""

import ibis
import ibis.expr.types as ir

from crmwb.contract.canonical import CUSTOMERS
from crmwb.history.asof import Day, day_of, days_between


def profile(customers: ir.Table, as_of: Day) -> ir.Table:
    """Return every attribute of the customers table, and how long they have been customers.

    One row per customer. Attributes carry no dates, so they are taken as static: as of any day they are what the source
    last recorded. Only `acquired_on` is a date, and is unknown where it lies at or after `as_of`.

    Examples
    --------
    >>> from datetime import date
    >>> import ibis
    >>> import pyarrow as pa
    >>> from crmwb.contract.canonical import TABLES
    >>> from crmwb.features.profile import profile
    >>> people = [{"customer_id": "a", "region": "North", "acquired_on": date(2024, 1, 1)}]
    >>> known = profile(ibis.memtable(pa.Table.from_pylist(people, TABLES["customers"].schema)), date(2024, 6, 1))
    >>> known.select("customer_id", "region", "tenure_days").to_pyarrow().to_pylist()
    [{'customer_id': 'a', 'region': 'North', 'tenure_days': 152}]
    """
    today = day_of(as_of)
    known = customers.mutate(
        acquired_on=ibis.ifelse(customers.acquired_on < today, customers.acquired_on, ibis.null("date"))
    )
    return known.select([c.name for c in CUSTOMERS.columns], tenure_days=days_between(known.acquired_on, today))
