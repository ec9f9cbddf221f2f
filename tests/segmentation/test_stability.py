"""Stability of segments: the published facts, then the ends of the scale."""

import json
from pathlib import Path

import numpy as np
import pytest

from crmwb.segmentation.stability import across_solutions

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
