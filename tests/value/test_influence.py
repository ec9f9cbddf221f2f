"""Referral value and standing, counted by hand."""

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmwb.contract.value_customers import INFLUENCE
from crmwb.findings import from_json
from crmwb.findings.say import say
from crmwb.value import influence
from crmwb.value.influence.referrals import referrals
from crmwb.value.influence.standing import standing


def credited(by: dict, worth: dict, costs: dict | None = None, share: float = 0.5) -> pd.DataFrame:
    ids = sorted(by)
    return referrals(
        pd.Series([by[i] for i in ids], index=ids, dtype=object),
        pd.Series([worth.get(i, np.nan) for i in ids], index=ids, dtype=float),
        pd.Series([(costs or {}).get(i, np.nan) for i in ids], index=ids, dtype=float),
        share,
    )


def test_half_of_their_worth_and_all_that_was_saved():
    # a and z came by themselves and cost 100 and 300 to win; b and c were brought by a, for 20 and an unknown cost
    by = {"a": None, "z": None, "b": "a", "c": "a"}
    rows = credited(by, {"a": 500, "z": 0, "b": 1000, "c": -200}, {"a": 100, "z": 300, "b": 20})
    assert rows["n_referred"].tolist() == [2, 0, 0, 0]
    assert rows.loc["a", "saved_acquisition_cents"] == 2 * (200 - 20)
    assert rows.loc["a", "referral_value_cents"] == 0.5 * (1000 - 200) + 360


def test_who_never_bought_was_not_brought():
    rows = credited({"a": None, "b": "a"}, {"a": 5}, {"a": 100, "b": 20})
    assert rows["n_referred"].sum() == 0
    assert rows["referral_value_cents"].sum() == 0


def test_chains_pass_on_what_would_not_have_come():
    rows = credited({"a": None, "b": "a", "c": "b", "d": "c"}, {"a": 1, "b": 100, "c": 100, "d": 800})
    assert rows["referral_value_cents"].tolist() == [50, 50, 400, 0]
    # c: 400; b: 50 for c and half of c's 400; a: 50 for b and half of b's 250
    assert rows["referral_chain_value_cents"].tolist() == [175, 250, 400, 0]


def test_circles_and_strangers_are_cut():
    by = {"a": "c", "b": "a", "c": "b", "d": "d", "e": "a", "f": "nobody"}
    rows = credited(by, dict.fromkeys(by, 100.0))
    assert rows["in_circle"].tolist() == [True, True, True, True, False, False]
    assert rows["n_referred"].tolist() == [1, 0, 0, 0, 0, 0]  # e alone
    assert rows.loc["a", "referral_chain_value_cents"] == 50


@given(st.lists(st.integers(-1, 14), min_size=1, max_size=15), st.floats(0, 1))
def test_any_links_end_and_credit_each_once(links, share):
    ids = [f"{i:02d}" for i in range(len(links))]
    by = {i: None if link < 0 else f"{link:02d}" for i, link in zip(ids, links, strict=True)}
    rows = credited(by, dict.fromkeys(ids, 100.0), share=share)
    in_tree = [by[i] in by and not rows.loc[i, "in_circle"] for i in ids]
    assert rows["n_referred"].sum() == sum(in_tree)
    assert rows["referral_value_cents"].sum() == pytest.approx(100 * share * sum(in_tree), abs=len(ids))
    assert (rows["referral_chain_value_cents"] >= rows["referral_value_cents"] - 1).all()


def test_places_in_a_group_and_none_in_a_small_one():
    revenue = pd.Series([*range(1, 11), 10, 99, 98])
    group = pd.Series([*["steel"] * 11, "glass", None])
    rows = standing(revenue, group, "industry")
    assert rows["industry_rank"].tolist()[:11] == [11, 10, 9, 8, 7, 6, 5, 4, 3, 1, 1]
    assert rows["industry_percentile"].tolist()[0] == pytest.approx(100 * 0.5 / 11)
    assert rows["industry_percentile"].tolist()[10] == pytest.approx(100 * 10 / 11)  # nine below, half of two equals
    assert rows.iloc[11:].isna().all(axis=None)


def test_groups_are_the_same_as_texts_and_as_categories_and_nobody_has_a_place_where_none_is_known():
    revenue = pd.Series(np.arange(40.0) % 7, index=range(40, 0, -1))
    group = pd.Series((["steel"] * 12 + [None, "glass"]) * 2 + ["wood"] * 12, index=revenue.index)
    rows = standing(revenue, group, "industry")
    pd.testing.assert_frame_equal(rows, standing(revenue, group.astype("category"), "industry"))
    for name, own in group.groupby(group):
        of_group = revenue.loc[own.index]
        expected = of_group.rank(ascending=False, method="min") if name != "glass" else of_group * np.nan
        pd.testing.assert_series_equal(rows.loc[own.index, "industry_rank"], expected, check_names=False)
    nobody = standing(revenue, pd.Series(None, revenue.index, dtype="str"), "industry")
    assert nobody.isna().all(axis=None)
    assert nobody.dtypes.tolist() == rows.dtypes.tolist()


@pytest.fixture
def features():
    n = 30
    return pd.DataFrame({
        "customer_id": [f"{i:02d}" for i in range(n)], "age_days": [np.nan, *[100] * (n - 1)],
        "revenue_cents": [0, *range(100, 100 * n, 100)], "industry": ["steel"] * 20 + ["glass"] * 10, "region": None,
        "referred_by": [None] * 25 + ["01"] * 5, "acquisition_cost_cents": np.nan,
    })  # fmt: skip


def test_every_customer_has_a_row(features):
    brought = features[["customer_id"]].assign(realised_margin_cents=1000, serve_cost_cents=np.nan)
    clv = pd.Series(500, index=features["customer_id"][1:])
    rows = influence.customers(features, brought, clv, 0.4)
    pa.Table.from_pandas(rows, schema=INFLUENCE.schema, preserve_index=False)
    assert rows["customer_id"].tolist() == features["customer_id"].tolist()
    assert np.isnan(rows.loc[0, "industry_rank"])  # never bought
    assert rows.loc[1, "referral_value_cents"] == 5 * 0.4 * 1500
    facts = influence.facts(features, rows, 0.4)
    assert say(from_json(facts["referrals"]["finding"])) == (
        "1 customer referred 5 customers who bought; the best tenth of them brought 100% of the value. It is assumed "
        "that 40% of the referred customers would not have come otherwise."
    )
    assert facts["standing"]["industry"]["n_ranked"] == 29
    assert say(from_json(facts["standing"]["region"]["finding"])) == (
        "The rank of customers in their region is not known. Required data: customers.region."
    )


def test_without_referrers_referral_value_is_unknown_not_zero(features):
    brought = features[["customer_id"]].assign(realised_margin_cents=1000, serve_cost_cents=0)
    rows = influence.customers(features.assign(referred_by=None), brought, None, 0.5)
    assert rows["referral_value_cents"].isna().all()
    assert influence.facts(features, rows, 0.5)["referrals"]["is_available"] is False
