"""Discounting: what purchases to come are worth today."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crmwb.value.models import BetaGeoNBD, PurchaseModel, PurchaseSummary, Status, Verdict
from crmwb.value.potential.clv import discount, discounted_purchases

MODEL = BetaGeoNBD().restore({"r": 0.25, "alpha": 31.0, "a": 0.8, "b": 2.4}, np.eye(4), 0.0, 1, Verdict(Status.OK, ""))
CUSTOMERS = PurchaseSummary.of([0, 2, 9], [0, 200, 260], [270, 272, 265])


class OneADay(PurchaseModel):
    """Everybody buys once a day for ever: discounting can be checked by hand."""

    name = "one_a_day"
    parameter_names = ()

    def _objective(self, summary, unit):
        raise AssertionError("there is nothing to fit")

    def log_likelihood(self, summary):
        return np.zeros(len(summary))

    def p_alive(self, summary):
        return np.ones(len(summary))

    def expected_purchases(self, summary, horizon_days):
        return np.full(len(summary), float(horizon_days))

    def expected_purchases_of_new(self, days):
        return float(days)


def test_the_rate_is_effective_a_year():
    assert discount(365, 0.10) == pytest.approx(1 / 1.1)
    assert discount(730, 0.10) == pytest.approx(1 / 1.21)
    assert discount(0, 0.10) == 1


def test_each_step_is_discounted_from_its_middle():
    found = discounted_purchases(OneADay(), CUSTOMERS, 70, 0.10)
    by_hand = 30 * 1.1 ** (-15 / 365) + 30 * 1.1 ** (-45 / 365) + 10 * 1.1 ** (-65 / 365)
    assert found == pytest.approx([by_hand] * 3)


def test_steps_are_fine_enough():
    # against the integral of (1 + d)^(-t/365) over three years, at a steep rate
    found = discounted_purchases(OneADay(), CUSTOMERS, 1095, 0.5)[0]
    assert found == pytest.approx(365 * (1 - 1.5**-3) / np.log(1.5), rel=1e-4)


def test_without_a_rate_nothing_is_taken_off():
    assert discounted_purchases(MODEL, CUSTOMERS, 365, 0.0) == pytest.approx(MODEL.expected_purchases(CUSTOMERS, 365))


@given(st.lists(st.floats(0, 5), min_size=2, max_size=5, unique=True), st.integers(1, 2000))
@settings(deadline=None)
def test_value_falls_with_the_rate_and_grows_with_the_horizon(rates, horizon):
    values = [discounted_purchases(MODEL, CUSTOMERS, horizon, rate) for rate in sorted(rates)]
    assert all((later <= sooner).all() for sooner, later in pairwise(values))
    assert (discounted_purchases(MODEL, CUSTOMERS, horizon + 30, min(rates)) >= values[0]).all()
