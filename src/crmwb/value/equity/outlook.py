"""What the models expect of the months after an origin, from what was known at it; no season, no level set yet."""

from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from crmwb.calendar import MONTHS_A_YEAR, edges_ahead, month_of
from crmwb.value.equity import newcomers
from crmwb.value.equity.activity import Histories
from crmwb.value.equity.ahead import Ahead
from crmwb.value.equity.cohorts import MEASURES, Cohorts
from crmwb.value.models import GammaGamma, PurchaseModel
from crmwb.value.potential.customers import expected_spend


@dataclass(frozen=True)
class Outlook:
    """What is expected of each period after an origin.

    Attributes
    ----------
    origin : date
        The first day that is not known.
    edges : list of date
        Where the periods begin, and where the last one ends; see `months.edges_ahead`.
    existing : ndarray of shape (n_periods, 3)
        By measure: what customers who had bought before the origin are expected to do.
    flow : ndarray of shape (n_periods, 3)
        By measure: what newcomers are expected to do where one customer a month comes.
    whole : Cohorts
        The whole months before the origin.
    known : ndarray of shape (3,)
        What has been done in the month of the origin before it, by measure; zeros where the month begins with it.
    lumps : ndarray of shape (3,)
        The variance of a month's total that is down to chance alone, over the total: 1 for counts, the spread of what
        single purchases bring for revenue.
    shares : ndarray of shape (n_periods,)
        How much of a month each period is.
    """

    origin: date
    edges: list[date]
    existing: np.ndarray
    flow: np.ndarray
    whole: Cohorts
    known: np.ndarray
    lumps: np.ndarray
    shares: np.ndarray

    def coming(self, season: np.ndarray) -> np.ndarray:
        """Return the new customers expected in each period, with a season (factors of January to December)."""
        came, months = newcomers.recent(self.whole, season)
        factors = season[[day.month - 1 for day in self.edges[:-1]]]
        return np.asarray(self.shares * factors * (came / months if months else 0.0))


def outlook(
    histories: Histories, cohorts: Cohorts, models: tuple[PurchaseModel, GammaGamma], origin: date, n_months: int
) -> Outlook:
    """Look ahead from an origin.

    Parameters
    ----------
    histories : Histories
        As known at the origin.
    cohorts : Cohorts
        Everything; what the origin did not know is not looked at.
    models : PurchaseModel and GammaGamma
        Fitted on what the origin knew.
    origin : date
        The first day that is not known.
    n_months : int
        Whole months; the rest of the origin's month comes on top.
    """
    model, spend_model = models
    edges = edges_ahead(origin, n_months)
    whole = cohorts.before(month_of(origin))
    spend = spend_of(histories, spend_model)
    is_counted = _not_yet_counted(histories, origin)
    shares = np.ones(len(edges) - 1)
    shares[0] = (edges[1] - edges[0]).days / (edges[1] - edges[0].replace(day=1)).days
    once = histories.frequency == 0
    return Outlook(
        origin,
        edges,
        _existing(histories, model, spend, is_counted, edges),
        newcomers.flow(whole, model, float(spend[once].mean() if once.any() else spend.mean()), shares),
        whole,
        _done_in_month(cohorts, origin),
        _lumps(whole),
        shares,
    )


def spend_of(histories: Histories, model: GammaGamma) -> np.ndarray:
    """Return what each customer's next purchases will bring on average, in cents, shape (n,), as known then."""
    if not model.verdict_.is_ok and not histories.frequency.any():
        return np.zeros(len(histories))
    frame = pd.DataFrame({"frequency": histories.frequency, "monetary_cents": histories.monetary_cents})
    return expected_spend(frame, model)


def _existing(
    histories: Histories, model: PurchaseModel, spend: np.ndarray, is_counted: np.ndarray, edges: list[date]
) -> np.ndarray:
    """Return what customers known at the origin are expected to do in each period, shape (n_periods, 3)."""
    ahead = Ahead.of(histories, model, [(edge - edges[0]).days for edge in edges])
    everybody = ahead.sums()
    active = everybody @ ahead.chances
    active[0] = ahead.sums(is_counted) @ ahead.chances[:, 0]
    return np.column_stack([active, everybody @ ahead.purchases, ahead.sums(spend) @ ahead.purchases])


def _not_yet_counted(histories: Histories, origin: date) -> np.ndarray:
    """Say who has not bought in the month of the origin before it, shape (n,), 1 or 0."""
    silence = histories.age_days - histories.recency_days
    return np.asarray(silence > origin.day - 1, dtype=np.float64)


def _done_in_month(cohorts: Cohorts, origin: date) -> np.ndarray:
    at = month_of(origin) - cohorts.first_month
    if origin.day == 1 or at >= cohorts.n_months:
        return np.zeros(len(MEASURES))
    return np.asarray(cohorts.by_month[at], dtype=np.float64)


def _lumps(known: Cohorts) -> np.ndarray:
    recent = slice(max(0, known.n_months - MONTHS_A_YEAR), None)
    revenue = float(known.by_month[recent, 2].sum())
    return np.array([1.0, 1.0, float(known.squares[recent].sum()) / revenue if revenue > 0 else 1.0])
