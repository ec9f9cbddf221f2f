"""The one distribution behind the chance of any purchase, the intervals and their value."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import nbinom

from crmwb.value.challenger.counts import Counts
from crmwb.value.challenger.spread import Spread

KINDS = st.tuples(st.floats(0.01, 1.0), st.floats(0.001, 60.0), st.floats(0.05, 500.0), st.integers(1, 4))


def of(alive, mean, size, k=1) -> Counts:
    return Counts(*(np.array([value], dtype=float) for value in (alive, mean, size)), k)


def test_of_size_one_and_everybody_alive_it_is_the_geometric():
    counts = of(1.0, 1.0, 1.0)
    assert counts.p_any == pytest.approx([1 / 2])
    assert counts.at_least(np.array([3.0])) == pytest.approx([1 / 8])
    assert counts.quantiles(np.array([0.4, 0.5, 0.9])).tolist() == [[0, 0, 3]]  # P(at most 3) = 15/16


@pytest.mark.parametrize("k", [1, 3])
def test_of_customers_who_are_alike_quantiles_are_worked_out_once_and_are_those_of_each(monkeypatch, k):
    rng, rows = np.random.default_rng(1), np.array([2, 0, 1, 2, 0, 0])
    alive, mean, size, factor = rng.random((4, 3))
    counts = Counts(alive, mean * 9, size * 5, k, factor).rows(rows)
    n_asked = []
    plain = Counts.quantile
    monkeypatch.setattr(Counts, "quantile", lambda self, p: n_asked.append(len(self.mean)) or plain(self, p))
    quantiles = counts.quantiles(np.array([0.3, 0.9]))
    assert n_asked == [3, 3]
    for row in range(6):
        assert quantiles[row].tolist() == [plain(counts.rows(slice(row, row + 1)), p)[0] for p in (0.3, 0.9)]


def test_who_may_be_gone_buys_nothing_then():
    counts = of(0.4, 0.4, 1.0)  # who is alive is as above
    assert counts.p_any == pytest.approx([0.2])
    assert counts.quantiles(np.array([0.6, 0.79, 0.81])).tolist() == [[0, 0, 1]]


@settings(max_examples=60)
@given(KINDS)
def test_the_chance_to_buy_is_never_above_that_of_being_alive_and_tails_add_up_to_the_mean(kind):
    counts = of(*kind)
    assert counts.p_any[0] <= counts.alive[0] + 1e-12
    n = np.arange(1, 20_000)
    tails = Counts(*(np.repeat(values, len(n)) for values in (counts.alive, counts.mean, counts.size)), counts.k)
    at_least = tails.at_least(n.astype(float))
    assert (np.diff(at_least) <= 1e-9).all()
    if at_least[-1] < 1e-9:
        assert at_least.sum() == pytest.approx(counts.mean[0], rel=1e-4)


@settings(max_examples=60)
@given(KINDS)
def test_the_chance_of_just_so_many_is_that_of_at_least_so_many_less_that_of_more(kind):
    n = np.arange(0.0, 40.0)
    one = of(*kind)
    many = Counts(*(np.repeat(values, len(n)) for values in (one.alive, one.mean, one.size)), one.k)
    expected = np.maximum(many.at_least(n) - many.at_least(n + 1), 1e-12)
    assert np.exp(many.log_likelihood(n)) == pytest.approx(expected, rel=1e-6, abs=1e-12)


@pytest.mark.parametrize("k", [1, 3])
def test_a_size_is_found_again_from_the_chance_of_any(k):
    rng = np.random.default_rng(1)
    alive, mean, size = rng.uniform(0.3, 1, 200), rng.gamma(1, 2, 200) + 0.1, rng.uniform(0.3, 8, 200)
    true = Counts(alive, mean, size, k)
    counts = Counts.matching(alive, mean, true.p_any, k)
    assert counts.p_any == pytest.approx(true.p_any, abs=1e-6)
    if k == 1:
        assert counts.size == pytest.approx(size, rel=1e-3)


def test_intervals_hold_what_they_say_and_regular_buyers_vary_less():
    rng = np.random.default_rng(2)
    n = 20_000
    alive, size = rng.uniform(0.4, 1, n), np.full(n, 4.0)
    mean = rng.gamma(2, 2, n) * alive
    for k in (1, 3):
        counts = Counts(alive, mean, size, k)
        events = nbinom.rvs(size, size / (size + k * mean / alive), random_state=rng)
        came = np.where(rng.random(n) < alive, (events + rng.integers(0, k, n)) // k, 0)
        assert came.mean() == pytest.approx(mean.mean(), rel=0.03)
        assert counts.coverage(came, 0.8) == pytest.approx(0.8, abs=0.01)
        assert counts.mean_square.mean() == pytest.approx((came**2).mean(), rel=0.05)
        ends = counts.quantiles(np.array([0.1, 0.9]))
        assert (came <= ends[:, 1]).mean() >= 0.9 - 0.01
    assert (Counts(alive, mean, size, 3).mean_square <= Counts(alive, mean, size, 1).mean_square + 1e-9).all()


def test_the_spread_is_found_again_and_none_is_learned_from_chance():
    rng = np.random.default_rng(3)
    n = 8_000
    counts = Counts(np.full(n, 0.9), rng.gamma(1, 3, n) + 0.1, np.full(n, 3.0))
    for true in (Spread(-1.0, 0.4), Spread()):
        own = true.of(counts)
        came = np.where(
            rng.random(n) < 0.9, nbinom.rvs(own.size, own.size / (own.size + own.mean / 0.9), random_state=rng), 0
        )
        spread = Spread.learn(counts, came.astype(float))
        assert (spread.constant, spread.of_mean) == pytest.approx((true.constant, true.of_mean), abs=0.15)
    assert spread == Spread()


def test_not_knowing_the_level_widens_the_spread():
    counts = of(1.0, 10.0, 5.0)
    assert Spread().of(counts, 0.2).size == pytest.approx(1 / (1 / 5 + 0.04))
