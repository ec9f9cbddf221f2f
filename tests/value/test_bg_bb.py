"""BG/BB: the donations of Fader, Hardie & Shang (2010), then slopes, sums, extremes, recovery and what must hold."""

import itertools

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy.optimize import approx_fprime
from scipy.special import betaln

from crmwb.errors import CrmwbError
from crmwb.findings.say import say
from crmwb.value.models import BetaGeoBetaBinomial, RoundsSummary, Status, Verdict
from crmwb.value.models.beta_geo_beta_binomial import _Likelihood

DONORS = """
    0 0 3464   1 1 1091   1 2 277   1 3 129   1 4 78    1 5 119   1 6 129   2 2 613    2 3 255   2 4 155   2 5 173
    2 6 234    3 3 322    3 4 181   3 5 225   3 6 357   4 4 240   4 5 284   4 6 512    5 5 335   5 6 728   6 6 1203
"""
PUBLISHED = {"alpha": 1.2035, "beta": 0.7497, "gamma": 0.6567, "delta": 2.7834}
TRUTH = {"alpha": 1.2, "beta": 1.8, "gamma": 0.7, "delta": 4.0}
POSITIVE = st.floats(0.05, 30)
ANY_PARAMETERS = st.tuples(*[POSITIVE] * 4).map(lambda values: dict(zip(PUBLISHED, values, strict=True)))
HISTORY = st.integers(0, 40).flatmap(
    lambda n: st.integers(0, n).flatmap(lambda t: st.tuples(st.integers(min(t, 1), t), st.just(t), st.just(n)))
)


def donations() -> RoundsSummary:
    x, t_x, donors = np.array(DONORS.split(), dtype=int).reshape(-1, 3).T
    return RoundsSummary.of(x, t_x, np.full(22, 6), donors)


def model_of(**parameters: float) -> BetaGeoBetaBinomial:
    return BetaGeoBetaBinomial().restore(parameters, np.eye(4), 0.0, 1, Verdict(Status.OK))


def one(x: int, t_x: int, n: int) -> RoundsSummary:
    return RoundsSummary.of(np.array([x]), np.array([t_x]), np.array([n]))


def simulate(rng: np.random.Generator, n: int, **parameters: float) -> RoundsSummary:
    """Draw customers from the model's own story, each with 4 to 12 rounds."""
    alpha, beta, gamma, delta = parameters.values()
    buys, stops, rounds = rng.beta(alpha, beta, n), rng.beta(gamma, delta, n), rng.integers(4, 13, n)
    alive, x, last = np.ones(n, dtype=bool), np.zeros(n), np.zeros(n)
    for i in range(1, 13):
        alive &= (rng.random(n) >= stops) & (i <= rounds)
        bought = alive & (rng.random(n) < buys)
        x[bought] += 1
        last[bought] = i
    return RoundsSummary.of(x, last, rounds)


def test_donations():
    model = BetaGeoBetaBinomial().fit(donations())
    assert model.n_customers_ == 11_104
    assert model.verdict_.is_ok
    assert model.parameters_ == pytest.approx(PUBLISHED, rel=0.001)
    assert model.log_likelihood_ == pytest.approx(-33225.581, abs=0.002)


def test_one_donor():
    model, donor = model_of(alpha=1.20, beta=0.75, gamma=0.66, delta=2.78), one(3, 4, 6)
    assert model.log_likelihood(donor)[0] == pytest.approx(-5.06087, abs=1e-5)
    assert model.p_alive(donor)[0] == pytest.approx(0.43834, abs=1e-5)
    assert model.expected_purchases(donor, 10)[0] == pytest.approx(1.84081, abs=1e-5)


@given(ANY_PARAMETERS, HISTORY)
def test_the_likelihood_is_the_sum_of_the_paper(parameters, history):
    a, b, c, d = parameters.values()
    x, t_x, n = history
    terms = [betaln(a + x, b + n - x) + betaln(c, d + n)]
    terms += [betaln(a + x, b + j - x) + betaln(c + 1, d + j) for j in range(t_x, n)]
    expected = np.logaddexp.reduce(terms) - betaln(a, b) - betaln(c, d)
    assert model_of(**parameters).log_likelihood(one(*history))[0] == pytest.approx(expected, rel=1e-9, abs=1e-9)


def test_histories_of_three_rounds_are_all_there_are():
    model = model_of(**TRUTH)
    every = RoundsSummary.of_answers(np.array(list(itertools.product([False, True], repeat=3))))
    assert (np.exp(model.log_likelihood(every)) * every.n_customers).sum() == pytest.approx(1, abs=1e-12)
    assert every.total_customers == 8


@given(ANY_PARAMETERS)
@settings(max_examples=25)
def test_slopes_are_those_of_the_likelihood(parameters):
    summary = donations().merge(RoundsSummary.of([0, 2, 9], [0, 2, 14], [0, 3, 17]))
    likelihood, theta = _Likelihood(summary), np.log(list(parameters.values()))
    value, slope = likelihood.mean_and_gradient(theta)
    numeric = approx_fprime(theta, lambda t: likelihood.mean_and_gradient(t)[0], 1e-6)
    assert slope == pytest.approx(numeric, rel=1e-3, abs=1e-4)
    total = (model_of(**parameters).log_likelihood(summary) * summary.n_customers).sum()
    assert value * summary.total_customers == pytest.approx(total, rel=1e-12)


@given(ANY_PARAMETERS, HISTORY)
def test_p_alive_is_a_probability_and_grows_with_recency(parameters, history):
    x, _, n = history
    assume(x > 0)
    alive = model_of(**parameters).p_alive(
        RoundsSummary.of(np.full(n - x + 1, x), np.arange(x, n + 1), np.full(n - x + 1, n))
    )
    assert ((alive > 0) & (alive <= 1)).all()
    assert (np.diff(alive) >= -1e-12).all()


@given(ANY_PARAMETERS, HISTORY, st.integers(0, 12))
def test_probabilities_add_up_and_average_to_what_is_expected(parameters, history, rounds):
    model, customer = model_of(**parameters), one(*history)
    chances = model.purchase_counts(customer, rounds, rounds)[0]
    assert (chances >= 0).all()
    assert chances.sum() == pytest.approx(1, abs=1e-12)
    assert chances[:-1] @ np.arange(rounds + 1) == pytest.approx(
        model.expected_purchases(customer, rounds)[0], abs=1e-10
    )
    few = model.purchase_counts(customer, rounds, 2)[0]
    assert few[-1] == pytest.approx(chances[3:].sum(), abs=1e-10)


@given(ANY_PARAMETERS, HISTORY)
def test_what_is_expected_grows_with_the_horizon_and_slows_down(parameters, history):
    model, customer = model_of(**parameters), one(*history)
    expected = np.array([model.expected_purchases(customer, h)[0] for h in (0, 1, 2, 3, 4)])
    assert expected[0] == 0
    assert (np.diff(expected) > 0).all()
    assert (np.diff(expected, 2) <= 1e-12).all()


@given(ANY_PARAMETERS, HISTORY, st.floats(0.05, 1))
@settings(max_examples=50)
def test_discounted_purchases_are_the_sum_over_rounds_and_fall_with_the_rate(parameters, history, rate):
    model, customer = model_of(**parameters), one(*history)
    until = np.array([model.expected_purchases(customer, h)[0] for h in range(401)])
    by_hand = (np.diff(until) / (1 + rate) ** np.arange(1, 401)).sum()
    value = model.discounted_purchases(customer, rate)[0]
    assert value == pytest.approx(by_hand, rel=1e-6)
    assert model.discounted_purchases(customer, rate * 1.1)[0] < value


def test_the_rate_is_annual_whatever_the_rounds():
    model, donor = model_of(**PUBLISHED), one(3, 4, 6)
    half_yearly = model.discounted_purchases(donor, 1.05**2 - 1, rounds_a_year=2)
    assert half_yearly == pytest.approx(model.discounted_purchases(donor, 0.05), rel=1e-12)


def test_without_discounting_purchases_to_come_are_finite_just_where_lives_are():
    finite, endless = model_of(**TRUTH | {"gamma": 1.5}), model_of(**TRUTH)
    assert finite.discounted_purchases(one(1, 1, 3), 0.0) == pytest.approx(
        finite.discounted_purchases(one(1, 1, 3), 1e-5), rel=0.02
    )
    assert endless.discounted_purchases(one(1, 1, 3), 0.0)[0] == np.inf
    for wrong in (-0.1, 1e-9):
        with pytest.raises(ValueError, match="annual_rate"):
            finite.discounted_purchases(one(1, 1, 3), wrong)


def test_purchases_in_the_calibration_are_spread_as_the_model_says():
    # of 11,104 donors 3,464 gave in no year and 1,203 in all six
    model = BetaGeoBetaBinomial().fit(donations())
    expected = model.purchase_probabilities(6, 6) * 11_104
    assert expected.sum() == pytest.approx(11_104)
    assert expected[0] == pytest.approx(3464, rel=0.01)
    assert expected[6] == pytest.approx(1203, rel=0.05)
    assert expected @ np.arange(7) / 11_104 == pytest.approx(model.expected_purchases_of_new(6))


@pytest.mark.parametrize("rounds", [-1, 1.5])
def test_horizons_are_whole_rounds(rounds):
    with pytest.raises(ValueError, match="whole number"):
        model_of(**TRUTH).expected_purchases(one(1, 1, 3), rounds)


def test_parameters_come_back():
    fits = [BetaGeoBetaBinomial().fit(simulate(np.random.default_rng(seed), 4000, **TRUTH)) for seed in range(20)]
    off = [
        [(np.log(fit.parameters_[name]) - np.log(value)) / np.sqrt(fit.covariance_[i, i]) for fit in fits]
        for i, (name, value) in enumerate(TRUTH.items())
    ]
    assert all(fit.verdict_.is_ok for fit in fits)
    assert (np.abs(off) < 3).all(axis=0).sum() >= 19
    assert 0.6 < np.std(off) < 1.5


def extreme(name):
    """Histories of 100 customers that no model is made for."""
    count = np.arange(1, 101)
    half = count > 50
    many = np.full(100, 10_000)
    return {
        "all the same": (np.full(100, 2), np.full(100, 3), np.full(100, 6)),
        "all in every round": (count, count, count),
        "one round": (half, half, np.ones(100)),
        "all once in the first": (np.ones(100), np.ones(100), np.full(100, 6)),
        "all once in the last": (np.ones(100), np.full(100, 6), np.full(100, 6)),
        "10,000 rounds, all taken": (many, many, many),
        "10,000 rounds, half stop after one": (np.where(half, 10_000, 1), np.where(half, 10_000, 1), many),
        "10,000 rounds, one purchase each": (np.ones(100), count * 100, many),
        "half have no rounds": (half * 3, half * 4, half * 6),
        "ten buyers": (count <= 10, (count <= 10) * 2, np.full(100, 6)),
    }[name]


@pytest.mark.parametrize(
    "name",
    [
        "all the same", "all in every round", "one round", "all once in the first", "all once in the last",
        "10,000 rounds, all taken", "10,000 rounds, half stop after one", "10,000 rounds, one purchase each",
        "half have no rounds", "ten buyers",
    ],
)  # fmt: skip
def test_extremes_are_finite_and_have_a_verdict(name):
    summary = RoundsSummary.of(*extreme(name))
    model = BetaGeoBetaBinomial().fit(summary)
    assert np.isfinite(model.log_likelihood_)
    assert model.verdict_.explanation
    alive = model.p_alive(summary)
    assert ((alive >= 0) & (alive <= 1)).all()
    for horizon in (0, 1, 10_000):
        expected = model.expected_purchases(summary, horizon)
        assert ((expected >= 0) & (expected <= horizon)).all()
    assert np.isfinite(model.discounted_purchases(summary, 0.1)).all()
    assert model.purchase_counts(summary, 5, 5).sum(axis=1) == pytest.approx(1)


@pytest.mark.parametrize("name", ["all the same", "all in every round", "one round", "all once in the first"])
def test_customers_too_much_alike_have_no_good_fit(name):
    status = BetaGeoBetaBinomial().fit(RoundsSummary.of(*extreme(name))).verdict_.status
    assert status in {Status.LIMIT, Status.DEGENERATE, Status.FLAT}


def test_where_nobody_stops_it_is_said():
    rng = np.random.default_rng(4)
    bought = rng.random((2000, 12)) < rng.beta(2.0, 3.0, 2000)[:, np.newaxis]
    model = BetaGeoBetaBinomial().fit(RoundsSummary.of_answers(bought))
    assert model.verdict_.status is Status.DEGENERATE
    assert model.verdict_.explanation.code == "models.fit.nobody_stops_in_rounds"


def test_too_little_data_is_said_and_nothing_is_forecast():
    model = BetaGeoBetaBinomial().fit(RoundsSummary.of(np.zeros(50), np.zeros(50), np.full(50, 6)))
    assert model.verdict_.status is Status.TOO_LITTLE_DATA
    assert say(model.verdict_.explanation).startswith("Only 0 of 50 customers bought in any round")
    with pytest.raises(CrmwbError, match="too_little_data"):
        model.p_alive(donations())
