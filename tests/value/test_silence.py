"""Who comes back after silence of years is expected to, as often as others did in the year before; else nobody is."""

from copy import copy
from functools import cache

import numpy as np
import pytest

from crmwb.features.purchase_days import PurchaseDays
from crmwb.value.challenger import Counts, Past, Stack
from crmwb.value.challenger.silence import AfterSilence

ORIGIN, YEAR = 1500, 365


def log(rows):
    """Purchases of 1.00 by (customer, day)."""
    who, day = np.array(sorted(set(rows))).T
    ids, who = np.unique(who, return_inverse=True)
    names = np.array([f"{i:05d}" for i in ids])
    return PurchaseDays(names, who.astype(np.int32), day.astype(np.int32), np.full(len(who), 100))


def projects(n=900, seed=1):
    """Builders who buy every other week for a quarter while a house goes up, and years later for the next one."""
    rng = np.random.default_rng(seed)
    rows = []
    for who in range(n):
        day = rng.uniform(0, ORIGIN + YEAR) if rng.random() < 0.5 else rng.uniform(-700, 300)
        while day < ORIGIN + YEAR:
            at = day + np.cumsum(rng.exponential(14, rng.poisson(6) + 1))
            rows += [(who, int(each)) for each in at if 0 <= each < ORIGIN + YEAR]
            day += rng.uniform(800, 1300)
            if rng.random() < 0.2:
                break
    return log(rows)


def leases(n=900, seed=1):
    """A purchase or two when a lease begins, nothing until it ends after two years and a half, and so on."""
    rng = np.random.default_rng(seed)
    rows = []
    for who in range(n):
        day = rng.uniform(-900, ORIGIN + YEAR)
        while day < ORIGIN + YEAR:
            rows += [(who, int(at)) for at in (day, day + 1 + rng.exponential(20)) if 0 <= at < ORIGIN + YEAR]
            day += rng.normal(900, 60)
            if rng.random() > 0.6:
                break
    return log(rows)


def leavers(n=900, seed=1):
    """Customers who buy at random until they leave."""
    rng = np.random.default_rng(seed)
    rows = []
    for who in range(n):
        begins = rng.uniform(0, ORIGIN)
        rate, ends = rng.gamma(2.0, 1 / 120), begins + rng.exponential(500)
        days = begins + np.append(0.0, np.cumsum(rng.exponential(1 / rate, 200)))
        rows += [(who, int(day)) for day in days if day < min(ends, ORIGIN + YEAR)]
    return log(rows)


@cache
def forecast(log_of, seed):
    """Fit on customers and forecast them, with what silence taught and without; read it only."""
    past = Past(log_of(seed=seed))
    stack, moment = Stack(90, YEAR).fit(past, ORIGIN), past.at(ORIGIN, YEAR)
    without = copy(stack)
    without.silence_ = AfterSilence()
    return stack, moment, stack.forecast(moment, YEAR), without.forecast(moment, YEAR)


@pytest.mark.parametrize("seed", [1, 2])
def test_chances_of_the_long_silent_are_brought_to_what_was_seen(seed):
    stack, moment, counts, without = forecast(projects, seed)
    came = moment.known.later
    assert stack.silence_.since
    assert without.p_any.sum() > 2 * (came > 0).sum()  # the models expect nearly everybody back
    for expected, true in ((counts.p_any.sum(), (came > 0).sum()), (counts.mean.sum(), came.sum())):
        assert expected == pytest.approx(true, rel=0.7)
    assert (counts.p_any <= counts.alive + 1e-12).all()
    assert (counts.mean >= counts.p_any).all()


def test_where_models_expect_about_as_many_the_total_stays_near():
    _, moment, counts, without = forecast(leases, 1)
    came = float((moment.known.later > 0).sum())
    assert counts.p_any.sum() == pytest.approx(came, rel=0.3)
    assert abs(counts.p_any.sum() - came) < abs(without.p_any.sum() - came)


@pytest.mark.parametrize("seed", [1, 2])
def test_where_silence_is_leaving_nothing_changes(seed):
    stack, _, counts, without = forecast(leavers, seed)
    assert stack.silence_ == AfterSilence()
    assert (counts.p_any == without.p_any).all()


def test_nothing_is_learned_from_too_short_a_history_or_at_the_tested_horizon():
    days = projects()
    assert Stack(90, YEAR).fit(Past(days), 880).silence_ == AfterSilence()
    assert Stack(YEAR).fit(Past(days), ORIGIN).silence_ == AfterSilence()


def test_classes_are_brought_to_what_came_and_longer_silence_counts_as_the_longest_seen():
    counts = Counts(np.array([0.3, 0.3, 0.3, 0.9]), np.array([0.4, 0.01, 0.01, 4.0]), np.full(4, 2.0))
    silent = np.array([50.0, 700.0, 2000.0, 300.0])
    seen = AfterSilence((100.0, 250.0, 700.0), (100, 100, 100), (25.0, 10.0, 20.0), (40.0, 20.0, 60.0))
    after = seen.of(counts, silent)
    assert after.p_any[0] == counts.p_any[0]  # about as many are expected
    assert after.p_any[1:] == pytest.approx([0.2, 0.2, 0.1], rel=1e-3)
    assert after.mean == pytest.approx([0.4, 0.6, 0.6, 0.2])
    assert seen.of(after, silent).mean == pytest.approx(after.mean)
    assert AfterSilence.learn(np.full(30, 400.0), Counts(*np.full((3, 30), 0.1)), np.ones(30)) == AfterSilence()


def test_how_many_times_as_many_purchases_silence_makes():
    stack, moment, counts, without = forecast(projects, 1)
    assert stack.times_after_silence(moment) * without.mean == pytest.approx(counts.mean)
    plain, moment, _, _ = forecast(leavers, 1)
    assert (plain.times_after_silence(moment) == 1).all()
