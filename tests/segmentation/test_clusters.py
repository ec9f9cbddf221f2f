"""Clusters: planted segments are found, and the same customers always get the same answer."""

import json

import numpy as np
import pandas as pd
import pytest
from segment_frames import PLANTED_FEATURES, SEED, choices, complete, people, planted
from sklearn.metrics import adjusted_rand_score
from threadpoolctl import threadpool_limits

from crmwb.findings import from_json
from crmwb.findings.say import say
from crmwb.segmentation import clusters
from crmwb.segmentation.clusters import choice, evidence, null, sample
from crmwb.segmentation.clusters.normal import overlap_and_bic

PLANTED = choices(features=PLANTED_FEATURES)


@pytest.fixture(scope="module")
def fitted():
    customers, kind = planted()
    model = clusters.fit(customers, PLANTED, SEED)
    return customers, kind, model, clusters.score(customers, model)


def test_planted_segments_are_found_and_numbered_by_revenue(fitted):
    customers, kind, model, out = fitted
    assert adjusted_rand_score(kind, out["cluster"].astype(int)) > 0.99
    assert (model["kind"], model["k"]) == ("natural", 3)
    verdict = from_json(model["verdict"])
    assert verdict.code == "clusters.natural"
    assert say(verdict).startswith("There are 3 groups that are natural and clearly separated: ")
    by_worth = customers["revenue_cents"].groupby(out["cluster"]).mean()
    assert by_worth.tolist() == sorted(by_worth, reverse=True)


def test_the_chosen_row_holds_the_evidence_and_clusters_hold_their_own(fitted):
    _, _, model, out = fitted
    (row,) = [row for row in model["evidence"] if row["is_chosen"]]
    assert (row["method"], row["k"]) == (model["method"], 3)
    assert row["min_jaccard"] > 0.95
    assert row["separation"] > row["separation_needed"] > row["null_separation"]
    gain = row["null_overlap"] - row["overlap"] + row["silhouette"] - row["null_silhouette"]
    assert row["gain"] == pytest.approx(gain, abs=2e-6)
    assert min(c["jaccard"] for c in model["clusters"]) == row["min_jaccard"]
    assert min(c["slsw"] for c in model["clusters"]) == row["min_slsw"]
    shares = out["cluster"].value_counts(normalize=True).sort_index()
    assert shares.tolist() == pytest.approx([c["share"] for c in model["clusters"]], abs=1e-6)
    assert {(r["method"], r["k"]) for r in model["evidence"]} == {
        (m, k) for m in ("kmeans", "mixture", "ward") for k in (2, 3, 4)
    }


def test_centres_are_the_customers_own_means_in_standard_deviations(fitted):
    customers, _, model, out = fitted
    best = customers[(out["cluster"] == 1).to_numpy()]
    orders = customers["n_orders"]
    own = (best["n_orders"].mean() - orders.mean()) / orders.std(ddof=0)
    assert model["clusters"][0]["centre"]["n_orders"] == pytest.approx(own, rel=1e-6)


def test_a_small_sample_segments_everybody_as_everybody_would():
    customers, kind = planted(n=3000)
    params = choices(features=PLANTED_FEATURES, fit_rows=300, k_max=3)
    model = clusters.fit(customers, params, SEED)
    assert model["n_fitted"] == 300
    assert sum(stratum["n_sampled"] for stratum in model["sample"]) == 300
    assert adjusted_rand_score(kind, clusters.score(customers, model)["cluster"].astype(int)) > 0.99


def test_a_sample_holds_every_stratum_in_its_share():
    revenue = np.arange(1000)
    customers = pd.DataFrame({"revenue_cents": revenue, "n_purchase_days": 1 + (revenue % 4 == 0)})
    rows, strata = sample.draw(customers, 100, np.random.default_rng(1))
    assert len(np.unique(rows)) == 100
    assert sum(s["n_customers"] for s in strata) == 1000
    assert all(abs(s["n_sampled"] - s["n_customers"] / 10) <= 1 for s in strata)
    top = [s for s in strata if s["revenue_band"] == "top_1"]
    assert sum(s["n_customers"] for s in top) == 10
    everybody, _ = sample.draw(customers, 5000, np.random.default_rng(1))
    assert everybody.tolist() == list(range(1000))


def test_the_number_of_threads_changes_nothing():
    customers, _ = planted(n=300)
    params = choices(features=PLANTED_FEATURES, k_max=3)
    with threadpool_limits(1):
        one = clusters.fit(customers, params, SEED)
    with threadpool_limits(2):
        two = clusters.fit(customers, params, SEED)
    assert json.dumps(one) == json.dumps(two)


def test_one_more_method_changes_nothing_about_the_others():
    customers, _ = planted(n=300)
    alone = clusters.fit(customers, choices(features=PLANTED_FEATURES, k_max=3, methods=("kmeans",)), SEED)
    both = clusters.fit(customers, choices(features=PLANTED_FEATURES, k_max=3, methods=("kmeans", "ward")), SEED)
    kept = ("k", "overlap", "null_overlap", "silhouette", "min_jaccard", "gain")
    assert [[r[c] for c in kept] for r in alone["evidence"]] == [
        [r[c] for c in kept] for r in both["evidence"] if r["method"] == "kmeans"
    ]


def test_a_model_read_back_from_json_scores_as_fitted_and_by_batches(fitted, monkeypatch):
    customers, _, model, out = fitted
    monkeypatch.setattr(clusters.model, "SCORED_ROWS", 101)
    pd.testing.assert_frame_equal(clusters.score(customers, json.loads(json.dumps(model))), out)


@pytest.mark.parametrize("customers", [people("n_orders\n3"), people("n_orders\n3\n3\n3"), people("n_orders\n1\n2")])
def test_too_few_different_customers_are_one_group(customers):
    customers["n_lines"] = 5
    model = clusters.fit(customers, choices(features=("n_orders", "n_lines")), SEED)
    assert (model["k"], model["kind"]) == (1, "none")
    assert from_json(model["verdict"]).code == "clusters.one_group"
    out = clusters.score(customers, json.loads(json.dumps(model)))
    assert out["cluster_name"].unique().tolist() == ["all_customers"]
    assert not out["is_outlier"].any()


def test_three_different_customers_get_no_more_clusters_than_two():
    customers = people("n_orders n_lines\n1 1\n2 5\n9 7")
    model = clusters.fit(customers, choices(features=("n_orders", "n_lines")), SEED)
    assert {row["k"] for row in model["evidence"]} == {2}
    assert model["kind"] != "natural"


def row(k, gain, *, stable=True, substantial=True, separated=True, overlap=0.1):
    numbers = {
        "overlap": overlap,
        "separation": 0.5,
        "min_jaccard": 0.8,
        "min_share": 0.1,
    }
    flags = {"is_stable": stable, "is_substantial": substantial, "is_separated": separated}
    nothing = np.zeros(k)
    return evidence.Candidate(
        "kmeans", {}, np.arange(k), nothing, nothing, nothing, {"k": k, "gain": gain} | numbers | flags
    )


@pytest.mark.parametrize(
    ("candidates", "k", "kind"),
    [
        ([row(2, 0.1), row(3, 0.2), row(4, 0.3, stable=False)], 3, "natural"),
        ([row(2, 0.9), row(3, 0.2)], 3, "natural"),
        ([row(2, 0.01, separated=False), row(3, 0.3, substantial=False)], 2, "reproducible"),
        ([row(2, 0.1, stable=False), row(3, 0.3, substantial=False)], 2, "constructive"),
        ([row(2, 0.1, substantial=False), row(3, 0.3, substantial=False)], 3, "constructive"),
    ],
)
def test_the_best_verdict_wins_then_of_natural_clusters_the_most_and_of_others_the_largest_gain(candidates, k, kind):
    chosen, kind_of, _ = choice.choose(candidates)
    assert (chosen.row["k"], kind_of) == (k, kind)


def test_of_as_many_natural_clusters_those_that_overlap_least_are_chosen():
    some = [row(3, 0.9, overlap=0.2), row(3, 0.1, overlap=0.05), row(2, 0.5, overlap=0.01)]
    assert choice.choose(some)[0] is some[1]


def test_what_passes_the_acceptance_tests_goes_first_within_the_best_verdict():
    some = [row(2, 0.1), row(3, 0.2), row(4, 0.3), row(5, 0.9, separated=False)]
    assert choice.choose(some, lambda labels: len(labels) in {2, 3, 5})[0].row["k"] == 3
    assert choice.choose(some, lambda labels: False)[0].row["k"] == 4


def test_customers_drawn_without_segments_keep_each_feature_and_how_they_go_together():
    rng = np.random.default_rng(5)
    common = rng.standard_normal(2000)
    x = np.column_stack([np.exp(common + 0.5 * rng.standard_normal(2000)), common, rng.integers(0, 2, 2000)])
    drawn = null.draw(x, [[0], [1], [2]], 2000, rng)
    for column in range(3):
        assert set(drawn[:, column]) <= set(x[:, column])
        assert drawn[:, column].mean() == pytest.approx(x[:, column].mean(), abs=0.15)
    frames = [pd.DataFrame(values).corr(method="spearman").to_numpy() for values in (x, drawn)]
    assert frames[0] == pytest.approx(frames[1], abs=0.07)


def test_a_customer_drawn_without_segments_has_one_level_of_a_one_hot_feature():
    rng = np.random.default_rng(5)
    x = np.column_stack([rng.standard_normal(500), np.eye(3)[rng.integers(0, 3, 500)]])
    drawn = null.draw(x, [[0], [1, 2, 3]], 300, rng)
    assert set(drawn[:, 1:].sum(axis=1)) == {1}


def test_overlap_is_nothing_far_apart_and_ln_2_where_two_clusters_are_the_same():
    x = np.array([[0.0], [0.1], [9.0], [9.1]] * 10)
    assert overlap_and_bic(x, np.array([0, 0, 1, 1] * 10), 2)[0] == pytest.approx(0, abs=1e-9)
    assert overlap_and_bic(x, np.array([0, 1, 0, 1] * 10), 2)[0] == pytest.approx(np.log(2), abs=1e-3)


def test_customers_who_differ_in_one_feature_only_are_no_segments():
    # two humps in one feature are that feature's own shape; a segment is alike in several ways at once
    customers = complete(pd.DataFrame({"discount_share": [0.1, 0.9] * 100, "n_lines": [5] * 200}))
    customers["discount_share"] += np.linspace(0, 0.05, 200)
    model = clusters.fit(customers, choices(features=("discount_share", "n_lines")), SEED)
    assert [d["column"] for d in model["dropped"]] == ["n_lines"]
    assert model["kind"] != "natural"


def test_a_customer_beyond_every_cluster_is_an_outlier_and_still_has_a_cluster():
    customers, _ = planted()
    model = clusters.fit(customers, PLANTED, SEED)
    far = customers.head(2).assign(n_orders=[500, customers["n_orders"].iloc[1]])
    out = clusters.score(far, model)
    assert out["is_outlier"].tolist() == [True, False]
    assert out["cluster"].between(1, 3).all()
    assert model["outlier_share"] < 0.01


@pytest.mark.parametrize("spend", [10**9 * 100, 10**13])
def test_one_extreme_value_changes_no_cluster(fitted, spend):
    customers, _, _, out = fitted
    extreme = customers.assign(n_orders=customers["n_orders"].astype(float))
    extreme.loc[5, ["n_orders", "revenue_cents"]] = [1e9, spend]
    again = clusters.fit(extreme, PLANTED, SEED)
    assert (again["kind"], again["k"]) == ("natural", 3)
    others = extreme.index != 5
    scored = clusters.score(extreme, again)["cluster"][others].astype(int)
    assert adjusted_rand_score(scored, out["cluster"][others].astype(int)) > 0.99


def test_changes_in_last_bits_change_nothing():
    customers, _ = planted(n=400)
    params = choices(features=PLANTED_FEATURES, k_max=3)
    rng = np.random.default_rng(2)
    moved = customers.copy()
    for feature in PLANTED_FEATURES:
        moved[feature] *= 1 + 1e-12 * rng.standard_normal(len(moved))
    first, second = (clusters.fit(frame, params, SEED) for frame in (customers, moved))
    assert first["evidence"] == second["evidence"]
    assert first["verdict"] == second["verdict"]
    scored = [clusters.score(frame, model)["cluster"] for frame, model in ((customers, first), (moved, second))]
    assert scored[0].equals(scored[1])


def test_two_groupings_side_by_side():
    one = pd.Series(["a", "a", "b", "b", None], name="before")
    other = pd.Series([1, 1, 2, 1, 2], name="now")
    crossing = clusters.compare(one, other)
    assert crossing.table.loc["a", 1] == 2
    assert crossing.table.loc["b"].tolist() == [1, 1]
    assert crossing.table.to_numpy().sum() == 4
    assert clusters.compare(one, one).ari == 1
    assert crossing.ari == pytest.approx(adjusted_rand_score([0, 0, 1, 1], [1, 1, 2, 1]))


def test_methods_tried_side_by_side_give_the_same_evidence(monkeypatch):
    customers, _ = planted(n=300)
    monkeypatch.setattr(evidence, "LEAST_ROWS", 1)
    chosen = choices(features=PLANTED_FEATURES, k_max=3, methods=("kmeans", "ward", "mixture"))
    one, two = (clusters.fit(customers, chosen, SEED, n_at_once=n) for n in (1, 2))
    assert json.dumps(one) == json.dumps(two)
