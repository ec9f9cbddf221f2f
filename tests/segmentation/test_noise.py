"""No segments where there are none: noise of several shapes, and a continuum that can be cut in two."""

import numpy as np
import pytest
from segment_frames import cluster_params
from threadpoolctl import threadpool_limits

from crmwb.segmentation.clusters import choice, evidence

PARAMS = cluster_params(k_max=3, n_bootstrap=10, methods=("kmeans", "mixture"))


def normal(rng):
    return rng.standard_normal((250, 4))


def uniform(rng):
    return rng.random((250, 4))


def skewed(rng):
    return np.log1p(np.exp(1.5 * rng.standard_normal((250, 4))))  # lognormal money as it is prepared


def cloud(rng):
    return normal(rng) + 2 * rng.standard_normal((250, 1))  # tied by what all features share: one long cloud


def kinds(draw) -> list[str]:
    found = []
    for seed in range(20):
        x = draw(np.random.default_rng([seed, 9]))
        x = (x - x.mean(axis=0)) / x.std(axis=0)
        with threadpool_limits(1):
            candidates = evidence.gather(x, x, [[c] for c in range(4)], k_max=PARAMS.k_max, params=PARAMS, seed=seed)
        _, kind, verdict = choice.choose(candidates)
        assert verdict.startswith("No real segments") == (kind != "natural")
        found.append(kind)
    return found


@pytest.mark.parametrize("draw", [normal, uniform, skewed, cloud])
def test_noise_is_no_segments_in_at_least_19_of_20_seeds(draw):
    assert sum(kind != "natural" for kind in kinds(draw)) >= 19
