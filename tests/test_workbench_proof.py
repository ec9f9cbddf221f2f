"""Tests of forecasts and what-if in the workbench, on a built project."""

import math

import pytest

from crmwb.display.picture import Picture
from crmwb.findings.say import say
from crmwb.workbench import Workbench


@pytest.fixture(scope="module")
def wb(built_project):
    return Workbench(built_project)


def test_the_same_terms_give_the_same_values(wb):
    same = wb.value.what_if()
    assert (same["new_clv_cents"] - same["clv_cents"]).abs().max() <= 1


def test_value_falls_with_the_rate_and_grows_with_horizon_and_margin(wb):
    now = wb.value.buyers["clv_cents"].sum()
    assert wb.value.what_if(annual_rate=0.5)["new_clv_cents"].sum() < now
    assert wb.value.what_if(horizon_days=730)["new_clv_cents"].sum() > now
    assert wb.value.what_if(horizon_days=math.inf)["new_clv_cents"].sum() > now
    assert wb.value.what_if(margin_share=0.5)["new_clv_cents"].sum() == pytest.approx(2 * now, rel=1e-3)
    assert wb.value.what_if(retention_cents_a_year=100)["new_clv_cents"].sum() < now


def test_the_proof_shows_what_the_backtest_found(wb):
    proof = wb.value.proof
    assert set(proof.means["forecaster"]) == set(wb.value.backtest["forecaster"])
    assert proof.valued_by in set(proof.means["forecaster"])
    assert len(proof.worst) == proof.tested["n_origins"] == len(proof.newcomers)
    assert (proof.parameters["estimate"] > 0).all()
    assert len(proof.candidates) == 4
    assert [model.key for model in proof.candidates["model"]][:4] == ["bg_nbd", "mbg_nbd", "pareto_nbd", "nbd"]
    assert {explanation.code.rpartition(".")[0] for explanation in proof.candidates["explanation"]} == {"models.fit"}


@pytest.mark.parametrize("plot", ["plot_calibration", "plot_tracking", "plot_importance", "plot_coverage"])
def test_its_pictures_say_what_they_show(wb, plot):
    picture = getattr(wb.value.proof, plot)()
    assert isinstance(picture, Picture)
    assert len(say(picture.alt)) > 20
