"""Chances to buy at all, recalibrated by earlier origins: as far as later ones bore it out, and no further."""

import numpy as np
import pytest
from scipy.special import expit, logit

from crmwb.value.challenger import Counts, Past, Stack
from crmwb.value.challenger import stack as stack_module
from crmwb.value.challenger.calibration import Calibration, Given, pooled, slope_of
from tests.value.test_base_forecast import panel


def origin(slope, n=3000, seed=1, shift=0.0):
    """Chances, and who bought where their logits should have been multiplied by `slope`."""
    rng = np.random.default_rng(seed)
    chance = expit(rng.normal(0.0, 1.5, n))
    return Given(chance, rng.random(n) < expit(slope * logit(chance) + shift))


def origins(*slopes):
    return [origin(slope, seed=seed, shift=0.3 * seed) for seed, slope in enumerate(slopes)]


def test_a_slope_is_found_whatever_the_level():
    for shift in (0.0, 1.0):
        given = origin(0.6, shift=shift)
        slope, error = slope_of(given.chance, given.bought)
        assert slope == pytest.approx(0.6, abs=3 * error)
        assert error < 0.05
    assert slope_of(np.full(100, 0.3), np.arange(100) < 30) == (1.0, np.inf)


def test_chances_that_were_always_too_sure_are_drawn_in_and_calibrated_ones_are_left():
    learned = Calibration.learn(origins(0.6, 0.6, 0.6, 0.6), 90)
    assert learned.slope == pytest.approx(0.6, abs=0.1)
    assert learned.n_origins == 4
    assert Calibration.learn(origins(1.0, 1.0, 1.0, 1.0), 90) == Calibration()


@pytest.mark.parametrize("slopes", [(0.6,), (1.4, 0.6, 1.4, 0.6), ()])
def test_what_no_later_origin_bore_out_is_not_believed(slopes):
    assert Calibration.learn(origins(*slopes), 90) == Calibration()


def test_few_origins_that_differ_are_drawn_towards_no_change():
    assert pooled([]) == 1.0
    assert pooled([(1.0, np.inf)]) == 1.0
    once, often = pooled([(0.7, 0.02)]), pooled([(0.7, 0.02)] * 5)
    assert 0.7 < often < once < 0.8
    assert pooled([(0.4, 0.02), (1.0, 0.02)]) > pooled([(0.7, 0.02), (0.7, 0.02)])


def counts(n=400, k=1):
    rng = np.random.default_rng(2)
    alive = np.clip(rng.beta(4, 1, n), 0.05, 1.0)
    return Counts(alive, alive * rng.gamma(0.8, 4.0, n) + 1e-4, rng.gamma(2.0, 1.0, n) + 0.05, k)


@pytest.mark.parametrize("k", [1, 3])
@pytest.mark.parametrize("slope", [0.6, 1.4])
def test_recalibrated_chances_stay_below_p_alive_keep_the_order_and_the_expected_purchases(k, slope):
    before = counts(k=k)
    after = Calibration(slope, 3, 90).of(before, 90)
    assert (after.p_any <= before.alive).all()
    assert after.p_any.sum() == pytest.approx(before.p_any.sum(), rel=0.02)
    surest, free = np.argsort(before.p_any)[-1], after.p_any < 0.9 * np.minimum(after.alive, after.mean)
    assert (after.p_any[surest] < before.p_any[surest]) == (slope < 1)
    ranked = np.argsort(before.p_any[free])
    assert (np.diff(after.p_any[free][ranked]) >= -1e-4).all()
    some = np.flatnonzero(before.size > 1)[:40]
    tails = [sum(c.rows(some).at_least(np.full(40, float(n))) for n in range(1, 400)) for c in (before, after)]
    assert tails[1] == pytest.approx(tails[0], rel=2e-3)
    part = after.rows(np.arange(5))
    assert part.p_any == pytest.approx(after.p_any[:5])
    upper = after.quantiles(np.array([0.9]))[:, 0]
    assert (1 - after.at_least(upper + 1) >= 0.9 - 1e-9).all()


def test_further_ahead_less_is_believed():
    before = counts()
    near, far = (Calibration(0.6, 3, 90).of(before, days) for days in (90, 360))
    off = [float(np.abs(after.p_any - before.p_any).mean()) for after in (near, far)]
    assert 0 < off[1] < off[0] / 2
    assert (Calibration().of(before, 90).p_any == before.p_any).all()


def test_a_stack_learns_from_what_it_would_have_said_at_earlier_origins(monkeypatch):
    """Chances that are made too sure wherever they are given are set right by those of earlier origins."""
    past, true = Past(panel(stops=False, n=450)), Counts.p_any.fget

    class Sure(Stack):
        def forecast(self, moment, horizon_days=None):
            given = super().forecast(moment, horizon_days)
            return given.with_p_any(np.minimum(expit(2 * logit(np.clip(true(given), 1e-4, 1 - 1e-4))), given.alive))

    assert Stack(90).fit(past, 600).calibration_ == Calibration()
    monkeypatch.setattr(stack_module, "Stack", Sure)
    assert Stack(90).fit(past, 600).calibration_.slope == pytest.approx(0.55, abs=0.15)
