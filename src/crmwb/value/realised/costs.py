"""What customers cost besides the goods, and what goods cost line by line: on the engine, in whole cents, before as_of.

A line's cost is its own, else its quantity times the product's unit cost, as in the feature `margin_cents`. A campaign
is paid when it reaches its first customer; its cost is shared equally over those reached before as_of (being held back
as control costs nothing), the odd cents going to the first by id, so that shares add up to the cost.
"""

from collections.abc import Mapping
from datetime import date

import ibis
import ibis.expr.types as ir

from crmwb.history.asof import before

Tables = Mapping[str, ir.Table]

DEPARTMENTS = ("marketing", "sales", "service")
SORTS = {f"{sort}_cost_cents": sort for sort in (*DEPARTMENTS, "campaign")}


def costed_lines(tables: Tables, as_of: date) -> ir.Table:
    """Return the order lines before `as_of` with the product's cost where the line has none of its own."""
    lines = before(tables["transactions"], "ordered_at", as_of)
    if "products" not in tables:
        return lines
    lines = lines.left_join(tables["products"].select("product_id", "unit_cost_cents"), "product_id")
    by_unit = (lines.quantity * lines.unit_cost_cents).round().cast("int64")
    return lines.mutate(cost_cents=lines.cost_cents.coalesce(by_unit))


def contacts(tables: Tables, as_of: date) -> ir.Table:
    """Return the contacts before `as_of` whose cost is known: customer_id, day, department, cents."""
    known = before(tables["interactions"], "occurred_at", as_of).filter(lambda t: t.cost_cents.notnull())
    return known.select("customer_id", "department", day=known.occurred_at.date(), cents=known.cost_cents)


def campaigns(tables: Tables, as_of: date) -> ir.Table:
    """Return what each campaign of known cost spent on each customer it reached before `as_of`.

    One row per campaign and customer: customer_id, day, cents. A contact without a time of its own happened when its
    campaign started, else when it was answered, as in the feature `n_campaigns_received`.
    """
    paid = tables["campaigns"].filter(lambda t: t.cost_cents.notnull())
    treated = tables["campaign_members"].filter(lambda t: t.arm == "treatment")
    treated = treated.inner_join(paid.select("campaign_id", "starts_on", "cost_cents"), "campaign_id")
    moment = ibis.coalesce(treated.contacted_at, treated.starts_on.cast("timestamp"), treated.responded_at)
    reached = before(treated.mutate(reached_at=moment), "reached_at", as_of)
    reached = reached.mutate(
        n=reached.count().over(group_by="campaign_id"),
        place=ibis.row_number().over(group_by="campaign_id", order_by="customer_id"),
    )
    odd = (reached.place < reached.cost_cents % reached.n).cast("int64")
    return reached.select(
        "customer_id", day=reached.reached_at.date(), cents=(reached.cost_cents // reached.n).cast("int64") + odd
    )


def has_flows(tables: Tables) -> bool:
    """Whether the source knows of anything that may have been spent on serving customers."""
    return "interactions" in tables or {"campaigns", "campaign_members"} <= tables.keys()


def spent(tables: Tables, as_of: date) -> ir.Table:
    """Sum what was spent on winning and serving each customer: one row per row of `customers`.

    acquired_cents          what it cost to win them, 0 where that is still to come; NULL where unknown
    marketing_cost_cents    contacts with marketing
    sales_cost_cents        contacts with sales
    service_cost_cents      contacts with service
    campaign_cost_cents     shares of campaigns; like contacts 0 where no cost is known
    """
    won = (tables["customers"].acquired_on < ibis.literal(as_of)).fill_null(True)
    acquired = tables["customers"].select(
        "customer_id", acquired_cents=ibis.ifelse(won, tables["customers"].acquisition_cost_cents, 0)
    )
    flows = []
    if "interactions" in tables:
        flows.append(contacts(tables, as_of).select("customer_id", sort="department", cents="cents"))
    if {"campaigns", "campaign_members"} <= tables.keys():
        flows.append(campaigns(tables, as_of).select("customer_id", sort=ibis.literal("campaign"), cents="cents"))
    if not flows:  # at every month end, joining many customers to nothing would take longer than all the rest
        return acquired.mutate(**dict.fromkeys(SORTS, ibis.literal(0, "int64")))
    every = ibis.union(*flows) if len(flows) > 1 else flows[0]
    sums = {name: every.cents.sum(where=every.sort == sort).cast("int64") for name, sort in SORTS.items()}
    joined = acquired.left_join(every.group_by("customer_id").aggregate(**sums), "customer_id")
    return joined.select("customer_id", "acquired_cents", **{name: joined[name].fill_null(0) for name in SORTS})


def returned_goods(tables: Tables, as_of: date) -> ir.Table:
    """Sum what the goods cost that came back: customer_id, cents; one row per customer with a return of known cost."""
    lines = costed_lines(tables, as_of)
    back = lines.filter(lines.is_return, lines.cost_cents.notnull())
    return back.group_by("customer_id").aggregate(cents=(-back.cost_cents).sum().cast("int64"))
