"""Fits do not hang on a processor: other last digits, by sums in another order and other starts, end alike."""

from fractions import Fraction

import numpy as np
import pytest

from crmwb.value.models import (
    NBD,
    BetaGeoNBD,
    GammaGamma,
    ModifiedBetaGeoCNBDk,
    ModifiedBetaGeoNBD,
    ParetoNBD,
    PurchaseSummary,
)
from crmwb.value.models.beta_geometric_likelihood import slopes_of_staying
from tests.value.simulated_purchases import simulate

CASES = {
    "differ in dropout": {"kind": BetaGeoNBD, "r": 0.6, "alpha": 40.0, "a": 0.9, "b": 2.5},
    "hardly differ in dropout": {"kind": BetaGeoNBD, "r": 1.4, "alpha": 20.0, "a": 30.0, "b": 1500.0},
    "nobody stops": {"kind": NBD, "r": 0.8, "alpha": 30.0},
    "lifetimes": {"kind": ParetoNBD, "r": 0.8, "alpha": 20.0, "s": 0.9, "beta": 200.0},
}


def in_another_order(summary, rng):
    rows = rng.permutation(len(summary))
    parts = (summary.frequency, summary.recency_days, summary.age_days, summary.n_customers)
    return PurchaseSummary(*(part[rows] for part in parts))


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("kind", [BetaGeoNBD, ModifiedBetaGeoNBD, ParetoNBD, NBD, ModifiedBetaGeoCNBDk])
def test_purchases_are_fitted_alike_to_the_last_digit(kind, case, monkeypatch):
    rng = np.random.default_rng(4)
    summary = simulate(rng, 1_500, **CASES[case])
    model = kind().fit(summary)
    monkeypatch.setattr(kind, "starts", tuple(tuple(1.05 * value for value in start) for start in kind.starts))
    other = kind().fit(in_another_order(summary, rng))
    assert other.parameters_ == model.parameters_
    assert other.verdict_.status == model.verdict_.status
    assert list(other.standard_errors_.values()) == pytest.approx(
        list(model.standard_errors_.values()), rel=1e-3, nan_ok=True
    )


def test_spend_is_fitted_alike_to_the_last_digit(monkeypatch):
    rng = np.random.default_rng(5)
    frequency = rng.integers(1, 30, 800)
    spend = np.round(15_000 / rng.gamma(4, size=800) * rng.gamma(6 * frequency) / (6 * frequency))
    model = GammaGamma().fit(frequency, spend)
    monkeypatch.setattr("crmwb.value.models.gamma_gamma.STARTS", ((2.0, 2.5), (5.0, 5.0)))
    assert GammaGamma().fit(frequency, spend).parameters_ == model.parameters_


def test_rounding_costs_no_likelihood():
    summary = simulate(np.random.default_rng(6), 1_500, **CASES["hardly differ in dropout"])
    model = BetaGeoNBD().fit(summary)
    theta = np.log(list(model.parameters_.values()))
    best = model.log_likelihood_
    for place in range(len(theta)):
        for step in (-1e-3, 1e-3):
            moved = theta.copy()
            moved[place] += step
            near = BetaGeoNBD().restore(
                dict(zip(model.parameter_names, np.exp(moved), strict=True)),
                model.covariance_, 0.0, model.n_customers_, model.verdict_,
            )  # fmt: skip
            assert (near.log_likelihood(summary) * summary.n_customers).sum() < best + 1e-5


@pytest.mark.parametrize(("a", "b", "chances"), [(1, 2, 3), (3, 10**8, 40)])
def test_slopes_of_staying_keep_their_digits(a, b, chances):
    exact = sum(Fraction(a, (b + j) * (a + b + j)) for j in range(chances))
    in_a, in_b = slopes_of_staying(float(a), float(b), np.array([float(chances)]))
    assert in_b[0] == pytest.approx(float(exact), rel=1e-14)
    assert in_a[0] == pytest.approx(-sum(1 / (a + b + j) for j in range(chances)), rel=1e-14)
