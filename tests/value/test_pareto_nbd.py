"""Pareto/NBD: the integral over when life ended, checked by closed form and by quadrature, where others overflow."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.special import gammaln
from simulated_purchases import simulate

from crmwb.value.models import ParetoNBD, PurchaseSummary, Status, Verdict
from crmwb.value.models.pareto_integral import gone, gone_and_slopes

YEARS_20 = 7300.0


def model_of(r, alpha, s, beta):
    parameters = {"r": r, "alpha": alpha, "s": s, "beta": beta}
    return ParetoNBD().restore(parameters, np.eye(4), 0.0, 1, Verdict(Status.OK))


def one(x, t_x, age):
    return PurchaseSummary.of(np.array([x]), np.array([t_x]), np.array([age]))


def by_quadrature(rx, lives, begins, ends):
    """Take the integral adaptively, in the log of the time since `begins`."""
    alpha, s, beta = lives

    def ended_at(log_time):
        time = np.exp(log_time)
        log_odds = -rx * np.log1p(time / (alpha + begins)) - (s + 1) * np.log1p(time / (beta + begins))
        return s / (beta + begins) * np.exp(log_odds) * time

    falls = np.log(1 / (rx / (alpha + begins) + (s + 1) / (beta + begins)))  # where the integrand begins to
    edges = sorted({min(edge, np.log(ends - begins)) for edge in (falls - 40, falls - 5, falls, falls + 3, falls + 99)})
    return sum(quad(ended_at, *pair, limit=200, epsabs=0, epsrel=1e-12)[0] for pair in pairwise(edges))


@pytest.mark.parametrize("x", [0, 1, 26, 1000, 10_000])
@pytest.mark.parametrize(("begins", "ends"), [(0.0, 730.0), (10.0, 730.0), (7299.0, YEARS_20), (5.0, 5.0)])
@pytest.mark.parametrize("parameters", [(0.55, 74.0, 0.6), (1e-4, 1e-3, 1e-4), (50.0, 2e4, 80.0)])
def test_where_alpha_is_beta_the_integral_has_a_closed_form(x, begins, ends, parameters):
    r, alpha, s = parameters
    rx = r + x
    by_hand = s / (rx + s) * -np.expm1(-(rx + s) * np.log1p((ends - begins) / (alpha + begins)))
    got = gone(np.array([rx]), (alpha, s, alpha), np.array([begins]), np.array([ends]))[0]
    assert got == pytest.approx(by_hand, rel=1e-11, abs=0)


SCALE = st.floats(-7, 7).map(np.exp)
LIVES = st.tuples(SCALE, SCALE, SCALE)  # alpha, s, beta


@given(SCALE, LIVES, st.sampled_from([0, 1, 7, 100, 1000, 10_000]), st.floats(0, 0.999), st.floats(0.01, YEARS_20))
@settings(max_examples=200)
def test_the_integral_is_that_of_adaptive_quadrature(r, lives, x, part, age):
    lives = (100 * lives[0], lives[1], 100 * lives[2])
    got = gone(np.array([r + x]), lives, np.array([part * age]), np.array([age]))[0]
    assert got == pytest.approx(by_quadrature(r + x, lives, part * age, age), rel=1e-9, abs=1e-15)


@given(SCALE, LIVES, st.sampled_from([0, 1, 7, 1000]))
@settings(max_examples=50)
def test_slopes_of_the_integral(r, lives, x):
    begins, ends = np.array([0.0, 0.3, 0.99]), np.array([1.0, 1.0, 1.0])

    def value(theta):
        r, *others = np.exp(theta)
        return gone(np.full(3, r + x), tuple(others), begins, ends)

    slopes = gone_and_slopes(np.full(3, r + x), lives, begins, ends)
    theta = np.log([r, *lives])
    assert slopes[0] == pytest.approx(value(theta), rel=1e-12)
    in_logs = slopes[1:] * np.array([r, 1, lives[1], 1])[:, None]
    steps = 1e-5 * np.eye(4)
    differences = [(value(theta + step) - value(theta - step)) / 2e-5 for step in steps]
    assert in_logs == pytest.approx(np.array(differences), rel=1e-5, abs=1e-8)


def test_a_thousand_purchases_in_ten_days_then_two_years_of_silence():
    # lifetimes gives NaN here; with alpha = beta = 10 the likelihood can be written down
    r, s, alpha, x, t_x, age = 0.5, 0.6, 10.0, 1000, 10.0, 730.0
    model, history = model_of(r, alpha, s, alpha), one(x, t_x, age)
    k = r + x + s
    log_alive, log_gone = -k * np.log(alpha + age), np.log(s / k) - k * np.log(alpha + t_x)  # gone by 730: all but none
    by_hand = gammaln(r + x) - gammaln(r) + (r + s) * np.log(alpha) + np.logaddexp(log_alive, log_gone)
    assert model.log_likelihood(history)[0] == pytest.approx(by_hand, rel=1e-12)
    assert model.p_alive(history)[0] == pytest.approx(np.exp(log_alive - log_gone), abs=1e-300)


@pytest.mark.parametrize(("x", "t_x"), [(10_000, 0.5), (10_000, YEARS_20), (10_000, 7299.0), (1, 1e-6), (0, 0.0)])
@pytest.mark.parametrize("parameters", [(0.5, 70.0, 0.6, 80.0), (1e-3, 1e-2, 1e-3, 1e4), (1e3, 1e5, 1e3, 1e-2)])
def test_nothing_overflows_in_20_years(x, t_x, parameters):
    model, history = model_of(*parameters), one(x, t_x, YEARS_20)
    assert np.isfinite(model.log_likelihood(history)).all()
    assert 0 <= model.p_alive(history)[0] <= 1
    assert np.isfinite(model.expected_purchases(history, 36_500)).all()


def test_at_s_1_expected_purchases_have_no_gap():
    # with s = 1: r/alpha · beta · log((beta + t) / beta)
    assert model_of(0.5, 10.0, 1.0, 20.0).expected_purchases_of_new(52) == pytest.approx(np.log(72 / 20))
    around = [model_of(0.5, 10.0, s, 20.0).expected_purchases_of_new(52) for s in (1 - 1e-9, 1, 1 + 1e-9)]
    assert around == pytest.approx([around[1]] * 3, rel=1e-8)


def test_who_bought_on_the_last_day_is_alive():
    assert model_of(0.5, 10.0, 0.6, 20.0).p_alive(one(3, 100.0, 100.0))[0] == 1


def test_customers_who_stay_alike_are_at_a_limit_and_how_many_stop_is_known():
    # lives of 300 days on average, whoever they are; who differs in nothing has no finite s and beta
    rates = {"r": 2.0, "alpha": 20.0, "s": 1e6, "beta": 300e6}
    fits = [ParetoNBD().fit(simulate(np.random.default_rng(seed), 500, ParetoNBD, **rates)) for seed in range(3)]
    at_limit = [fit for fit in fits if fit.verdict_.status is Status.LIMIT]
    assert at_limit
    for fit in at_limit:
        assert fit.beta_ / fit.s_ == pytest.approx(300, rel=0.25)
        assert fit.verdict_.explanation.code in {"models.fit.same_lifetime", "models.fit.little_difference"}


def test_where_nobody_stops_it_says_so():
    purchases = np.random.default_rng(1).poisson(10, 100) + 1.0
    fit = ParetoNBD().fit(PurchaseSummary.of(purchases, np.full(100, 100), np.full(100, 100)))
    assert fit.verdict_.explanation.code == "models.fit.nobody_stops"
