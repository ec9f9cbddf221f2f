"""What customers brought and cost, counted by hand."""

from datetime import date

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from builders import canonical
from world import described, opened

from crmwb import engine
from crmwb.contract.value_customers import REALISED
from crmwb.findings import from_json
from crmwb.findings.say import say
from crmwb.value import realised
from crmwb.value.realised import whale
from crmwb.value.realised.costs import DEPARTMENTS, spent
from crmwb.value.realised.margin import margin
from crmwb.value.realised.payback import payback_curve

AS_OF = "2024-07-01"

CUSTOMERS = """
    customer_id  acquired_on  acquisition_cost_cents
    a            2024-01-01   10000
    b            2024-01-01    5000
    c            2024-02-01       -
    d            2024-03-01    2000
"""
ORDERS = """
    customer_id  order_id  ordered_at  revenue  cost_cents  is_return
    a            o1        2024-01-01   100.00        6000  false
    a            o2        2024-03-05   200.00       12000  false
    a            o3        2024-03-09   -50.00       -3000  true
    b            o4        2024-01-05   300.00       27000  false
    c            o5        2024-02-01   100.00        6000  false
    a            o6        2024-07-01   999.00           0  false
"""
CONTACTS = """
    interaction_id  customer_id  occurred_at  department  cost_cents
    i1              a            2024-01-10   sales             1500
    i2              b            2024-02-10   service           9000
    i3              b            2024-02-11   service              -
    i4              d            2024-03-01   marketing          100
    i5              a            2024-07-01   service          99999
"""
CAMPAIGNS = """
    campaign_id  starts_on   cost_cents
    k1           2024-03-01         100
    k2           2024-04-01           -
"""
MEMBERS = """
    campaign_id  customer_id  arm        contacted_at
    k1           a            treatment  2024-03-02
    k1           b            treatment  -
    k1           c            treatment  2024-03-04
    k1           d            control    -
    k2           a            treatment  -
"""


@pytest.fixture
def company():
    return {
        "customers": canonical("customers", CUSTOMERS),
        "transactions": canonical("transactions", ORDERS),
        "interactions": canonical("interactions", CONTACTS),
        "campaigns": canonical("campaigns", CAMPAIGNS),
        "campaign_members": canonical("campaign_members", MEMBERS),
    }


def realise(con, tables, as_of=AS_OF):
    tables = opened(con, tables)
    features = described(con, tables, as_of)
    of_revenue = margin(features, 0.25)
    on = date.fromisoformat(as_of)
    frame = realised.customers(con, tables, features, on, of_revenue)
    pa.Table.from_pandas(frame, schema=REALISED.schema, preserve_index=False)  # as it will be written
    facts = realised.facts(features, frame, of_revenue, realised.spent_on(con, tables, on), n_bootstrap=50, seed=1)
    return frame.set_index("customer_id"), facts


def test_profit_is_margin_less_contacts_campaigns_and_acquisition(con, company):
    rows, facts = realise(con, company)
    # a: 250.00 - 150.00 of goods; 15.00 of visits; 34 cents of the campaign's 100; 100.00 to win
    assert rows.loc["a", ["realised_revenue_cents", "realised_margin_cents", "serve_cost_cents"]].tolist() == [
        25000, 10000, 1534,
    ]  # fmt: skip
    assert rows["profit_cents"].tolist() == [-1534, 3000 - 9000 - 33 - 5000, 4000 - 33, -2100]
    assert rows["serve_cost_cents"].sum() == 1500 + 9000 + 100 + 100  # shares of the campaign add up to its cost
    assert rows["profit_is_complete"].tolist() == [True, True, False, True]  # c: nobody knows what it cost to win
    assert facts["basis"] == "profit"
    assert facts["not_available"] == []
    assert facts["n_incomplete"] == 1
    assert facts["totals"]["profit_cents"] == rows["profit_cents"].sum()


def test_where_no_contact_or_campaign_has_a_cost_customers_are_joined_to_nothing(con, company):
    tables = opened(con, {"customers": company["customers"]})
    query = spent(tables, date.fromisoformat(AS_OF))
    assert "JOIN" not in con.compile(query)
    rows = engine.batches(con, query.order_by("customer_id")).read_all().to_pylist()
    assert [row.pop("customer_id") for row in rows] == list("abcd")
    assert [row.pop("acquired_cents") for row in rows] == [10000, 5000, None, 2000]
    assert {name for row in rows for name in row} == {f"{s}_cost_cents" for s in (*DEPARTMENTS, "campaign")}
    assert {value for row in rows for value in row.values()} == {0}


@pytest.mark.parametrize("has_flows", [True, False])
def test_what_was_spent_by_any_day_is_what_is_read_for_that_day(con, company, has_flows):
    table = canonical("customers", CUSTOMERS)
    # won while the others were customers already
    late = table.slice(0, 1).to_pylist()[0] | {"customer_id": "e", "acquired_on": date(2023, 6, 15)}
    tables = opened(con, company | {"customers": pa.concat_tables([table, pa.Table.from_pylist([late], table.schema)])})
    if not has_flows:
        tables = {"customers": tables["customers"]}
    ids = pa.array(list("abcde"))
    then = realised.spent_then(con, tables, ids)
    for day in (date(2023, 6, 15), date(2023, 6, 16), date.fromisoformat(AS_OF)):
        read = realised.spent_on(con, tables, day, ids)
        pd.testing.assert_frame_equal(then(day), read, check_dtype=False)
    assert then(date(2023, 6, 15)).loc[4, "acquired_cents"] == 0


def test_what_comes_at_or_after_as_of_changes_nothing(con, company):
    before, _ = realise(con, company)
    later = {
        "transactions": ORDERS + "    b  o7  2024-08-01  500.00  0  false\n",
        "interactions": CONTACTS + "    i6  b  2024-09-01  sales  777\n",
        "campaigns": CAMPAIGNS + "    k3  2024-07-01  5000\n",
        "campaign_members": MEMBERS + "    k1  d2  treatment  2024-07-02\n    k3  a  treatment  -\n",
        "customers": CUSTOMERS + "    d2  2024-07-02  100\n",
    }
    after, _ = realise(con, {name: canonical(name, text) for name, text in later.items()})
    pd.testing.assert_frame_equal(after.drop("d2"), before, check_dtype=False)
    assert after.loc["d2", "profit_cents"] == 0  # not won yet, so it cost nothing yet


def test_first_orders_and_payback(con, company):
    rows, facts = realise(con, company)
    assert rows["first_order_margin_cents"].tolist()[:3] == [4000, 3000, 4000]
    assert rows["is_first_order_loss"].tolist() == [True, True, None, None]
    # a: 40.00 - 100.00 - 15.00 in month 1; by 5 March (day 64, month 3) 80.00 more less 20.00 and 0.34: still short
    assert rows["is_paid_back"].tolist() == [False, False, None, None]
    cheaper = company | {"customers": canonical("customers", CUSTOMERS.replace("10000", "8000"))}
    rows, facts = realise(con, cheaper)
    assert rows.loc["a", "payback_month"] == 3
    assert rows["is_paid_back"].tolist() == [True, False, None, None]
    assert facts["first_orders"]["loss_share"] == 1.0
    assert facts["payback"]["n_paid_back"] == 1


def test_payback_counts_only_who_was_observed_long_enough():
    # five months' customers: one pays back in month 1, one in 3, one never; a newcomer of 40 days has seen one month
    frame = pd.DataFrame({"age_days": [160, 160, 160, 40], "payback_month": [1, 3, None, None]})
    frame["is_paid_back"] = frame["payback_month"].notna()
    curve = payback_curve(frame)
    assert curve["n_observed"].tolist() == [4, 4, 2, 2, 1, 1]
    assert curve["paid_back_share"].tolist() == pytest.approx([0, 1 / 4, 1 / 4, 5 / 8, 5 / 8, 5 / 8])


def test_a_payback_in_a_month_not_over_yet_waits_for_its_end():
    frame = pd.DataFrame({"age_days": [40, 100], "payback_month": [2, None], "is_paid_back": [True, False]})
    assert payback_curve(frame)["paid_back_share"].max() == 0


def test_the_curve_of_nobody():
    frame = pd.DataFrame({"age_days": [np.nan], "payback_month": [np.nan], "is_paid_back": [None]})
    assert payback_curve(frame).to_numpy().tolist() == [[0, 0, 0]]


def test_who_is_unprofitable_and_why(con):
    """Twenty good customers buy for 100.00, with 60.00 of goods and 10.00 off; the others are each off in one thing."""
    rows = ["customer_id order_id ordered_at revenue cost_cents discount_cents is_return"]
    rows += [f"g{i:02d} g{i:02d} 2024-01-01 90.00 6000 1000 false" for i in range(20)]
    rows += [
        "x_discounts x1 2024-01-01 50.00 6000 5000 false",
        "x_goods x2 2024-01-01 90.00 9500 1000 false",
        "x_returns x3 2024-01-01 90.00 6000 1000 false",
        "x_returns x4 2024-01-20 -90.00 0 0 true",  # the goods came back worthless
        "x_service x5 2024-01-01 90.00 6000 1000 false",
        "x_unpaid x6 2024-01-01 90.00 6000 1000 false",
        "x_won x7 2024-01-01 90.00 6000 1000 false",
    ]
    people = ["customer_id acquisition_cost_cents"]
    people += [f"g{i:02d} 500" for i in range(20)]
    people += [f"x_{name} 500" for name in ("discounts", "goods", "returns", "service", "unpaid")]
    people += ["x_won 4000", "x_never 700"]
    tables = {
        "transactions": canonical("transactions", "\n".join(rows)),
        "customers": canonical("customers", "\n".join(people)),
        "interactions": canonical(
            "interactions",
            "interaction_id customer_id occurred_at department cost_cents\ni1 x_service 2024-02-01 service 4000",
        ),
        "invoices": canonical(
            "invoices",
            "invoice_id customer_id issued_on due_on amount_cents\nv1 x_unpaid 2024-01-01 2024-02-01 9000",
        ),
    }
    frame, facts = realise(con, tables)
    assert frame["loss_reason"].dropna().to_dict() == {
        "x_discounts": "discounts", "x_goods": "goods", "x_returns": "returns", "x_service": "service",
        "x_unpaid": "unpaid", "x_won": "acquisition", "x_never": "acquisition",
    }  # fmt: skip
    assert frame.loc["x_unpaid", "profit_cents"] == 2500  # what is overdue is not lost yet
    assert frame.loc["x_unpaid", "loss_cents"] == 6500
    assert frame.loc["x_never", "loss_cents"] == 700
    lost = facts["unprofitable"]
    assert (lost["n_customers"], lost["n_losing_before_unpaid"], lost["n_never_bought"]) == (7, 6, 1)
    assert lost["loss_cents"] == frame["loss_cents"].sum() == sum(r["loss_cents"] for r in lost["by_reason"])
    assert lost["by_reason"][0]["reason"] == "returns"  # 60.00 of goods and 5.00 to win
    paid = {row["reason"]: row["loss_cents"] for row in lost["before_unpaid"]}
    assert "unpaid" not in paid  # who only has to pay is not among those
    assert sum(paid.values()) == lost["loss_cents"] - 6500
    sentence = say(from_json(lost["finding"]))
    assert sentence.startswith("7 customers of 27 (26%) cost more than they brought")
    assert "The costliest reason is returned goods" in sentence


def test_goods_taken_back_into_stock_are_no_loss(con):
    log = """
        customer_id  order_id  ordered_at  revenue  cost_cents  is_return
        a            o1        2024-01-01   100.00        6000  false
        b            o2        2024-01-01   100.00        6000  false
        b            o3        2024-01-09  -100.00       -6000  true
        c            o4        2024-01-01    10.00        2000  false
        c            o5        2024-01-09   -10.00       -2000  true
    """
    frame, facts = realise(con, {"transactions": canonical("transactions", log)})
    assert frame["loss_cents"].isna().all()
    assert facts["unprofitable"]["finding"]["code"] == "realised.unprofitable.none"
    assert facts["basis"] == "margin"


def test_without_costs_of_goods_there_is_no_profit_and_it_is_said(con, company):
    no_costs = company | {"transactions": canonical("transactions", ORDERS.replace("6000", "-"))}
    rows, facts = realise(con, no_costs)
    assert rows.loc["b", "profit_cents"] == -11033  # the others' costs are still known
    assert rows.loc["a", "margin_is_assumed"]
    assert not rows.loc["a", "profit_is_complete"]
    log = "customer_id ordered_at revenue\na 2024-01-01 10.00\nb 2024-01-02 30.00"
    rows, facts = realise(con, {"transactions": canonical("transactions", log)})
    assert rows[["profit_cents", "loss_cents", "serve_cost_cents", "payback_month"]].isna().all(axis=None)
    assert facts["basis"] == "revenue"
    assert facts["unprofitable"] is None
    assert facts["payback"] is None
    assert say(from_json(facts["not_available"][0])) == (
        "The source does not hold the cost of goods. Required data: transactions.cost_cents."
    )
    assert facts["whale"]["verdict"]["code"] == "realised.law.revenue_does_not_hold"


def test_costs_of_products_stand_in_for_those_of_lines(con):
    tables = {
        "transactions": canonical(
            "transactions", "customer_id ordered_at product_id quantity revenue\na 2024-01-01 p 3 10.00"
        ),
        "products": canonical("products", "product_id unit_cost_cents\np 400"),
    }
    rows, _ = realise(con, tables)
    assert rows.loc["a", ["profit_cents", "first_order_margin_cents"]].tolist() == [-200, -200]
    assert rows.loc["a", "loss_reason"] == "goods"


def test_a_source_without_transactions_knows_nothing_realised(con):
    rows, facts = realise(con, {"customers": canonical("customers", CUSTOMERS)})
    assert rows.isna().all(axis=None)
    assert facts["whale"] is None
    assert facts["totals"]["revenue_cents"] is None


def test_superstore_loses_on_as_many_customers_as_counted(superstore_profit):
    law = whale.facts(superstore_profit, 20, seed=1, basis="margin")
    assert (law["n_customers"], law["n_losing"]) == (793, 155)


@pytest.fixture
def superstore_profit(shared_data):
    file = next((shared_data / "superstore").glob("*.csv"))
    lines = pd.read_csv(file, encoding="latin-1")
    cents = (lines["Profit"] * 10_000).round().astype("int64")
    return (cents.groupby(lines["Customer ID"]).sum() / 100).round().to_numpy()
