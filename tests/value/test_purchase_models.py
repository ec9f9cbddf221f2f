"""Models of purchases beyond the published values: slopes, units, extremes, recovery, and what always must hold."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import approx_fprime
from simulated_purchases import MODELS, TRUTH, simulate
from sklearn.base import clone

from crmwb.errors import CrmwbError
from crmwb.findings.say import say
from crmwb.value.challenger import Counts
from crmwb.value.models import NBD, PurchaseSummary, Status, Verdict
from crmwb.value.potential.money import PROBABILITIES

POSITIVE, TIME = st.floats(0.05, 20), st.floats(0.1, 500)
HISTORY = st.tuples(st.integers(0, 200), st.floats(0.001, 1), st.just(0.0) | st.floats(0.01, 3000))


def model_of(kind, parameters):
    return kind().restore(parameters, np.eye(len(parameters)), 0.0, 1, Verdict(Status.OK))


def with_any_parameters(kind):
    return st.fixed_dictionaries({name: TIME if name in kind.times else POSITIVE for name in kind.parameter_names})


ANY_MODEL = st.sampled_from(MODELS).flatmap(lambda kind: with_any_parameters(kind).map(lambda p: model_of(kind, p)))


def summary_of(*histories):
    return PurchaseSummary.of(*np.array(histories, dtype=float).T)


def possible(history):
    x, part, age = history
    return (x, part * age if x and age else 0.0, age) if x == 0 or age > 0 else (0, 0.0, age)


@pytest.mark.parametrize("kind", MODELS)
@given(data=st.data())
@settings(max_examples=15)
def test_slopes_are_those_of_the_likelihood(sample, kind, data):
    parameters = data.draw(with_any_parameters(kind))
    summary = sample.summary()
    likelihood = kind()._objective(summary, 200.0)
    theta = np.log([parameters[name] / (200 if name in kind.times else 1) for name in kind.parameter_names])
    value, slope = likelihood(theta)
    assert slope == pytest.approx(approx_fprime(theta, lambda t: likelihood(t)[0], 1e-6), rel=1e-3, abs=1e-4)
    # and the value is the one that log_likelihood gives, but for the unit of time
    in_days = (model_of(kind, parameters).log_likelihood(summary) * summary.n_customers).sum()
    purchases = (summary.frequency * summary.n_customers).sum()
    assert value * summary.total_customers == pytest.approx(in_days + purchases * np.log(200), rel=1e-9)


@pytest.mark.parametrize("kind", MODELS)
@pytest.mark.parametrize("days_a_unit", [7.0, 365.25, 1 / 24])
def test_the_unit_of_time_changes_nothing(sample, kind, days_a_unit):
    days, other = kind().fit(sample.summary()), kind().fit(sample.summary(days_a_unit))
    in_days = other.parameters_ | {name: other.parameters_[name] * days_a_unit for name in kind.times}
    assert in_days == pytest.approx(days.parameters_, rel=1e-7)
    assert other.covariance_ == pytest.approx(days.covariance_, rel=1e-5)
    here, there = sample.summary(), sample.summary(days_a_unit)
    assert other.p_alive(there) == pytest.approx(days.p_alive(here), rel=1e-7)
    assert other.expected_purchases(there, 365 / days_a_unit) == pytest.approx(days.expected_purchases(here, 365))


@pytest.mark.parametrize("kind", MODELS)
def test_standard_errors_are_those_of_an_estimate_from_many_samples(kind):
    truth = TRUTH[kind]
    fits = [kind().fit(simulate(np.random.default_rng(seed), 3000, kind, **truth)) for seed in range(12)]
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


@pytest.mark.parametrize("kind", MODELS)
@pytest.mark.parametrize(
    "name",
    [
        "identical", "t_x = T", "one repeat each", "x = 1000 in ten days", "one with x = 1000 in ten days",
        "all with one rate, nobody stops", "half stop after the first repeat", "x = 10,000 in 20 years",
        "half with T = 0", "x up to a million", "hours of age", "a thousand years", "all stop at once",
        "T = 0 but for ten", "only zeros but for ten",
    ],
)  # fmt: skip
def test_extremes_are_finite_and_have_a_verdict(kind, name):
    summary = PurchaseSummary.of(*extreme(name))
    model = kind().fit(summary)
    assert np.isfinite(model.log_likelihood_)
    alive = model.p_alive(summary)
    assert ((alive >= 0) & (alive <= 1)).all()
    for horizon in (0, 1, 365, 36_500):
        expected = model.expected_purchases(summary, horizon)
        assert np.isfinite(expected).all()
        assert (expected >= 0).all()
        assert np.isfinite(model.expected_purchases_of_new(horizon))
        shares = model.purchase_counts(summary, horizon, 20)
        assert ((shares >= -1e-12) & (shares <= 1 + 1e-12)).all()
    for rate, horizon in ((0.0, 365), (1e-4, 365), (1e-4, np.inf), (10.0, np.inf)):
        for ahead in model.discounted(summary, rate, horizon):
            assert np.isfinite(ahead).all()
            assert (ahead >= 0).all()
    returns = model.p_returns(summary)
    assert ((returns >= 0) & (returns <= alive + 1e-12)).all()
    assert (model.days_to_next_purchase(summary) >= 0).all()
    mean, some = model.expected_purchases(summary, 365), model.p_at_least(summary, 1, 365)
    ends = Counts.matching(np.maximum(alive, 1e-6), mean, some).quantiles(np.array(PROBABILITIES))
    assert np.isfinite(ends).all()
    assert (np.diff(ends, axis=1) >= 0).all()
    assert model.verdict_.explanation
    if model.verdict_.is_ok:
        assert np.isfinite(list(model.standard_errors_.values())).all()


@pytest.mark.parametrize("kind", MODELS)
@pytest.mark.parametrize("name", ["identical", "t_x = T", "one repeat each", "all with one rate, nobody stops"])
def test_customers_too_much_alike_are_not_ok(kind, name):
    assert kind().fit(PurchaseSummary.of(*extreme(name))).verdict_.status in {Status.DEGENERATE, Status.LIMIT}


def test_where_all_buy_at_one_rate_the_nbd_is_a_poisson_process_and_says_so():
    summary = PurchaseSummary.of(*extreme("all with one rate, nobody stops"))
    model = NBD().fit(summary)
    assert model.verdict_.status is Status.LIMIT
    assert model.verdict_.is_usable
    assert not model.verdict_.is_ok
    assert "hardly differ in how often they buy" in say(model.verdict_.explanation)
    rate = summary.frequency @ summary.n_customers / 100 / 100
    assert model.r_ / model.alpha_ == pytest.approx(rate, rel=1e-3)
    # 100 customers with n purchases each: the rate is known to 1/sqrt(all purchases)
    assert model.standard_errors_["r"] == 0
    assert model.covariance_[1, 1] ** 0.5 == pytest.approx((rate * 100 * 100) ** -0.5, rel=1e-2)
    assert model.expected_purchases(summary, 30) == pytest.approx(np.full(len(summary), 30 * rate), rel=1e-2)


@pytest.mark.parametrize("kind", MODELS)
@pytest.mark.parametrize(
    ("customers", "says"),
    [
        (([5], [30], [40]), "Only 1 of 1 customers made a repeat purchase"),
        ((np.zeros(100), np.zeros(100), np.full(100, 300)), "None of 100 customers made a repeat purchase"),
        (extreme("no age"), "made a repeat purchase"),
        (([], [], []), "None of 0 customers made a repeat purchase"),
    ],
)
def test_too_little_data_is_said_and_nothing_is_forecast(kind, customers, says):
    summary = PurchaseSummary.of(*customers)
    model = kind().fit(summary)
    assert model.verdict_.status is Status.TOO_LITTLE_DATA
    assert says in say(model.verdict_.explanation)
    with pytest.raises(CrmwbError, match="too_little_data"):
        model.p_alive(summary)


@given(ANY_MODEL, HISTORY)
def test_p_alive_is_a_probability_and_grows_with_recency(model, history):
    x, t_x, age = possible(history)
    moments = summary_of(*[(x, t_x * part, age) for part in (0.1, 0.5, 0.9, 1.0)])
    alive = model.p_alive(moments)
    assert ((alive >= 0) & (alive <= 1)).all()
    assert (np.diff(alive) >= -1e-12).all()
    if model.name == "nbd" or (model.name == "bg_nbd" and x == 0):
        assert (alive == 1).all()


@given(ANY_MODEL, HISTORY)
def test_expected_purchases_grow_with_the_horizon_and_slow_down(model, history):
    summary = summary_of(possible(history))
    horizons = [0, 1, 30, 365, 3650, 36_500]
    expected = np.array([model.expected_purchases(summary, h)[0] for h in horizons])
    assert expected[0] == 0
    hair = 1e-9 * (1 + expected[-1])
    assert (np.diff(expected) >= -hair).all()
    rates = np.diff(expected) / np.diff(horizons)
    assert (np.diff(rates) <= hair).all()


@given(ANY_MODEL, st.sampled_from([1.0, 30.0, 365.0]))
def test_a_new_customer_is_one_without_a_history(model, days):
    expected = model.expected_purchases(summary_of((0, 0, 0)), days)[0]
    assert model.expected_purchases_of_new(days) == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize("kind", MODELS)
def test_forecasts_come_true_where_the_story_is_true(kind):
    # customers are seen for 100 to 699 days, each as likely
    truth = model_of(kind, TRUTH[kind])
    seen = simulate(np.random.default_rng(5), 40_000, kind, **TRUTH[kind])
    mean = (seen.frequency * seen.n_customers).sum() / seen.total_customers
    assert mean == pytest.approx(np.mean([truth.expected_purchases_of_new(age) for age in range(100, 700)]), rel=0.03)


@pytest.mark.parametrize("kind", MODELS)
def test_it_is_an_estimator(sample, kind):
    model = kind(tol=1e-7).fit(sample.summary())
    assert model.get_params() == {"tol": 1e-7}
    fresh = clone(model)
    assert fresh.tol == 1e-7
    assert not hasattr(fresh, "r_")


@pytest.mark.parametrize("kind", MODELS)
def test_fitting_twice_gives_the_same_bytes_whatever_the_order_of_customers(sample, kind):
    order = np.random.default_rng(3).permutation(len(sample.frequency))
    shuffled = PurchaseSummary.of(sample.frequency[order], sample.recency_days[order], sample.age_days[order])
    assert kind().fit(shuffled).parameters_ == kind().fit(sample.summary()).parameters_


def test_where_nobody_stops_the_nbd_is_as_likely_as_models_with_more_to_say():
    seen = simulate(np.random.default_rng(8), 3000, NBD, **TRUTH[NBD])
    nbd = NBD().fit(seen)
    for kind in MODELS[:3]:
        other = kind().fit(seen)
        assert other.log_likelihood_ == pytest.approx(nbd.log_likelihood_, abs=3)
        assert other.p_alive(seen).mean() > 0.97


@pytest.mark.parametrize("kind", MODELS)
def test_starting_from_a_part_of_many_customers_ends_where_all_of_them_do(kind, monkeypatch):
    seen = simulate(np.random.default_rng(6), 5000, kind, **TRUTH[kind])
    whole = kind().fit(seen)
    monkeypatch.setattr("crmwb.value.models.purchase_model.ROUGH", 500)
    from_part = kind().fit(seen)
    assert len(seen) > 1000
    assert from_part.parameters_ == pytest.approx(whole.parameters_, rel=1e-6)
    assert from_part.covariance_ == pytest.approx(whole.covariance_, rel=1e-4)
    assert from_part.verdict_ == whole.verdict_
