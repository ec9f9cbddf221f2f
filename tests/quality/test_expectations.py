"""Great Expectations is loaded without what only its unused expectations need, and nothing else notices."""

import subprocess
import sys

from crmwb.quality.expectations import loaded_at_first_use


def test_validation_loads_neither_altair_nor_scipy_stats_and_others_still_can():
    script = """
import sys
import crmwb.quality.validation
import crmwb.quality.summary
print(sorted({"altair", "scipy.stats"} & set(sys.modules)))
import altair
from scipy import stats
print(altair.Chart.__name__, stats.norm.cdf(0))
from great_expectations.expectations.core import expect_column_kl_divergence_to_be_less_than as unused
print(unused.stats.entropy([1, 0]), unused.alt.Chart is altair.Chart)
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == ["[]", "Chart 0.5", "0.0 True"]


def test_what_is_asked_for_within_is_the_module_itself(monkeypatch):
    monkeypatch.delitem(sys.modules, "colorsys", raising=False)
    with loaded_at_first_use("colorsys"):
        import colorsys

        assert colorsys.rgb_to_hsv(0, 0, 0) == (0, 0, 0)
        assert sys.modules["colorsys"].__file__
    assert sys.modules["colorsys"].__file__


def test_a_module_that_is_loaded_already_stays_and_one_not_asked_for_leaves_nothing_behind(monkeypatch):
    monkeypatch.delitem(sys.modules, "colorsys", raising=False)
    there = sys.modules["subprocess"]
    with loaded_at_first_use("subprocess", "colorsys"):
        assert sys.modules["subprocess"] is there
        assert "colorsys" in sys.modules
    assert sys.modules["subprocess"] is there
    assert "colorsys" not in sys.modules
