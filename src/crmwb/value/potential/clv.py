"""What purchases to come are worth today: customer lifetime value."""

import math
from dataclasses import dataclass

import numpy as np

from crmwb.value.models import PurchaseModel, PurchaseSummary

DAYS_A_YEAR = 365


@dataclass(frozen=True)
class Terms:
    """The terms on which purchases to come are valued.

    Attributes
    ----------
    horizon_days : float
        How far ahead; infinity for as long as customers stay.
    annual_rate : float
        Annual effective rate: 0.10 makes 1.10 in a year worth 1 today. Above 0 where the horizon is endless.
    margin_share : float
        What is left of 1 of revenue.
    retention_cents_a_year : float
        What it costs to keep a customer for a year, for as long as they are one.
    acquisition_cents : float
        What it costs to win a new customer.
    """

    horizon_days: float
    annual_rate: float
    margin_share: float = 1.0
    retention_cents_a_year: float = 0.0
    acquisition_cents: float = 0.0

    @property
    def daily_rate(self) -> float:
        """The continuous rate a day that comes to the annual effective rate."""
        return math.log1p(self.annual_rate) / DAYS_A_YEAR


def discount(days: float, annual_rate: float) -> float:
    """Return what 1 paid in `days` is worth today, at an annual effective rate."""
    return float((1 + annual_rate) ** (-days / DAYS_A_YEAR))


def discounted_purchases(
    model: PurchaseModel, summary: PurchaseSummary, horizon_days: float, annual_rate: float
) -> np.ndarray:
    """Return the purchases to expect over the horizon, each weighed by what money at its time is worth today.

    Parameters
    ----------
    model : PurchaseModel
        Fitted in days.
    summary : PurchaseSummary of n histories
        Whose purchases.
    horizon_days, annual_rate : float
        As in `Terms`.

    Returns
    -------
    ndarray of shape (n,)
        Times margin per purchase, this is customer lifetime value over the horizon, costs of retention aside.
    """
    terms = Terms(horizon_days, annual_rate)
    return model.discounted(summary, terms.daily_rate, horizon_days).purchases


def lifetime_values(
    model: PurchaseModel, summary: PurchaseSummary, row_of: np.ndarray, spend_cents: np.ndarray, terms: Terms
) -> np.ndarray:
    """Return what each customer's future is expected to bring, in cents of today.

    Discounted purchases × spend × margin share, less what keeping the customer costs for as long as they are one. What
    it cost to win them is spent already and plays no part; see `value_of_new`.

    Parameters
    ----------
    model : PurchaseModel
        Fitted in days.
    summary : PurchaseSummary
        Distinct histories.
    row_of : ndarray of shape (n_customers,)
        The row of `summary` for each customer.
    spend_cents : ndarray of shape (n_customers,)
        What a purchase of each is expected to bring.
    terms : Terms
        Horizon, rate, margin and costs.

    Returns
    -------
    ndarray of shape (n_customers,)
    """
    ahead = model.discounted(summary, terms.daily_rate, terms.horizon_days)
    value = ahead.purchases[row_of] * (spend_cents * terms.margin_share)
    if terms.retention_cents_a_year:
        value -= (ahead.time_alive * (terms.retention_cents_a_year / DAYS_A_YEAR))[row_of]
    return np.asarray(value)


def value_of_new(model: PurchaseModel, spend_cents: float, terms: Terms) -> float:
    """Return what a new customer brings, in cents of the day of the first purchase, which is part of it.

    First purchase and discounted repeat purchases × mean spend × margin share, less retention and acquisition.

    Parameters
    ----------
    model : PurchaseModel
        Fitted in days.
    spend_cents : float
        Mean spend per purchase over all customers.
    terms : Terms
        Horizon, rate, margin and costs.
    """
    new = PurchaseSummary.of(np.zeros(1), np.zeros(1), np.zeros(1))
    repeats = lifetime_values(model, new, np.zeros(1, dtype=np.int64), np.array([spend_cents]), terms)[0]
    return float(repeats + spend_cents * terms.margin_share - terms.acquisition_cents)
