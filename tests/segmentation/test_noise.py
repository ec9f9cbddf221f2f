"""The verdict on customers of known structure: a few seeds of what benchmarks/segment_evidence.py tries with many."""

import sys

import numpy as np
import pytest
from project import PROJECT

sys.path.append(str(PROJECT / "benchmarks"))
import segment_kinds
from segment_evidence import LEAST_ARI, judge

from crmwb import params
from crmwb.segmentation.clusters import choice, evidence
from crmwb.segmentation.clusters.separation import least_separation

WITHOUT = ("banana", "spike_of_zeros", "zeros_together", "one_far_group")
WITH = ("unequal_sizes", "ten_features")


@pytest.mark.parametrize("name", WITHOUT)
def test_a_continuum_of_any_shape_and_a_spike_are_no_segments(name):
    assert not judge(segment_kinds.STRUCTURELESS[name], 1, k_max=4)[0]


@pytest.mark.parametrize("name", WITH)
def test_planted_segments_are_natural_and_found(name):
    is_natural, ari = judge(segment_kinds.PLANTED[name], 1, k_max=4)
    assert is_natural
    assert ari >= LEAST_ARI


def test_separation_is_one_for_two_far_groups_and_nothing_for_two_halves_of_one():
    rng = np.random.default_rng(3)
    far = np.concatenate([rng.standard_normal((200, 2)), 20 + rng.standard_normal((50, 2))])
    assert least_separation(far, np.repeat([0, 1], [200, 50])) == 1
    one = rng.standard_normal((250, 2))
    assert least_separation(one, (one[:, 0] > 0).astype(np.int64)) < 0.1


def test_separation_asks_for_a_fall_of_density_at_each_clusters_own_density():
    rng = np.random.default_rng(4)
    dense, sparse = 0.05 * rng.standard_normal((400, 2)), 3 * rng.standard_normal((100, 2)) + 15
    assert least_separation(np.concatenate([dense, sparse]), np.repeat([0, 1], [400, 100])) > 0.9
    tailed = np.exp(1.5 * rng.standard_normal((500, 2)))  # a dense core and a sparse tail are one
    assert least_separation(tailed, (tailed.sum(axis=1) > np.median(tailed.sum(axis=1))).astype(np.int64)) < 0.1


def test_many_features_that_say_nothing_do_not_hide_a_separation_nor_make_one():
    rng = np.random.default_rng(5)
    labels = np.repeat([0, 1], [300, 100])
    noise = rng.standard_normal((400, 12))
    assert least_separation(noise, labels) < 0.1
    noise[:, 0] += 8 * labels
    assert least_separation(noise, labels) > 0.5


def test_equal_customers_are_joined_at_once():
    x = np.repeat([[0.0, 0.0], [1.0, 0.0], [0.0, 1.0]], 40, axis=0)
    assert least_separation(x, np.repeat([0, 1, 2], 40)) == 1


def test_groups_that_one_feature_parts_are_apart_and_no_continuum():
    rng = np.random.default_rng(6)
    two_prices = np.column_stack([rng.choice([0.0, 9.0], 400, p=[0.6, 0.4]), rng.standard_normal(400)])
    two_prices[:, 0] += 0.3 * rng.standard_normal(400)
    x = (two_prices - two_prices.mean(axis=0)) / two_prices.std(axis=0)
    chosen = params.load(PROJECT / "params.yaml").segmentation.clusters.model_copy(update={"n_bootstrap": 4})
    candidates = evidence.gather(x, x, [[0], [1]], k_max=2, params=chosen, seed=1)
    _, kind, verdict = choice.choose(candidates)
    assert kind == "reproducible"
    assert verdict.code == "clusters.reproducible_apart"


def test_a_small_group_that_differs_in_several_ways_is_natural_and_one_that_does_in_one_is_not():
    rng = np.random.default_rng(7)
    own = np.repeat([0, 1], [930, 70])
    chosen = params.load(PROJECT / "params.yaml").segmentation.clusters.model_copy(update={"n_bootstrap": 4})
    for away, expected in (([6.0, 2.5, 1.5], "natural"), ([6.0, 0.0, 0.0], "reproducible")):
        x = rng.standard_normal((1_000, 3)) + own[:, None] * np.array(away)
        x = np.round((x - x.mean(axis=0)) / x.std(axis=0), 6)
        candidates = evidence.gather(x, x, [[0], [1], [2]], k_max=2, params=chosen, seed=1)
        assert choice.choose(candidates)[1] == expected
