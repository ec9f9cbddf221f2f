"""Clusters: planted segments are found, noise is called noise, and the same customers always get the same answer."""

import json

import numpy as np
import pandas as pd
import pytest
from segment_frames import NOISE_FEATURES, PLANTED_FEATURES, SEED, cluster_params, complete, noise, people, planted
from sklearn.metrics import adjusted_rand_score
from threadpoolctl import threadpool_limits

from crmwb.segmentation import clusters, evidence, kmeans, names, null


def test_planted_segments_are_found_named_and_numbered_by_revenue():
    customers, kind = planted()
    model = clusters.fit(customers, cluster_params(features=PLANTED_FEATURES), SEED)
    out = clusters.score(customers, model)
    assert adjusted_rand_score(kind, out["cluster"]) > 0.99
    assert (model["kind"], model["k"]) == ("natural", 3)
    assert model["verdict"].startswith("3 real segments, ")
    by_worth = customers["revenue_cents"].groupby(out["cluster"]).mean()
    assert by_worth.tolist() == sorted(by_worth, reverse=True)
    assert [c["name"] for c in model["clusters"]] == [
        "frequent",
        "discount-driven",
        "silent for long, infrequent",
    ]
    chosen = next(row for row in model["evidence"] if row["k"] == 3)
    assert chosen["min_jaccard"] > 0.95
    assert chosen["gain"] > chosen["gain_needed"]


def test_a_small_sample_segments_everybody_as_everybody_would():
    customers, kind = planted(n=3000)
    model = clusters.fit(customers, cluster_params(features=PLANTED_FEATURES, fit_rows=300, k_max=3), SEED)
    assert model["n_fitted"] == 300
    assert adjusted_rand_score(kind, clusters.score(customers, model)["cluster"]) > 0.99


def test_pure_noise_is_no_segments_in_at_least_19_of_20_seeds():
    params = cluster_params(features=NOISE_FEATURES)
    kinds = [clusters.fit(noise(400, seed), params, seed)["kind"] for seed in range(20)]
    assert sum(kind != "natural" for kind in kinds) >= 19
    assert sum(kind == "constructive" for kind in kinds) >= 15


def test_one_long_cloud_is_a_stable_cut_but_no_segments():
    # what all features share is cut across its length: stable in every resample, and still a continuum
    params = cluster_params(features=NOISE_FEATURES, n_bootstrap=20)
    models = [clusters.fit(noise(400, seed, common=2.0), params, seed) for seed in range(6)]
    assert {model["kind"] for model in models} == {"reproducible"}
    assert all("No real segments" in model["verdict"] for model in models)


def test_the_order_of_rows_and_the_number_of_threads_change_nothing():
    customers, _ = planted()
    params = cluster_params(features=PLANTED_FEATURES)
    with threadpool_limits(1):
        one = clusters.fit(customers, params, SEED)
    with threadpool_limits(2):
        two = clusters.fit(customers, params, SEED)
    assert json.dumps(one) == json.dumps(two)


def test_a_model_read_back_from_json_scores_as_fitted():
    customers, _ = planted(seed=3)
    model = clusters.fit(customers, cluster_params(features=PLANTED_FEATURES), SEED)
    again = clusters.score(customers, json.loads(json.dumps(model)))
    pd.testing.assert_frame_equal(again, clusters.score(customers, model))
    shares = again["cluster"].value_counts(normalize=True).sort_index()
    assert shares.tolist() == pytest.approx([c["share"] for c in model["clusters"]], abs=1e-6)


@pytest.mark.parametrize("customers", [people("n_orders\n3"), people("n_orders\n3\n3\n3"), people("n_orders\n1\n2")])
def test_too_few_different_customers_are_one_group(customers):
    customers["n_lines"] = 5
    model = clusters.fit(customers, cluster_params(features=("n_orders", "n_lines")), SEED)
    assert (model["k"], model["kind"]) == (1, "none")
    assert "No segments:" in model["verdict"]
    assert clusters.score(customers, model)["cluster_name"].unique().tolist() == ["all customers"]


def test_three_different_customers_get_no_more_clusters_than_two():
    customers = people("n_orders n_lines\n1 1\n2 5\n9 7")
    model = clusters.fit(customers, cluster_params(features=("n_orders", "n_lines")), SEED)
    assert [row["k"] for row in model["evidence"]] == [2]
    assert model["kind"] != "natural"


def test_jaccard_of_each_cluster_with_its_best_match():
    reference = np.array([0, 0, 0, 0, 1, 1, 1, 1])
    other = np.array([1, 1, 1, 0, 0, 0, 0, 0])
    # {0,1,2,3} against {0,1,2}: 3 of 4; {4,5,6,7} against {3,...,7}: 4 of 5
    assert evidence.jaccards(reference, other, 2).tolist() == [0.75, 0.8]
    assert evidence.jaccards(reference, reference, 3).tolist() == [1, 1, 0]


def row(k, gain, stable=True, substantial=True, beats=True):
    numbers = {"silhouette": 0.3, "null_silhouette": 0.2, "min_jaccard": 0.8, "min_share": 0.1}
    flags = {"is_stable": stable, "is_substantial": substantial, "beats_null": beats}
    return evidence.Candidate(np.zeros((k, 1)), np.zeros(k), {"k": k, "gain": gain} | numbers | flags)


@pytest.mark.parametrize(
    ("found", "k", "kind"),
    [
        ([row(2, 0.1), row(3, 0.2), row(4, 0.3, stable=False)], 3, "natural"),
        ([row(2, 0.2), row(3, 0.2)], 2, "natural"),
        ([row(2, 0.01, beats=False), row(3, 0.3, substantial=False)], 2, "reproducible"),
        ([row(2, 0.1, stable=False), row(3, 0.3, substantial=False)], 2, "constructive"),
        ([row(2, 0.1, substantial=False), row(3, 0.3, substantial=False)], 3, "constructive"),
    ],
)
def test_the_best_verdict_wins_and_then_the_largest_gain(found, k, kind):
    chosen, said, _ = evidence.choose(found)
    assert (chosen.row["k"], said) == (k, kind)


def test_customers_drawn_without_segments_keep_each_feature_and_how_they_go_together():
    rng = np.random.default_rng(5)
    common = rng.standard_normal(2000)
    x = np.column_stack([np.exp(common + 0.5 * rng.standard_normal(2000)), common, rng.integers(0, 2, 2000)])
    drawn = null.draw(x, 2000, rng)
    for column in range(3):
        assert set(drawn[:, column]) <= set(x[:, column])
        assert drawn[:, column].mean() == pytest.approx(x[:, column].mean(), abs=0.15)
    frames = [pd.DataFrame(values).corr(method="spearman").to_numpy() for values in (x, drawn)]
    assert frames[0] == pytest.approx(frames[1], abs=0.07)


def test_the_nearest_centre_is_the_first_of_equally_near_ones():
    x = np.array([[0.0], [1.0], [2.0], [3.0]])
    assert kmeans.nearest(x, np.array([[0.0], [2.0]])).tolist() == [0, 0, 1, 1]


def test_names_say_what_differs_most_and_are_never_shared():
    features = ["n_orders", "n_categories", "discount_share", "novelty_score"]
    centres = np.array(
        [
            [2.0, 1.5, 0.0, 0.0],
            [2.0, 1.5, -0.9, 0.0],
            [0.0, 0.1, 0.0, -1.0],
            [0.1, 0.0, 0.0, 0.1],
            [0.0, 0.1, 0.1, 0.0],
        ]
    )
    assert names.names(centres, features, np.eye(4)) == [
        "frequent, broad basket",
        "frequent, broad basket, full price",
        "low novelty score",
        "average (1)",
        "average (2)",
    ]


def test_a_name_does_not_say_one_thing_twice():
    centres = np.array([[2.0, -1.8, 0.5], [-2.0, 1.8, -0.5]])
    correlation = np.array([[1, -0.9, 0.1], [-0.9, 1, 0.1], [0.1, 0.1, 1]])
    assert names.names(centres, ["n_orders", "mean_gap_days", "n_categories"], correlation) == [
        "frequent, broad basket",
        "infrequent, narrow basket",
    ]


def test_customers_who_differ_in_one_feature_only_are_no_segments():
    # two humps in one feature are that feature's own shape; a segment is alike in several ways at once
    customers = complete(pd.DataFrame({"discount_share": [0.1, 0.9] * 100, "n_lines": [5] * 200}))
    customers["discount_share"] += np.linspace(0, 0.05, 200)
    model = clusters.fit(customers, cluster_params(features=("discount_share", "n_lines")), SEED)
    assert [d["feature"] for d in model["dropped"]] == ["n_lines"]
    assert model["kind"] == "reproducible"
