"""What a purchase is expected to bring when the model of spend cannot say, and who is left out of it."""

import numpy as np
import pytest

from crmwb.value.models import GammaGamma
from crmwb.value.potential.spend import spend_facts, spend_rule, spend_to_expect

FREQUENCY = np.tile([1.0, 3.0, 2.0, 0.0], 25)


def fitted(spend):
    return GammaGamma().fit(FREQUENCY, np.where(FREQUENCY > 0, spend, np.nan))


def alike():
    """Spends that vary within customers and not between them: each mean is of draws from one distribution."""
    rng = np.random.default_rng(3)
    return rng.gamma(4 * np.maximum(FREQUENCY, 1), 1) * 250 / np.maximum(FREQUENCY, 1)


def test_where_customers_spend_alike_everybody_gets_the_mean_of_all_purchases():
    spend = alike()
    model = fitted(spend)
    assert not model.verdict_.is_ok
    assert spend_rule(model) == "pooled_mean"
    mean = (FREQUENCY * spend).sum() / FREQUENCY.sum()
    assert spend_to_expect(model, FREQUENCY, spend) == pytest.approx(np.full(100, mean))


def test_where_no_mean_exists_each_keeps_their_own():
    spend = 1000 / np.random.default_rng(0).random(100) ** 2
    model = fitted(spend)
    assert model.q_ <= 1
    assert spend_rule(model) == "own_mean"
    expected = spend_to_expect(model, FREQUENCY, spend)
    assert expected[FREQUENCY > 0] == pytest.approx(spend[FREQUENCY > 0])
    assert np.ptp(expected[FREQUENCY == 0]) == 0


def test_with_too_few_to_tell_the_mean_of_all_purchases_stands():
    # 400 once and 2,000 three times: 1,600
    model = GammaGamma().fit(np.array([1, 3, 0]), np.array([400, 2000, np.nan]))
    assert spend_to_expect(model, np.array([1, 3, 0]), np.array([400, 2000, np.nan])).tolist() == [1600] * 3
    assert spend_to_expect(model, np.zeros(2), np.full(2, np.nan)).tolist() == [0, 0]


def test_who_is_left_out_is_counted(sample):
    frequency = np.concatenate([sample.frequency, [2, 2, 1]])
    spend = np.concatenate([sample.mean_spend, [0.0, -5.0, -1.0]])
    model = GammaGamma().fit(frequency, spend)
    assert spend_rule(model) == "gamma_gamma"
    facts = spend_facts(model, frequency, spend)
    assert (facts["n_zero"], facts["n_negative"], facts["n_in_fit"]) == (1, 2, model.n_customers_)
    assert facts["n_customers"] == facts["n_in_fit"] + facts["n_without_repeat"] + 3
    assert "3 customers" in facts["finding"]
    assert "left out" not in spend_facts(model, sample.frequency, sample.mean_spend)["finding"]
    assert spend_to_expect(model, frequency, spend) == pytest.approx(model.expected_spend(frequency, spend))
