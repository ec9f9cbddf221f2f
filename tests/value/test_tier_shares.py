"""Tiers hold the shares that are declared, month after month, though customers near a boundary stay where they are."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmwb.tiers import boundaries, held_boundaries, place

SHARES = np.array([0.05, 0.15, 0.3, 0.5])
MARGIN = 3.0


def months(seed: int, n: int = 1000, n_months: int = 24):
    """Scores that drift by a point a month and end at 100; each month a new customer replaces one in fifty."""
    rng = np.random.default_rng(seed)
    score, who = 100 * rng.beta(2, 1.5, n), np.arange(n)
    for month in range(n_months):
        score = np.clip(score + rng.normal(0, 1, n) + (92 - score) * 0.02, 0, 100)
        new = rng.random(n) < 0.02
        score = np.where(new, rng.uniform(5, 60, n), score)
        who = np.where(new, n * (month + 1) + np.arange(n), who)
        yield pd.Series(score.round(4), index=who)


def held(scores: pd.Series, level: pd.Series | None) -> pd.Series:
    return place(scores, held_boundaries(scores, SHARES, level, MARGIN), level, MARGIN)


@pytest.mark.parametrize("seed", [1, 2])
def test_every_level_holds_its_share_after_two_years(seed):
    level = plain = None
    changed = []
    for scores in months(seed):
        before, level = level, held(scores, level)
        plain = place(scores, boundaries(scores.to_numpy(), SHARES), plain, MARGIN)
        if before is not None:
            same = before.reindex(scores.index).dropna()
            changed.append((level[same.index] != same).mean())
    share = level.value_counts(normalize=True).sort_index().to_numpy()
    assert share == pytest.approx(SHARES, abs=0.005)
    assert (plain == 0).mean() < 0.045  # by boundaries of scores alone, too many wait below the best level
    assert np.mean(changed) < 0.06


def test_without_a_month_before_or_a_margin_the_boundaries_are_those_of_the_scores():
    scores = next(months(3))
    plain = boundaries(scores.to_numpy(), SHARES)
    level = place(scores, plain, None, MARGIN)
    assert held_boundaries(scores, SHARES, None, MARGIN).tolist() == plain.tolist()
    assert held_boundaries(scores, SHARES, level, 0.0) == pytest.approx(plain)
    assert held_boundaries(scores, SHARES, level, MARGIN).tolist() == plain.tolist()  # they hold their shares already


@given(
    st.lists(st.tuples(st.integers(0, 100), st.sampled_from([0, 1, 2, 3, None])), min_size=1, max_size=60),
    st.sampled_from([0.0, 3.0, 50.0]),
)
def test_boundaries_never_rise_and_everyone_has_one_level(customers, margin):
    scores = pd.Series([float(score) for score, _ in customers])
    before = pd.Series({i: was for i, (_, was) in enumerate(customers) if was is not None}, dtype="float64")
    bounds = held_boundaries(scores, SHARES, before, margin)
    assert (bounds[:-1] >= bounds[1:]).all()
    assert place(scores, bounds, before, margin).between(0, 3).all()
