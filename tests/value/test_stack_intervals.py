"""Intervals around the stack's forecasts, against futures drawn from what they assume."""

import numpy as np
import pytest

from crmwb.value.models import GammaGamma, Status, Verdict
from crmwb.value.potential.intervals import PROBABILITIES
from crmwb.value.potential.stack_intervals import purchase_ends, spend_ends

CASES = [  # purchases expected, size of the negative binomial, repeat purchases so far
    (0.3, 0.3, 0), (0.3, 0.3, 3), (2.0, 1.0, 0), (2.0, 1.0, 5), (10.0, 5.0, 20), (50.0, 3.0, 40),
]  # fmt: skip
P, Q = 6.2, 3.7


def spend_model() -> GammaGamma:
    return GammaGamma().restore({"p": P, "q": Q, "v": 1500.0}, np.eye(3), 0.0, 100, Verdict(Status.OK, ""))


@pytest.mark.parametrize(("mean", "size", "x"), CASES)
def test_ends_hold_what_they_say(mean, size, x):
    rng, n = np.random.default_rng(1), 200_000
    purchases = rng.negative_binomial(size, size / (size + mean), n)
    rates = rng.gamma(P * x + Q, 1.0, n)
    brought = np.where(purchases > 0, rng.gamma(np.maximum(P * purchases, 1e-9)) / rates, 0.0)
    expected = P / (P * x + Q - 1)
    alone = np.array([mean]), np.array([size])
    ends = spend_ends(*alone, np.array([expected]), spend=spend_model(), frequency=np.array([float(x)]))[0]
    for probability, end in zip(PROBABILITIES, ends, strict=True):
        if probability < (purchases == 0).mean():
            assert end == 0
        else:
            assert (brought <= end).mean() == pytest.approx(probability, abs=0.02)
    for probability, end in zip(PROBABILITIES, purchase_ends(*alone)[0], strict=True):
        assert (purchases <= end).mean() >= probability - 0.003
        assert end == 0 or (purchases < end).mean() <= probability + 0.003


def test_without_a_model_of_spend_each_purchase_brings_what_is_expected():
    mean, size = np.array([2.0, 0.1]), np.array([1.0, 1.0])
    ends = spend_ends(mean, size, np.array([500.0, 300.0]), spend=None, frequency=np.array([3.0, 0.0]))
    assert ends.tolist() == (purchase_ends(mean, size) * [[500], [300]]).tolist()


def test_many_customers_are_worked_out_as_one_is():
    mean, size = np.linspace(0.01, 30, 70_000), np.linspace(0.2, 8, 70_000)
    whole = purchase_ends(mean, size)
    assert whole.shape == (70_000, 6)
    assert whole[66_000:66_010].tolist() == purchase_ends(mean[66_000:66_010], size[66_000:66_010]).tolist()
