"""How far off a forecast for one customer may be: intervals of purchases and of lifetime value.

For each distinct history, not each customer, and without a random draw:

* P(at least n purchases) is P(alive) times what a customer alive does, which depends on x and T alone (`models`). Both
  are averaged over the uncertainty of the parameters (`neighbours` of the fitted model).
* The spend of n purchases, by the Gamma-Gamma model, is (v + x z) times a beta prime variable (p n, p x + q): given the
  rate of the customer's spend their sum is Gamma(p n), and the rate is known to be Gamma(p x + q) of scale 1/(v + x z)
  (Fader & Hardie 2013, eq. 3-4). So P(value > y), in units of v + x z, is a sum over n that depends on the history
  alone; it too is averaged over the parameters, taking customers to have spent the mean where v moves against x z.
* The purchases within the horizon are discounted alike, by the share that makes the mean right; over horizons up to
  three years the spread that this leaves out is far below that of purchases and spend. What keeping the customer costs
  is taken off as expected.

What this comes to against simulated futures is in `tests/value/test_intervals.py`.
"""

import math
from dataclasses import dataclass

import numpy as np

from crmwb.value.models import GammaGamma, PurchaseModel, PurchaseSummary
from crmwb.value.potential.clv import DAYS_A_YEAR, Terms
from crmwb.value.potential.sums import SumsOfSpend, grids

LEVELS = (0.50, 0.80, 0.95)
PROBABILITIES = (0.025, 0.10, 0.25, 0.75, 0.90, 0.975)  # ends of the three intervals, lowest first
TAILS = 1 - np.array(PROBABILITIES)
TINY = 1e-300


@dataclass(frozen=True)
class Intervals:
    """Ends of the intervals for each distinct history, in the order of `PROBABILITIES`.

    Attributes
    ----------
    purchases : ndarray of shape (n, 6)
        Purchases within the horizon: the smallest whole number that is not exceeded with the probability.
    spends : ndarray of shape (n, 6)
        Discounted spend within the horizon, in units of the customer's scale (`scale_of`).
    costs : ndarray of shape (n,)
        What keeping the customer costs, in cents.
    spend : GammaGamma or None
        The model of spend; None where each purchase is taken to bring what is expected.
    margin_share : float
        What is left of 1 of revenue.
    """

    purchases: np.ndarray
    spends: np.ndarray
    costs: np.ndarray
    spend: GammaGamma | None
    margin_share: float

    def values(self, rows: np.ndarray, scale: np.ndarray) -> np.ndarray:
        """Return the ends of the intervals of customers' lifetime values in cents, shape (n_customers, 6).

        Parameters
        ----------
        rows : ndarray of shape (n_customers,)
            The row of each customer's history; any block of customers.
        scale : ndarray of shape (n_customers,)
            As `scale_of` returns it, in cents.
        """
        return np.asarray(self.spends[rows] * (scale * self.margin_share)[:, None] - self.costs[rows, None])


def scale_of(
    spend: GammaGamma | None, frequency: np.ndarray, mean_spend: np.ndarray, expected_spend: np.ndarray
) -> np.ndarray:
    """Return the unit of each customer's spends, shape (n,): v + x z, or where there is no model what is expected."""
    if spend is None:
        return expected_spend
    own = np.where(frequency > 0, np.maximum(np.nan_to_num(mean_spend), 0.0), 0.0)
    return np.asarray(spend.v_ + frequency * own)


def intervals(model: PurchaseModel, summary: PurchaseSummary, spend: GammaGamma | None, terms: Terms) -> Intervals:
    """Return the intervals of purchases and lifetime value for each distinct history.

    Parameters
    ----------
    model : PurchaseModel
        Fitted in days.
    summary : PurchaseSummary of n histories
        Whose future.
    spend : GammaGamma or None
        Fitted; None, or one whose fit is not ok, takes each purchase to bring what is expected.
    terms : Terms
        With a finite horizon.

    Raises
    ------
    ValueError
        An endless horizon: how many purchases may come has no bound.
    """
    if not (math.isfinite(terms.horizon_days) and terms.horizon_days > 0):
        raise ValueError(f"intervals need a horizon above 0 that ends, not {terms.horizon_days:g} days.")
    spend = spend if spend is not None and spend.verdict_.is_ok else None
    around = model.neighbours()
    by_neighbour = np.array([neighbour.p_alive(summary) for neighbour in around])
    alive = by_neighbour.mean(axis=0)
    x, age, pair_of = summary.at_age
    # within a pair, how much each neighbour counts: those count more in which customers are more likely alive
    weights = np.array([np.bincount(pair_of, weights=share + TINY, minlength=len(x)) for share in by_neighbour])
    weights /= weights.sum(axis=0)

    ahead = model.discounted(summary, terms.daily_rate, terms.horizon_days)
    expected = model.expected_purchases(summary, terms.horizon_days)
    worth = np.divide(ahead.purchases, expected, out=np.ones_like(expected), where=expected > 0)
    purchases, spends = np.zeros((len(summary), len(TAILS))), np.zeros((len(summary), len(TAILS)))
    rows_of = _Members(pair_of, len(x))
    table = SumsOfSpend(spend) if spend is not None else None
    for pairs, grid in grids(model, x, age, terms.horizon_days):
        tails = np.zeros((len(pairs), len(grid.counts)))
        for neighbour, weight in zip(around, weights[:, pairs], strict=True):
            own = neighbour.tails_if_alive(grid.counts, x[pairs], age[pairs], terms.horizon_days)
            tails += weight[:, None] * own
        rows, pair = rows_of(pairs)
        count = _crossing(grid.counts, tails, pair, alive[rows])
        purchases[rows] = np.maximum(np.ceil(count) - 1, 0)
        if table is not None:
            log_sums, beyond = table.of(grid)
            masses = tails - np.append(tails[:, 1:], np.zeros((len(pairs), 1)), axis=1)
            log_spend = _crossing(log_sums, masses @ beyond, pair, alive[rows])
            spends[rows] = np.where(count > 0, np.exp(log_spend), 0.0) * worth[rows, None]
    if table is None:
        spends = purchases * worth[:, None]
    costs = ahead.time_alive * (terms.retention_cents_a_year / DAYS_A_YEAR)
    return Intervals(purchases, spends, costs, spend, terms.margin_share)


class _Members:
    """The histories of each pair of frequency and age."""

    def __init__(self, pair_of: np.ndarray, n_pairs: int) -> None:
        self.order = np.argsort(pair_of, kind="stable")
        self.begins = np.searchsorted(pair_of[self.order], np.arange(n_pairs + 1))

    def __call__(self, pairs: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return the histories of these pairs, and for each which of `pairs` is its own."""
        sizes = self.begins[pairs + 1] - self.begins[pairs]
        before = np.cumsum(sizes) - sizes
        places = np.repeat(self.begins[pairs] - before, sizes) + np.arange(sizes.sum())
        return self.order[places], np.repeat(np.arange(len(pairs)), sizes)


def _crossing(grid: np.ndarray, tails: np.ndarray, own: np.ndarray, alive: np.ndarray) -> np.ndarray:
    """Return where on the grid P(more) falls to each of `TAILS`, by straight lines; 0 where it is never above.

    Parameters
    ----------
    grid : ndarray of shape (k,)
        Rising.
    tails : ndarray of shape (n_pairs, k)
        P(at least that), if alive; falling in each row.
    own : ndarray of shape (n,)
        Each history's row of `tails`.
    alive : ndarray of shape (n,)
        P(alive) of each history.

    Returns
    -------
    ndarray of shape (n, 6)
    """
    mine = tails[own] * alive[:, None]
    out = np.zeros((len(own), len(TAILS)))
    every = np.arange(len(own))
    for column, target in enumerate(TAILS):
        above = (mine > target).sum(axis=1)
        before = np.maximum(above - 1, 0)
        after = np.minimum(above, len(grid) - 1)
        high, low = mine[every, before], mine[every, after]
        part = np.divide(high - target, high - low, out=np.zeros_like(high), where=high > low)
        out[:, column] = np.where(above > 0, grid[before] + np.clip(part, 0, 1) * (grid[after] - grid[before]), 0.0)
    return out
