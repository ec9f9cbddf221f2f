"""Audits of who works on whom: two owners of one customer, leads that nobody touches."""

from datetime import timedelta

import ibis
import ibis.expr.types as ir

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
    found = figures(each.aggregate(n=each.count(), n_found=(each.n_owners > 1).sum().fill_null(0)))
    return found_among(
        "owner_collisions",
        "opportunities",
        found["n_found"],
        found["n"],
        ("with open opportunities has several owners at once", "with open opportunities have several owners at once"),
        advice="Agree on one owner for each customer, or they are called twice with two offers.",
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
    seen = "" if interactions is not None else ", and no contacts are known"
    return found_among(
        "idle_leads",
        "opportunities",
        idle.count().to_pyarrow().as_py(),
        leads.count().to_pyarrow().as_py(),
        (f"has been idle for {IDLE_DAYS} days", f"have been idle for {IDLE_DAYS} days"),
        advice="Close them or call: idle opportunities make the pipeline look larger than it is.",
        noun="open opportunity",
        noticeable=0.10,
        more=f" or more{seen}",
    )


def leads_without_customer(opportunities: ir.Table) -> Audit | None:
    """Find opportunities that name no customer."""
    n_found = opportunities.customer_id.isnull().sum()
    found = figures(opportunities.aggregate(n=opportunities.count(), n_found=n_found))
    return found_among(
        "leads_without_customer",
        "opportunities",
        found["n_found"],
        found["n"],
        ("names no customer", "name no customer"),
        advice="Nobody can say whom they are with: enter the account, or they stay outside every customer's figures.",
    )


def _open(opportunities: ir.Table) -> ir.Table:
    return opportunities.filter(opportunities.closed_on.isnull() & opportunities.won.isnull())
