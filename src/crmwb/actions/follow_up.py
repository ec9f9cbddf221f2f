"""Whether earlier lists brought what they promised: those treated against those held out."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal

import numpy as np
import pandas as pd

from crmwb.actions.choice import Share
from crmwb.actions.holdouts import MIN_HELD_OUT
from crmwb.params.actions import Action, ActionPlan
from crmwb.response.effects import Effect, adjusted_effect

LEVEL = 0.95


@dataclass(frozen=True)
class Result:
    """What one action brought, over all lists that are due for review.

    Attributes
    ----------
    action : str
        Its name.
    effect : Effect
        Margin per head in cents, from issue to review, treated against held out, spending before taken out.
    assumed_cents : float
        Margin per head that was expected.
    cost_cents : float
        Per head.
    share : Share
        How much of what was at stake it won, drawn towards the assumption as far as the measurement is uncertain.
    """

    action: str
    effect: Effect
    assumed_cents: float
    cost_cents: float
    share: Share

    @property
    def verdict(self) -> str:
        """`keep` where the gain surely exceeds the cost, `drop` where it surely does not, else `open`."""
        if self.effect.low > self.cost_cents:
            return "keep"
        return "drop" if self.effect.high < self.cost_cents else "open"


@dataclass(frozen=True)
class Unjudged:
    """An action of lists that were handed out, and why nothing is known of what it brought.

    Attributes
    ----------
    action : str
        Its name.
    why : str
        `unseen` (purchases do not show it), `waits` (no list is due for review), `alone` (nobody was held out of it) or
        `few` (too few were held out or treated).
    n_treated, n_held_out : int
        Customers of the lists that are due and can be told whose they are; of `waits`, of all lists.
    review_on : date
        The next review day, or the last where all are past.
    """

    action: str
    why: Literal["unseen", "waits", "alone", "few"]
    n_treated: int
    n_held_out: int
    review_on: date


def results(ledger: pd.DataFrame, outcomes: pd.DataFrame, plan: ActionPlan, as_of: date) -> list[Result]:
    """Judge the actions that sell and whose lists are due for review.

    Parameters
    ----------
    ledger : DataFrame
        As `ledger.read` returns it.
    outcomes : DataFrame
        One row per row of the ledger that could be told whose it is: issued_on, action, code, margin_cents (from issue
        to review) and before_cents (as long before).
    plan : ActionPlan
        Assumptions.
    as_of : date
        Lists whose review day is later wait.
    """
    known = _compared(ledger, outcomes, as_of)
    judged = []
    for action in (action for action in plan.actions if action.is_followed_up):
        rows = known[known["action"] == action.name]
        treated = ~rows["is_held_out"].to_numpy(dtype=bool)
        if min(treated.sum(), (~treated).sum()) < MIN_HELD_OUT:
            continue
        effect = adjusted_effect(
            rows["margin_cents"].to_numpy(float), treated, rows["before_cents"].to_numpy(float), LEVEL
        )
        at_stake = float(rows["at_stake_cents"].mean())
        share = learned(action, effect, at_stake)
        judged.append(
            Result(action.name, effect, at_stake * action.gain.share, float(rows["cost_cents"].mean()), share)
        )
    return judged


def unjudged(
    ledger: pd.DataFrame, outcomes: pd.DataFrame, plan: ActionPlan, judged: list[Result], as_of: date
) -> list[Unjudged]:
    """Return the actions of the plan that were handed out and not judged; parameters as of `results`, and its answer.

    Parameters
    ----------
    ledger, outcomes, plan, as_of
        As of `results`.
    judged : list of Result
        What `results` returned.
    """
    done = {result.action for result in judged}
    known = _compared(ledger, outcomes, as_of)
    waiting = []
    for action in plan.actions:
        own = ledger[ledger["action"] == action.name]
        if own.empty or action.name in done:
            continue
        due = own[own["review_on"] <= as_of]
        later = own.loc[own["review_on"] > as_of, "review_on"]
        rows = own if due.empty else known[known["action"] == action.name]
        why: Literal["unseen", "waits", "alone", "few"] = (
            "unseen" if not action.is_followed_up
            else "waits" if due.empty
            else "alone" if not due["is_held_out"].any()
            else "few"
        )  # fmt: skip
        n_held_out = int(rows["is_held_out"].sum())
        review_on = later.min() if len(later) else own["review_on"].max()
        waiting.append(Unjudged(action.name, why, len(rows) - n_held_out, n_held_out, review_on))
    return waiting


def _compared(ledger: pd.DataFrame, outcomes: pd.DataFrame, as_of: date) -> pd.DataFrame:
    """Return the customers of due lists of which somebody was held out, with what they brought.

    A list without a hold-out has nobody to compare its customers with: another list is another time.
    """
    due = ledger[ledger["review_on"] <= as_of]
    if len(due):
        due = due[due["is_held_out"].astype(bool).groupby([due["issued_on"], due["action"]]).transform("any")]
    return due.merge(outcomes, on=["issued_on", "action", "code"], how="inner", validate="one_to_one")


def learned(action: Action, effect: Effect, at_stake_cents: float) -> Share:
    """Combine the assumed share with the measured one, each by its certainty (normal prior and likelihood).

    The assumption's interval is taken as one of 95%.
    """
    from scipy.special import ndtri  # slow to import

    assumed = action.gain
    z = float(ndtri(0.975))
    prior = max((assumed.high - assumed.low) / (2 * z), 1e-6)
    if at_stake_cents <= 0 or not np.isfinite(effect.standard_error) or effect.standard_error <= 0:
        return Share(assumed.share, assumed.low, assumed.high, "assumed")
    measured, error = effect.difference / at_stake_cents, effect.standard_error / at_stake_cents
    precision = 1 / prior**2 + 1 / error**2
    value = (assumed.share / prior**2 + measured / error**2) / precision
    spread = z / np.sqrt(precision)
    low, middle, high = (round(max(end, 0.0), 6) for end in (value - spread, value, value + spread))
    return Share(middle, low, high, "learned")


def shares(plan: ActionPlan, judged: list[Result], measured: Mapping[str, Share]) -> dict[str, Share]:
    """Return how much each action wins of what is at stake: learned from lists, else as assumed.

    Parameters
    ----------
    plan : ActionPlan
        Assumptions.
    judged : list of Result
        From earlier lists.
    measured : mapping of str to Share
        By action: from campaigns with a control group.
    """
    of_lists = {result.action: result.share for result in judged}
    return {
        action.name: of_lists.get(action.name)
        or measured.get(action.name)
        or Share(action.gain.share, action.gain.low, action.gain.high, "assumed")
        for action in plan.actions
    }
