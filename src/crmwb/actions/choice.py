"""The list of a period: one action per customer at most, chosen within the limits, some held out to measure it by."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np
import pandas as pd

from crmwb.actions.allocation import NO_ACTION, Allocation, Limits, allocate
from crmwb.actions.base_rates import BaseRate
from crmwb.actions.basis import ASSUMED
from crmwb.actions.candidates import ONE_TEAM, Candidates
from crmwb.actions.holdouts import is_held_out, least_chosen
from crmwb.params.actions import ActionPlan

CENTS = 100
ROUNDING = 1 + 1e-9  # 20 uses of 0.8 hours fit into 16
MORE = 100_000  # cents: of budget, whose gain is worked out


@dataclass(frozen=True)
class Share:
    """How much of what is at stake an action wins.

    Attributes
    ----------
    value, low, high : float
        Expected, and its interval.
    basis : str
        `assumed` (as actions.yaml says), `measured` (a campaign with a control group) or `learned` (earlier lists).

    Examples
    --------
    >>> from crmwb.actions.choice import Share
    >>> Share(0.1, 0.02, 0.18, "assumed").cautious(0.5), Share(0.1, 0.06, 0.14, "measured").cautious(0.5)
    (0.05, 0.08)
    """

    value: float
    low: float
    high: float
    basis: str

    @property
    def is_proven(self) -> bool:
        """Whether it was measured, and surely wins something."""
        return self.basis != ASSUMED and self.low > 0

    def cautious(self, caution: float) -> float:
        """Return what the choice counts: so far from the value to its lower end, which is 0 of what is assumed."""
        low = 0.0 if self.basis == ASSUMED else min(self.low, self.value)
        return self.value - caution * (self.value - low)


@dataclass(frozen=True)
class ActionList:
    """Who is to do what with whom.

    Attributes
    ----------
    rows : DataFrame
        One row per customer with an action, held out or not: customer_id, owner, action, channel, gain_cents,
        gain_low_cents, gain_high_cents (expected, before cost), at_stake_cents, basis, cost_cents, hours, due_on,
        review_on, is_held_out. By owner, gains that were measured before assumed ones, and the best first of each.
    allocation : Allocation
        How good the choice is by the gains that it counts, and what more budget or time would bring.
    n_fitting : dict of str to int
        Customers whom each action fits, by action.
    n_blocked : int
        Customers whom actions fit, none of which may be done now: consent, quiet days, open matters, cool-downs.
    n_contactable, n_with_owner, n_customers : int
        Customers who may be contacted now, those whose owner is known, and all.
    next_budget_cents : int or None
        What the next `MORE` of budget would bring, before its cost; None where the budget is not used up.
    too_small : tuple of str
        Actions chosen for so few that nobody is held out: what they bring could not be measured.
    """

    rows: pd.DataFrame
    allocation: Allocation
    n_fitting: dict[str, int]
    n_blocked: int
    n_contactable: int
    n_with_owner: int
    n_customers: int
    next_budget_cents: int | None
    too_small: tuple[str, ...]


def choose(
    known: Candidates,
    plan: ActionPlan,
    shares: Mapping[str, Share],
    cooling: Mapping[str, np.ndarray],
    *,
    as_of: date,
    seed: int,
    rates: Mapping[str, BaseRate] | None = None,
) -> ActionList:
    """Choose the actions of a period.

    Parameters
    ----------
    known : Candidates
        Customers, and which actions fit them.
    plan : ActionPlan
        Costs and limits.
    shares : mapping of str to Share
        By action: how much of what is at stake it wins.
    cooling : mapping of str to ndarray of bool, shape (n,)
        By action: customers who had it too recently.
    as_of : date
        The day that dates of the list count from.
    seed : int
        Of the hold-outs.
    rates : mapping of str to BaseRate, optional
        By action: what customers like each one brought at earlier moments. A gain that is not proven is taken to be at
        most `plan.most_lift` times that; an action without one is not limited so.
    """
    actions, rates = plan.actions, rates or {}
    owners, owner = np.unique(known.owner.astype(str), return_inverse=True)
    cost = np.array([action.cost_per_use * CENTS for action in actions])
    hours = np.array([action.hours for action in actions])
    most = [_most(shares[action.name], rates.get(action.name), plan.most_lift) for action in actions]
    expected = np.stack(
        [_gains(known.at_stake_cents[i], shares[action.name], most[i])[0] for i, action in enumerate(actions)]
    )
    # A choice picks what is overestimated most, so a gain counts only in part as far as it is not proven.
    counted = np.array([_part(shares[action.name], plan.caution) for action in actions])
    gain = expected * counted[:, None] - cost[:, None]
    allowed = known.fits.copy()
    for i, action in enumerate(actions):
        allowed[i] &= ~cooling.get(action.name, np.zeros(len(owner), bool))
        if action.is_contact:
            allowed[i] &= known.consent
        if action.is_selling:
            allowed[i] &= known.may_sell
    gain[~allowed] = -np.inf
    # Limits are for those with whom something is done; of an action nobody is held out of, that is everybody.
    tested = np.array([action.is_followed_up for action in actions])
    treated = np.where(tested, 1 - plan.hold_out_share, 1.0)

    def by(treated: np.ndarray, more: float = 0.0) -> Allocation:
        limits = _limits(plan, len(owners), treated)
        limits = replace(limits, budget=limits.budget + more)
        return allocate(gain * treated[:, None], cost * treated, hours * treated, owner, limits)

    chosen = by(treated)
    small = _too_small(plan, chosen) & tested
    if small.any():
        treated = np.where(small, 1.0, treated)
        chosen = by(treated)
    more = None
    if chosen.budget_price > 0:
        more = round(max(_brought(by(treated, MORE), expected, treated) - _brought(chosen, expected, treated), 0.0))
    too_small = tuple(action.name for action, is_small in zip(actions, small, strict=True) if is_small)
    rows = _rows(known, plan, shares, chosen, most=most, too_small=too_small, as_of=as_of, seed=seed)
    blocked = known.fits.any(axis=0) & ~allowed.any(axis=0)
    fitting = {action.name: int(known.fits[i].sum()) for i, action in enumerate(actions)}
    return ActionList(
        rows,
        chosen,
        fitting,
        n_blocked=int(blocked.sum()),
        n_contactable=int(known.consent.sum()),
        n_with_owner=int((known.owner != ONE_TEAM).sum()),
        n_customers=len(owner),
        next_budget_cents=more,
        too_small=too_small,
    )


def _part(share: Share, caution: float) -> float:
    """Return which part of an expected gain counts."""
    return share.cautious(caution) / share.value if share.value else 0.0


def _most(share: Share, rate: BaseRate | None, times: float | None) -> np.ndarray | None:
    """Return the most that may be expected of an action, and of its upper end, shape (2, n); None without a limit."""
    if rate is None or times is None or share.is_proven:
        return None
    return np.stack([rate.at_most(times), rate.at_most(times, upper=True)])


def _gains(at_stake: np.ndarray, share: Share, most: np.ndarray | None) -> np.ndarray:
    """Return what an action is expected to bring, with lower and upper end, shape (3, n)."""
    gains: np.ndarray = at_stake * np.array([share.value, share.low, share.high])[:, None]
    return gains if most is None else np.minimum(gains, most[[0, 0, 1]])


def _brought(chosen: Allocation, expected: np.ndarray, treated: np.ndarray) -> float:
    """Return the gain that is expected of a choice, before its cost."""
    taken = np.flatnonzero(chosen.action != NO_ACTION)
    which = chosen.action[taken]
    return float(expected[which, taken] @ treated[which])


def _too_small(plan: ActionPlan, chosen: Allocation) -> np.ndarray:
    """Tell of each action whether it is chosen, and for fewer than a hold-out can measure it by."""
    n = np.bincount(chosen.action[chosen.action != NO_ACTION], minlength=len(plan.actions))
    least = least_chosen(plan.hold_out_share, plan.period_days)
    return np.zeros(len(n), bool) if least is None else (n > 0) & (n < least)


def _limits(plan: ActionPlan, n_owners: int, treated: np.ndarray) -> Limits:
    most = np.array([np.inf if action.most is None else action.most for action in plan.actions]) / treated
    hours = np.inf if plan.owners.hours is None else plan.owners.hours * ROUNDING
    budget = np.inf if plan.budget is None else plan.budget * CENTS * ROUNDING
    return Limits(budget, np.full(n_owners, hours), np.floor(most * ROUNDING))


def _rows(
    known: Candidates, plan: ActionPlan, shares: Mapping[str, Share], chosen: Allocation,
    *, most: list[np.ndarray | None], too_small: tuple[str, ...], as_of: date, seed: int,
) -> pd.DataFrame:  # fmt: skip
    taken = np.flatnonzero(chosen.action != NO_ACTION)
    which = chosen.action[taken]
    at_stake = known.at_stake_cents[which, taken]
    gains = np.zeros((3, len(taken)))
    for i, action in enumerate(plan.actions):
        own, limit = which == i, most[i]
        limit = None if limit is None else limit[:, taken[own]]
        gains[:, own] = _gains(at_stake[own], shares[action.name], limit)
    names = np.array([action.name for action in plan.actions])[which] if len(which) else np.array([], dtype=str)

    def of(values: list[float]) -> np.ndarray:
        return np.array(values)[which] if len(which) else np.array([], dtype=float)

    cost = of([action.cost_per_use * CENTS for action in plan.actions])
    rows = pd.DataFrame(
        {
            "customer_id": known.customer_id[taken].astype(str),
            "owner": known.owner[taken].astype(str),
            "action": names,
            "channel": [plan.actions[i].channel for i in which],
            "gain_cents": np.rint(gains[0]).astype("int64"),
            "gain_low_cents": np.rint(gains[1]).astype("int64"),
            "gain_high_cents": np.rint(gains[2]).astype("int64"),
            "at_stake_cents": np.rint(at_stake).astype("int64"),
            "basis": [shares[name].basis for name in names],
            "cost_cents": np.rint(cost).astype("int64"),
            "hours": of([action.hours for action in plan.actions]),
            "due_on": [as_of + timedelta(days=plan.actions[i].due_days) for i in which],
            "review_on": [as_of + timedelta(days=plan.actions[i].review_days) for i in which],
            "is_held_out": np.zeros(len(taken), bool),
        }
    )
    untested = {action.name for action in plan.actions if not action.is_followed_up}.union(too_small)
    for name in dict.fromkeys(name for name in names.tolist() if name not in untested):
        of_action = (rows["action"] == name).to_numpy()
        drawn = is_held_out(rows.loc[of_action, "customer_id"], name, plan.hold_out_share, seed)
        rows.loc[of_action, "is_held_out"] = drawn
    net = rows["gain_cents"] - rows["cost_cents"]
    ranked = rows.assign(net=-net, is_assumed=rows["basis"] == ASSUMED)
    order = ranked.sort_values(["owner", "is_assumed", "net", "customer_id"], kind="stable").index
    return rows.loc[order].reset_index(drop=True)
