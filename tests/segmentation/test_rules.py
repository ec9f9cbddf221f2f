"""Rules find planted thresholds, read as words, say the same in SQL, and are measured on others."""

import json

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from scipy.stats import binomtest
from segment_frames import CHOICES, SEED

from crmwb import engine
from crmwb.errors import CrmwbError
from crmwb.findings import loads
from crmwb.findings.say import say
from crmwb.segmentation import rules
from crmwb.segmentation.rules import conditions
from crmwb.segmentation.rules.rules import wilson

PARAMS = CHOICES.segmentation


def company(n: int = 1200, seed: int = SEED) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Customers whose cluster follows from 20 orders or a discount of 30%; the region is chance."""
    rng = np.random.default_rng(seed)
    orders, discount = rng.integers(1, 41, n), rng.uniform(0, 0.6, n).round(4)
    cluster = np.where(orders >= 20, 1, np.where(discount >= 0.3, 2, 3))
    ids = [f"c{i:05d}" for i in range(n)]
    customers = pd.DataFrame(
        {
            "customer_id": ids,
            "n_orders": orders,
            "discount_share": discount,
            "region": rng.choice(["north", "south's"], n),
            "gender": np.where(cluster == 1, "f", "m"),
        }
    )
    names = np.array(["", "often", "discount hunters", "rest"])[cluster]
    return customers, pd.DataFrame({"customer_id": ids, "cluster": cluster, "cluster_name": names})


@pytest.fixture(scope="module")
def fitted():
    customers, segments = company()
    return customers, segments, rules.fit(customers, segments, PARAMS, SEED)


def test_a_planted_threshold_is_found_and_read_in_words(fitted):
    _, _, table = fitted
    assert say(loads(table["rule"][0])) == "Orders ≥ 20"
    assert sorted(say(loads(table["rule"][1])).lower().split(" and ")) == ["discount rate ≥ 30%", "orders < 20"]
    assert (table[["precision", "recall"]] > 0.97).all(axis=None)


def test_a_sensitive_column_makes_no_rule_unless_it_is_allowed(fitted):
    customers, segments, table = fitted
    assert not table["sql"].str.contains("gender").any()
    allowed = PARAMS.model_copy(update={"views": PARAMS.views.model_copy(update={"allow": ("gender",)})})
    without = customers.drop(columns="n_orders")
    assert rules.fit(without, segments, allowed, SEED)["conditions"][0].count("gender") == 1


def test_precision_is_measured_on_customers_that_the_rule_has_not_seen():
    # clusters of pure chance: a rule may fit its own half, but on others it is right no more often than chance
    customers, segments = company()
    rng = np.random.default_rng(3)
    segments["cluster"] = rng.integers(1, 3, len(segments))
    segments["cluster_name"] = segments["cluster"].map({1: "a", 2: "b"})
    table = rules.fit(customers, segments, PARAMS, SEED)
    assert table["n_held_out"].tolist() == [600, 600]
    seen = table.dropna(subset=["precision"])
    assert ((seen["precision_lower"] < seen["base_share"]) & (seen["base_share"] < seen["precision_upper"])).all()


def test_sql_and_conditions_pick_the_same_customers(fitted, con):
    customers, segments, table = fitted
    gaps = customers.copy()
    gaps.loc[::7, "discount_share"] = np.nan  # unknown fulfils nothing, as NULL in SQL
    engine.open_arrow(con, pa.Table.from_pandas(gaps), "features")
    for row in table.itertuples():
        picked = con.con.sql(f"SELECT customer_id FROM features WHERE {row.sql}").fetchall()
        assert {customer for (customer,) in picked} == set(
            gaps.loc[rules.matches(gaps, json.loads(row.conditions)), "customer_id"]
        )
    assert rules.matches(customers, json.loads(table["conditions"][0])).sum() == (segments["cluster"] == 1).sum()


def test_levels_are_quoted_in_sql():
    south = {"column": "region", "operator": "=", "value": "south's"}
    rule = [[south], [{"column": "n_orders", "operator": "<", "value": 3.0}]]
    assert conditions.sql(rule) == "(\"region\" = 'south''s') OR (\"n_orders\" < 3)"
    assert say(conditions.finding(rule)) == "(region = south's) or (orders < 3)"


def test_an_unknown_value_fulfils_no_condition():
    people = pd.DataFrame({"n_orders": [1.0, 5.0, np.nan], "region": ["north", None, "south"]})
    for operator, value, picked in ((">=", 3, [False, True, False]), ("<", 3, [True, False, False])):
        rule = [[{"column": "n_orders", "operator": operator, "value": value}]]
        assert rules.matches(people, rule).tolist() == picked
    rule = [[{"column": "region", "operator": "!=", "value": "north"}]]
    assert rules.matches(people, rule).tolist() == [False, False, True]
    with pytest.raises(CrmwbError, match="no column 'n_lines'"):
        rules.matches(people, [[{"column": "n_lines", "operator": "<", "value": 3}]])


def test_conditions_on_one_column_become_the_tightest():
    path = [
        {"column": "n_orders", "operator": ">=", "value": 3.0},
        {"column": "n_orders", "operator": "<", "value": 20.0},
        {"column": "n_orders", "operator": ">=", "value": 7.0},
    ]
    assert [(c["operator"], c["value"]) for c in conditions.merged(path)] == [(">=", 7.0), ("<", 20.0)]


@pytest.mark.parametrize(
    ("value", "unit", "words"),
    [(11.5, "count", 12.0), (0.2137, "share", 0.21), (12_345.6, "money", 12_000.0), (2.849, "ratio", 2.8)],
)
def test_thresholds_are_rounded_to_what_people_say(value, unit, words):
    assert conditions.readable(value, unit) == words


def test_the_interval_of_precision_is_wilsons():
    expected = binomtest(45, 60).proportion_ci(0.95, method="wilson")
    assert wilson(45, 60, 0.95) == pytest.approx((expected.low, expected.high))


def test_no_rule_is_made_up_where_nothing_can_tell():
    customers, segments = company(60)
    one = segments.assign(cluster=1, cluster_name="all_customers")
    table = rules.fit(customers, one, PARAMS, SEED)
    assert table[["rule", "precision"]].isna().all(axis=None)  # everybody is in it
    bare = rules.fit(customers[["customer_id"]], segments, PARAMS, SEED)
    assert bare["rule"].isna().all()
    nobody = segments.assign(cluster=pd.array([None] * 60, dtype="Int64"))
    assert rules.fit(customers, nobody, PARAMS, SEED).empty


def test_the_order_of_segments_and_customers_without_one_change_nothing():
    customers, segments = company(300)
    others = customers.head(20).assign(customer_id=[f"a{i:02d}" for i in range(20)])  # before all others
    everybody = pd.concat([others, customers], ignore_index=True)
    shuffled = segments.sample(frac=1, random_state=SEED)
    expected = rules.fit(customers, segments, PARAMS, SEED)
    pd.testing.assert_frame_equal(rules.fit(everybody, shuffled, PARAMS, SEED), expected)
