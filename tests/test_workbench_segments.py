"""The segments in a notebook: others are tried without a trace, and kept when asked."""

import shutil

import pytest
from project import PROJECT

from crmwb import Workbench, params
from crmwb.errors import CrmwbError
from crmwb.findings.say import say


@pytest.fixture
def project(built_project, tmp_path):
    """Return a copy that may be changed: params.yaml, dvc.yaml, and what the notebook reads."""
    for name in ("params.yaml", "dvc.yaml"):
        shutil.copy(PROJECT / name, tmp_path)
    for folder in ("features", "value", "segments", "lifecycle", "canonical"):
        (tmp_path / "data").mkdir(exist_ok=True)
        (tmp_path / "data" / folder).symlink_to(built_project / "data" / folder)
    return tmp_path


def test_a_trial_writes_nothing_and_keep_writes_its_choices(project):
    clusters = Workbench(project).segments.clusters
    before = (project / "params.yaml").read_text()
    tried = clusters.trial(methods=("kmeans",), k_min=3, k_max=3)
    assert tried.model["k"] == 3
    assert clusters.compare(tried).table.to_numpy().sum() == len(clusters.buyers)
    assert (project / "params.yaml").read_text() == before
    assert "already" in say(clusters.keep())
    assert "k_max is now 3" in say(tried.keep())
    chosen = params.load(project / "params.yaml").segmentation.clusters
    assert (chosen.methods, chosen.k_min, chosen.k_max) == (("kmeans",), 3, 3)


def test_a_choice_that_cannot_be_is_refused(project):
    with pytest.raises((CrmwbError, ValueError), match="k_max"):
        Workbench(project).segments.clusters.trial(k_min=4, k_max=3)


def test_the_schemes_add_up_and_the_doors_speak(built_project):
    segments = Workbench(built_project).segments
    n = len(segments.cards.frame) and int(segments.cards.frame["n_customers"].sum())
    assert segments.rfm_grid["n_customers"].sum() == segments.tiers.crosswalk().to_numpy().sum() == n
    assert segments.tiers.certainty["n_customers"].sum() == n
    for sentence in (
        segments.cards.finding,
        segments.acceptance.finding,
        segments.tiers.finding,
        segments.views.finding,
    ):
        assert say(sentence).endswith(".")


def test_flows_add_up_in_the_notebook(built_project):
    wb = Workbench(built_project)
    assert wb.lifecycle.now["n_customers"].sum() == len(wb.customers.frame)
    assert wb.migration.schemes
    findings = [wb.lifecycle.finding, wb.lifecycle.bucket_finding, wb.multiview.finding, wb.multiview.trend_finding]
    for scheme in wb.migration.schemes:
        migration = wb.migration
        findings += [migration.last_month(scheme), migration.long_run_finding(scheme), migration.stability(scheme)]
    assert all(say(finding).endswith(".") for finding in findings)
