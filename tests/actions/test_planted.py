"""Lists of actions on companies of known truth, and a real trial made observational: short forms of the benchmarks."""

import sys

import pytest
from project import PROJECT

sys.path.append(str(PROJECT / "benchmarks"))
import action_lists
import observational_effects


@pytest.fixture(scope="module")
def judged():
    return [action_lists.judged(seed, n=3_000) for seed in (1, 2)]


def test_a_list_earns_more_than_lots_and_best_customers_first_and_nearly_what_an_oracle_does(judged):
    for company in judged:
        assert company["list"] > company["best customers first"] > company["lot"]
        assert company["list"] >= 0.9


def test_hold_outs_recover_the_planted_gain_and_the_second_cycle_earns_more(judged):
    for company in judged:
        assert company["second cycle"] > company["first cycle"]
    assert sum(company["recovered"] for company in judged) == sum(company["effects"] for company in judged) > 0


def test_a_trial_made_observational_is_estimated_nearer_than_by_the_plain_difference(shared_data):
    rows = observational_effects.trial(shared_data)
    truth = rows.loc[rows["treated"], "visit"].mean() - rows.loc[~rows["treated"], "visit"].mean()
    for seed in range(5):
        result = observational_effects.judged(rows, 0.7, seed, n=5_000)
        assert abs(result.effect.difference - truth) < abs(result.naive - truth)
    assert observational_effects.judged(rows, 8.0, seed=1, n=5_000).effect is None
