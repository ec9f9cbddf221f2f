"""Tests on customers as they are now: substantial, identifiable, reachable, profitable, goal-relevant, actionable."""

import numpy as np
import pandas as pd

from crmwb.findings import Count, Finding, Interval, Money, Share, Term, Times, Unavailable, Value, loads
from crmwb.params import AcceptanceParams
from crmwb.segmentation.acceptance.facts import Everybody, Result, part, unavailable
from crmwb.segmentation.cards.cards import mean_interval

CONTACTABLE = Unavailable("acceptance.unavailable.contactable", (Term("table", "customers"),))
TRANSACTIONS = Unavailable("acceptance.unavailable.profit", (Term("table", "transactions"),))


def substantial(everybody: Everybody, number: int, params: AcceptanceParams) -> Result:
    """Test for enough customers, and a share of customers or of profit worth an effort: the larger of the two."""
    members = everybody.members(number)
    n, share = int(members.sum()), float(members.mean())
    earned = part(everybody.profit, members) if everybody.basis else None
    larger = max(share, earned or 0.0)
    values: dict[str, Value] = {"customers": Count(n, "customer"), "share": Share(share)}
    if earned is not None:
        values |= {"earned": Share(earned), "basis": Term("basis", str(everybody.basis))}
    return Result(
        larger,
        params.min_share,
        larger >= params.min_share and n >= params.min_customers,
        Finding("acceptance.substantial" if earned is None else "acceptance.substantial_profit", values),
    )


def identifiable(rule: pd.Series | None, params: AcceptanceParams) -> Result:
    """Test whether its rule is right for enough of those it picks, and surely more often than picking anybody is."""
    if rule is None or pd.isna(rule["precision"]):
        if rule is None or pd.isna(rule["rule"]):
            return unavailable(params.min_precision, Unavailable("acceptance.unavailable.rule"))
        picked = {"picked": Count(int(rule["n_picked"]), "customer")}
        return unavailable(params.min_precision, Unavailable("acceptance.unavailable.precision", values=picked))
    precision, base = float(rule["precision"]), float(rule["base_share"])
    values = {
        "rule": loads(rule["rule"]),
        "precision": Share(precision),
        "base": Share(base),
        "recall": Share(float(rule["recall"])),
    }
    return Result(
        precision,
        params.min_precision,
        precision >= params.min_precision and float(rule["precision_lower"]) > base,
        Finding("acceptance.identifiable", values),
    )


def reachable(everybody: Everybody, number: int, params: AcceptanceParams) -> Result:
    """Test whether enough of its customers may be contacted."""
    if "contactable" not in everybody.customers:
        return unavailable(params.min_reachable, CONTACTABLE)
    known = everybody.customers.loc[everybody.members(number), "contactable"].dropna().astype(bool)
    if known.empty:
        return unavailable(params.min_reachable, CONTACTABLE)
    share = float(known.mean())
    return Result(
        share,
        params.min_reachable,
        share >= params.min_reachable,
        Finding("acceptance.reachable", {"share": Share(share), "known": Count(len(known), "customer")}),
    )


def profitable(everybody: Everybody, number: int, params: AcceptanceParams, confidence: float, currency: str) -> Result:
    """Test whether profit per customer is surely above the threshold: the lower end of its interval is."""
    if everybody.basis is None:
        return unavailable(params.min_profit_cents, TRANSACTIONS)
    values = everybody.profit[everybody.members(number)].dropna().to_numpy(dtype=float)
    mean, lower, upper = mean_interval(values, confidence)
    if np.isnan(lower):
        return unavailable(params.min_profit_cents, Unavailable("acceptance.unavailable.profit_of_few"))
    figures = {
        "mean": Money(mean, currency),
        "basis": Term("basis", everybody.basis),
        "level": Share(confidence),
        "interval": Interval(Money(lower, currency), Money(upper, currency)),
    }
    is_passed = lower > params.min_profit_cents
    return Result(mean, params.min_profit_cents, is_passed, Finding("acceptance.profitable", figures))


def goal_relevant(everybody: Everybody, number: int, params: AcceptanceParams) -> Result:
    """Test whether its share of the goal is far enough from its share of customers, above or below."""
    threshold, goal = params.min_goal_difference, params.goal
    members = everybody.members(number)
    if members.all():
        return unavailable(threshold, Unavailable("acceptance.unavailable.one_group"))
    earned = part(everybody.customers[goal], members) if goal in everybody.customers else None
    if earned is None:
        return unavailable(threshold, Unavailable("acceptance.unavailable.goal", values={"goal": Term("column", goal)}))
    share = float(members.mean())
    away = abs(earned / share - 1)
    values = {
        "share": Share(share),
        "earned": Share(earned),
        "goal": Term("column", goal),
        "times": Times(earned / share),
    }
    return Result(away, threshold, away >= threshold, Finding("acceptance.goal_relevant", values))


def actionable(n_actions: int | None, params: AcceptanceParams) -> Result:
    """Test whether an action is mapped to it."""
    if n_actions is None:
        return unavailable(params.min_actions, Unavailable("acceptance.unavailable.actions"))
    finding = Finding("acceptance.actionable", {"rules": Count(n_actions, "rule")})
    return Result(n_actions, params.min_actions, n_actions >= params.min_actions, finding)
