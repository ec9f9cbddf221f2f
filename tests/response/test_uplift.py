"""Rankings by uplift: right on small cases, proven on a real trial, and silent where there is nothing to rank."""

import numpy as np
import pandas as pd
import pytest

from crmwb.response.answers import Answer, uplift_of
from crmwb.response.learners import LEARNERS, Base, Experiment, doubly_robust, out_of_fold
from crmwb.response.observational import estimate
from crmwb.response.ranking import autoc, by_group, policy_value, qini, qini_curve, qini_interval

ONE = {"learners": ("response_model",), "bases": ("linear",), "seed": 0}


def simulated(n: int, slope: float, seed: int, base: float = 1.0) -> tuple[Experiment, np.ndarray]:
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(n, 3))
    uplift = base + slope * x[:, 0]
    treated = rng.random(n) < 0.5
    outcome = 2 * x[:, 1] + uplift * treated + rng.normal(size=n)
    return Experiment.drawn_by_lot(x, treated, outcome), uplift


def test_a_qini_curve_by_hand():
    uplift = np.array([4.0, 3.0, 2.0, 1.0])
    treated, outcome = np.array([True, False, True, False]), np.array([1.0, 0.0, 0.0, 1.0])
    contacted, gain = qini_curve(uplift, treated, outcome)
    assert contacted.tolist() == [0, 1, 2, 3, 4]
    assert gain.tolist() == [0.0, 1.0, 1.0, 1.0, 0.0]  # the last control bought without a contact
    assert qini(np.where(treated, outcome, -outcome), treated, outcome) == pytest.approx(1.0)
    assert qini(np.zeros(4), treated, outcome) == pytest.approx(0.0)


def test_equal_customers_carry_no_order():
    rng = np.random.default_rng(0)
    treated, outcome = rng.random(500) < 0.5, rng.normal(size=500)
    groups = rng.integers(0, 4, 500).astype(float)
    shuffled = rng.permutation(500)
    assert qini(groups, treated, outcome) == pytest.approx(qini(groups[shuffled], treated[shuffled], outcome[shuffled]))
    assert autoc(groups, outcome)[0] == pytest.approx(autoc(groups[shuffled], outcome[shuffled])[0])


@pytest.mark.parametrize("learner", [name for name in LEARNERS if name != "response_model"])
@pytest.mark.parametrize("kind", ["linear", "boosted"])
def test_learners_find_a_planted_uplift(learner, kind):
    sample, uplift = simulated(3000, 1.0, seed=5)
    assert np.corrcoef(out_of_fold(sample, learner, Base(kind, 0), 3), uplift)[0, 1] > 0.6


def test_scores_of_a_group_mean_its_uplift_and_policies_add_up():
    sample, uplift = simulated(6000, 1.0, seed=6)
    scores = doubly_robust(sample, Base("linear", 0))
    assert scores.mean() == pytest.approx(uplift.mean(), abs=0.1)
    groups = by_group(uplift, scores)
    assert groups["observed"].is_monotonic_decreasing
    assert ((groups["low"] < groups["predicted"]) & (groups["predicted"] < groups["high"])).sum() >= 9
    assert policy_value(uplift, scores).iloc[-1]["gain"] == pytest.approx(scores.mean())


def test_a_constant_effect_is_not_sorted_and_its_sign_answers():
    answers = [uplift_of(simulated(800, 0.0, seed)[0], **ONE).answer for seed in range(20)]
    assert answers.count(Answer.ALL) >= 18
    harmful = uplift_of(simulated(1500, 0.0, 1)[0], cost=2.0, **ONE)
    assert harmful.answer is Answer.NONE
    assert uplift_of(simulated(1500, 1.0, 1)[0], **ONE).answer is Answer.SORT


def test_no_effect_at_all_stays_open():
    answers = [uplift_of(simulated(800, 0.0, seed, base=0.0)[0], **ONE).answer for seed in range(20)]
    assert answers.count(Answer.OPEN) >= 17


@pytest.fixture(scope="module")
def trial(shared_data):
    frame = pd.read_csv(shared_data / "hillstrom" / "hillstrom.csv.gz")
    traits = pd.get_dummies(frame[["recency", "mens", "womens", "zip_code", "newbie", "channel"]]).astype(float)
    traits["history"] = np.log(frame["history"])

    def of(arm: str, outcome: str) -> Experiment:
        rows = frame["segment"].isin([f"{arm} E-Mail", "No E-Mail"]).to_numpy()
        treated = (frame["segment"][rows] == f"{arm} E-Mail").to_numpy()
        return Experiment.drawn_by_lot(traits[rows].to_numpy(), treated, frame[outcome][rows].to_numpy(float))

    return of


def test_a_real_trial_is_ranked_as_well_as_published_learners(trial):
    sample = trial("Womens", "visit")
    rankings = {name: out_of_fold(sample, name, Base("linear", 0)) for name in ("dr_learner", "response_model")}
    estimates, draws = qini_interval(rankings, sample.treated, sample.outcome, n_bootstrap=50, seed=0)
    assert estimates["dr_learner"].value >= 0.056
    assert estimates["response_model"].value == pytest.approx(0.035, abs=0.005)
    assert np.mean(draws[:, 0] > draws[:, 1]) > 0.9
    assert uplift_of(sample, cost=0.03, **ONE).answer is Answer.SORT


def test_a_rare_outcome_is_ranked_by_a_regularised_learner(trial):
    sample = trial("Womens", "conversion")
    assert qini(out_of_fold(sample, "dr_learner", Base("linear", 0)), sample.treated, sample.outcome) >= 0.07


def test_the_other_mailing_of_the_trial_is_for_all(trial):
    assert uplift_of(trial("Mens", "visit"), **ONE).answer is Answer.ALL


def test_without_an_experiment_the_adjusted_estimate_is_nearer_to_the_truth_and_refused_without_overlap():
    rng = np.random.default_rng(8)
    nearer = 0
    for seed in range(20):
        x = rng.normal(size=(2000, 3))
        treated = rng.random(2000) < 1 / (1 + np.exp(-x[:, 0]))
        outcome = 3 * x[:, 0] + treated + rng.normal(size=2000)
        result = estimate(x, treated, outcome, seed=seed)
        nearer += abs(result.effect.difference - 1) < abs(result.naive - 1)
    assert nearer >= 18
    apart = estimate(x, x[:, 0] > 0, outcome, seed=1)
    assert apart.effect is None
    assert apart.kept_share < 0.5
