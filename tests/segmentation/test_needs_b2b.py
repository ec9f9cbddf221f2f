"""Needs on the simulated company: what was planted in its segments is found, and equals a count by plain pandas."""

from datetime import date
from pathlib import Path

import pandas as pd
import pytest
from needs_tables import PROJECT, choices

from crmwb import engine, layout, params, storage
from crmwb.findings import loads
from crmwb.findings.say import say
from crmwb.segmentation import needs


@pytest.fixture(scope="module")
def given(b2b_company):
    """The company's true segments as a scheme, what was found, and its sales by line with what was planted."""
    who = b2b_company.truth.reset_index()[["customer_id", "segment"]].rename(columns={"segment": "cluster_name"})
    chosen = choices(min_customers=30, min_support=0.005)
    with engine.connect(params.EngineParams(threads=2, memory_limit_gb=2)) as con:
        tables = storage.open_tables(con, b2b_company.folder)
        measured = needs.measure(con, tables, who, date(2026, 1, 1), chosen)
    return b2b_company, who, measured, chosen


def clear(measured: needs.Needs, segment: str, measure: str) -> pd.DataFrame:
    frame = measured.frame
    rows = frame[(frame["segment"] == segment) & (frame["measure"] == measure) & frame["is_clear"]]
    return rows.sort_values("lift", ascending=False)


def test_the_planted_product_lines_are_over_bought(given):
    company, _, measured, _ = given
    for name, planted in company.planted["segments"].items():
        lifted = clear(measured, name, "line_spend_share")
        over = set(lifted.loc[lifted["lift"] > 1.2, "item"])
        assert set(planted["product_lines"]) <= over, name


def test_the_planted_channel_is_theirs(given):
    company, _, measured, _ = given
    for name, planted in company.planted["segments"].items():
        top = clear(measured, name, "channel_order_share").iloc[0]
        assert top["item"] == planted["channel"], name
        assert top["value"] == pytest.approx(0.9, abs=0.03), name


def test_who_gets_and_who_needs_discounts_is_in_the_planted_order(given):
    company, _, measured, _ = given
    rows = measured.frame[measured.frame["measure"] == "discount_share"].set_index("segment")["value"]
    planted = {name: of["discount_share"] for name, of in company.planted["segments"].items()}
    assert list(rows.sort_values().index) == sorted(planted, key=lambda name: planted[name])
    paid = measured.frame[measured.frame["measure"] == "price_index"].set_index("segment")
    assert paid.loc["bargain", "upper"] < 1 < paid.loc["maintenance", "lower"]


def test_basket_sizes_are_in_the_planted_order(given):
    company, _, measured, _ = given
    rows = measured.frame[measured.frame["measure"] == "lines_per_order"].set_index("segment")["value"]
    planted = {name: of["lines_per_order"] for name, of in company.planted["segments"].items()}
    assert list(rows.sort_values().index) == sorted(planted, key=lambda name: planted[name])


def test_own_brand_goes_to_those_who_look_for_a_price(given):
    company, _, measured, _ = given
    own = measured.frame[(measured.frame["measure"] == "brand_spend_share") & (measured.frame["item"] == "Own")]
    shares = {name: of["own_brand_share"] for name, of in company.planted["segments"].items()}
    assert own.loc[own["lift"].idxmax(), "segment"] == max(shares, key=lambda name: shares[name]) == "bargain"


def test_values_equal_a_count_by_plain_pandas(given):
    company, who, measured, _ = given
    products = company.table("products").set_index("product_id")
    sales = company.table("transactions")
    sales = sales[~sales["is_return"]].merge(who, on="customer_id").join(products[["category"]], on="product_id")
    segment = sales["cluster_name"]
    spend = sales.groupby([segment, "category"])["revenue_cents"].sum() / sales.groupby(segment)["revenue_cents"].sum()
    orders = sales.groupby([segment, "order_id"])["revenue_cents"].sum()
    product = sales["product_id"].value_counts().index[0]
    held = sales[sales["product_id"] == product].groupby("cluster_name")["order_id"].nunique()
    baskets = sales.groupby(["order_id", segment])["category"].agg(set)
    rows = measured.frame.set_index(["segment", "measure", "item"])["value"]
    for (name, category), share in spend.items():
        assert rows[name, "category_spend_share", category] == pytest.approx(share)
    pairs = measured.frame.loc[measured.frame["measure"] == "bundle_order_share", "item"].unique()
    for name in who["cluster_name"].unique():
        assert rows[name, "order_cents", ""] == pytest.approx(orders[name].mean())
        of_product = [
            share for (n, m, i), share in rows.items() if (n, m) == (name, "product_order_share") and product in i
        ]
        assert of_product == [pytest.approx(held[name] / len(orders[name]))]
        own = baskets.xs(name, level="cluster_name")
        for pair in pairs[:3]:
            assert rows[name, "bundle_order_share", pair] == pytest.approx(
                own.map(set(pair.split(" + ")).issubset).mean()
            )


def test_the_default_rules_answer_each_planted_segment(given):
    company, who, measured, chosen = given
    rules = needs.read_rules(Path(PROJECT / layout.MARKETING_MIX))
    mix = needs.mix(measured, who, rules, chosen, currency="EUR")
    bargain = mix[mix["segment"] == "bargain"].set_index(["p", "position"])
    assert say(loads(bargain.loc[("place", 1), "advice"])).startswith("Serve them through marketplace")
    assert bargain.loc[("price", 1), "rule"] == "waits_for_the_price"
    pool = mix[mix["segment"] == "maintenance"]
    assert "pays_the_usual_price" in set(pool["rule"])
    assert "lives_on_discounts" not in set(pool["rule"])
    assert (needs.actions_mapped(mix, "cluster_name") >= 4).all()
    assert set(company.planted["segments"]) == set(mix["segment"])
