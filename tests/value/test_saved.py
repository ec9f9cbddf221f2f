"""A saved model is readable JSON, comes back whole, and nothing else is taken for one."""

import json

import numpy as np
import pytest
from simulated_purchases import MODELS

from crmwb.errors import CrmwbError
from crmwb.value.models import (
    BetaGeoBetaBinomial,
    BetaGeoNBD,
    ContractsBySegment,
    ContractSummary,
    GammaGamma,
    MarkovChain,
    PurchaseSummary,
    RoundsSummary,
    ShiftedBetaGeometric,
    Status,
    load,
    save,
)


def roundtrip(model, unit="days"):
    return load(json.loads(json.dumps(save(model, unit), allow_nan=False)))


@pytest.mark.parametrize("kind", MODELS)
def test_a_model_comes_back_and_forecasts_the_same(sample, kind):
    summary = sample.summary()
    model = kind().fit(summary)
    back = roundtrip(model)
    assert type(back) is kind
    assert back.parameters_ == model.parameters_
    assert back.standard_errors_ == pytest.approx(model.standard_errors_)
    assert back.verdict_ == model.verdict_
    assert (back.log_likelihood_, back.n_customers_) == (model.log_likelihood_, 2357)
    assert np.array_equal(back.expected_purchases(summary, 365), model.expected_purchases(summary, 365))


def test_spend_comes_back(sample):
    model = GammaGamma().fit(sample.frequency, sample.mean_spend)
    assert roundtrip(model, "dollars").parameters_ == model.parameters_


def test_purchases_in_rounds_come_back():
    rounds = RoundsSummary.of_answers(np.random.default_rng(0).random((500, 6)) < np.linspace(0, 1, 500)[:, np.newaxis])
    model = BetaGeoBetaBinomial().fit(rounds)
    assert np.array_equal(roundtrip(model, "rounds").expected_purchases(rounds, 5), model.expected_purchases(rounds, 5))


COHORT = ContractSummary.of_survivors([1000, 631, 468, 382, 326])
OTHER = ContractSummary.of_survivors([1000, 869, 743, 653, 593])
CHAIN = MarkovChain.of_recency(np.array([0.3, 0.2]), margin=40, cost=4, rate=0.2)


def test_contracts_come_back():
    model = ShiftedBetaGeometric().fit(COHORT)
    assert roundtrip(model, "years").retention_rate(np.array([3])) == model.retention_rate(np.array([3]))


def test_contracts_by_segment_come_back():
    small = ContractSummary.of_survivors([5, 4])
    model = ContractsBySegment(tol=1e-8).fit({"a": COHORT, "b": OTHER, "": small})
    back = roundtrip(model, "years")
    assert (back.tol, back.test_, back.verdict_) == (1e-8, model.test_, model.verdict_)
    assert back.data_sha256_ == model.data_sha256_ == COHORT.merge(OTHER).sha256
    assert back.parameters_ == model.parameters_
    assert (back.log_likelihood_, back.n_customers_) == (model.log_likelihood_, 2000)
    assert list(back.segments_) == list(model.segments_)
    assert back.pooled_.parameters_ == model.pooled_.parameters_
    assert roundtrip(ContractsBySegment().fit({"a": COHORT}), "years").test_ is None


def test_a_markov_chain_comes_back():
    back = roundtrip(CHAIN, "dollars")
    assert back.states == CHAIN.states
    assert np.array_equal(back.value(), CHAIN.value())


def test_what_is_saved_can_be_read_by_people(sample):
    saved = save(BetaGeoNBD().fit(sample.summary()), "days")
    assert saved["parameters"]["alpha"]["estimate"] == pytest.approx(4.4136 * 7, rel=1e-3)
    assert saved["parameters"]["alpha"]["standard_error"] == pytest.approx(0.378 * 7, rel=1e-2)
    assert saved["unit"] == "days"
    assert saved["verdict"]["status"] == "ok"


@pytest.mark.parametrize(
    ("n", "status"), [(100, Status.DEGENERATE), (1, Status.TOO_LITTLE_DATA)], ids=["degenerate", "too little data"]
)
def test_a_bad_fit_comes_back_with_its_verdict(n, status):
    back = roundtrip(BetaGeoNBD().fit(PurchaseSummary.of(np.full(n, 5), np.full(n, 30), np.full(n, 40))))
    assert back.verdict_.status is status
    assert bool(back.parameters_) == (n == 100)


def spoilt(sample, **changes):
    return save(BetaGeoNBD().fit(sample.summary()), "days") | changes


def test_what_does_not_fit_is_refused(sample):
    for changes, says in [
        ({"model": "crystal_ball"}, "crystal_ball"),
        ({"model": "gamma_gamma"}, "p, q, v"),
        ({"parameters": {"r": 1.0}}, "no saved model"),
        ({"verdict": {"status": "splendid", "explanation": ""}}, "splendid"),
        ({"version": 0}, "version 0 cannot be read, only of 2"),
    ]:
        with pytest.raises(CrmwbError, match=says):
            load(spoilt(sample, **changes))
    for nothing in ({}, [], None):
        with pytest.raises(CrmwbError, match="no saved model"):
            load(nothing)


def test_segments_and_chains_that_do_not_fit_are_refused():
    segments = save(ContractsBySegment().fit({"a": COHORT, "b": OTHER}), "years")
    for changes, says in [
        ({"pooled": save(CHAIN, "years")}, "holds a MarkovChain"),
        ({"segments": {"a": segments}}, "holds a ContractsBySegment"),
        ({"test": {"p_value": 1}}, "no saved model"),
        ({"segments": None}, "no saved model"),
    ]:
        with pytest.raises(CrmwbError, match=says):
            load(segments | changes)
    for changes, says in [
        ({"transitions": [[1.0]]}, "needs 3 names"),
        ({"rewards": ["a", "b", "c"]}, "no saved model"),
        ({"transitions": np.zeros((3, 3)).tolist()}, "add up to 0"),
    ]:
        with pytest.raises(CrmwbError, match=says):
            load(save(CHAIN, "years") | changes)


def test_a_model_of_other_data_is_refused(sample):
    summary = sample.summary()
    saved = save(BetaGeoNBD().fit(summary), "days")
    assert load(saved, summary.sha256).data_sha256_ == summary.sha256
    with pytest.raises(CrmwbError, match="fitted on other data"):
        load(saved, sample.summary(7.0).sha256)
