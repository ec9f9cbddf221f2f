"""Contracts: the two segments of Fader & Hardie (2007), then what must hold of any."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import approx_fprime

from crmwb.errors import CrmwbError
from crmwb.findings.say import say
from crmwb.value.models import ContractsBySegment, ContractSummary, ShiftedBetaGeometric, Status, Verdict

REGULAR = [1000, 631, 468, 382, 326, 289, 262, 241]
HIGH_END = [1000, 869, 743, 653, 593, 551, 517, 491]
POSITIVE = st.floats(0.05, 50)


def model_of(alpha: float, beta: float) -> ShiftedBetaGeometric:
    return ShiftedBetaGeometric().restore({"alpha": alpha, "beta": beta}, np.eye(2), 0.0, 1, Verdict(Status.OK))


def simulate(rng: np.random.Generator, n: int, alpha: float, beta: float) -> ContractSummary:
    """Draw customers who may leave at each renewal date, seen for 1 to 12 of them."""
    seen, lives = rng.integers(1, 13, n), rng.geometric(rng.beta(alpha, beta, n))
    return ContractSummary.of(np.minimum(lives, seen), lives <= seen)


@pytest.mark.parametrize(
    ("survivors", "parameters", "log_likelihood"),
    [
        (REGULAR, {"alpha": 0.7041, "beta": 1.1820}, -1680.265),
        (HIGH_END, {"alpha": 0.6681, "beta": 3.8061}, -1611.158),
    ],
)
def test_published_segments(survivors, parameters, log_likelihood):
    model = ShiftedBetaGeometric().fit(ContractSummary.of_survivors(survivors))
    assert model.verdict_.is_ok
    assert model.n_customers_ == 1000
    assert model.parameters_ == pytest.approx(parameters, rel=0.001)
    assert model.log_likelihood_ == pytest.approx(log_likelihood, abs=0.002)
    assert model.survival(np.arange(8)) * 1000 == pytest.approx(survivors, abs=20)


def test_a_cohort_is_counted():
    summary = ContractSummary.of_survivors([10, 7, 7, 4])
    rows = zip(summary.periods, summary.is_lost, summary.n_customers, strict=True)
    assert list(rows) == [(1, True, 3), (3, False, 4), (3, True, 3)]
    assert (summary.total_customers, summary.total_lost, len(summary)) == (10, 6, 3)
    gone = ContractSummary.of_survivors([10, 0])
    assert (gone.periods.tolist(), gone.is_lost.tolist(), gone.n_customers.tolist()) == ([1], [True], [10])


def test_merged_partitions_are_the_whole():
    a, b = ContractSummary.of([1, 3], [True, False]), ContractSummary.of([3, 1, 0], [False, True, False], [2, 1, 1])
    merged = a.merge(b)
    assert list(zip(merged.periods, merged.is_lost, merged.n_customers, strict=True)) == [
        (0, False, 1), (1, True, 2), (3, False, 3),
    ]  # fmt: skip


@pytest.mark.parametrize("history", [(0, True), (-1, False), (1.5, True), (np.nan, False), (np.inf, False)])
def test_an_impossible_history_is_refused_with_its_row(history):
    with pytest.raises(ValueError, match="row 1"):
        ContractSummary.of([1, history[0]], [True, history[1]])


def test_a_cohort_cannot_grow_and_columns_must_be_alike():
    with pytest.raises(ValueError, match="-2 lost"):
        ContractSummary.of_survivors([10, 8, 10])
    with pytest.raises(ValueError, match="alike"):
        ContractSummary.of([1, 2], [True])


@given(POSITIVE, POSITIVE)
@settings(max_examples=25)
def test_retention_rises_with_tenure_and_makes_survival(alpha, beta):
    model = model_of(alpha, beta)
    rates = model.retention_rate(np.arange(1, 30))
    assert ((rates > 0) & (rates < 1)).all()
    assert (np.diff(rates) > 0).all()
    assert np.cumprod(rates) == pytest.approx(model.survival(np.arange(1, 30)), rel=1e-9)
    everybody = ContractSummary.of([*range(1, 30), 29], [True] * 29 + [False])
    assert np.exp(model.log_likelihood(everybody)).sum() == pytest.approx(1)


@given(POSITIVE, POSITIVE, st.floats(0.05, 2))
@settings(max_examples=25)
def test_lifetimes_are_sums_over_periods(alpha, beta, rate):
    model, t = model_of(alpha, beta), np.arange(1000)
    share, worth = model.survival(t), (1 + rate) ** -t.astype(float)
    assert model.discounted_lifetime_of_new(rate) == pytest.approx((share * worth).sum(), rel=1e-9)
    # after two renewals, just before the third
    to_come = (share[3:] / share[2] * worth[:-3]).sum()
    assert model.discounted_residual_lifetime(np.array([2]), rate)[0] == pytest.approx(to_come, rel=1e-9)
    lives = model.discounted_residual_lifetime(np.arange(20), rate)
    assert (np.diff(lives) > 0).all()
    assert (model.discounted_residual_lifetime(np.arange(20), rate * 1.1) < lives).all()


def test_residual_lifetime_of_the_high_end_after_seven_years():
    # 7.530 at 10% a year: README of jdmaturen's shifted_beta_geometric_py
    model = model_of(0.6681, 3.8061)
    assert model.discounted_residual_lifetime(np.array([7]), 0.1)[0] == pytest.approx(7.530, abs=0.001)


def test_mean_lifetime_without_discounting():
    # (alpha + beta - 1) / (alpha - 1), where alpha is above 1; else a few stay so long that no mean exists
    assert model_of(3.0, 4.0).discounted_lifetime_of_new(0.0) == pytest.approx(3.0)
    assert model_of(1.0, 4.0).discounted_lifetime_of_new(0.0) == np.inf
    monthly = model_of(0.7, 4.0).discounted_lifetime_of_new(1.01**12 - 1, periods_a_year=12)
    assert monthly == pytest.approx(model_of(0.7, 4.0).discounted_lifetime_of_new(0.01))


def test_standard_errors_and_recovery():
    truth = {"alpha": 0.8, "beta": 2.5}
    fits = [ShiftedBetaGeometric().fit(simulate(np.random.default_rng(seed), 3000, **truth)) for seed in range(40)]
    off = [
        [(np.log(fit.parameters_[name]) - np.log(value)) / np.sqrt(fit.covariance_[i, i]) for fit in fits]
        for i, (name, value) in enumerate(truth.items())
    ]
    assert all(fit.verdict_.is_ok for fit in fits)
    assert (np.abs(off) < 3).all(axis=0).sum() >= 38
    assert 0.7 < np.std(off) < 1.3


def test_the_information_is_minus_the_curvature():
    model, cohort = (
        ShiftedBetaGeometric().fit(ContractSummary.of_survivors(REGULAR)),
        ContractSummary.of_survivors(REGULAR),
    )

    def total(theta):
        return (model_of(*np.exp(theta)).log_likelihood(cohort) * cohort.n_customers).sum()

    theta = np.log([model.alpha_, model.beta_])
    curvature = [approx_fprime(theta, lambda t, i=i: approx_fprime(t, total, 1e-4)[i], 1e-4) for i in range(2)]
    assert np.linalg.inv(-np.array(curvature)) == pytest.approx(model.covariance_, rel=0.02)


@pytest.mark.parametrize(
    ("survivors", "status"),
    [
        ([100, 50, 25, 12, 6, 3], Status.LIMIT),  # one chance for all: nothing to tell customers apart
        ([1000, 700], Status.FLAT),  # a single renewal date
        ([1000, 0], Status.DEGENERATE),  # the chance to leave runs to 1
        ([100, 95], Status.TOO_LITTLE_DATA),
        ([100, 100], Status.TOO_LITTLE_DATA),
        ([10**9, 9 * 10**8, 85 * 10**7, 82 * 10**7], Status.OK),
        ([1000, *([990] * 9999)], None),
        ([10_000 - i for i in range(10_000)], Status.DEGENERATE),  # the older, the likelier to leave
    ],
    ids=["halving", "one date", "all leave", "five leave", "none leaves", "a billion", "10,000 periods", "ageing"],
)
def test_extremes_are_finite_and_have_a_verdict(survivors, status):
    model = ShiftedBetaGeometric().fit(ContractSummary.of_survivors(survivors))
    assert model.verdict_.explanation
    if status:
        assert model.verdict_.status is status
    if model.parameters_:
        assert np.isfinite(model.log_likelihood_)
        assert np.isfinite(model.survival(np.array([0, 1, 10_000]))).all()
        assert np.isfinite(model.discounted_residual_lifetime(np.array([0, 10_000]), 0.1)).all()
    else:
        with pytest.raises(CrmwbError, match="too_little_data"):
            model.survival(np.array([1]))


def test_chances_to_leave_that_grow_with_tenure_are_said():
    model = ShiftedBetaGeometric().fit(ContractSummary.of_survivors([1000, 950, 850, 650, 300]))
    assert model.verdict_.status is Status.DEGENERATE
    assert model.verdict_.explanation.code == "models.fit.leaving_grows"


def segments():
    return {"regular": ContractSummary.of_survivors(REGULAR), "high end": ContractSummary.of_survivors(HIGH_END)}


def test_segments_that_differ_have_models_of_their_own():
    model = ContractsBySegment().fit(segments())
    assert list(model.segments_) == ["high end", "regular"]
    assert model.parameters_["regular.alpha"] == pytest.approx(0.7041, rel=0.001)
    assert model.log_likelihood_ == pytest.approx(-1680.265 - 1611.158, abs=0.004)
    assert model.n_customers_ == 2000
    assert model.test_.degrees_of_freedom == 2
    assert model.test_.statistic == pytest.approx(2 * (model.log_likelihood_ - model.pooled_.log_likelihood_))
    assert model.segments_differ_
    assert model.verdict_.is_ok
    assert model.model_of("regular") is model.segments_["regular"]
    assert model.model_of("unheard of") is model.pooled_


def test_segments_that_are_the_same_share_one_model():
    rng = np.random.default_rng(0)
    model = ContractsBySegment().fit({name: simulate(rng, 1500, 0.8, 2.5) for name in "abc"})
    assert model.test_.degrees_of_freedom == 4
    assert not model.segments_differ_
    assert model.model_of("a") is model.pooled_


def test_a_test_at_one_in_twenty_is_wrong_once_in_twenty():
    wrong = 0
    for seed in range(200):
        rng = np.random.default_rng(seed)
        wrong += ContractsBySegment().fit({name: simulate(rng, 300, 1.5, 4.0) for name in "ab"}).segments_differ_
    assert 3 <= wrong <= 19  # 10 of 200 to expect


def test_a_segment_with_too_few_customers_is_forecast_like_all():
    small = {"tiny": ContractSummary.of_survivors([5, 4, 3])}
    model = ContractsBySegment().fit(segments() | small)
    assert model.verdict_.status is Status.TOO_LITTLE_DATA
    assert "tiny (too little data)" in say(model.verdict_.explanation)
    assert model.n_customers_ == 2000  # of the segments tested
    assert model.test_ == ContractsBySegment().fit(segments()).test_
    assert model.pooled_.n_customers_ == 2005
    assert model.model_of("tiny") is model.pooled_
    assert model.model_of("regular") is model.segments_["regular"]


def test_one_segment_has_nothing_to_differ_from_and_none_is_refused():
    model = ContractsBySegment().fit({"regular": ContractSummary.of_survivors(REGULAR)})
    assert model.test_ is None
    assert not model.segments_differ_
    with pytest.raises(CrmwbError, match="no segment"):
        ContractsBySegment().fit({})
