"""Tests on customers as they are now: substantial, identifiable, reachable, profitable, goal-relevant, actionable."""

import numpy as np
import pandas as pd

from crmwb.findings import loads
from crmwb.findings.say import say
from crmwb.params import AcceptanceParams
from crmwb.segmentation import words
from crmwb.segmentation.acceptance.facts import Everybody, Result, part, unavailable
from crmwb.segmentation.cards.cards import mean_interval


def substantial(everybody: Everybody, number: int, params: AcceptanceParams) -> Result:
    """Test for enough customers, and a share of customers or of profit worth an effort: the larger of the two."""
    members = everybody.members(number)
    n, share = int(members.sum()), float(members.mean())
    earned = part(everybody.profit, members) if everybody.basis else None
    larger = max(share, earned or 0.0)
    brings = "" if earned is None else f", who bring {words.share(earned)} of {everybody.basis}"
    return Result(
        larger,
        params.min_share,
        larger >= params.min_share and n >= params.min_customers,
        f"{n:,} customers, {words.share(share)} of those who bought{brings}.",
    )


def identifiable(rule: pd.Series | None, params: AcceptanceParams) -> Result:
    """Test whether its rule is right for enough of those it picks, and surely more often than picking anybody is."""
    if rule is None or pd.isna(rule["precision"]):
        if rule is not None and pd.notna(rule["rule"]):
            why = f"its rule picks {int(rule['n_picked'])} customers of the held-out half, or too few are in it"
        else:
            why = "no rule on the features of customers tells it apart"
        return unavailable(params.min_precision, why)
    precision, base = float(rule["precision"]), float(rule["base_share"])
    return Result(
        precision,
        params.min_precision,
        precision >= params.min_precision and float(rule["precision_lower"]) > base,
        f"Of other customers with {say(loads(rule['rule']))}, {words.share(precision)} are in it "
        f"({words.share(base)} of all are); "
        f"the rule finds {words.share(float(rule['recall']))} of its customers.",
    )


def reachable(everybody: Everybody, number: int, params: AcceptanceParams) -> Result:
    """Test whether enough of its customers may be contacted."""
    if "contactable" not in everybody.customers:
        return unavailable(params.min_reachable, "needs the column contactable of the table customers")
    known = everybody.customers.loc[everybody.members(number), "contactable"].dropna().astype(bool)
    if known.empty:
        return unavailable(params.min_reachable, "needs the column contactable of the table customers")
    share = float(known.mean())
    return Result(
        share,
        params.min_reachable,
        share >= params.min_reachable,
        f"{words.share(share)} of {len(known):,} customers of whom it is known may be contacted.",
    )


def profitable(everybody: Everybody, number: int, params: AcceptanceParams, confidence: float, currency: str) -> Result:
    """Test whether profit per customer is surely above the threshold: the lower end of its interval is."""
    if everybody.basis is None:
        return unavailable(params.min_profit_cents, "needs the table transactions, for profit")
    values = everybody.profit[everybody.members(number)].dropna().to_numpy(dtype=float)
    mean, lower, upper = mean_interval(values, confidence)
    if np.isnan(lower):
        return unavailable(params.min_profit_cents, "profit is known of fewer than two of its customers")
    return Result(
        mean,
        params.min_profit_cents,
        lower > params.min_profit_cents,
        f"{words.money(mean, currency)} of {everybody.basis} per customer "
        f"({words.money(lower, currency)} to {words.money(upper, currency)}).",
    )


def goal_relevant(everybody: Everybody, number: int, params: AcceptanceParams) -> Result:
    """Test whether its share of the goal is far enough from its share of customers, above or below."""
    threshold, goal = params.min_goal_difference, params.goal
    members = everybody.members(number)
    if members.all():
        return unavailable(threshold, "needs a second cluster to compare with")
    earned = part(everybody.customers[goal], members) if goal in everybody.customers else None
    if earned is None:
        return unavailable(threshold, f"{goal} is not known of customers; choose another goal in params.yaml")
    share = float(members.mean())
    away = abs(earned / share - 1)
    name = goal.removesuffix("_cents").replace("_", " ").replace("clv", "CLV")
    return Result(
        away,
        threshold,
        away >= threshold,
        f"{words.share(share)} of customers bring {words.share(earned)} of {name}, "
        f"{words.times(earned / share)} their share.",
    )


def actionable(n_actions: int | None, params: AcceptanceParams) -> Result:
    """Test whether an action is mapped to it."""
    if n_actions is None:
        return unavailable(params.min_actions, "no table of actions was given")
    what = "1 rule of the marketing mix names" if n_actions == 1 else f"{n_actions} rules of the marketing mix name"
    return Result(n_actions, params.min_actions, n_actions >= params.min_actions, f"{what} an action for it.")
