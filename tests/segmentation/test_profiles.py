"""Profiles: profit and value to come by segment, in every scheme that there is."""

import pandas as pd
import pytest

from crmwb.segmentation import profiles

TIERS = ["vip", "small"]
MODEL = {
    "rfm": {"segments": [{"name": "champions"}, {"name": "lost"}]},
    "clusters": {"clusters": [{"name": "often"}, {"name": "rarely"}]},
}
SEGMENTS = pd.DataFrame(
    {
        "customer_id": ["a", "b", "c", "d"],
        "rfm_segment": ["champions", "lost", "lost", "never_bought"],
        "tier": ["vip", "small", "small", "potential"],
        "cluster_name": ["often", "rarely", "often", "never_bought"],
    }
)
FEATURES = pd.DataFrame(
    {
        "customer_id": ["a", "b", "c", "d"],
        "n_orders": [4, 1, 1, 0],
        "revenue_cents": [800, 100, 100, 0],
        "profit_cents": [300.0, -100.0, 0.0, None],
        "clv_cents": [500.0, 50.0, 150.0, None],
        "stage": ["decline", "growth", "growth", "prospect"],
    }
)


def test_profit_and_value_to_come_are_added_up_and_averaged_over_those_of_whom_they_are_known():
    tiers = profiles(FEATURES, SEGMENTS, MODEL, TIERS).set_index(["scheme", "segment"]).loc["tier"]
    assert tiers.index.tolist() == ["vip", "small", "potential"]
    assert tiers["profit_cents"].tolist() == [300, -100, pd.NA]
    assert tiers["mean_profit_cents"].tolist() == [300, -50, pd.NA]
    assert tiers.loc[["vip", "small"], "profit_share"].tolist() == [1.5, -0.5]
    assert tiers["clv_cents"].tolist() == [500, 200, pd.NA]
    assert tiers.loc["vip", "clv_share"] == pytest.approx(5 / 7, abs=1e-6)


def test_stages_come_in_the_order_of_life():
    profiled = profiles(FEATURES, SEGMENTS, MODEL, TIERS)
    assert profiled[profiled["scheme"] == "stage"]["segment"].tolist() == ["prospect", "growth", "decline"]
    assert "stage" not in set(profiles(FEATURES.drop(columns="stage"), SEGMENTS, MODEL, TIERS)["scheme"])


def test_a_scheme_without_an_order_of_its_own_goes_by_revenue_per_customer():
    classes = SEGMENTS.assign(value_class=["high", "general", "low", "low"])
    profiled = profiles(FEATURES, classes, MODEL, TIERS)
    assert profiled[profiled["scheme"] == "value_class"]["segment"].tolist() == ["high", "general", "low"]
