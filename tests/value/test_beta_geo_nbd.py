"""BG/NBD beyond the published values: slopes, units, extremes, recovery, and what must hold for any parameters."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.optimize import approx_fprime
from scipy.special import betaln
from simulated_purchases import simulate
from sklearn.base import clone

from crmwb.errors import CrmwbError
from crmwb.value.models import BetaGeoNBD, PurchaseSummary, Status, Verdict
from crmwb.value.models.beta_geo_nbd import _Likelihood

OK = Verdict(Status.OK, "")
POSITIVE = st.floats(0.05, 20)
PARAMETERS = st.fixed_dictionaries({"r": POSITIVE, "alpha": st.floats(0.1, 500), "a": POSITIVE, "b": POSITIVE})
HISTORY = st.tuples(st.integers(0, 200), st.floats(0.001, 1), st.just(0.0) | st.floats(0.01, 3000))


def model_of(parameters):
    return BetaGeoNBD().restore(parameters, np.eye(4), 0.0, 1, OK)


def summary_of(*histories):
    return PurchaseSummary.of(*np.array(histories, dtype=float).T)


def possible(history):
    x, part, age = history
    return (x, part * age if x and age else 0.0, age) if x == 0 or age > 0 else (0, 0.0, age)


@given(PARAMETERS)
@settings(max_examples=25, deadline=None)
def test_slopes_are_those_of_the_likelihood(sample, parameters):
    summary = sample.summary()
    likelihood = _Likelihood(summary, 200.0)
    theta = np.log([parameters["r"], parameters["alpha"] / 200, parameters["a"], parameters["b"]])
    value, slope = likelihood.mean_and_gradient(theta)
    assert slope == pytest.approx(
        approx_fprime(theta, lambda t: likelihood.mean_and_gradient(t)[0], 1e-6), rel=1e-3, abs=1e-4
    )
    # and the value is the one that log_likelihood gives, but for the unit of time
    model = model_of(parameters)
    in_days = (model.log_likelihood(summary) * summary.n_customers).sum()
    purchases = (summary.frequency * summary.n_customers).sum()
    assert value * summary.total_customers == pytest.approx(in_days + purchases * np.log(200), rel=1e-9)


@pytest.mark.parametrize("days_a_unit", [7.0, 365.25, 1 / 24])
def test_the_unit_of_time_changes_nothing(sample, days_a_unit):
    days, other = BetaGeoNBD().fit(sample.summary()), BetaGeoNBD().fit(sample.summary(days_a_unit))
    in_days = other.parameters_ | {"alpha": other.alpha_ * days_a_unit}
    assert in_days == pytest.approx(days.parameters_, rel=1e-7)
    assert other.covariance_ == pytest.approx(days.covariance_, rel=1e-5)
    here, there = sample.summary(), sample.summary(days_a_unit)
    assert other.p_alive(there) == pytest.approx(days.p_alive(here), rel=1e-7)
    assert other.expected_purchases(there, 365 / days_a_unit) == pytest.approx(days.expected_purchases(here, 365))


def test_standard_errors_are_those_of_an_estimate_from_many_samples():
    truth = {"r": 0.6, "alpha": 40.0, "a": 0.9, "b": 2.5}
    fits = [BetaGeoNBD().fit(simulate(np.random.default_rng(seed), 4000, **truth)) for seed in range(12)]
    off = [
        [(np.log(fit.parameters_[name]) - np.log(truth[name])) / np.sqrt(fit.covariance_[i, i]) for fit in fits]
        for i, name in enumerate(truth)
    ]
    assert all(fit.verdict_.is_ok for fit in fits)
    assert np.abs(off).max() < 3.5
    assert 0.5 < np.std(off) < 1.6


def extreme(name):
    """Histories of 100 customers that no model is made for."""
    rng = np.random.default_rng(1)
    n = 100
    count = np.arange(1, n + 1)
    half = np.arange(n) < n / 2
    zeros = np.zeros(n)
    poisson = rng.poisson(10, n) + 1.0
    return {
        "identical": (np.full(n, 5), np.full(n, 30), np.full(n, 40)),
        "t_x = T": (count, count, count),
        "one repeat each": (np.ones(n), count, np.full(n, 200)),
        "x = 1000 in ten days": (half * 1000, half * 10, np.full(n, 10)),
        "one with x = 1000 in ten days": (np.where(count == 1, 1000, 1), np.where(count == 1, 10, 5), np.full(n, 10)),
        "all with one rate, nobody stops": (poisson, np.full(n, 100), np.full(n, 100)),
        "half stop after the first repeat": (half * 1, half * 1, np.full(n, 1000)),
        "x = 10,000 in 20 years": (np.where(half, 10_000, 1), np.where(half, 7300, 1), np.full(n, 7300)),
        "half with T = 0": (half * 3, half * 20, half * 25),
        "x up to a million": (count * 10_000, np.full(n, 300), np.full(n, 365)),
        "hours of age": (half * 2, half * 0.01, np.full(n, 0.05)),
        "a thousand years": (half * 2, half * 1e5, np.full(n, 365_000)),
        "all stop at once": (np.full(n, 2), np.full(n, 0.5), np.full(n, 3000)),
        "T = 0 but for ten": (count <= 10, (count <= 10) * 3, (count <= 10) * 9),
        "only zeros but for ten": (count <= 10, (count <= 10) * 3, np.full(n, 9)),
        "no age": (zeros, zeros, zeros),
    }[name]


@pytest.mark.parametrize(
    "name",
    [
        "identical", "t_x = T", "one repeat each", "x = 1000 in ten days", "one with x = 1000 in ten days",
        "all with one rate, nobody stops", "half stop after the first repeat", "x = 10,000 in 20 years",
        "half with T = 0", "x up to a million", "hours of age", "a thousand years", "all stop at once",
        "T = 0 but for ten", "only zeros but for ten",
    ],
)  # fmt: skip
def test_extremes_are_finite_and_have_a_verdict(name):
    summary = PurchaseSummary.of(*extreme(name))
    model = BetaGeoNBD().fit(summary)
    assert np.isfinite(model.log_likelihood_)
    alive = model.p_alive(summary)
    assert ((alive >= 0) & (alive <= 1)).all()
    for horizon in (0, 1, 365, 36_500):
        expected = model.expected_purchases(summary, horizon)
        assert np.isfinite(expected).all()
        assert (expected >= 0).all()
        assert np.isfinite(model.expected_purchases_of_new(horizon))
    assert model.verdict_.explanation
    if model.verdict_.is_ok:
        assert np.isfinite(list(model.standard_errors_.values())).all()


@pytest.mark.parametrize("name", ["identical", "t_x = T", "one repeat each", "all with one rate, nobody stops"])
def test_customers_too_much_alike_are_degenerate(name):
    assert BetaGeoNBD().fit(PurchaseSummary.of(*extreme(name))).verdict_.status is Status.DEGENERATE


def test_customers_who_stop_alike_are_degenerate_and_the_share_that_stops_is_known():
    # everybody stops with the same 1% after each purchase: often no finite a and b are best, only their ratio is known
    fits = [
        BetaGeoNBD().fit(simulate(np.random.default_rng(seed), 500, r=2.0, alpha=20.0, a=1e6, b=99e6))
        for seed in range(6)
    ]
    assert Status.DEGENERATE in {fit.verdict_.status for fit in fits}
    for fit in fits:
        assert fit.a_ / (fit.a_ + fit.b_) == pytest.approx(0.01, rel=0.25)
        if fit.verdict_.status is Status.DEGENERATE:
            assert "stop after each purchase" in fit.verdict_.explanation


@pytest.mark.parametrize(
    ("customers", "says"),
    [
        (([5], [30], [40]), "only 1 of 1 customers made a repeat purchase"),
        ((np.zeros(100), np.zeros(100), np.full(100, 300)), "no repeat purchase by any of 100 customers"),
        (extreme("no age"), "no repeat purchase"),
        (([], [], []), "no repeat purchase by any of 0 customers"),
    ],
)
def test_too_little_data_is_said_and_nothing_is_forecast(customers, says):
    summary = PurchaseSummary.of(*customers)
    model = BetaGeoNBD().fit(summary)
    assert model.verdict_.status is Status.TOO_LITTLE_DATA
    assert says in model.verdict_.explanation
    with pytest.raises(CrmwbError, match="repeat purchase"):
        model.p_alive(summary)


@given(PARAMETERS, HISTORY)
@settings(deadline=None)
def test_p_alive_is_a_probability_and_grows_with_recency(parameters, history):
    x, t_x, age = possible(history)
    model = model_of(parameters)
    moments = summary_of(*[(x, t_x * part, age) for part in (0.1, 0.5, 0.9, 1.0)])
    alive = model.p_alive(moments)
    assert ((alive >= 0) & (alive <= 1)).all()
    assert (np.diff(alive) >= -1e-12).all()
    if x == 0:
        assert (alive == 1).all()


@given(PARAMETERS, HISTORY)
@settings(deadline=None)
def test_expected_purchases_grow_with_the_horizon_and_slow_down(parameters, history):
    model, summary = model_of(parameters), summary_of(possible(history))
    horizons = [0, 1, 30, 365, 3650, 36_500]
    expected = np.array([model.expected_purchases(summary, h)[0] for h in horizons])
    assert expected[0] == 0
    hair = 1e-9 * (1 + expected[-1])
    assert (np.diff(expected) >= -hair).all()
    rates = np.diff(expected) / np.diff(horizons)
    assert (np.diff(rates) <= hair).all()


@pytest.mark.parametrize("a", [0.3, 0.99999, 1.0, 1.00001, 1.0002, 4.0])
@pytest.mark.parametrize(("b", "x"), [(2.0, 0.0), (0.7, 0.0), (0.00001, 1.0), (2.0, 7.0), (2.0, 3000.0)])
@pytest.mark.parametrize("horizon", [0.1, 39.0, 5000.0])
def test_eq_10_is_the_integral_over_who_stops(a, b, x, horizon):
    r, alpha, age = 0.25, 4.4, 38.0
    model = model_of({"r": r, "alpha": alpha, "a": a, "b": b})

    def purchases_at(log_odds):
        p, q = 1 / (1 + np.exp(-log_odds)), 1 / (1 + np.exp(log_odds))
        density = np.exp(a * np.log(p) + (b + x) * np.log(q) - betaln(a, b + x))
        return density * -np.expm1(-(r + x) * np.log1p(p * horizon / (alpha + age))) / p

    middle = np.log(a / (b + x))
    edges = [middle - 150, middle - 15, middle - 3, middle, middle + 3, middle + 15, middle + 150]
    integral = sum(quad(purchases_at, *ends, limit=200)[0] for ends in pairwise(edges))
    got = model._expected_if_alive(np.array([x]), np.array([age]), horizon)[0]
    assert got == pytest.approx(integral, rel=1e-6)
    assert model._integral(np.array([x]), np.array([age]), horizon)[0] == pytest.approx(integral, rel=1e-6)


def test_eq_9_at_a_plus_b_near_1_has_no_gap():
    values = [model_of({"r": 0.5, "alpha": 10.0, "a": 0.6, "b": b}).expected_purchases_of_new(100) for b in
              (0.399, 0.39995, 0.4, 0.40005, 0.401)]  # fmt: skip
    assert np.diff(values) == pytest.approx(np.full(4, values[0] * 2e-3), abs=values[0] * 2e-3)
    assert (np.diff(values) > 0).all()


@given(PARAMETERS)
@settings(deadline=None)
def test_the_distribution_of_purchases_adds_up_and_has_the_expected_mean(parameters):
    model = model_of(parameters | {"alpha": 30 + parameters["alpha"], "r": min(parameters["r"], 3)})
    probabilities = model.purchase_probabilities(30, 400)
    assert probabilities.sum() == pytest.approx(1, abs=1e-6)
    mean = (probabilities * np.arange(401)).sum()
    assert mean == pytest.approx(model.expected_purchases_of_new(30), rel=1e-4)


def test_no_time_no_purchases():
    assert model_of({"r": 1.0, "alpha": 1.0, "a": 1.0, "b": 1.0}).purchase_probabilities(0, 2).tolist() == [1, 0, 0]


def test_it_is_an_estimator(sample):
    model = BetaGeoNBD(tol=1e-7).fit(sample.summary())
    assert model.get_params() == {"tol": 1e-7}
    fresh = clone(model)
    assert fresh.tol == 1e-7
    assert not hasattr(fresh, "r_")


def test_fitting_twice_gives_the_same_bytes_whatever_the_order_of_customers(sample):
    order = np.random.default_rng(3).permutation(len(sample.frequency))
    shuffled = PurchaseSummary.of(sample.frequency[order], sample.recency_days[order], sample.age_days[order])
    assert BetaGeoNBD().fit(shuffled).parameters_ == BetaGeoNBD().fit(sample.summary()).parameters_
