"""BG/NBD and MBG/NBD: the formula of expected purchases, the distribution of purchases, and who stops alike."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.special import betaln
from simulated_purchases import simulate

from crmwb.value.models import BetaGeoNBD, ModifiedBetaGeoNBD, PurchaseSummary, Status, Verdict
from crmwb.value.models import beta_geometric_ahead as ahead

POSITIVE = st.floats(0.05, 20)
PARAMETERS = st.fixed_dictionaries({"r": POSITIVE, "alpha": st.floats(0.1, 500), "a": POSITIVE, "b": POSITIVE})
KINDS = (BetaGeoNBD, ModifiedBetaGeoNBD)


def model_of(parameters, kind=BetaGeoNBD):
    return kind().restore(parameters, np.eye(4), 0.0, 1, Verdict(Status.OK))


def test_customers_who_stop_alike_are_at_a_limit_and_the_share_that_stops_is_known():
    # everybody stops with the same 1% after each purchase: often no finite a and b are best, only their ratio is known
    fits = [
        BetaGeoNBD().fit(simulate(np.random.default_rng(seed), 500, BetaGeoNBD, r=2.0, alpha=20.0, a=1e6, b=99e6))
        for seed in range(6)
    ]
    assert Status.LIMIT in {fit.verdict_.status for fit in fits}
    for fit in fits:
        assert fit.a_ / (fit.a_ + fit.b_) == pytest.approx(0.01, rel=0.25)
        if fit.verdict_.status is Status.LIMIT:
            assert fit.verdict_.explanation.code == "models.fit.same_dropout"


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("a", [0.3, 0.99999, 1.0, 1.00001, 1.0002, 4.0])
@pytest.mark.parametrize(("b", "x"), [(2.0, 0.0), (0.7, 0.0), (0.00001, 1.0), (2.0, 7.0), (2.0, 3000.0)])
@pytest.mark.parametrize("horizon", [0.1, 39.0, 5000.0])
def test_the_formula_is_the_integral_over_who_stops(kind, a, b, x, horizon):
    r, alpha, age = 0.25, 4.4, 38.0
    model = model_of({"r": r, "alpha": alpha, "a": a, "b": b}, kind)
    b += kind.first_chances  # survived already by who is alive

    def purchases_at(log_odds):
        p, q = 1 / (1 + np.exp(-log_odds)), 1 / (1 + np.exp(log_odds))
        density = np.exp(a * np.log(p) + (b + x) * np.log(q) - betaln(a, b + x))
        return density * -np.expm1(-(r + x) * np.log1p(p * horizon / (alpha + age))) / p

    middle = np.log(a / (b + x))
    edges = [middle - 150, middle - 15, middle - 3, middle, middle + 3, middle + 15, middle + 150]
    integral = sum(quad(purchases_at, *ends, limit=200)[0] for ends in pairwise(edges))
    got = model.expected_if_alive(np.array([x]), np.array([age]), horizon)[0]
    assert got == pytest.approx(integral, rel=1e-6)
    assert ahead.integral(model._alive(np.array([x]), np.array([age])), horizon)[0] == pytest.approx(integral, rel=1e-6)


def test_eq_9_at_a_plus_b_near_1_has_no_gap():
    values = [model_of({"r": 0.5, "alpha": 10.0, "a": 0.6, "b": b}).expected_purchases_of_new(100) for b in
              (0.399, 0.39995, 0.4, 0.40005, 0.401)]  # fmt: skip
    assert np.diff(values) == pytest.approx(np.full(4, values[0] * 2e-3), abs=values[0] * 2e-3)
    assert (np.diff(values) > 0).all()


@given(PARAMETERS, st.sampled_from(KINDS))
def test_the_distribution_of_purchases_adds_up_and_has_the_expected_mean(parameters, kind):
    model = model_of(parameters | {"alpha": 30 + parameters["alpha"], "r": min(parameters["r"], 3)}, kind)
    probabilities = model.purchase_probabilities(30, 400)
    assert probabilities.sum() == pytest.approx(1, abs=1e-6)
    mean = (probabilities * np.arange(401)).sum()
    assert mean == pytest.approx(model.expected_purchases_of_new(30), rel=1e-4)


def test_no_time_no_purchases():
    assert model_of({"r": 1.0, "alpha": 1.0, "a": 1.0, "b": 1.0}).purchase_probabilities(0, 2).tolist() == [1, 0, 0]


@given(PARAMETERS)
def test_in_the_mbg_who_never_comes_back_is_gone_at_once_or_slow(parameters):
    model = model_of(parameters, ModifiedBetaGeoNBD)
    gone = parameters["a"] / (parameters["a"] + parameters["b"])
    new = PurchaseSummary.of([0], [0], [0])
    assert model.p_alive(new)[0] == pytest.approx(1 - gone)
    slow = (parameters["alpha"] / (parameters["alpha"] + 100)) ** parameters["r"]
    assert model.purchase_probabilities(100, 0)[0] == pytest.approx(gone + (1 - gone) * slow)
