"""What a customer's next purchase brings, and the rule by which returns and gifts enter it.

The rule, which changes no data and can be undone by another reading of the same columns: a customer's spend is the mean
revenue, net of returns, of their repeat purchase days. Days that net to zero or less count in that mean. A customer
whose mean is zero or less tells the model of spend nothing: they are left out of its fit, counted, and forecast as if
the mean were zero, drawn towards everybody's as all means are.
"""

from enum import StrEnum
from typing import Any

import numpy as np

from crmwb.value.models import GammaGamma, Status

ALIKE = 100.0  # a q above it: customers' means do not differ beyond chance


class SpendRule(StrEnum):
    """What expected spends rest on."""

    GAMMA_GAMMA = "gamma_gamma"
    POOLED_MEAN = "pooled_mean"
    OWN_MEAN = "own_mean"


def spend_rule(model: GammaGamma) -> SpendRule:
    """Say what expected spends rest on: the model, where its fit is ok, or a mean.

    Everybody's mean where customers do not differ in what they spend, or too few bought twice to tell; a customer's own
    where they differ by more than the model can say (q at or below 1: no mean exists over customers).
    """
    if model.verdict_.is_ok:
        return SpendRule.GAMMA_GAMMA
    alike = model.verdict_.status in {Status.LIMIT, Status.TOO_LITTLE_DATA} or model.q_ > ALIKE
    return SpendRule.POOLED_MEAN if alike else SpendRule.OWN_MEAN


def spend_to_expect(model: GammaGamma, frequency: np.ndarray, mean_spend: np.ndarray) -> np.ndarray:
    """Return what each customer's next purchases will bring on average, shape (n,), by `spend_rule`.

    Parameters
    ----------
    model : GammaGamma
        Fitted, whatever its verdict.
    frequency : ndarray of shape (n,)
        Repeat purchase occasions.
    mean_spend : ndarray of shape (n,)
        Mean spend over those; anything (NaN for one) where frequency is 0.

    Returns
    -------
    ndarray of shape (n,)
        Where a mean is used it is that over all repeat purchases for who has none of their own; 0 where nobody has.
    """
    rule = spend_rule(model)
    if rule is SpendRule.GAMMA_GAMMA:
        return model.expected_spend(frequency, mean_spend)
    own = np.where(frequency > 0, np.maximum(np.nan_to_num(mean_spend), 0.0), 0.0)
    pooled = float((own * frequency).sum() / max(frequency.sum(), 1))
    return np.where((frequency > 0) & (rule is SpendRule.OWN_MEAN), own, pooled)


def spend_facts(model: GammaGamma, frequency: np.ndarray, mean_spend: np.ndarray) -> dict[str, Any]:
    """Count whom the rule touches, for reports.

    Returns
    -------
    dict
        rule (of `SpendRule`), n_customers, n_without_repeat, n_zero and n_negative (repeat customers whose mean is so),
        n_in_fit, finding (sentences).
    """
    repeat = frequency > 0
    spend = np.nan_to_num(mean_spend)
    n_zero, n_negative = int((repeat & (spend == 0)).sum()), int((repeat & (spend < 0)).sum())
    rule = spend_rule(model)
    rests = {
        SpendRule.GAMMA_GAMMA: "each customer's own mean, drawn towards everybody's where it stands on few purchases",
        SpendRule.POOLED_MEAN: "everybody's mean, for customers do not differ enough in what they spend",
        SpendRule.OWN_MEAN: "each customer's own mean, for they differ too much to be compared",
    }[rule]
    left_out = (
        f" {n_zero + n_negative:,} customers, whose repeat purchases net of returns come to nothing or less, are left "
        "out of the comparison and expected to spend little."
        if n_zero + n_negative
        else ""
    )
    return {
        "rule": str(rule),
        "n_customers": len(frequency),
        "n_without_repeat": int((~repeat).sum()),
        "n_zero": n_zero,
        "n_negative": n_negative,
        "n_in_fit": int((repeat & (spend > 0)).sum()),
        "finding": f"What a purchase will bring rests on {rests}.{left_out}",
    }
