"""Whether the effect of a campaign differs between groups, and what groups are known before it."""

from datetime import date

import numpy as np
import pandas as pd

from crmwb.response.build import _last
from crmwb.response.effects import mean_effect
from crmwb.response.interaction import interaction


def of_groups(rng, gains, n=60):
    effects = []
    for gain in gains:
        spent = np.where(rng.random(2 * n) < 0.4, rng.lognormal(4, 1, 2 * n), 0.0)
        treated = np.arange(2 * n) < n
        effects.append(mean_effect(spent + gain * treated, treated))
    columns = ("difference", "standard_error", "n_treated", "n_control")
    return interaction(*(np.array([getattr(effect, name) for effect in effects], float) for name in columns)).p_value


def test_equal_effects_of_skewed_spending_are_seldom_called_different():
    rng = np.random.default_rng(0)
    p_values = np.array([of_groups(rng, [5.0] * 5) for _ in range(400)])
    assert (p_values < 0.05).mean() <= 0.06


def test_a_difference_is_recognised():
    rng = np.random.default_rng(1)
    assert np.mean([of_groups(rng, [0.0, 0.0, 60.0]) < 0.05 for _ in range(50)]) > 0.8


def test_fewer_than_two_groups_are_not_tested():
    unknown = interaction(np.array([5.0, 3.0]), np.array([1.0, np.nan]), np.array([40, 40]), np.array([40, 40]))
    assert unknown.n_groups == 1
    assert np.isnan(unknown.p_value)


def test_groups_are_those_of_the_last_month_end_before_a_campaign():
    history = pd.DataFrame({
        "as_of": [date(2024, 3, 1), date(2024, 3, 1), date(2024, 4, 1), date(2024, 5, 1)],
        "customer_id": ["a", "b", "a", "a"], "tier": ["small", "vip", "ordinary", "vip"],
    })  # fmt: skip
    customers = pd.Series(["b", "a"])
    assert _last(history, "tier", customers, date(2024, 3, 31)).tolist() == ["vip", "small"]
    assert _last(history, "tier", customers, date(2024, 4, 30)).fillna("").tolist() == ["", "ordinary"]
    assert _last(history, "tier", customers, date(2024, 2, 1)).isna().all()
