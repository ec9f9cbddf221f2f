"""Every way to cluster: finds what is planted, needs nothing but its JSON, and judges each customer alone."""

import json
import sys

import numpy as np
import pytest
from sklearn.metrics import adjusted_rand_score, silhouette_score

from crmwb.errors import CrmwbError
from crmwb.segmentation.clusters.methods import METHODS
from crmwb.segmentation.clusters.nearest import nearest
from crmwb.segmentation.clusters.silhouette import silhouettes

EXTRA = {"som": "minisom", "latent": "stepmix"}


def blobs(n=400, seed=3):
    """Three round groups in three features, and which each row is of."""
    rng = np.random.default_rng(seed)
    kind = rng.integers(0, 3, n)
    return np.array([[0, 0, 0], [5, 5, 0], [0, 5, 5]])[kind] + 0.5 * rng.standard_normal((n, 3)), kind


@pytest.fixture(params=sorted(METHODS))
def name(request):
    if request.param in EXTRA:
        pytest.importorskip(EXTRA[request.param])
    return request.param


def test_planted_groups_come_back_from_the_models_json_whole_and_row_by_row(name):
    x, kind = blobs()
    method = METHODS[name]
    models = json.loads(json.dumps(method.fit(x, [2, 3], 3, np.random.default_rng(1))))
    labels = method.predict(x, models["3"])
    assert adjusted_rand_score(kind, labels) > 0.98
    one_by_one = np.concatenate([method.predict(x[i : i + 1], models["3"]) for i in range(50)])
    assert one_by_one.tolist() == labels[:50].tolist()


def test_the_same_seed_gives_the_same_model(name):
    x, _ = blobs()
    once, again = (METHODS[name].fit(x, [3], 2, np.random.default_rng(4)) for _ in range(2))
    assert json.dumps(once) == json.dumps(again)


@pytest.mark.parametrize("name", ["mixture", "latent"])
def test_probabilities_are_sure_in_the_middle_of_a_group_and_not_between_two(name):
    if name in EXTRA:
        pytest.importorskip(EXTRA[name])
    x, _ = blobs()
    method = METHODS[name]
    model = method.fit(x, [3], 3, np.random.default_rng(1))[3]
    assert method.probability(np.array([[0.0, 0, 0]]), model)[0] > 0.999
    line = np.linspace([0.0, 0, 0], [5.0, 5, 0], 2001)
    assert method.probability(line, model).min() == pytest.approx(0.5, abs=0.02)


def test_a_mixture_finds_a_narrow_group_within_a_wide_one():
    rng = np.random.default_rng(2)
    x = np.vstack([rng.standard_normal((400, 2)) * 3, rng.standard_normal((200, 2)) * 0.5 + 1])
    labels = METHODS["mixture"].predict(x, METHODS["mixture"].fit(x, [2], 3, rng)[2])
    narrow = labels == np.bincount(labels[400:]).argmax()
    assert narrow[400:].mean() > 0.9
    assert narrow[:400].mean() < 0.15


def test_latent_classes_take_what_is_unknown_and_kinds_of_columns_together():
    pytest.importorskip("stepmix")
    rng = np.random.default_rng(5)
    kind = rng.integers(0, 2, 600)
    x = np.column_stack([kind * 3 + rng.standard_normal(600), rng.random(600) < np.array([0.1, 0.9])[kind]]).astype(
        float
    )
    x = np.column_stack([x, kind * 3 + rng.standard_normal(600)])
    x[rng.random(x.shape) < 0.2] = np.nan
    method = METHODS["latent"]
    model = method.fit(x, [2], 5, rng)[2]
    labels = method.predict(x, model)
    known = np.isfinite(x).all(axis=1)
    assert adjusted_rand_score(kind[known], labels[known]) > 0.9
    assert model["binary"]["columns"] == [1]
    nothing = method.probability(np.full((1, 3), np.nan), model)[0]
    assert nothing == pytest.approx(max(model["weights"]))
    # no more is known than the first feature: Bayes' rule with its two normal densities
    weights, part = np.array(model["weights"]), model["normal"]
    means, variances = (np.array(part[key])[:, 0] for key in ("means", "variances"))
    chances = weights * np.exp(-((1.0 - means) ** 2) / 2 / variances) / np.sqrt(variances)
    given = method.probability(np.array([[1.0, np.nan, np.nan]]), model)[0]
    assert given == pytest.approx(chances.max() / chances.sum())


def test_density_finds_rings_that_no_centre_can_and_says_how_many_are_in_none():
    rng = np.random.default_rng(1)
    turn = rng.random(600) * 2 * np.pi
    ring = np.repeat([1.0, 4.0], [200, 400])
    x = np.column_stack([ring * np.cos(turn), ring * np.sin(turn)]) + 0.1 * rng.standard_normal((600, 2))
    method = METHODS["density"]
    model = method.fit(x, [2], 1, rng)[2]
    assert adjusted_rand_score(ring, method.predict(x, model)) > 0.98
    assert 0 <= model["noise_share"] < 0.1
    assert method.fit(rng.standard_normal((300, 3)), [6], 1, rng) == {}


@pytest.mark.parametrize(("name", "module"), EXTRA.items())
def test_a_method_that_is_not_installed_says_what_to_do(name, module, monkeypatch):
    monkeypatch.setitem(sys.modules, module, None)
    if name == "latent":
        monkeypatch.setitem(sys.modules, "stepmix.stepmix", None)
    with pytest.raises(CrmwbError, match=rf"methods: {name} needs .*extra `segments`, or leave {name} out"):
        METHODS[name].fit(blobs()[0], [2], 1, np.random.default_rng(1))


def test_the_nearest_centre_is_the_first_of_equally_near_ones():
    x = np.array([[0.0], [1.0], [2.0], [3.0]])
    assert nearest(x, np.array([[0.0], [2.0]])).tolist() == [0, 0, 1, 1]


def test_silhouettes_of_many_clusterings_at_once_are_those_of_each():
    x, kind = blobs(n=1300)
    others = np.random.default_rng(1).integers(0, 4, len(x))
    alone = np.r_[1, np.zeros(len(x) - 1)].astype(int)
    expected = [silhouette_score(x, labels) for labels in (kind, others, alone)]
    assert silhouettes(x, [kind, others, alone]) == pytest.approx(expected, abs=1e-9)
    assert silhouettes(x, [np.zeros(len(x), dtype=int)]) == [0.0]
