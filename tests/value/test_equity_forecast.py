"""The parts of the forecast: season, newcomers, level, and what a month will see."""

from datetime import date

import numpy as np
import pytest

from crmwb.calendar import edges_ahead, month_of, start_of
from crmwb.value.equity import newcomers
from crmwb.value.equity.activity import Histories
from crmwb.value.equity.ahead import Ahead, chance_to_buy
from crmwb.value.equity.cohorts import Cohorts
from crmwb.value.equity.level import FURTHEST, level
from crmwb.value.equity.outlook import Outlook
from crmwb.value.equity.season import season
from crmwb.value.models import NBD, BetaGeoNBD, PurchaseSummary

JANUARY = month_of(date(2020, 1, 1))
NO_SEASON = np.ones(12)


def nbd(r=1.0, alpha=30.0):
    return NBD().restore({"r": r, "alpha": alpha}, np.zeros((2, 2)), 0.0, 100, None)


def cohorts_of(newcomers_a_month, purchases_of_old=0):
    """Cohorts whose newcomers buy twice for 10.00 each in their first month; who came in the first month goes on."""
    n = len(newcomers_a_month)
    totals = np.zeros((n, n, 3), dtype=np.int64)
    for i, new in enumerate(newcomers_a_month):
        totals[i, i] = [new, 2 * new, 20_00 * new]
        if i:
            totals[0, i] += [purchases_of_old, purchases_of_old, 10_00 * purchases_of_old]
    return Cohorts(JANUARY, totals, np.zeros(n))


def outlook_of(cohorts, month, expected, n=3, known=0.0):
    edges = edges_ahead(start_of(month), n)
    existing = np.full((n, 3), float(expected)) * [1, 1, 10_00]
    lumps = np.array([1.0, 1.0, 10_00])
    return Outlook(
        edges[0],
        edges,
        existing,
        np.zeros((n, 3)),
        cohorts.before(month),
        np.full(3, known),
        lumps,
        np.ones(n),
    )


# --- season


def test_a_season_is_found_after_two_years_and_not_before():
    factors = np.array([0.5, 0.8, 1, 1, 1, 1, 1, 1, 1, 1.1, 1.3, 1.3])
    purchases = 100_000 * 1.02 ** np.arange(36) * np.tile(factors, 3)
    known = cohorts_of([0] * 36)
    known.totals[0, :, 1] = purchases
    np.testing.assert_allclose(season(known), factors / factors.mean(), rtol=2e-3)
    assert season(known.before(JANUARY + 24))[0] == pytest.approx(0.5, rel=2e-3)
    assert (season(known.before(JANUARY + 23)) == 1).all()


def test_chance_alone_makes_no_season():
    rng = np.random.default_rng(0)
    known = cohorts_of([0] * 36)
    known.totals[0, :, 1] = rng.poisson(50, 36)
    assert np.abs(season(known) - 1).max() < 0.1


# --- newcomers


def test_newcomers_go_on_as_in_the_last_three_months():
    assert newcomers.recent(cohorts_of([900, 10, 20, 30, 40]), NO_SEASON) == (90, 3.0)
    # the first month shows all old customers as new
    assert newcomers.recent(cohorts_of([900, 10, 20]), NO_SEASON) == (30, 2.0)
    assert newcomers.recent(cohorts_of([900]), NO_SEASON) == (900, 1.0)
    assert newcomers.recent(cohorts_of([900]).before(JANUARY), NO_SEASON) == (0, 0.0)


def test_newcomers_of_a_strong_month_are_fewer_without_the_season():
    factors = np.ones(12)
    factors[2] = 2.0  # March
    came, months = newcomers.recent(cohorts_of([0, 0, 20, 10, 10]), factors)
    assert came / months == 10.0


def test_a_flow_of_one_newcomer_a_month():
    model = nbd(r=1.0, alpha=30.0)  # a purchase in thirty days
    flow = newcomers.flow(cohorts_of([0, 50, 70]), model, 7_00.0, np.ones(3))
    first, month = [1, 2, 20_00], 365.25 / 12 / 30
    chance = 1 - 1 / (1 + month)
    np.testing.assert_allclose(flow[0], first)
    np.testing.assert_allclose(flow[1], np.add(first, [chance, month, 7_00 * month]))
    np.testing.assert_allclose(flow[2], np.add(first, [2 * chance, 2 * month, 2 * 7_00 * month]))
    # of a first period of half a month, half the newcomers, and half of what they do later
    half = newcomers.flow(cohorts_of([0, 50, 70]), model, 7_00.0, np.array([0.5, 1, 1]))
    np.testing.assert_allclose(half[1], np.add(first, [chance / 2, month / 2, 7_00 * month / 2]))


# --- customers known


def test_periods_add_up_to_what_the_model_expects():
    rng = np.random.default_rng(0)
    x = rng.poisson(2, 500)
    age = rng.integers(100, 300, 500)
    recency = np.where(x > 0, np.maximum((age * rng.random(500)).astype(int), 1), 0)
    histories = Histories(np.arange(500), x, recency, age, np.zeros(500, dtype=np.int64))
    model = BetaGeoNBD().restore({"r": 0.6, "alpha": 40.0, "a": 0.9, "b": 2.5}, np.zeros((4, 4)), 0.0, 500, None)
    summary, row_of = PurchaseSummary.compress(x, recency, age)
    ahead = Ahead.of(histories, model, [0, 30, 61, 365])
    weights = rng.random(500)
    np.testing.assert_allclose(
        (ahead.sums(weights) @ ahead.purchases).sum(), model.expected_purchases(summary, 365)[row_of] @ weights
    )
    # the model knows when within the period customers stop, `chances` does not: near is enough, the level does the rest
    np.testing.assert_allclose(
        ahead.sums() @ ahead.chances[:, 0], model.p_at_least(summary, 1, 30)[row_of].sum(), rtol=0.05
    )


def test_the_chance_to_buy_of_an_nbd_customer():
    # rate ~ Gamma(2, 30) per day: P(nothing in 30 days) = (1 + 30/30)^-2
    assert chance_to_buy(np.array([[2.0, 2.0]]), np.array([2.0]), [0, 30, 60]).tolist() == [[0.75, 0.75]]


# --- level


def test_the_level_is_the_mean_of_the_newest_errors_drawn_towards_none():
    cohorts = cohorts_of([0] * 12, purchases_of_old=120)
    outlooks = [outlook_of(cohorts, JANUARY + i, expected=100) for i in range(6, 12)]
    learned = level(outlooks, cohorts, NO_SEASON, JANUARY + 12)
    error = np.log(121) - np.log(101)
    np.testing.assert_allclose(learned.shift[0, :2], 6 * error / (6 + 3))
    # new customers: none expected and none came
    assert (learned.shift[1] == 0).all()


def test_the_level_knows_nothing_of_later_months():
    cohorts = cohorts_of([0] * 12, purchases_of_old=120)
    outlooks = [outlook_of(cohorts, JANUARY + i, expected=100) for i in range(4, 12)]
    changed = cohorts_of([0] * 12, purchases_of_old=120)
    changed.totals[:, 8:] *= 7
    at = JANUARY + 8
    then, now = (
        level(known_outlooks, known, NO_SEASON, at)
        for known_outlooks, known in ((outlooks, cohorts), (outlooks[:4], changed))
    )
    np.testing.assert_array_equal(then.shift, now.shift)


def test_without_a_past_the_level_is_nothing():
    cohorts = cohorts_of([0] * 5, purchases_of_old=100)
    assert (level([], cohorts, NO_SEASON, JANUARY + 5).shift == 0).all()


def test_an_error_beyond_all_bounds_counts_as_the_furthest():
    cohorts = cohorts_of([0] * 12, purchases_of_old=10**6)
    learned = level([outlook_of(cohorts, JANUARY + 11, expected=1)], cohorts, NO_SEASON, JANUARY + 12)
    assert learned.shift[0, 1] == pytest.approx(FURTHEST / 4)
