"""Customers yet to come: how many a month, and what they do in the month they come in and after it.

As many a month as in the last three whole months will come: with a history of a few years, more than that is not to be
seen reliably. In their first month newcomers do what recent newcomers did in theirs; from then on they buy as the model
of purchases says of new customers.
"""

import numpy as np

from crmwb.calendar import MEAN_DAYS, MONTHS_A_YEAR
from crmwb.value.equity.ahead import chance_to_buy
from crmwb.value.equity.cohorts import Cohorts
from crmwb.value.models import PurchaseModel

RECENT_MONTHS = 3


def recent(known: Cohorts, season: np.ndarray) -> tuple[int, float]:
    """Return the newcomers of the last months, and how many months without season these are.

    The first month that the data show is left out where there are others: in it, all old customers look new.

    Parameters
    ----------
    known : Cohorts
        Of whole months only.
    season : ndarray of shape (12,)
        Factors of January to December.
    """
    last = known.n_months
    months = np.arange(last)[max(1 if last > 1 else 0, last - RECENT_MONTHS) :]
    return int(known.newcomers[months].sum()), float(season[(known.first_month + months) % MONTHS_A_YEAR].sum())


def flow(known: Cohorts, model: PurchaseModel, spend_cents: float, shares: np.ndarray) -> np.ndarray:
    """Return what is done in each period where one customer a month comes, shape (n_periods, 3) by measure.

    Parameters
    ----------
    known : Cohorts
        Of whole months only.
    model : PurchaseModel
        Fitted.
    spend_cents : float
        What a repeat purchase of a new customer brings.
    shares : ndarray of shape (n_periods,)
        How much of a month each period is.
    """
    n = len(shares)
    one = np.vstack([_first_month(known, spend_cents), _later_months(model, spend_cents, n - 1)])
    return np.asarray(sum(np.vstack([np.zeros((came, 3)), shares[came] * one[: n - came]]) for came in range(n)))


def _first_month(known: Cohorts, spend_cents: float) -> np.ndarray:
    """Return what a newcomer of the last year did in the month of the first purchase, shape (3,)."""
    months = slice(max(1 if known.n_months > 1 else 0, known.n_months - MONTHS_A_YEAR), None)
    own = np.diagonal(known.totals)[:, months].sum(axis=1)
    return np.maximum(own / own[0], 0.0) if own[0] else np.array([1.0, 1.0, spend_cents])


def _later_months(model: PurchaseModel, spend_cents: float, n: int) -> np.ndarray:
    """Return what a newcomer who came in the middle of a month does in each of the `n` after it, shape (n, 3)."""
    edges = [0.0, *((i + 0.5) * MEAN_DAYS for i in range(n + 1))]
    expected = np.diff([model.expected_purchases_of_new(days) for days in edges])[None, :]
    chance = chance_to_buy(expected, np.array([model.r_]), edges)
    return np.column_stack([chance[0], expected[0], expected[0] * spend_cents])[1:]
