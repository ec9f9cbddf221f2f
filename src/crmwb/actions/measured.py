"""How much of what is at stake an action wins, from campaigns that had a control group."""

import numpy as np
import pandas as pd

from crmwb.actions.candidates import Candidates
from crmwb.actions.choice import Share
from crmwb.params.actions import ActionPlan

LEVEL = 0.95


def shares(
    plan: ActionPlan, known: Candidates, campaigns: pd.DataFrame, effects: pd.DataFrame, margin_share: float
) -> dict[str, Share]:
    """Return the measured share of each action that names a kind of campaign with experiments.

    The effects of all experiments of that kind on revenue per head are pooled by their precision, turned into margin,
    and divided by the mean of what is at stake with the customers whom the action fits.

    Parameters
    ----------
    plan : ActionPlan
        The actions; `gain.measured_by` names a kind of campaign.
    known : Candidates
        Whom each action fits, and what is at stake.
    campaigns, effects : DataFrame
        As the respond stage writes them.
    margin_share : float
        Margin over revenue.
    """
    from scipy.special import ndtri  # slow to import

    result = {}
    for i, action in enumerate(plan.actions):
        own = campaigns[(campaigns["kind"] == action.gain.measured_by) & (campaigns["design"] == "experiment")]
        at_stake = known.at_stake_cents[i][known.fits[i]]
        rows = effects[effects["campaign_id"].isin(own["campaign_id"]) & (effects["grouping"] == "")]
        rows = rows[
            (rows["outcome"] == "revenue_cents") & (rows["method"] == "difference") & (rows["standard_error"] > 0)
        ]
        if rows.empty or not at_stake.any():
            continue
        weights = 1 / rows["standard_error"].to_numpy() ** 2
        effect, error = float(np.average(rows["difference"], weights=weights)), float(1 / np.sqrt(weights.sum()))
        scale = margin_share / float(at_stake.mean())
        reach = float(ndtri((1 + LEVEL) / 2)) * error
        low, value, high = (round(min(max(x * scale, 0.0), 1.0), 6) for x in (effect - reach, effect, effect + reach))
        result[action.name] = Share(value, low, high, "measured")
    return result
