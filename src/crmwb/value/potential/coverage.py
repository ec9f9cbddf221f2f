"""How often the truth falls where it was said to: the randomised probability integral transform.

If forecasts are right, P(fewer purchases than came) + a random share of P(as many as came) is uniform between 0 and 1
over customers (Czado, Gneiting & Held 2009, "Predictive Model Assessment for Count Data", Biometrics 65(4)); without
the random share no interval of counts could hold just 80%.
"""

import numpy as np

from crmwb.value.models import PurchaseModel, PurchaseSummary
from crmwb.value.potential.intervals import LEVELS


def transforms(
    model: PurchaseModel,
    summary: PurchaseSummary,
    row_of: np.ndarray,
    actual: np.ndarray,
    *,
    horizon_days: float,
    rng: np.random.Generator,
) -> np.ndarray:
    """Return each customer's transform, uncertainty of the parameters included, shape (n_customers,).

    Parameters
    ----------
    model : PurchaseModel
        Fitted.
    summary : PurchaseSummary
        Distinct histories.
    row_of : ndarray of shape (n_customers,)
        The row of `summary` for each customer.
    actual : ndarray of shape (n_customers,)
        Purchases that came in the next `horizon_days`.
    horizon_days : float
        How far ahead was forecast, finite.
    rng : numpy.random.Generator
        Draws the random shares, in the order of the customers.
    """
    outcomes, outcome_of = np.unique(np.stack([row_of, actual]).astype(np.int64), axis=1, return_inverse=True)
    rows, counts = outcomes
    cases = PurchaseSummary(
        summary.frequency[rows], summary.recency_days[rows], summary.age_days[rows], np.ones(len(rows), dtype=np.int64)
    )
    around = model.neighbours()
    at_least, more = (
        np.mean([near.p_at_least(cases, n, horizon_days) for near in around], axis=0) for n in (counts, counts + 1)
    )
    return np.asarray(1 - at_least[outcome_of] + rng.random(len(row_of)) * (at_least - more)[outcome_of])


def coverage(transforms: np.ndarray) -> dict[float, float]:
    """Return for each level of interval the share of customers whose purchases fell in it.

    Parameters
    ----------
    transforms : ndarray of shape (n_customers,)
        As `transforms` returns them.
    """
    return {level: float((np.abs(transforms - 0.5) <= level / 2).mean()) for level in LEVELS}
