"""Sums of exponentials are SciPy's, to the bit: also of ties, of large and small terms, and of no finite ones."""

import numpy as np
import pytest
from scipy.special import logsumexp

from crmwb.value.models import log_sums
from crmwb.value.models.log_sums import log_sum_exp


@pytest.mark.parametrize("scale", [1e-9, 1.0, 40.0, 800.0])
@pytest.mark.parametrize("k", [1, 2, 5])
def test_sums_are_those_of_scipy_to_the_bit(k, scale):
    terms = np.random.default_rng(k).normal(size=(k, 3_000)) * scale - 50
    terms[:, :100] = terms[0, :100]
    assert log_sum_exp(terms).tobytes() == logsumexp(terms, axis=0).tobytes()


def test_what_is_not_finite_is_too():
    terms = np.array([[-np.inf, 1.0, np.inf, np.nan, -np.inf], [-np.inf, -np.inf, 0.0, 0.0, -2.0]])
    assert np.array_equal(log_sum_exp(terms), logsumexp(terms, axis=0), equal_nan=True)


def test_the_sum_is_worked_out_once(monkeypatch):
    monkeypatch.delattr(log_sums, "logsumexp")
    assert log_sum_exp(np.zeros((2, 1))) == pytest.approx(np.log(2))
