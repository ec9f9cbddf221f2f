"""Value tiers, against what a person works out on paper."""

import json
from statistics import NormalDist

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


def weights_of(customers, weights):
    learnt = tiers.fit(customers, tier_params(weights=weights))["signs"]
    return {sign["column"]: sign["weight"] for sign in learnt}


def test_a_percentile_rank_is_the_share_below_plus_half_the_share_equal():
    out = tiered(people("revenue_cents\n1\n2\n2\n3"))
    assert out["tier_score"].tolist() == [12.5, 50, 50, 87.5]


def test_twenty_customers_are_cut_at_5_15_30_and_50_percent():
    customers = people("revenue_cents\n" + "\n".join(map(str, range(20, 0, -1))))
    assert tiered(customers)["tier"].tolist() == ["vip"] + ["important"] * 3 + ["ordinary"] * 6 + ["small"] * 10


def test_weights_mix_the_ranks():
    # two columns tell of loyalty and share its weight: revenue 3 parts, active months 1, recent orders 1
    weights = {"revenue": 3, "loyalty": 2}
    better_in_all = people("revenue_cents n_active_months recent_orders\n100 3 0\n200 7 4")
    assert tiered(better_in_all, weights)["tier_score"].tolist() == [25, 75]  # as two customers rank
    mixed = people("revenue_cents n_active_months recent_orders\n100 3 4\n200 7 0")
    assert tiered(mixed, weights)["tier_score"].tolist() == [(3 * 25 + 25 + 75) / 5, (3 * 75 + 75 + 25) / 5]


def test_the_columns_of_a_sign_share_its_weight_and_one_alone_has_it_all():
    both = people("revenue_cents n_active_months recent_orders\n1 1 9\n2 2 8")
    assert weights_of(both, {"revenue": 1, "loyalty": 3}) == {
        "revenue_cents": 0.25,
        "n_active_months": 0.375,
        "recent_orders": 0.375,
    }
    one = both.drop(columns="n_active_months")
    assert weights_of(one, {"revenue": 1, "loyalty": 3}) == {"revenue_cents": 0.25, "recent_orders": 0.75}


def test_a_referral_counts_for_who_made_it():
    customers = people("""
        customer_id  revenue_cents  referred_by
        ann          1              -
        ben          1              ann
        cat          1              ann
        dan          1              ben
    """)
    # ann named twice, ben once, the others never: ranks 87.5, 62.5 and 25 for two equals
    assert tiered(customers, {"referrals": 1})["tier_score"].tolist() == [87.5, 62.5, 25, 25]


def test_where_nobody_was_referred_referrals_are_not_available():
    customers = people("revenue_cents referred_by\n1 -\n2 -")
    model = tiers.fit(customers, tier_params(weights={"revenue": 1, "referrals": 1}))
    assert model["not_available"] == ["referrals"]


def test_a_sign_that_the_source_does_not_have_is_weighted_away_and_named():
    customers = people("revenue_cents margin_cents\n1 -\n2 -\n3 -")
    model = tiers.fit(customers, tier_params(weights={"revenue": 1, "profit": 4, "response": 2}))
    assert model["not_available"] == ["profit", "response"]
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


# 100 cents from nine customers: the first three bring 40 + 25 + 12 = 77 of the first 80, half of the fourth is past it
BRING = people("revenue_cents\n40\n25\n12\n8\n6\n4\n3\n2\n0")
MANY_OR_MUCH = (
    {"name": "best", "share": 0.2, "revenue_share": 0.8},
    {"name": "rest", "share": 0.8, "revenue_share": 0.2},
)


@pytest.mark.parametrize(
    ("cut", "n_best", "share"),
    [("revenue", 3, 0.8), ("customers", 2, 0.2)],  # of nine, the middle of the second is 1.5 / 9 = 17%
)
def test_those_who_bring_the_first_80_percent_are_not_the_top_20_percent_by_count(cut, n_best, share):
    model = tiers.fit(BRING, tier_params(weights=REVENUE_ONLY, levels=MANY_OR_MUCH, cut=cut))
    assert tiers.score(BRING, model)["tier"].tolist() == ["best"] * n_best + ["rest"] * (9 - n_best)
    assert model["levels"][0]["share"] == share
    assert model["cut"] == cut


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
    with pytest.raises(
        CrmwbError, match=r"segmentation.tiers.weights: this source knows nothing of profit; give revenue"
    ):
        tiered(people("revenue_cents\n1\n2"), {"profit": 1})


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


# boundaries lie half way between scores, and scores rise evenly from 2.5 to 97.5: at 95, 80 and 50
TWENTY = people("revenue_cents\n" + "\n".join(str(100 * i) for i in range(1, 21)))
MODEL = tiers.fit(TWENTY, tier_params(weights=REVENUE_ONLY))


def test_the_boundaries_lie_half_way_between_the_scores():
    assert MODEL["bounds"] == [95, 80, 50]
    assert [level["at_least"] for level in MODEL["levels"]] == [97.5, 82.5, 52.5, 2.5]


def sure(revenue_cents, noise):
    one = people(f"revenue_cents\n{revenue_cents}")
    return tiers.score(one, MODEL, noise=pd.Series({"c000000": noise}))["tier_probability"].item()


def test_on_a_boundary_a_tier_is_as_likely_right_as_wrong_and_far_from_it_surely_right():
    assert sure(1650, 0.01) == pytest.approx(0.5)  # half way between 77.5 and 82.5 points
    assert sure(500, 0.05) > 0.9999  # 22.5 points, 27.5 below the boundary; the error is 1.25 points


def test_near_a_boundary_the_probability_is_the_normal_one():
    # 1,700 ± 5% is 82.5 ± 4.25 points, between 80 and 95: z from -0.588 to 2.941
    z = NormalDist()
    assert sure(1700, 0.05) == pytest.approx(z.cdf(12.5 / 4.25) - z.cdf(-2.5 / 4.25))


def test_without_noise_nothing_is_said_of_how_sure_tiers_are():
    assert tiers.score(TWENTY, MODEL)["tier_probability"].isna().all()


def test_a_model_gives_the_same_tiers_after_a_round_trip_through_json():
    again = json.loads(json.dumps(MODEL, allow_nan=False))
    noise = pd.Series(0.1, index=TWENTY["customer_id"])
    before = pd.Series("small", index=TWENTY["customer_id"])
    pd.testing.assert_frame_equal(
        tiers.score(TWENTY, again, before=before, noise=noise), tiers.score(TWENTY, MODEL, before=before, noise=noise)
    )
