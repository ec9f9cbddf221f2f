"""What customers are worth at one moment, by one model fixed for all moments."""

from dataclasses import dataclass, replace

import numpy as np

from crmwb.features.seasonal_time import SeasonalTime
from crmwb.value.equity.activity import Histories
from crmwb.value.equity.outlook import spend_of
from crmwb.value.models import GammaGamma, PurchaseModel, PurchaseSummary
from crmwb.value.potential.clv import Terms, lifetime_values


@dataclass(frozen=True)
class Worth:
    """Customers at one moment, of all who ever have an order line: shape (n_customers,).

    Attributes
    ----------
    is_known : ndarray of bool
        Who had bought by then.
    is_active : ndarray of bool
        Who of them is not lost: their chance to buy again within the horizon is not below `lost_below`.
    clv_cents : ndarray of int64
        Lifetime value; 0 for who had not bought.
    n_alive : float
        Customers expected to be alive: the sum of P(alive).
    """

    is_known: np.ndarray
    is_active: np.ndarray
    clv_cents: np.ndarray
    n_alive: float


def worth(
    histories: Histories,
    n_customers: int,
    models: tuple[PurchaseModel, GammaGamma],
    terms: Terms,
    lost_below: float,
    *,
    time: SeasonalTime,
    at: int,
) -> Worth:
    """Value every customer as the package `potential` does, by what was known of them at one moment.

    Parameters
    ----------
    histories : Histories
        As known then.
    n_customers : int
        Customers in all.
    models : PurchaseModel and GammaGamma
        Fitted, the same for all moments.
    terms : Terms
        Horizon (finite), rate, margin and costs.
    lost_below : float
        A chance.
    time : SeasonalTime
        The time that the model of purchases is in.
    at : int
        The moment, as `calendar.day_number` returns it.
    """
    model, spend_model = models
    summary, row_of = PurchaseSummary.compress(
        *time.histories(histories.frequency, histories.recency_days, histories.age_days, at)
    )
    ahead = float(time.between(at, at + terms.horizon_days))
    terms = replace(terms, horizon_days=ahead)
    clv = np.rint(lifetime_values(model, summary, row_of, spend_of(histories, spend_model), terms))
    who = histories.customer
    is_known, is_active = np.zeros(n_customers, dtype=bool), np.zeros(n_customers, dtype=bool)
    clv_cents = np.zeros(n_customers, dtype=np.int64)
    is_known[who], clv_cents[who] = True, clv.astype(np.int64)
    is_active[who] = (model.p_at_least(summary, 1, terms.horizon_days) >= lost_below)[row_of]
    return Worth(is_known, is_active, clv_cents, float(model.p_alive(summary)[row_of].sum()))
