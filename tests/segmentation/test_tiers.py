"""Value tiers, against what a person works out on paper."""

import numpy as np
import pandas as pd
import pytest
from segment_frames import people, tier_params

from crmwb.errors import CrmwbError
from crmwb.segmentation import tiers

REVENUE_ONLY = {"revenue": 1}


def tiered(customers, weights=None):
    weights = weights or REVENUE_ONLY
    return tiers.score(customers, tiers.fit(customers, tier_params(weights=weights)))


def test_a_percentile_rank_is_the_share_below_plus_half_the_share_equal():
    out = tiered(people("revenue_cents\n1\n2\n2\n3"))
    assert out["tier_score"].tolist() == [12.5, 50, 50, 87.5]


def test_twenty_customers_are_cut_at_5_15_30_and_50_percent():
    customers = people("revenue_cents\n" + "\n".join(map(str, range(20, 0, -1))))
    assert tiered(customers)["tier"].tolist() == ["vip"] + ["important"] * 3 + ["ordinary"] * 6 + ["small"] * 10


def test_weights_mix_the_ranks_and_recency_counts_backwards():
    customers = people("""
        revenue_cents  days_since_last
        100            9
        200            1
    """)
    # ranks of revenue 25 and 75; of recency 25 (long ago) and 75: three parts to one
    out = tiered(customers, {"revenue": 3, "recency": 1})
    assert out["tier_score"].tolist() == [25, 75]
    swapped = people("revenue_cents days_since_last\n100 1\n200 9")
    assert tiered(swapped, {"revenue": 3, "recency": 1})["tier_score"].tolist() == [37.5, 62.5]


def test_a_sign_that_the_source_does_not_have_is_weighted_away_and_named():
    customers = people("revenue_cents margin_cents\n1 -\n2 -\n3 -")
    model = tiers.fit(customers, tier_params(weights={"revenue": 1, "margin": 4, "response": 2}))
    assert model["not_available"] == ["margin", "response"]
    assert [(s["sign"], s["weight"]) for s in model["signs"]] == [("revenue", 1.0)]
    assert tiers.score(customers, model).equals(tiered(customers))


def test_what_is_unknown_of_one_customer_counts_neither_for_nor_against():
    customers = people("""
        revenue_cents  response_share
        100            0.0
        200            -
        300            1.0
    """)
    out = tiered(customers, {"revenue": 1, "response": 1})["tier_score"]
    assert out[1] == 50.0  # its rank in revenue alone
    assert out[0] == round((100 / 6 + 25) / 2, 4)


def test_equal_customers_share_a_tier_and_one_alone_is_in_the_middle():
    same = tiered(people("revenue_cents\n5\n5\n5\n5"))
    assert set(same["tier"]) == {"ordinary"}
    assert set(same["tier_score"]) == {50}
    alone = tiered(people("revenue_cents\n5"))
    assert alone["tier"].tolist() == ["ordinary"]


def test_a_tie_across_a_border_goes_where_its_middle_falls():
    # best of ten is alone; the next four are equal and their middle, 30%, is past the 20% where `important` ends
    out = tiered(people("revenue_cents\n9\n8\n8\n8\n8\n5\n4\n3\n2\n1"))
    assert out["tier"].tolist()[:5] == ["vip"] + ["ordinary"] * 4


def test_nothing_known_of_any_weight_is_refused():
    with pytest.raises(CrmwbError, match=r"segmentation.tiers.weights: this source knows nothing of margin"):
        tiered(people("revenue_cents\n1\n2"), {"margin": 1})


def test_many_customers_are_ranked_within_a_percentile_and_in_order():
    rng = np.random.default_rng(1)
    customers = people("revenue_cents\n" + "\n".join(map(str, rng.lognormal(8, 1.5, 5000).round().astype(int))))
    out = tiered(customers)
    exact = 100 * (customers.revenue_cents.rank() - 0.5) / len(customers)
    assert (out.tier_score - exact).abs().max() < 1
    ordered = out.loc[customers.revenue_cents.sort_values().index, "tier_score"]
    assert ordered.is_monotonic_increasing
    counts = out.tier.value_counts()
    pd.testing.assert_series_equal(
        counts[["vip", "important", "ordinary", "small"]],
        pd.Series({"vip": 250, "important": 750, "ordinary": 1500, "small": 2500}),
        check_names=False,
        check_index_type=False,
        atol=3,
        check_exact=False,
    )


def test_new_customers_are_tiered_by_the_scores_of_the_model():
    model = tiers.fit(people("revenue_cents\n" + "\n".join(map(str, range(1, 21)))), tier_params(weights=REVENUE_ONLY))
    new = tiers.score(people("revenue_cents\n-50\n10\n19\n1000"), model)
    assert new["tier"].tolist() == ["small", "small", "important", "vip"]
    assert new["tier_score"].tolist() == [2.5, 47.5, 92.5, 97.5]
