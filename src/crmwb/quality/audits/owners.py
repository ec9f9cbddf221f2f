"""Audits of who works on whom: two owners of one customer, leads that nobody touches."""

from datetime import timedelta

import ibis
import ibis.expr.types as ir

from crmwb.findings import Days
from crmwb.quality.audits.audit import Audit, figures, found_among

# A quarter: whoever has not been spoken to for that long has been forgotten, or the opportunity is dead.
IDLE_DAYS = 90


def owner_collisions(opportunities: ir.Table, customers: ir.Table | None) -> Audit | None:
    """Find customers on whom several of our people work at once: open opportunities of several owners.

    The owner that the customers' table names counts as one of them. None where nobody owns an open opportunity.
    """
    open_now = _open(opportunities).filter(ibis._.customer_id.notnull() & ibis._.owner.notnull())
    owners = open_now.select("customer_id", "owner")
    if customers is not None:
        theirs = customers.filter(customers.owner.notnull()).select("customer_id", "owner")
        owners = owners.union(theirs.semi_join(open_now, "customer_id"))
    each = owners.group_by("customer_id").aggregate(n_owners=owners.owner.nunique())
    counts = figures(each.aggregate(n=each.count(), n_found=(each.n_owners > 1).sum().fill_null(0)))
    return found_among(
        "owner_collisions",
        "opportunities",
        counts["n_found"],
        counts["n"],
        noun="customer",
        noticeable=0.05,
    )


def idle_leads(opportunities: ir.Table, interactions: ir.Table | None) -> Audit | None:
    """Find open opportunities that nobody has touched for `IDLE_DAYS` days before the last event of these tables.

    Touched is opened, or its customer contacted since.
    """
    days = [opportunities.opened_on.max(), opportunities.closed_on.max()]
    days += [interactions.occurred_at.max().date()] if interactions is not None else []
    ends = [end for end in (day.to_pyarrow().as_py() for day in days) if end]
    if not ends:
        return None
    since = max(ends) - timedelta(days=IDLE_DAYS)
    leads = _open(opportunities)
    idle = leads.filter(leads.opened_on < since)
    if interactions is not None:
        touched = interactions.filter(interactions.occurred_at.date() >= since).select("customer_id")
        idle = idle.anti_join(touched, "customer_id")
    return found_among(
        "idle_leads",
        "opportunities",
        idle.count().to_pyarrow().as_py(),
        leads.count().to_pyarrow().as_py(),
        variant="" if interactions is not None else "_no_contacts",
        noun="open_opportunity",
        noticeable=0.10,
        values={"days": Days(IDLE_DAYS)},
    )


def leads_without_customer(opportunities: ir.Table) -> Audit | None:
    """Find opportunities that name no customer."""
    n_found = opportunities.customer_id.isnull().sum()
    counts = figures(opportunities.aggregate(n=opportunities.count(), n_found=n_found))
    return found_among(
        "leads_without_customer",
        "opportunities",
        counts["n_found"],
        counts["n"],
    )


def _open(opportunities: ir.Table) -> ir.Table:
    return opportunities.filter(opportunities.closed_on.isnull() & opportunities.won.isnull())
