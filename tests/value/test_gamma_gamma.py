"""Gamma-Gamma beyond the published values."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.optimize import approx_fprime

from crmwb.errors import CrmwbError
from crmwb.value.models import GammaGamma, Status, Verdict
from crmwb.value.models.gamma_gamma import _Likelihood

POSITIVE = st.floats(0.2, 20)


def model_of(**parameters):
    return GammaGamma().restore(parameters, np.eye(3), 0.0, 1, Verdict(Status.OK))


def simulate(rng, n, p, q, v):
    frequency = 1 + rng.poisson(2, n)
    rates = rng.gamma(q, 1 / v, n)
    return frequency, rng.gamma(p * frequency, 1 / rates) / frequency


@given(POSITIVE, POSITIVE, POSITIVE)
@settings(max_examples=25)
def test_slopes_are_those_of_the_likelihood(sample, p, q, v):
    repeat = sample.frequency > 0
    likelihood = _Likelihood(sample.frequency[repeat].astype(float), sample.mean_spend[repeat] / 35)
    theta = np.log([p, q, v])
    slope = likelihood.mean_and_gradient(theta)[1]
    assert slope == pytest.approx(
        approx_fprime(theta, lambda t: likelihood.mean_and_gradient(t)[0], 1e-6), rel=1e-3, abs=1e-4
    )


def test_the_density_adds_up_to_one():
    model = model_of(p=6.25, q=3.74, v=15.4)
    density = lambda z: np.exp(model.log_likelihood(np.array([2.0]), np.array([z]))[0])  # noqa: E731
    assert quad(density, 0, 50)[0] + quad(density, 50, np.inf)[0] == pytest.approx(1, abs=1e-7)


def test_the_unit_of_money_changes_nothing(sample):
    dollars = GammaGamma().fit(sample.frequency, sample.mean_spend)
    cents = GammaGamma().fit(sample.frequency, sample.mean_spend * 100)
    assert cents.parameters_ == pytest.approx(dollars.parameters_ | {"v": dollars.v_ * 100}, rel=1e-7)
    assert cents.log_likelihood_ == pytest.approx(dollars.log_likelihood_ - 946 * np.log(100))


def test_parameters_come_back():
    truth = {"p": 6.0, "q": 4.0, "v": 1500.0}
    for seed in range(5):
        model = GammaGamma().fit(*simulate(np.random.default_rng(seed), 3000, **truth))
        assert model.verdict_.is_ok
        for i, (name, value) in enumerate(truth.items()):
            assert abs(np.log(model.parameters_[name] / value)) < 3.5 * np.sqrt(model.covariance_[i, i])


def test_a_customers_mean_is_drawn_to_the_populations_the_less_the_more_they_bought():
    model = model_of(p=6.0, q=4.0, v=1500.0)  # population mean 6 × 1500 / 3 = 3000
    assert model.population_mean_ == 3000
    spend = model.expected_spend(np.array([0, 1, 10, 1000]), np.array([np.nan, 6000, 6000, 6000]))
    # weight of the own mean: p x / (p x + q - 1)
    assert spend == pytest.approx([3000, 3000 / 9 * 3 + 6000 / 9 * 6, (3 * 3000 + 60 * 6000) / 63, 5998.5], rel=1e-6)


def test_zero_and_negative_means_are_left_out_counted_and_valued_as_zero(sample):
    frequency = np.concatenate([sample.frequency, [4, 4]])
    spend = np.concatenate([sample.mean_spend, [0.0, -20.0]])
    model, without = GammaGamma().fit(frequency, spend), GammaGamma().fit(sample.frequency, sample.mean_spend)
    assert model.n_left_out_ == 2
    assert model.parameters_ == without.parameters_
    last = model.expected_spend(frequency, spend)[-2:]
    assert last[0] == last[1] == pytest.approx(model.p_ * model.v_ / (4 * model.p_ + model.q_ - 1))


@pytest.mark.parametrize(
    "spend",
    [
        np.full(100, 20.0),
        np.r_[np.full(99, 1.0), 1e12],
        np.exp(np.random.default_rng(0).normal(0, 6, 100)),
        np.linspace(1e-6, 1e-5, 100),
        np.full(100, 1e15),
        1 / np.random.default_rng(0).random(100) ** 2,
    ],
    ids=["all the same", "one huge", "very wide", "tiny", "all huge", "no mean"],
)
def test_extremes_have_a_verdict(spend):
    frequency = np.tile([1, 2, 5, 1000], 25)
    model = GammaGamma().fit(frequency, spend)
    assert np.isfinite(model.log_likelihood_)
    assert model.verdict_.explanation
    if model.verdict_.is_ok:
        assert np.isfinite(model.expected_spend(frequency, spend)).all()
        assert np.isfinite(model.population_mean_)


def test_spends_without_a_mean_are_degenerate():
    rng = np.random.default_rng(2)
    model = GammaGamma().fit(*simulate(rng, 2000, p=3.0, q=0.7, v=10.0))
    assert model.verdict_.status is Status.DEGENERATE
    assert model.verdict_.explanation.code == "models.fit.no_mean_spend"
    assert model.population_mean_ == np.inf


def test_identical_spends_are_degenerate():
    model = GammaGamma().fit(np.full(100, 3), np.full(100, 20.0))
    assert model.verdict_.status is Status.DEGENERATE


def test_too_little_data_is_said():
    model = GammaGamma().fit(np.array([0, 1, 2]), np.array([np.nan, 10.0, 12.0]))
    assert model.verdict_.status is Status.TOO_LITTLE_DATA
    assert model.verdict_.explanation.values["has"].value == 2
    with pytest.raises(CrmwbError, match="too_little_data"):
        model.expected_spend(np.array([1]), np.array([1.0]))
