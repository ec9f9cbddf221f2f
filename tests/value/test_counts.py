"""How many purchases come, and when the next: distributions of every model."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import simpson
from scipy.special import betaln
from simulated_purchases import MODELS, TRUTH

from crmwb.value.models import NBD, BetaGeoNBD, ParetoNBD, PurchaseSummary, Status, Verdict
from crmwb.value.models.pareto_ahead import Alive, at_least, tails

SUMMARY = PurchaseSummary.of([0, 0, 2, 9, 40], [0, 0, 200, 260, 100], [0, 270, 272, 265, 300])
SCALE = st.floats(-5, 7).map(np.exp)


def known(kind, **parameters):
    return kind().restore(parameters, np.eye(len(parameters)), 0.0, 1, Verdict(Status.OK))


@pytest.mark.parametrize("kind", MODELS)
@pytest.mark.parametrize("horizon", [1.0, 90.0, 365.0])
def test_shares_add_up_and_their_mean_is_what_is_expected(kind, horizon):
    model = known(kind, **TRUTH[kind])
    shares = model.purchase_counts(SUMMARY, horizon, 400)
    assert shares.shape == (5, 402)
    assert (shares >= 0).all()
    assert shares.sum(axis=1) == pytest.approx(np.ones(5))
    means = (shares[:, :-1] * np.arange(401)).sum(axis=1)
    assert means == pytest.approx(model.expected_purchases(SUMMARY, horizon), rel=1e-6)


@pytest.mark.parametrize("kind", MODELS)
def test_what_is_left_after_the_last_count_is_said(kind):
    model = known(kind, **TRUTH[kind])
    few, many = model.purchase_counts(SUMMARY, 365, 3), model.purchase_counts(SUMMARY, 365, 30)
    assert few[:, -1] == pytest.approx(many[:, 4:].sum(axis=1))
    assert model.p_at_least(SUMMARY, 4, 365) == pytest.approx(few[:, -1])
    assert model.p_at_least(SUMMARY, np.array([0, 1, 2, 3, 4]), 365)[4] == pytest.approx(few[4, -1])
    assert model.p_at_least(SUMMARY, 1, 0).tolist() == [0] * 5
    assert model.p_at_least(SUMMARY, 0, 0).tolist() == [1] * 5


def test_without_stopping_the_next_purchases_are_negative_binomial():
    # r + x = 1 and a horizon as long as alpha + T: each count half as likely as the one before
    model = known(NBD, r=1.0, alpha=10.0)
    assert model.purchase_counts(PurchaseSummary.of([0], [0], [90]), 100, 3)[0] == pytest.approx(
        [1 / 2, 1 / 4, 1 / 8, 1 / 16, 1 / 16]
    )


def test_where_lives_never_end_the_pareto_is_negative_binomial():
    pareto, nbd = known(ParetoNBD, r=0.6, alpha=40.0, s=1e-30, beta=1e3), known(NBD, r=0.6, alpha=40.0)
    assert pareto.purchase_counts(SUMMARY, 365, 20) == pytest.approx(nbd.purchase_counts(SUMMARY, 365, 20), abs=1e-7)


@given(st.tuples(SCALE, SCALE, SCALE, SCALE), SCALE, st.sampled_from([1.0, 2.0, 7.0, 50.0, 1000.0]))
@settings(max_examples=150)
def test_the_paretos_integral_is_that_of_a_fine_grid(alive, horizon, n):
    shape, wait, life, s = alive

    def log_density(v):  # of the log of the time of the n-th purchase, in units of wait
        return (
            n * v - (n + shape) * np.logaddexp(0, v) - s * np.logaddexp(0, v + np.log(wait / life)) - betaln(n, shape)
        )

    grid = np.linspace(-800, np.log(horizon / wait), 100_001)
    heights = log_density(grid)
    kept = grid[heights > heights.max() - 45]
    fine = np.linspace(kept[0], kept[-1], 100_001)
    by_hand = simpson(np.exp(log_density(fine)), x=fine)
    assert at_least(n, Alive(shape, wait, life, s), horizon) == pytest.approx(by_hand, rel=1e-4, abs=1e-9)


def test_counts_that_share_nodes_are_those_that_do_not():
    rng = np.random.default_rng(2)
    shape, wait, life = np.exp(rng.uniform(-3, 7, (3, 300)))
    for counts in (np.arange(1.0, 65), 1 + 8 * np.arange(64.0), np.array([1.0, 2.0, 500.0])):
        one_by_one = at_least(counts[None, :], Alive(shape[:, None], wait[:, None], life[:, None], 0.7), 365.0)
        assert tails(counts, Alive(shape, wait, life, 0.7), 365.0) == pytest.approx(one_by_one, abs=3e-5)


@pytest.mark.parametrize("kind", MODELS)
def test_by_the_median_day_half_have_bought_or_never_will(kind):
    model = known(kind, **TRUTH[kind])
    for share in (0.1, 0.5, 0.9):
        days, ever = model.days_to_next_purchase(SUMMARY, share), model.p_returns(SUMMARY)
        assert (np.isfinite(days) == (ever > share)).all()
        for row in np.flatnonzero(np.isfinite(days)):
            assert model.p_at_least(SUMMARY, 1, days[row])[row] == pytest.approx(share, rel=1e-6)


def test_who_returns():
    alive = known(BetaGeoNBD, **TRUTH[BetaGeoNBD])
    assert alive.p_returns(SUMMARY) == pytest.approx(alive.p_alive(SUMMARY))  # who does not buy cannot stop
    assert known(NBD, **TRUTH[NBD]).p_returns(SUMMARY).tolist() == [1] * 5
    # rates of buying and of stopping spread alike: buying comes first as often as stopping
    even = known(ParetoNBD, r=0.7, alpha=50.0, s=0.7, beta=50.0)
    assert even.p_returns(PurchaseSummary.of([0], [0], [0]))[0] == pytest.approx(0.5)


@pytest.mark.parametrize("kind", MODELS)
def test_neighbours_have_the_mean_and_the_spread_of_the_estimates(kind):
    k = len(TRUTH[kind])
    covariance = np.diag(np.arange(1, k + 1) * 0.01) + 0.002
    model = kind().restore(TRUTH[kind], covariance, 0.0, 1, Verdict(Status.OK))
    logs = np.log([list(near.parameters_.values()) for near in model.neighbours()])
    assert logs.mean(axis=0) == pytest.approx(np.log(list(TRUTH[kind].values())))
    assert np.cov(logs.T, bias=True) == pytest.approx(covariance)
    unknown = kind().restore(TRUTH[kind], covariance * np.nan, 0.0, 1, Verdict(Status.DEGENERATE))
    assert [near.parameters_ for near in unknown.neighbours()] == [TRUTH[kind]]
