"""Contacts with marketing, sales and service."""

import ibis.expr.types as ir

from crmwb.history.asof import Day, before, day_of, days_between, midnight, share

SATISFACTION_STEPS = 10_000  # satisfaction is summed in whole steps, because float sums depend on their order


def contacts(interactions: ir.Table, as_of: Day) -> ir.Table:
    """Count the contacts before `as_of`, what they cost, and how matters were settled.

    One row per customer with a contact. Satisfaction has no date of its own: it counts once the matter is settled, or
    from the contact on where nothing was to settle. Whether a contact was answered has no date at all and is left out.

    Examples
    --------
    >>> from datetime import date, datetime
    >>> import ibis
    >>> import pyarrow as pa
    >>> from crmwb.features.contacts import contacts
    >>> calls = {"customer_id": ["a", "a"], "department": ["service", "sales"], "cost_cents": [500, 800]}
    >>> calls["occurred_at"] = [datetime(2024, 4, 1), datetime(2024, 5, 20)]
    >>> calls["resolved_at"], calls["satisfaction"] = [datetime(2024, 4, 4), None], [0.5, None]
    >>> known = contacts(ibis.memtable(pa.table(calls)), date(2024, 6, 1))
    >>> known.select("n_contacts", "mean_settle_days", "mean_satisfaction").to_pyarrow().to_pylist()
    [{'n_contacts': 2, 'mean_settle_days': 3.0, 'mean_satisfaction': 0.5}]
    """
    known = before(interactions, "occurred_at", as_of)
    settled = (known.resolved_at < midnight(as_of)).fill_null(False)
    rated = (settled | known.resolved_at.isnull()) & known.satisfaction.notnull()
    settle_days = days_between(known.occurred_at.date(), known.resolved_at.date())
    steps = (known.satisfaction * SATISFACTION_STEPS).round().cast("int64")
    sums = known.group_by("customer_id").aggregate(
        n_contacts=known.count(),
        n_marketing_contacts=known.count(where=known.department == "marketing"),
        n_sales_contacts=known.count(where=known.department == "sales"),
        n_service_contacts=known.count(where=known.department == "service"),
        last_contact_on=known.occurred_at.date().max(),
        contact_cost_cents=known.cost_cents.sum(),
        n_settled=known.count(where=settled),
        settle_days=settle_days.sum(where=settled),
        n_rated=known.count(where=rated),
        steps=steps.sum(where=rated),
    )
    return sums.mutate(
        days_since_contact=days_between(sums.last_contact_on, day_of(as_of)),
        mean_settle_days=share(sums.settle_days, sums.n_settled),
        mean_satisfaction=share(sums.steps, sums.n_rated * SATISFACTION_STEPS),
    ).drop("n_settled", "settle_days", "n_rated", "steps")
