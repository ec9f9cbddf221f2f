"""Whether earlier lists brought what they promised: those treated against those held out."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

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
    due = ledger[ledger["review_on"] <= as_of]
    if len(due):  # a list without a hold-out has nobody to compare its customers with: another list is another time
        due = due[due["is_held_out"].astype(bool).groupby([due["issued_on"], due["action"]]).transform("any")]
    known = due.merge(outcomes, on=["issued_on", "action", "code"], how="inner", validate="one_to_one")
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
    return Share(
        round(max(value, 0.0), 6), round(max(value - spread, 0.0), 6), round(max(value + spread, 0.0), 6), "learned"
    )


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
