"""The dozen figures of a run, and the curves that dvc plots draws from them without a network."""

import csv

import pytest
import yaml
from project import PROJECT

from crmwb import layout
from crmwb.actions.run_figures import figures, rounded, write

DVC = yaml.safe_load((PROJECT / "dvc.yaml").read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    ("value", "short"), [(4.36443, 4.36), (110_836.4, 111_000), (0.85763, 0.858), (2, 2), (None, None), (0, 0)]
)
def test_figures_have_three_significant_digits(value, short):
    assert rounded(value) == short
    assert not isinstance(short, int) or isinstance(rounded(value), int)


def test_a_built_project_has_a_dozen_figures_and_the_curves_that_are_named(built_project, tmp_path):
    figures_of = figures(built_project)
    assert len(figures_of) == 12
    assert figures_of["buyers"] > 0
    assert 0 < figures_of["forecast_gini"] < 1
    again = tmp_path / "project"
    again.mkdir()
    for name in ("data", "metrics"):
        (again / name).mkdir()
        for part in (built_project / name).iterdir():
            (again / name / part.name).symlink_to(part)
    write(again)
    assert figures(again) == figures_of
    for plot in DVC["plots"]:
        ((_, drawn),) = plot.items()
        for file, columns in drawn["y"].items():
            with (again / file).open(encoding="utf-8") as rows:
                assert {drawn["x"], *columns} == set(next(csv.reader(rows)))


def test_no_other_figures_are_compared_between_runs():
    stages = [stage.get("do", stage) for stage in DVC["stages"].values()]
    named = [name for stage in stages for metric in stage.get("metrics", []) for name in metric]
    assert named == [layout.HEADLINE_METRICS.as_posix()]


def test_plots_are_drawn_without_a_network():
    template = (PROJECT / ".dvc/plots.html").read_text(encoding="utf-8")
    assert "{plot_divs}" in template
    assert "{scripts}" not in template  # DVC's own come from a network
    assert "html_template = plots.html" in (PROJECT / ".dvc/config").read_text(encoding="utf-8")
    assert [line for line in template.splitlines() if "http" in line and "w3.org" not in line] == []
