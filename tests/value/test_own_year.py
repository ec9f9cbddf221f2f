"""What customers did at the same time of earlier years corrects chances to buy where earlier origins bear it out."""

import numpy as np
import pytest
from scipy.special import expit

from crmwb.features.purchase_days import PurchaseDays
from crmwb.value.challenger import Counts, Past, Stack
from crmwb.value.challenger.calibration import Given
from crmwb.value.challenger.known import known_at
from crmwb.value.challenger.own_year import OwnYear, same_windows

ORIGIN = 1400


def log(rows, ids):
    """Purchases of 1.00 by (customer, day)."""
    who, day = np.array(sorted(set(rows))).T
    return PurchaseDays(np.array(ids), who.astype(np.int32), day.astype(np.int32), np.full(len(who), 100))


def donors(n=240, seed=1):
    """Six in ten give in one month of each year until they stop, the others at any time: the days of five years."""
    rng = np.random.default_rng(seed)
    rows = []
    for who in range(n):
        if who % 5 < 3:
            day = int(rng.integers(0, 4)) * 365 + 330 + int(rng.integers(0, 30))
            while day < 1825:
                rows.append((who, day))
                if rng.random() < 0.25:
                    break
                day = day // 365 * 365 + 365 + 330 + int(rng.integers(0, 30))
        else:
            day, gap = rng.uniform(0, 1400), rng.gamma(1.0, 250.0) + 20
            while day < 1825:
                rows.append((who, int(day)))
                day += rng.exponential(gap)
                if rng.random() < 0.2:
                    break
    return log(rows, [f"{i:04d}" for i in range(n)])


def given(of_window, n=2000, seed=1):
    """Chances that know nothing of a window in which every second customer bought, and what came."""
    rng = np.random.default_rng(seed)
    logits = rng.normal(-1.0, 1.0, n)
    windows = np.column_stack([np.ones(n), rng.random(n) < 0.5]).astype(float)
    return Given(expit(logits), rng.random(n) < expit(logits + of_window * (windows[:, 1] - 0.5)), windows)


def test_the_same_window_of_earlier_years():
    days = log([(0, 0), (0, 700), (1, 60), (1, 150), (2, 500)], ["a", "b", "c"])
    known = known_at(days, 790, 90)  # windows: 425 to 515, and 60 to 150
    assert same_windows(known, 90).tolist() == [[1, 0, 1, 0], [1, 0, 1, 1], [1, 1, 0, 0]]
    assert same_windows(known_at(days, 729, 90), 90)[:, 2:].tolist() == [[0, 0]] * 3  # begins before the data do
    assert same_windows(known, 400).tolist() == same_windows(known, 365).tolist()


def test_it_is_learned_where_later_origins_bear_it_out_and_only_there():
    learned = OwnYear.learn([given(2.0, seed=seed) for seed in (1, 2, 3)], 2000)
    assert learned.of_windows[1] == pytest.approx(2.0, abs=0.2)
    assert learned.of_windows[0] == 0  # alike for all
    assert learned.n_origins == 3
    for origins in ([given(0.0, seed=seed) for seed in (1, 2, 3)], [given(2.0)], [given(-2.0), given(2.0)], []):
        assert OwnYear.learn(origins, 2000) == OwnYear()


def test_corrected_chances_stay_below_p_alive_and_purchases_keep_their_total():
    days = donors()
    known = known_at(days, ORIGIN, 365)
    n, rng = len(known), np.random.default_rng(3)
    alive = np.clip(rng.beta(4, 1, n), 0.05, 1.0)
    before = Counts(alive, alive * rng.gamma(0.8, 1.0, n) + 1e-4, rng.gamma(2.0, 1.0, n) + 0.05)
    after = OwnYear(0.5, (0.0, 3.0, 0.0, 1.0), 1.1, 2).of(before, known, 365)
    assert (after.p_any <= after.alive).all()
    assert (after.alive == before.alive).all()
    assert (after.mean > after.p_any).all()
    assert after.mean.sum() == pytest.approx(before.mean.sum())
    assert after.p_any.sum() == pytest.approx(1.1 * before.p_any.sum(), rel=0.02)
    bought = same_windows(known, 365)[:, 1] > 0
    change = after.p_any - before.p_any
    assert change[bought].mean() > 0.05
    assert change[~bought].mean() < 0
    assert OwnYear().of(before, known, 365) is before


def test_who_gives_once_a_year_is_given_the_chance_that_comes():
    """At the stated horizon; a day less, it is not known. Nothing at or after the origin is learned from."""
    past = Past(donors())
    stack, moment = Stack(90, 365).fit(past, ORIGIN), past.at(ORIGIN, 365)
    assert stack.own_years_[365].n_origins == 2
    yearly = (moment.known.customer % 5 < 3) & (same_windows(moment.known, 365)[:, [1, 3]] > 0).all(axis=1)
    came = (moment.known.later > 0)[yearly].mean()
    with_it, without = (stack.forecast(moment, days).p_any[yearly].mean() for days in (365, 364))
    assert came > 0.7
    assert abs(with_it - came) < 0.5 * abs(without - came)
    cut = Past(past.days.until(ORIGIN))
    assert Stack(90, 365).fit(cut, ORIGIN).own_years_ == stack.own_years_
