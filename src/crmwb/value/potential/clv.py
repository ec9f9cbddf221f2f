"""What purchases to come are worth today."""

from itertools import pairwise

import numpy as np

from crmwb.value.models import PurchaseModel, PurchaseSummary

STEP_DAYS = 30
DAYS_A_YEAR = 365


def discount(days: float, annual_rate: float) -> float:
    """Return what 1 paid in `days` is worth today, at an annual effective rate."""
    return float((1 + annual_rate) ** (-days / DAYS_A_YEAR))


def discounted_purchases(
    model: PurchaseModel,
    summary: PurchaseSummary,
    horizon_days: float,
    annual_rate: float,
    step_days: float = STEP_DAYS,
) -> np.ndarray:
    """Return the purchases to expect over the horizon, each weighed by what money at its time is worth today.

    The horizon is cut into steps of `step_days` (the last may be shorter); what is expected within a step is
    discounted from the step's middle.

    Parameters
    ----------
    model : PurchaseModel
        Fitted.
    summary : PurchaseSummary of n histories
        Whose purchases.
    horizon_days : float
        How far ahead.
    annual_rate : float
        Annual effective rate: 0.10 makes 1.10 in a year worth 1 today.
    step_days : float
        Length of a step.

    Returns
    -------
    ndarray of shape (n,)
        Times margin per purchase, this is customer lifetime value over the horizon.
    """
    edges = np.append(np.arange(0.0, horizon_days, step_days), float(horizon_days))
    total, before = np.zeros(len(summary)), np.zeros(len(summary))
    for begins, ends in pairwise(edges.tolist()):
        until = model.expected_purchases(summary, ends)
        total += (until - before) * discount((begins + ends) / 2, annual_rate)
        before = until
    return total
