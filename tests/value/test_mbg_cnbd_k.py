"""MBG/CNBD-k: with k = 1 the MBG/NBD, k found where it was planted, and sums that agree with their series."""

import numpy as np
import pytest

from crmwb.value.models import ModifiedBetaGeoCNBDk, ModifiedBetaGeoNBD, PurchaseSummary, Status, load, save


def simulate(k, n=1500, seed=1, later=180.0):
    rng = np.random.default_rng(seed)
    rate, stop, age = rng.gamma(1.0, 1 / 20, n), rng.beta(0.6, 4.0, n), rng.integers(100, 700, n).astype(float)
    x, t_x, came, clock, log_gaps = *(np.zeros(n) for _ in range(4)), 0.0
    rows = np.flatnonzero(rng.random(n) >= stop)
    while len(rows):
        gaps = rng.gamma(k, 1 / rate[rows])
        clock[rows] += gaps
        inside = clock[rows] <= age[rows] + later
        rows, gaps = rows[inside], gaps[inside]
        past = clock[rows] <= age[rows]
        x[rows[past]] += 1
        t_x[rows[past]] = clock[rows[past]]
        log_gaps += float(np.log(gaps[past]).sum())
        came[rows[~past]] += 1
        rows = rows[rng.random(len(rows)) >= stop[rows]]
    return *PurchaseSummary.compress(x, t_x, age), log_gaps, came


@pytest.fixture(scope="module")
def planted():
    summary, row_of, log_gaps, came = simulate(2)
    return summary, row_of, log_gaps, came, ModifiedBetaGeoCNBDk.fit_best(summary, log_gaps)


def test_with_k_one_it_is_the_mbg_nbd():
    summary = simulate(1, n=600)[0]
    one, other = ModifiedBetaGeoCNBDk(1).fit(summary), ModifiedBetaGeoNBD().fit(summary)
    assert one.log_likelihood_ == pytest.approx(other.log_likelihood_, abs=1e-6)
    assert one.parameters_ == pytest.approx(other.parameters_, rel=1e-6)
    assert one.p_alive(summary) == pytest.approx(other.p_alive(summary))
    assert one.expected_purchases(summary, 90) == pytest.approx(other.expected_purchases(summary, 90), rel=1e-6)
    assert one.p_at_least(summary, 2, 90) == pytest.approx(other.p_at_least(summary, 2, 90))
    for mine, its in zip(one.discounted(summary, 3e-4, 365), other.discounted(summary, 3e-4, 365), strict=True):
        assert mine == pytest.approx(its, rel=1e-5)
    assert one.days_to_next_purchase(summary) == pytest.approx(other.days_to_next_purchase(summary), rel=1e-6)


def test_the_regularity_that_was_planted_is_found(planted):
    summary, row_of, _, came, model = planted
    assert model.k == 2
    assert model.verdict_.status is Status.OK
    assert model.parameters_ == pytest.approx({"r": 1.0, "alpha": 20.0, "a": 0.6, "b": 4.0}, rel=0.35)
    assert model.expected_purchases(summary, 180)[row_of].sum() == pytest.approx(came.sum(), rel=0.05)
    assert model.p_at_least(summary, 1, 180)[row_of].mean() == pytest.approx((came > 0).mean(), abs=0.02)


def test_purchases_at_random_are_not_called_regular():
    summary, _, log_gaps, _ = simulate(1, n=600, seed=2)
    assert ModifiedBetaGeoCNBDk.fit_best(summary, log_gaps).k == 1


def test_expected_purchases_are_the_sum_of_the_tails(planted):
    summary, _, _, _, model = planted
    few = summary.every(10)
    tails = model.p_at_least(few, np.arange(1, 400)[None, :], 365.0)
    assert tails.sum(axis=1) == pytest.approx(model.expected_purchases(few, 365.0), abs=1e-6)
    assert (tails[:, 0] <= model.p_alive(few) + 1e-12).all()
    assert model.discounted(few, 0.0, 365.0).purchases == pytest.approx(model.expected_purchases(few, 365.0), rel=1e-6)


def test_the_slope_is_that_of_the_likelihood(planted):
    summary = planted[0]
    objective = ModifiedBetaGeoCNBDk(3)._objective(summary, 300.0)
    at = np.log([1.1, 0.3, 0.5, 2.0])
    steps = 1e-5 * np.eye(4)
    differences = [(objective(at + step)[0] - objective(at - step)[0]) / 2e-5 for step in steps]
    assert objective(at)[1] == pytest.approx(differences, rel=1e-6)


def test_it_is_saved_with_its_k(planted):
    summary, _, _, _, model = planted
    again = load(save(model, "days"), summary.sha256)
    assert (again.k, again.parameters_) == (2, model.parameters_)
