"""Stability of segments: the published facts, then the ends of the scale."""

import json
from pathlib import Path

import numpy as np
import pytest

from crmwb.segmentation.clusters.stability import across_solutions, all_across_solutions, jaccards

FILE = Path(__file__).parents[2].parent / "shared" / "truth" / "segmentation.json"
TRUTH = json.loads(FILE.read_text(encoding="utf-8")) if FILE.is_file() else {}
ACROSS = {k: v for k, v in TRUTH.get("segment_stability_across_solutions", {}).items() if k.startswith("origin")}


@pytest.mark.parametrize(("origins", "stability"), sorted(ACROSS.items()))
def test_published(origins, stability):
    counts = [int(n) for n in origins.removeprefix("origin_shares_").split("_")]
    assert across_solutions(np.array(counts)) == pytest.approx(stability, abs=5e-4)


def test_one_origin_is_kept_and_equal_origins_are_a_mixture():
    assert across_solutions(np.array([0, 7, 0])) == 1
    assert across_solutions(np.array([3, 3, 3])) == pytest.approx(0, abs=1e-12)
    assert 0 < across_solutions(np.array([9, 1])) < 1


def test_jaccard_of_each_cluster_with_its_best_match():
    reference = np.array([0, 0, 0, 0, 1, 1, 1, 1])
    other = np.array([1, 1, 1, 0, 0, 0, 0, 0])
    # {0,1,2,3} against {0,1,2}: 3 of 4; {4,5,6,7} against {3,...,7}: 4 of 5
    assert jaccards(reference, other, 2).tolist() == [0.75, 0.8]
    assert jaccards(reference, reference, 3).tolist() == [1, 1, 0]


def test_a_segment_that_was_split_off_whole_is_kept_and_one_from_two_halves_is_a_mixture():
    before = np.array([0, 0, 0, 0, 1, 1, 1, 1])
    labels = np.array([0, 0, 1, 1, 1, 1, 2, 2])
    assert all_across_solutions(labels, 4, before)[:3] == pytest.approx([1, 0, 1], abs=1e-12)
    assert np.isnan(all_across_solutions(labels, 4, before)[3])
