"""What a list of actions says, as findings."""

from collections.abc import Iterator

import numpy as np
import pandas as pd

from crmwb.actions.basis import ASSUMED, LITTLE, assumed_share
from crmwb.actions.choice import MORE, ActionList
from crmwb.actions.follow_up import Result, Unjudged
from crmwb.actions.holdouts import MIN_HELD_OUT
from crmwb.findings import Count, Day, Finding, Interval, Listing, Money, Share, Term, Value
from crmwb.params.actions import ActionPlan

MOST = 0.5  # of the gain, from where on one assumption is named


def findings(listed: ActionList, plan: ActionPlan, campaigns: pd.DataFrame, currency: str) -> list[Finding]:
    """Return what leadership needs to know of a list: what it brings, what limits it, what the source lacks.

    Parameters
    ----------
    listed : ActionList
        The list.
    plan : ActionPlan
        actions.yaml.
    campaigns : DataFrame
        As the respond stage writes them.
    currency : str
        Of every amount.
    """
    return [
        *_summary(listed, plan, currency),
        *_limits(listed, plan, currency),
        *_lacking(listed, plan, campaigns),
    ]


def follow_up_findings(
    ledger: pd.DataFrame, judged: list[Result], unjudged: list[Unjudged], currency: str
) -> list[Finding]:
    """Return what the lists before brought, or why that is not known; nothing where none was handed out.

    Parameters
    ----------
    ledger : DataFrame
        As `ledger.read` returns it.
    judged, unjudged : list of Result, list of Unjudged
        As `follow_up` returns them.
    currency : str
        Of every amount.
    """
    if ledger.empty:
        return []
    held_out = int(ledger["is_held_out"].astype(bool).sum())
    issued = {
        "lists": Count(ledger["issued_on"].nunique(), "list"),
        "day": Day(ledger["issued_on"].max()),
        "n": Count(len(ledger) - held_out, "customer"),
        "n_held_out": Count(held_out),
    }
    return [
        *sorted((_result(result, currency) for result in judged), key=lambda finding: -finding.weight),
        Finding("actions.results_issued", issued),
        *_unjudged(unjudged),
    ]


def _summary(listed: ActionList, plan: ActionPlan, currency: str) -> Iterator[Finding]:
    rows = listed.rows
    doing = rows[~rows["is_held_out"]]
    if doing.empty:
        yield _nothing(listed, plan)
    else:
        yield from _expected(doing, set(rows.loc[rows["is_held_out"], "action"]), currency)
    if listed.too_small:
        yield Finding("actions.too_small", {"actions": Listing(tuple(Term("action", a) for a in listed.too_small))})
    unseen = [a.name for a in plan.actions if not a.is_followed_up and a.name in set(rows["action"])]
    if unseen and plan.hold_out_share:
        yield Finding("actions.not_followed_up", {"actions": Listing(tuple(Term("action", a) for a in unseen))})
    if not listed.n_contactable:
        yield Finding("actions.nobody_contactable")
    elif listed.n_blocked:
        yield Finding("actions.blocked", {"n": Count(listed.n_blocked, "customer")})


def _nothing(listed: ActionList, plan: ActionPlan) -> Finding:
    """Return why the list is empty."""
    if not any(listed.n_fitting.values()):
        return Finding("actions.nothing_to_do")
    if not plan.caution:
        return Finding("actions.nothing_chosen")
    return Finding("actions.nothing_chosen_cautious", {"weight": Share(1 - plan.caution)})


def _expected(doing: pd.DataFrame, tested: set[str], currency: str) -> Iterator[Finding]:
    """Yield what those to act on are expected to bring; what was measured is never added to what is assumed."""
    is_assumed = doing["basis"] == ASSUMED
    gain, assumed = int(doing["gain_cents"].sum()), int(doing.loc[is_assumed, "gain_cents"].sum())
    share = assumed_share(doing)
    code = "assumed" if share > 1 - LITTLE else "mixed" if share else "measured"
    values: dict[str, Value] = {
        "n": Count(len(doing), "customer"),
        "cost": Money(int(doing["cost_cents"].sum()), currency),
        "assumed": Share(share),
        **_gain(doing, "", currency),
        **_gain(doing[~is_assumed], "measured_", currency),
        **_gain(doing[is_assumed], "assumed_", currency),
    }
    yield Finding(f"actions.summary_{code}", values, weight=gain)
    if code == "measured":
        return
    by_action = doing[is_assumed].groupby("action")["gain_cents"].sum().sort_values(ascending=False, kind="stable")
    if gain and len(by_action) > 1 and by_action.iloc[0] > MOST * gain:
        largest = {"action": Term("action", str(by_action.index[0])), "part": Share(by_action.iloc[0] / gain)}
        yield Finding("actions.one_assumption", largest)
    tests = int(by_action[by_action.index.isin(tested)].sum()) / assumed if assumed else 0.0
    kind = "all" if tests > 1 - LITTLE else "none" if tests < LITTLE else "some"
    yield Finding(f"actions.assumptions_tested_{kind}", {"tested": Share(tests)} if kind == "some" else {})


def _gain(rows: pd.DataFrame, prefix: str, currency: str) -> dict[str, Value]:
    gain, low, high = (Money(int(rows[f"gain{end}_cents"].sum()), currency) for end in ("", "_low", "_high"))
    return {f"{prefix}gain": gain, f"{prefix}range": Interval(low, high)}


def _limits(listed: ActionList, plan: ActionPlan, currency: str) -> Iterator[Finding]:
    if listed.next_budget_cents is not None:
        values = {"more": Money(MORE, currency), "gain": Money(listed.next_budget_cents, currency)}
        code = "short" if plan.budget else "zero"
        yield Finding(f"actions.budget_is_{code}", values, weight=listed.next_budget_cents)
    short = int((np.asarray(listed.allocation.hour_prices) > 0).sum())
    if plan.owners.hours is not None and short:
        yield Finding("actions.time_is_short", {"n": Count(short)})


def _lacking(listed: ActionList, plan: ActionPlan, campaigns: pd.DataFrame) -> Iterator[Finding]:
    """Yield what the source does not have, and what that means for the list."""
    if not listed.n_with_owner:
        yield Finding("actions.no_owners" if plan.owners.column else "actions.one_team")
    if campaigns.empty:
        yield Finding("actions.no_campaigns")
    elif not (campaigns["design"] == "experiment").any():
        yield Finding("actions.no_control_groups", {"n": Count(len(campaigns), "campaign")})


def _result(result: Result, currency: str) -> Finding:
    effect = result.effect
    values = {
        "action": Term("action", result.action),
        "gain": Money(round(effect.difference), currency),
        "n": Count(effect.n_treated, "customer"),
        "total": Money(round(effect.difference * effect.n_treated), currency),
        "range": Interval(Money(round(effect.low), currency), Money(round(effect.high), currency)),
        "cost": Money(round(result.cost_cents), currency),
        "assumed": Money(round(result.assumed_cents), currency),
    }
    return Finding(f"actions.result_{result.verdict}", values, weight=abs(effect.difference) * effect.n_treated)


def _unjudged(unjudged: list[Unjudged]) -> Iterator[Finding]:
    for why in ("few", "waits", "alone", "unseen"):
        own = [one for one in unjudged if one.why == why]
        if not own:
            continue
        named: list[Value] = [Term("action", one.action) for one in own]
        if why == "few":
            named = [
                Finding(
                    "actions.results_few_part",
                    {"action": name, "n": Count(one.n_treated), "n_held_out": Count(one.n_held_out)},
                )
                for name, one in zip(named, own, strict=True)
            ]
        values: dict[str, Value] = {"actions": Listing(tuple(named))}
        values |= {"least": Count(MIN_HELD_OUT, "customer")} if why == "few" else {}
        values |= {"day": Day(min(one.review_on for one in own))} if why == "waits" else {}
        yield Finding(f"actions.results_{why}", values)
