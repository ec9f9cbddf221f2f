"""Intervals per customer: against simulated futures, against what came, and when there is nothing to say."""

import math

import numpy as np
import pytest
from simulated_futures import future, panel
from simulated_purchases import MODELS, TRUTH

from crmwb.value.models import GammaGamma, ParetoNBD, PurchaseSummary, Status, Verdict
from crmwb.value.potential.clv import Terms, lifetime_values
from crmwb.value.potential.coverage import coverage, transforms
from crmwb.value.potential.intervals import LEVELS, PROBABILITIES, intervals, scale_of

FINE = Verdict(Status.OK, "")
SPEND = {"p": 6.2, "q": 3.7, "v": 1544.0}
HISTORIES = [(0, 0, 1), (0, 0, 400), (2, 137, 238), (30, 600, 610), (300, 690, 700)]
YEAR = Terms(365, 0.10)


def known(kind, parameters, error=math.nan):
    """Return a model whose log parameters have this standard error; without one, they are certain."""
    return kind().restore(parameters, np.eye(len(parameters)) * error**2, 0.0, 1, FINE)


def one(x, t_x, age):
    return PurchaseSummary.of([x], [t_x], [age])


def values_of(found, spend, summary, mean_spend):
    scale = scale_of(spend, summary.frequency, np.full(len(summary), mean_spend), np.zeros(len(summary)))
    return found.values(np.arange(len(summary)), scale)


@pytest.mark.parametrize("kind", MODELS)
@pytest.mark.parametrize("history", HISTORIES)
def test_they_hold_what_they_say_of_40_000_simulated_futures(kind, history):
    model, spend = known(kind, TRUTH[kind]), known(GammaGamma, SPEND)
    counts, worths = future(
        np.random.default_rng(4), 40_000, model, history, spend=spend, mean_spend=3000.0, terms=YEAR
    )
    found = intervals(model, one(*history), spend, YEAR)
    for probability, count in zip(PROBABILITIES, found.purchases[0], strict=True):
        assert (counts <= count).mean() > probability - 0.005  # the smallest count that so many do not exceed
        assert (counts <= count - 1).mean() < probability + 0.005
    for probability, value in zip(PROBABILITIES, values_of(found, spend, one(*history), 3000.0)[0], strict=True):
        below = (worths <= value).mean()
        assert below == pytest.approx(probability, abs=0.01) or (value == 0 and below > probability)


def test_over_three_years_what_is_discounted_alike_moves_the_share_by_two_hundredths_at_most():
    model, spend, terms = known(ParetoNBD, TRUTH[ParetoNBD]), known(GammaGamma, SPEND), Terms(1095, 0.10)
    history = (30, 600, 610)
    worths = future(np.random.default_rng(4), 40_000, model, history, spend=spend, mean_spend=3000.0, terms=terms)[1]
    found = values_of(intervals(model, one(*history), spend, terms), spend, one(*history), 3000.0)[0]
    assert [(worths <= value).mean() for value in found[1:]] == pytest.approx(PROBABILITIES[1:], abs=0.02)


@pytest.mark.parametrize("kind", MODELS)
def test_80_in_100_customers_buy_and_bring_what_their_80_per_cent_interval_says(kind):
    # fitted on what 4,000 customers did, tested on what the same customers did in the year after
    rng = np.random.default_rng(11)
    customers = panel(rng, 4000, kind, TRUTH[kind], spends=SPEND, later=365)
    summary, row_of = PurchaseSummary.compress(customers.frequency, customers.recency_days, customers.age_days)
    model = kind().fit(summary)
    spend = GammaGamma().fit(customers.frequency, customers.mean_spend)
    came = transforms(model, summary, row_of, customers.later_purchases, horizon_days=365, rng=rng)
    shares = coverage(came)
    assert list(shares.values()) == pytest.approx(LEVELS, abs=0.025)
    assert 0.75 < shares[0.80] < 0.85
    found = intervals(model, summary, spend, Terms(365, 0.0))
    scale = scale_of(spend, customers.frequency, customers.mean_spend, np.zeros(len(row_of)))
    ends = found.values(row_of, scale)
    bought = customers.later_purchases > 0
    # the value has a lump at nothing: whose upper end is above it are below that end as often as is said
    for column, probability in ((3, 0.75), (4, 0.90), (5, 0.975)):
        some = ends[:, column] > 0
        assert (customers.later_spend <= ends[:, column])[some].mean() == pytest.approx(probability, abs=0.02)
    assert (ends[~bought, 0] <= 0).mean() > 0.97


@pytest.mark.parametrize("kind", MODELS)
def test_the_less_is_known_of_the_parameters_the_wider_they_are(kind):
    # of who has just come all that is known is the parameters
    sure, unsure, certain = (known(kind, TRUTH[kind], error) for error in (1e-4, 0.5, math.nan))
    narrow, wide, exact = (intervals(m, one(0, 0, 1), None, YEAR).purchases[0] for m in (sure, unsure, certain))
    assert narrow.tolist() == exact.tolist()
    assert wide[-1] > narrow[-1]
    spends = [known(GammaGamma, SPEND, error) for error in (1e-4, 0.3)]
    few, many = (intervals(sure, one(0, 0, 1), spend, YEAR).spends[0, -1] for spend in spends)
    assert many > few


def test_without_a_model_of_spend_each_purchase_brings_what_is_expected():
    model, terms = known(ParetoNBD, TRUTH[ParetoNBD]), Terms(365, 0.0, margin_share=0.5)
    found = intervals(model, one(30, 600, 610), None, terms)
    scale = scale_of(None, np.array([30]), np.array([3000.0]), np.array([2800.0]))
    assert found.values(np.zeros(1, dtype=int), scale)[0] == pytest.approx(found.purchases[0] * 1400)


def test_what_keeping_the_customer_costs_is_taken_off_as_expected():
    model, spend = known(ParetoNBD, TRUTH[ParetoNBD]), known(GammaGamma, SPEND)
    free, paid = Terms(365, 0.1), Terms(365, 0.1, retention_cents_a_year=1000)
    summary = one(30, 600, 610)
    less = [values_of(intervals(model, summary, spend, t), spend, summary, 3000.0) for t in (free, paid)]
    means = [lifetime_values(model, summary, np.zeros(1, dtype=int), np.array([3000.0]), t) for t in (free, paid)]
    assert less[0] - less[1] == pytest.approx(np.full((1, 6), (means[0] - means[1])[0]))
    assert 700 < (means[0] - means[1])[0] < 1000  # most of a year: some stop


def test_a_horizon_without_end_is_refused():
    with pytest.raises(ValueError, match="ends"):
        intervals(known(ParetoNBD, TRUTH[ParetoNBD]), one(1, 1, 2), None, Terms(math.inf, 0.1))


@pytest.mark.parametrize("kind", MODELS)
def test_extremes_have_finite_ends_in_order(kind):
    model, spend = known(kind, TRUTH[kind], 0.05), known(GammaGamma, SPEND, 0.05)
    summary = PurchaseSummary.of(
        [0, 0, 1000, 10_000, 10_000, 1], [0, 0, 10, 7300, 1, 1e-3], [0, 1e5, 730, 7300, 7300, 5]
    )
    for horizon in (0.01, 365, 7300):
        found = intervals(model, summary, spend, Terms(horizon, 0.1))
        for ends in (found.purchases, found.spends):
            assert np.isfinite(ends).all()
            assert (np.diff(ends, axis=1) >= 0).all()
            assert (ends >= 0).all()
    lost = found.purchases[4]
    assert (lost == 0).all() or kind.name == "nbd"
