"""Levels and effects week by week: what is known by hand, and error rates on series without an effect."""

from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest

from crmwb.effectiveness import series

START = date(2024, 1, 1)


def weeks(values, begin, n=20.0):
    frame = pd.DataFrame({"week": np.arange(begin, begin + len(values)), "value": np.asarray(values, float), "n": n})
    return frame.assign(total=frame["value"] * frame["n"], n_events=frame["n"].astype(int))


def test_days_are_summed_by_whole_weeks_counted_from_the_start():
    days = [START + timedelta(days=d) for d in (-8, -7, -1, 0, 6, 7)]
    daily = pd.DataFrame({"day": days, "total": [100.0, 1, 2, 4, 8, 16], "n": 1.0, "n_events": 1})
    weekly = series.weekly(daily, START, START - timedelta(days=10), START + timedelta(days=10))
    # day -8 is of a week that begins before the first day known, day 7 of one that is not over
    assert weekly[["week", "total", "n", "value"]].to_numpy().tolist() == [[-1, 3, 2, 1.5], [0, 12, 2, 6]]


def test_a_level_is_the_mean_by_events():
    level = series.level(pd.DataFrame({"week": [0, 1, 2], "total": [10.0, 20, 90], "n": [10.0, 10, 30],
                                       "n_events": [10, 10, 30], "value": [1.0, 2, 3]}))  # fmt: skip
    assert level.value == pytest.approx(120 / 50)
    assert (level.n_weeks, level.n_events) == (3, 50)
    assert 0 < level.error < 1


def test_an_effect_is_the_step_from_the_trend_before():
    rng = np.random.default_rng(1)
    values = 5 + 0.02 * np.arange(-26, 26) - 2 * (np.arange(-26, 26) >= 0) + rng.normal(0, 0.2, 52)
    effect = series.before_after(weeks(values, -26), 0.95)
    assert effect.low < -2 < effect.high
    assert effect.is_proven
    assert effect.basis == "before_after"


def test_no_more_weeks_after_are_looked_at_than_there_were_before():
    rng = np.random.default_rng(1)
    values = np.concatenate([rng.normal(5, 0.2, 16), [50.0] * 10])
    effect = series.before_after(weeks(values, -8), 0.95)  # the jump comes 8 weeks after the start
    assert abs(effect.difference) < 2


def test_a_control_group_takes_out_what_happens_to_all():
    rng = np.random.default_rng(2)
    week = np.arange(-26, 40)
    season = 3 * np.sin(week / 8)
    group = 10 + season + 1.0 * (week >= 0) + rng.normal(0, 0.3, len(week))
    control = 7 + season + rng.normal(0, 0.3, len(week))
    effect = series.controlled(weeks(group, -26), weeks(control, -26), is_scaled=False, certainty=0.95)
    assert effect.low < 1.0 < effect.high
    assert effect.is_proven


def test_amounts_are_compared_in_proportion():
    week = np.arange(-26, 40)
    season = 1 + 0.5 * np.sin(week / 8)
    group, control = 30.0 * season * np.where(week >= 0, 1.1, 1.0), 10.0 * season
    effect = series.controlled(weeks(group, -26), weeks(control, -26), is_scaled=True, certainty=0.95)
    assert effect.difference == pytest.approx(np.mean(30 * season[26:] * 0.1), rel=1e-6)


def test_a_control_group_with_another_trend_before_is_refused():
    rng = np.random.default_rng(3)
    week = np.arange(-26, 26)
    group = 10 + 0.2 * week + rng.normal(0, 0.3, len(week))
    control = 10 + rng.normal(0, 0.3, len(week))
    assert series.controlled(weeks(group, -26), weeks(control, -26), is_scaled=False, certainty=0.95) is None


def alike(rng, n, rho):
    noise = rng.normal(size=n)
    for i in range(1, n):
        noise[i] += rho * noise[i - 1]
    return noise


@pytest.mark.parametrize("rho", [0.0, 0.3])
def test_effects_of_nothing_are_seldom_proven(rho):
    proven = {"before_after": 0, "control_group": 0}
    for seed in range(60):
        rng = np.random.default_rng(seed)
        group, control = (10 + alike(rng, 52, rho) for _ in range(2))
        effects = [
            series.before_after(weeks(group, -26), 0.95),
            series.controlled(weeks(group, -26), weeks(control, -26), is_scaled=False, certainty=0.95),
        ]
        for effect in effects:
            if effect is not None:
                proven[effect.basis] += effect.is_proven
    assert max(proven.values()) <= 9  # 3 expected of 60; 8 or fewer in 99 of 100 tries where the rate is 5%, 9 at 8%
