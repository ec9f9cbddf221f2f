"""What purchases to come are worth today: rates, horizons with and without an end, margin and costs."""

import math
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from simulated_purchases import MODELS, TRUTH

from crmwb.value.models import NBD, BetaGeoNBD, ParetoNBD, PurchaseSummary, Status, Verdict
from crmwb.value.potential.clv import Terms, discount, discounted_purchases, lifetime_values, value_of_new

CUSTOMERS = PurchaseSummary.of([0, 2, 9], [0, 200, 260], [270, 272, 265])
RATE = np.log(1.1) / 365


def known(kind, **parameters):
    return kind().restore(parameters, np.eye(len(parameters)), 0.0, 1, Verdict(Status.OK))


MODEL = known(BetaGeoNBD, r=0.25, alpha=31.0, a=0.8, b=2.4)
DAILY = known(NBD, r=1e6, alpha=1e6)  # everybody buys once a day for ever: discounting can be checked by hand


def test_the_rate_is_effective_a_year():
    assert discount(365, 0.10) == pytest.approx(1 / 1.1)
    assert discount(730, 0.10) == pytest.approx(1 / 1.21)
    assert discount(0, 0.10) == 1
    assert math.exp(-365 * Terms(365, 0.10).daily_rate) == pytest.approx(1 / 1.1)


def test_once_a_day_for_ever_is_an_annuity():
    new = PurchaseSummary.of([0], [0], [0])
    three_years = 365 * (1 - 1.5**-3) / np.log(1.5)  # the integral of 1.5^(-t/365)
    assert discounted_purchases(DAILY, new, 1095, 0.5)[0] == pytest.approx(three_years)
    assert discounted_purchases(DAILY, new, math.inf, 0.5)[0] == pytest.approx(365 / np.log(1.5))
    assert discounted_purchases(DAILY, new, 70, 0.0)[0] == pytest.approx(70)


@pytest.mark.parametrize("kind", MODELS)
@pytest.mark.parametrize("horizon", [0.5, 91, 365, 3650])
def test_without_a_rate_nothing_is_taken_off(kind, horizon):
    model = known(kind, **TRUTH[kind])
    whole = model.expected_purchases(CUSTOMERS, horizon)
    assert discounted_purchases(model, CUSTOMERS, horizon, 0.0) == pytest.approx(whole, rel=1e-10)


@pytest.mark.parametrize("kind", MODELS)
def test_discounted_is_the_sum_of_what_comes_day_by_day(kind):
    model = known(kind, **TRUTH[kind])
    until = np.array([model.expected_purchases(CUSTOMERS, day) for day in range(366)])
    by_day = (np.diff(until, axis=0) * np.exp(-RATE * (np.arange(365) + 0.5))[:, None]).sum(axis=0)
    assert model.discounted(CUSTOMERS, RATE, 365).purchases == pytest.approx(by_day, rel=1e-6)


@pytest.mark.parametrize("kind", MODELS)
def test_without_an_end_it_is_what_a_very_long_horizon_comes_to(kind):
    model = known(kind, **TRUTH[kind])
    endless, long = (model.discounted(CUSTOMERS, RATE, horizon) for horizon in (math.inf, 36_500))
    assert endless.purchases == pytest.approx(long.purchases, rel=1e-3)
    assert (endless.purchases > long.purchases).all()
    assert (endless.time_alive < 1 / RATE * (1 + 1e-12)).all()  # nobody stays longer than for ever


def test_time_alive_of_lives_that_all_end_alike():
    # lives end at the rate 1/100 a day, whoever they are: alive for 1 / (0.01 + rate), until a year with a share of it
    model = known(ParetoNBD, r=1.0, alpha=10.0, s=1e7, beta=1e9)
    new = PurchaseSummary.of([0], [0], [0])
    assert model.discounted(new, RATE).time_alive[0] == pytest.approx(1 / (0.01 + RATE), rel=1e-5)
    within = -math.expm1(-365 * (0.01 + RATE)) / (0.01 + RATE)
    assert model.discounted(new, RATE, 365).time_alive[0] == pytest.approx(within, rel=1e-5)


def test_discounting_does_not_depend_on_the_unit_of_time():
    weeks = PurchaseSummary.of([0, 2, 9], np.array([0, 200, 260]) / 7, np.array([270, 272, 265]) / 7)
    for kind in MODELS:
        inside = TRUTH[kind] | {name: TRUTH[kind][name] / 7 for name in kind.times}
        here, there = known(kind, **TRUTH[kind]), known(kind, **inside)
        assert there.discounted(weeks, RATE * 7, 52).purchases == pytest.approx(
            here.discounted(CUSTOMERS, RATE, 364).purchases
        )
        assert there.discounted(weeks, RATE * 7).time_alive * 7 == pytest.approx(
            here.discounted(CUSTOMERS, RATE).time_alive
        )


@pytest.mark.parametrize(("rate", "horizon"), [(-0.1, 365), (0.1, -1), (0.0, math.inf), (math.nan, 365)])
def test_a_sum_without_bound_is_refused(rate, horizon):
    with pytest.raises(ValueError, match="discounting needs"):
        MODEL.discounted(CUSTOMERS, rate, horizon)


@pytest.mark.parametrize("kind", MODELS)
@given(st.lists(st.floats(0, 5), min_size=2, max_size=5, unique=True), st.integers(1, 2000))
@settings(max_examples=25)
def test_value_falls_with_the_rate_and_grows_with_the_horizon(kind, rates, horizon):
    model, hair = known(kind, **TRUTH[kind]), 1 + 1e-12
    values = [discounted_purchases(model, CUSTOMERS, horizon, rate) for rate in sorted(rates)]
    assert all((later <= sooner * hair).all() for sooner, later in pairwise(values))
    assert (discounted_purchases(model, CUSTOMERS, horizon + 30, min(rates)) * hair >= values[0]).all()


def test_lifetime_value_is_margin_on_purchases_less_what_keeping_costs():
    terms = Terms(365, 0.0, margin_share=0.25, retention_cents_a_year=730)
    new, rows = PurchaseSummary.of([0], [0], [0]), np.zeros(2, dtype=int)
    # 365 purchases of 1,000 and of 2,000 at a quarter, and 2 a day for keeping
    assert lifetime_values(DAILY, new, rows, np.array([1000.0, 2000.0]), terms) == pytest.approx([90_520, 181_770])


def test_a_new_customer_brings_the_first_purchase_and_costs_acquisition():
    terms = Terms(365, 0.0, margin_share=0.5, acquisition_cents=3000)
    assert value_of_new(DAILY, 1000.0, terms) == pytest.approx(365 * 500 + 500 - 3000)
