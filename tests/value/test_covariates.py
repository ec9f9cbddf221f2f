"""Covariates that change how often customers buy and how long they stay."""

import numpy as np
import pytest
from scipy.optimize import approx_fprime
from simulated_purchases import MODELS, TRUTH, simulate

from crmwb.errors import CrmwbError
from crmwb.value.models import BetaGeoNBD, ParetoNBD, PurchaseSummary
from crmwb.value.models import covariates as module
from crmwb.value.models.covariates import PurchasesWithCovariates


def cohorts(kind, effects, n=3000, seed=2):
    """Draw two groups of customers: the second has its times shortened by exp(-γ)."""
    rng = np.random.default_rng(seed)
    faster = TRUTH[kind] | {name: TRUTH[kind][name] * np.exp(-gamma) for name, gamma in effects.items()}
    return [simulate(rng, n, kind, **TRUTH[kind]), simulate(rng, n, kind, **faster)]


@pytest.mark.parametrize("kind", MODELS)
def test_what_makes_the_second_cohort_faster_is_found(kind):
    truth = {"alpha": 0.6, "beta": -0.7} if kind is ParetoNBD else {"alpha": 0.6}
    model = PurchasesWithCovariates(kind).fit(cohorts(kind, truth), [[0.0], [1.0]], ["second"])
    assert model.verdict_.is_ok
    for name, gamma in truth.items():
        assert abs(model.effects_["second"][name] - gamma) < 3 * model.effect_errors_["second"][name]
        assert model.effect_errors_["second"][name] < 0.4
    for i, (name, value) in enumerate(TRUTH[kind].items()):
        assert abs(np.log(model.parameters_[name] / value)) < 3.5 * np.sqrt(model.covariance_[i, i])
    assert model.test_.p_value < 1e-6
    assert model.test_.degrees_of_freedom == len(truth)


def test_a_cohort_like_the_others_has_no_effect():
    model = PurchasesWithCovariates(BetaGeoNBD).fit(cohorts(BetaGeoNBD, {}), [[0.0], [1.0]], ["second"])
    assert model.test_.p_value > 0.01
    assert abs(model.effects_["second"]["alpha"]) < 3 * model.effect_errors_["second"]["alpha"]


def test_slopes_are_those_of_the_likelihood(monkeypatch):
    objectives = []
    real = module.maximise

    def kept(objective, starts, tol):
        objectives.append((objective, starts[0]))
        return real(objective, starts, tol)

    monkeypatch.setattr(module, "maximise", kept)
    groups = [
        *cohorts(ParetoNBD, {"alpha": 0.5}, n=300),
        simulate(np.random.default_rng(9), 300, ParetoNBD, **TRUTH[ParetoNBD]),
    ]
    PurchasesWithCovariates(ParetoNBD).fit(groups, [[0, 1.5], [1, -0.5], [1, 0.3]], ["a", "b"])
    objective, start = objectives[0]
    theta = start + np.array([0.1, -0.2, 0.3, 0.1, 0.4, -0.3, 0.2, 0.5])
    assert objective(theta)[1] == pytest.approx(approx_fprime(theta, lambda t: objective(t)[0], 1e-7), abs=1e-5)


def test_customers_with_covariates_are_asked_as_any_others():
    groups = cohorts(BetaGeoNBD, {"alpha": 0.6})
    model = PurchasesWithCovariates(BetaGeoNBD).fit(groups, [[0.0], [1.0]], ["second"])
    first, second = model.at(np.array([0.0])), model.at(np.array([1.0]))
    assert first.parameters_ == pytest.approx(model.parameters_)
    gamma = model.effects_["second"]["alpha"]
    assert second.parameters_ == pytest.approx(first.parameters_ | {"alpha": first.alpha_ * np.exp(-gamma)})
    whole = sum(
        float(here.log_likelihood(group) @ group.n_customers)
        for here, group in zip((first, second), groups, strict=True)
    )
    assert model.log_likelihood_ == pytest.approx(whole, rel=1e-10)
    assert second.expected_purchases_of_new(100) > first.expected_purchases_of_new(100)
    assert len(second.neighbours()) == 8


def test_the_unit_of_time_changes_nothing():
    groups = cohorts(BetaGeoNBD, {"alpha": 0.6}, n=500)
    weeks = [PurchaseSummary(g.frequency, g.recency_days / 7, g.age_days / 7, g.n_customers) for g in groups]
    here, there = (PurchasesWithCovariates().fit(g, [[0.0], [1.0]], ["second"]) for g in (groups, weeks))
    assert there.effects_["second"]["alpha"] == pytest.approx(here.effects_["second"]["alpha"], rel=1e-6)
    assert there.parameters_["alpha"] * 7 == pytest.approx(here.parameters_["alpha"], rel=1e-6)


@pytest.mark.parametrize(
    ("covariates", "names", "says"),
    [
        ([[0.0], [np.nan]], ["a"], "known numbers"),
        ([[0.0], [1.0]], ["a", "b"], "known numbers"),
        ([[1.0], [1.0]], ["a"], "cannot be told"),
        ([[1.0, 0.0], [0.0, 1.0]], ["first", "second"], "leave one out"),
    ],
)
def test_covariates_that_tell_nothing_are_refused(covariates, names, says):
    with pytest.raises(CrmwbError, match=says):
        PurchasesWithCovariates().fit(cohorts(BetaGeoNBD, {}, n=100), covariates, names)
