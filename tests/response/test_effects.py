"""Effects that can be checked by hand, and on a real randomised trial."""

import numpy as np
import pandas as pd
import pytest
from statsmodels.stats.weightstats import CompareMeans, DescrStatsW

from crmwb.response import design, effects


def test_a_difference_of_means_with_welch_interval_equals_statsmodels():
    rng = np.random.default_rng(1)
    treated = np.arange(90) < 30
    spend = rng.gamma(2, 10, 90) + 3 * treated
    effect = effects.mean_effect(spend, treated)
    oracle = CompareMeans(DescrStatsW(spend[treated]), DescrStatsW(spend[~treated]))
    assert (effect.low, effect.high) == pytest.approx(oracle.tconfint_diff(usevar="unequal"))
    assert effect.p_value == pytest.approx(oracle.ttest_ind(usevar="unequal")[1])


def test_everybody_alike_in_each_arm_is_an_exact_difference():
    effect = effects.mean_effect(np.array([2.0, 2.0, 1.0, 1.0]), np.array([True, True, False, False]))
    assert (effect.difference, effect.low, effect.high) == (1.0, 1.0, 1.0)


def test_an_arm_of_one_says_nothing():
    effect = effects.mean_effect(np.array([2.0, 1.0, 1.0]), np.array([True, False, False]))
    assert np.isnan(effect.difference)
    assert not effect.is_significant


def test_no_response_at_all_keeps_an_interval():
    effect = effects.share_effect(np.zeros(200, bool), np.arange(200) < 100)
    assert effect.difference == 0
    assert -0.05 < effect.low < 0 < effect.high < 0.05


def test_spending_before_makes_the_interval_narrower_and_keeps_the_effect():
    rng = np.random.default_rng(2)
    before = rng.gamma(2, 100, 4000)
    treated = rng.random(4000) < 0.5
    after = before + rng.normal(0, 20, 4000) + 5 * treated
    plain, adjusted = effects.mean_effect(after, treated), effects.adjusted_effect(after, treated, before)
    assert adjusted.standard_error < plain.standard_error / 4
    assert adjusted.low < 5 < adjusted.high


@pytest.mark.parametrize("n", [30, 100])
def test_taking_out_what_was_spent_before_calls_few_null_effects_significant_in_small_arms(n):
    rng = np.random.default_rng(6)
    treated = np.arange(2 * n) < n

    def is_significant():
        before = rng.lognormal(4, 1.3, 2 * n) * (rng.random(2 * n) < 0.8)
        after = before * rng.lognormal(0, 1.3, 2 * n) * (rng.random(2 * n) < 0.6)
        return effects.adjusted_effect(after, treated, before).is_significant

    assert np.mean([is_significant() for _ in range(400)]) <= 0.07  # 0.14 and 0.08 without the errors of HC3


def test_who_alone_spent_before_is_no_slope():
    after = np.array([5.0, 9, 7, 6, 4, 8, 6, 5, 7, 4])
    treated = np.arange(10) < 5
    before = np.where(np.arange(10) == 1, 100.0, 0.0)
    assert effects.adjusted_effect(after, treated, before) == effects.mean_effect(after, treated)


def test_many_null_comparisons_are_seldom_significant_together():
    rng = np.random.default_rng(3)
    hits = 0
    for _ in range(40):
        treated = np.arange(400) < 200
        family = effects.corrected([effects.mean_effect(rng.normal(size=400), treated) for _ in range(5)])
        hits += any(effect.is_significant for effect in family)
    assert hits <= 6  # 2 expected


def test_arms_of_the_wrong_size_and_unlike_arms_are_seen():
    rng = np.random.default_rng(4)
    traits = pd.DataFrame({"a": rng.normal(size=5000), "b": rng.gamma(1, 1, 5000)})
    fair = rng.random(5000) < 0.5
    assert not design.check(traits, fair, 0.5).has_wrong_sizes
    assert not design.check(traits, fair).is_unbalanced
    chosen = traits["a"].to_numpy() + rng.normal(size=5000) > 0.2
    checked = design.check(traits, chosen, 0.5)
    assert checked.has_wrong_sizes
    assert checked.is_unbalanced
    assert checked.balance.set_index("trait")["difference"].idxmax() == "a"


@pytest.fixture(scope="module")
def hillstrom(shared_data):
    return pd.read_csv(shared_data / "hillstrom" / "hillstrom.csv.gz")


@pytest.mark.parametrize(("arm", "visit", "spend"), [("Mens", 0.07659, 0.769827), ("Womens", 0.045233, None)])
def test_the_published_lifts_of_a_real_trial(hillstrom, arm, visit, spend):
    rows = hillstrom[hillstrom["segment"].isin([f"{arm} E-Mail", "No E-Mail"])]
    treated = (rows["segment"] != "No E-Mail").to_numpy()
    visits = effects.share_effect(rows["visit"].to_numpy() == 1, treated)
    assert visits.difference == pytest.approx(visit, abs=5e-6)
    assert visits.low < visit < visits.high
    if spend is not None:
        effect = effects.mean_effect(rows["spend"].to_numpy(), treated)
        assert effect.difference == pytest.approx(spend, abs=5e-7)
        assert effect.difference / effect.standard_error == pytest.approx(5.3, abs=0.01)


def test_an_arm_that_spent_nothing_before_is_compared_as_it_is():
    rng = np.random.default_rng(5)
    treated = np.arange(155) < 120
    before = np.where(np.arange(155) % 4 == 0, 7_133.7, 0.0) * treated  # nobody held back had spent anything
    outcome = rng.gamma(1.0, 300.0, 155)
    effect = effects.adjusted_effect(outcome, treated, before)
    plain = effects.mean_effect(outcome, treated)
    assert effect.standard_error < 2 * plain.standard_error
