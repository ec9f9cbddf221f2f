"""As of a day, the data as it is now and the data as it was then tell the same: no feature sees the future."""

from datetime import datetime, timedelta

import pyarrow as pa
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from crmwb.contract.canonical import TABLES

AS_OF = datetime.fromisoformat("2024-06-15")
PEOPLE = ["a", "b", "c", "new"]

SLOW = settings(
    max_examples=12,
    derandomize=True,
    phases=[Phase.generate],  # an example takes a second, so shrinking one takes minutes
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large],
)

who = st.sampled_from(PEOPLE)
cents = st.integers(0, 100_000)
# Hours before and after as_of, the instant itself among them.
hours = st.one_of(st.sampled_from([-1, 0, 1]), st.integers(-24 * 500, 24 * 60))
moments = hours.map(lambda h: AS_OF + timedelta(hours=h))
later = st.none() | st.integers(0, 24 * 120).map(lambda h: timedelta(hours=h))


def plus(moment, delay):
    return None if moment is None or delay is None else moment + delay


def sale(*, who, at, product, cents, is_return, store):
    sign = -1 if is_return else 1
    return {
        "customer_id": who, "ordered_at": at, "product_id": product, "quantity": 1.0 * sign,
        "revenue_cents": cents * sign, "discount_cents": cents // 10, "store_id": store, "is_return": is_return,
    }  # fmt: skip


def member(who, campaign, at, delay):
    return {
        "customer_id": who, "campaign_id": campaign, "arm": "treatment", "contacted_at": at,
        "responded_at": plus(at, delay),
    }  # fmt: skip


def contact(who, at, delay, satisfaction):
    return {
        "customer_id": who, "occurred_at": at, "department": "service", "kind": "call", "cost_cents": 100,
        "satisfaction": satisfaction, "resolved_at": plus(at, delay),
    }  # fmt: skip


def invoice(who, at, delay, cents):
    day = at.date()
    return {
        "customer_id": who, "issued_on": day, "due_on": day + timedelta(days=14), "amount_cents": cents,
        "paid_on": plus(day, delay),
    }  # fmt: skip


def opportunity(who, at, delay, won):
    closed = plus(at.date(), delay)
    return {"customer_id": who, "opened_on": at.date(), "closed_on": closed, "stage": "x", "won": closed and won}


products = st.sampled_from(["p", "q", "r", None])
sales = st.builds(
    sale, who=who, at=moments, product=products, cents=cents, is_return=st.booleans(), store=st.sampled_from("st")
)
worlds = st.fixed_dictionaries({
    "transactions": st.lists(sales),
    "campaign_members": st.lists(
        st.builds(member, who, st.sampled_from(["k1", "k2", "k3"]), moments, later),
        unique_by=lambda m: (m["customer_id"], m["campaign_id"]),
    ),
    "interactions": st.lists(st.builds(contact, who, moments, later, st.none() | st.sampled_from([0.0, 0.5, 1.0]))),
    "invoices": st.lists(st.builds(invoice, who, moments, later, cents)),
    "opportunities": st.lists(st.builds(opportunity, who, moments, later, st.booleans())),
    "acquired": st.lists(moments.map(datetime.date) | st.none(), min_size=len(PEOPLE), max_size=len(PEOPLE)),
})  # fmt: skip


def known(moment):
    return moment if moment is not None and moment.isoformat() < AS_OF.date().isoformat() else None


def as_it_was(world):
    """The same world as someone at as_of saw it: no later event, and no later outcome of an earlier one."""
    seen = {name: [dict(row) for row in rows] for name, rows in world.items() if name != "acquired"}
    seen["transactions"] = [r for r in seen["transactions"] if r["ordered_at"] < AS_OF]
    seen["campaign_members"] = [r for r in seen["campaign_members"] if r["contacted_at"] < AS_OF]
    seen["interactions"] = [r for r in seen["interactions"] if r["occurred_at"] < AS_OF]
    seen["invoices"] = [r for r in seen["invoices"] if known(r["issued_on"])]
    seen["opportunities"] = [r for r in seen["opportunities"] if known(r["opened_on"])]
    for row in seen["campaign_members"]:
        row["responded_at"] = known(row["responded_at"])
    for row in seen["interactions"]:
        if row["resolved_at"] is not None and not known(row["resolved_at"]):
            row["resolved_at"] = row["satisfaction"] = None
    for row in seen["invoices"]:
        row["paid_on"] = known(row["paid_on"])
    for row in seen["opportunities"]:
        if not known(row["closed_on"]):
            row["closed_on"] = row["won"] = None
    return seen | {"acquired": [known(day) for day in world["acquired"]]}


def arrow(world):
    keys = {"transactions": "order_id", "interactions": "interaction_id", "invoices": "invoice_id"}
    rows = {name: [dict(row) for row in rows] for name, rows in world.items() if name != "acquired"}
    rows["customers"] = [
        {"customer_id": c, "kind": "person", "acquired_on": day}
        for c, day in zip(PEOPLE, world["acquired"], strict=True)
    ]
    rows["products"] = [
        {"product_id": p, "line": p and "x", "category": p, "brand": None, "unit_cost_cents": 10} for p in "pq"
    ]
    for name, key in (keys | {"opportunities": "opportunity_id"}).items():
        for i, row in enumerate(rows[name]):
            row[key] = f"{i:04d}"
    for row in rows["transactions"]:
        row["line_no"] = 1
    return {name: pa.Table.from_pylist(content, schema=TABLES[name].schema) for name, content in rows.items()}


@SLOW
@given(world=worlds)
def test_what_comes_later_changes_nothing(describe, world):
    now = describe(AS_OF.date(), **arrow(world))
    then = describe(AS_OF.date(), **arrow(as_it_was(world)))
    assert now == then


@SLOW
@given(world=worlds)
def test_what_customers_brought_adds_up_to_the_transactions_before_as_of(describe, world):
    tables = arrow(world)
    rows = describe(AS_OF.date(), transactions=tables["transactions"], customers=tables["customers"]).values()
    lines = [line for line in world["transactions"] if line["ordered_at"] < AS_OF]
    assert sum(r.revenue_cents for r in rows) == sum(line["revenue_cents"] for line in lines)
    assert sum(r.sales_cents - r.returned_cents for r in rows) == sum(r.revenue_cents for r in rows)
    assert sum(r.n_lines + r.n_returns for r in rows) == len(lines)
