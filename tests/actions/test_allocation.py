"""The best list within limits: equal to brute force and to an exact solver on small cases."""

import itertools

import numpy as np
import pytest
from scipy.optimize import Bounds, LinearConstraint, milp

from crmwb.actions.allocation import NO_ACTION, Limits, allocate

FREE = np.inf


def drawn(seed: int, n: int, n_actions: int, n_owners: int):
    rng = np.random.default_rng(seed)
    gain = rng.gamma(1, 20, (n_actions, n)) - 10
    gain[rng.random((n_actions, n)) < 0.2] = -np.inf
    cost, hours = rng.integers(0, 10, n_actions).astype(float), rng.integers(0, 3, n_actions).astype(float)
    owner = rng.integers(0, n_owners, n)
    limits = Limits(
        budget=float(rng.choice([FREE, 1.5 * n])),
        hours=np.where(rng.random(n_owners) < 0.5, FREE, n / 3 / n_owners),
        most=np.where(rng.random(n_actions) < 0.5, FREE, n // 4),
    )
    return gain, cost, hours, owner, limits


def is_within(action, cost, hours, owner, limits):
    taken = action != NO_ACTION
    used = np.bincount(owner[taken], hours[action[taken]], len(limits.hours))
    uses = np.bincount(action[taken], minlength=len(cost))
    return cost[action[taken]].sum() <= limits.budget and (used <= limits.hours).all() and (uses <= limits.most).all()


def best(gain, cost, hours, owner, limits):
    """The largest gain by trying every combination."""
    rows = np.arange(gain.shape[1])
    top = 0.0
    for choice in itertools.product(range(-1, len(cost)), repeat=gain.shape[1]):
        action = np.array(choice)
        value = np.where(action >= 0, gain[action, rows], 0.0).sum()
        if np.isfinite(value) and value > top and is_within(action, cost, hours, owner, limits):
            top = value
    return top


def exact(gain, cost, hours, owner, limits):
    """The largest gain by HiGHS."""
    n_actions, n = gain.shape
    allowed = (np.isfinite(gain) & (gain > 0)).ravel()
    rows, most = [np.tile(np.eye(n), n_actions)], [np.ones(n)]
    if np.isfinite(limits.budget):
        rows.append(np.repeat(cost, n)[None])
        most.append(np.array([limits.budget]))
    for k in np.flatnonzero(np.isfinite(limits.hours)):
        rows.append((np.repeat(hours, n) * np.tile(owner == k, n_actions))[None])
        most.append(limits.hours[[k]])
    for j in np.flatnonzero(np.isfinite(limits.most)):
        rows.append((np.repeat(np.arange(n_actions), n) == j)[None].astype(float))
        most.append(limits.most[[j]])
    constraint = LinearConstraint(np.vstack(rows), -np.inf, np.concatenate(most))
    worth = np.where(allowed, gain.ravel(), 0.0)
    solved = milp(
        -worth, constraints=constraint, integrality=np.ones(gain.size), bounds=Bounds(0, allowed.astype(float))
    )
    return -solved.fun


@pytest.mark.parametrize("seed", range(12))
def test_small_cases_keep_the_limits_and_the_bound_holds(seed):
    case = drawn(seed, n=6, n_actions=2, n_owners=2)
    chosen = allocate(*case)
    top = best(*case)
    assert is_within(chosen.action, *case[1:])
    assert chosen.gain <= top + 1e-9 <= chosen.bound + 1e-3
    assert chosen.gain >= 0.9 * top


@pytest.mark.parametrize("seed", range(8))
def test_larger_cases_come_near_the_exact_solver(seed):
    case = drawn(seed, n=200, n_actions=4, n_owners=3)
    chosen = allocate(*case)
    top = exact(*case)
    assert is_within(chosen.action, *case[1:])
    assert 0.99 * top <= chosen.gain <= top + 1e-6 <= chosen.bound + 1e-3


def test_the_price_of_the_budget_is_what_more_of_it_brings():
    rng = np.random.default_rng(0)
    gain = rng.gamma(1, 20, (1, 5000))
    limits = [Limits(budget, np.array([FREE]), np.array([FREE])) for budget in (1000.0, 1010.0)]
    small, large = (allocate(gain, np.ones(1), np.zeros(1), np.zeros(5000, int), of) for of in limits)
    assert large.gain - small.gain == pytest.approx(10 * small.budget_price, rel=0.05)
    assert small.cost == 1000
    assert small.gap < 1e-3


def test_no_budget_no_hours_and_nobody():
    gain = np.array([[5.0, 3.0]])
    nothing = allocate(gain, np.ones(1), np.ones(1), np.zeros(2, int), Limits(0.0, np.array([FREE]), np.array([FREE])))
    assert (nothing.action == NO_ACTION).all()
    idle = allocate(gain, np.ones(1), np.ones(1), np.zeros(2, int), Limits(FREE, np.array([0.0]), np.array([FREE])))
    assert (idle.action == NO_ACTION).all()
    empty = allocate(
        np.zeros((1, 0)), np.ones(1), np.ones(1), np.zeros(0, int), Limits(1.0, np.zeros(0), np.array([1.0]))
    )
    assert empty.gain == 0
