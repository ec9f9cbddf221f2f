"""What customers are worth by the state that they are in at a month's end: a second opinion that rests on counts alone.

Of all customers who were in a state at a month's end, how many bought in the next month, what did they bring, and in
which state were they then? `monthly_states` says which states there are, `markov` values them.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from crmwb.calendar import MONTHS_A_YEAR
from crmwb.contract.value import MARKOV_STATES
from crmwb.errors import CrmwbError
from crmwb.findings import Count, Finding, Name, to_json
from crmwb.value.models.markov import MarkovChain
from crmwb.value.models.monthly_states import Grid, known_by, next_months, thirds

PRIOR = 10.0  # months of one customer that the mean of all customers counts as, in a state with few
GROUPS = 50  # of customers, left out in turn for standard errors


@dataclass(frozen=True)
class MarkovStates:
    """What `markov_states` found.

    Attributes
    ----------
    states : DataFrame of shape (k, 11)
        Columns of `MARKOV_STATES`: one row per state, most recent first. n_customers at as_of; n_observed months of
        customers that transitions rest on; p_purchase in the next month; margin_cents expected from it; value_cents
        discounted margin to come net of contact costs, today's not counted; keep_contacting, whether contact pays.
    customers : DataFrame of shape (n, 3)
        customer_id, state, value_cents at as_of; sorted by customer_id.
    chain : MarkovChain
        With a month's margin net of contact costs as rewards, in cents.
    total_value_cents, total_value_se_cents : float
        Of all customers at as_of.
    """

    states: pd.DataFrame
    customers: pd.DataFrame
    chain: MarkovChain
    total_value_cents: float
    total_value_se_cents: float

    def facts(self) -> dict[str, Any]:
        """Return the short facts for readers, with their findings, as JSON holds them."""
        contact, n_now = self.states["keep_contacting"].to_numpy(), self.states["n_customers"].to_numpy()
        best = self.chain.states[int(np.where(n_now > 0, self.states["value_cents"].to_numpy(), -np.inf).argmax())]
        findings = [Finding("models.states.most_to_come", {"state": Name(best)})]
        if not contact.all():
            unpaid = {
                "n": Count(n_now[~contact].sum(), "customer"),
                "states": Count((~contact).sum(), "state"),
            }
            findings.append(Finding("models.states.contact_does_not_pay", unpaid))
        return {
            "n_states": len(self.states),
            "n_customers": len(self.customers),
            "n_observed": int(self.states["n_observed"].sum()),
            "total_value_cents": round(self.total_value_cents),
            "total_value_se_cents": round(self.total_value_se_cents),
            "states_to_let_go": [state for state, keep in zip(self.chain.states, contact, strict=True) if not keep],
            "findings": [to_json(finding) for finding in findings],
        }


def markov_states(
    snapshots: pd.DataFrame,
    as_of: date,
    *,
    margin_share: float,
    annual_rate: float,
    contact_cost_cents: float = 0.0,
    horizon_months: int | None = None,
    n_recency: int = 6,
    band_by: str = "frequency",
    cuts: tuple[float, ...] | None = None,
) -> MarkovStates:
    """Value the states that customers are in.

    Probabilities and mean margins are counted, and in states with few customers drawn towards those of all customers as
    long silent, and these towards everybody's, as if `PRIOR` more had been seen. Standard errors leave out one of
    `GROUPS` groups of customers in turn (delete-a-group jackknife), so they hold for customers who differ.

    Parameters
    ----------
    snapshots : DataFrame
        customer_id, as_of (first days of months, exclusive), days_since_last, revenue_cents (all so far) and `band_by`,
        one row per customer and month from the first purchase on; rows after `as_of` are not looked at.
    as_of : date
        The last month's end that is known.
    margin_share : float
        Margin in revenue.
    annual_rate : float
        Annual effective rate; a month's margin comes in its middle.
    contact_cost_cents : float, default=0
        What contact with a customer costs in a month.
    horizon_months : int, optional
        How far ahead, at least 1; for ever by default, which needs a rate above 0.
    n_recency : int, default=6
        Months since the last purchase that are told apart; the last stands for all longer silence.
    band_by : str, default="frequency"
        The column that splits customers of equal recency.
    cuts : tuple of float, optional
        Where a new band of it begins: () leaves recency alone; by default, three bands with as many customers each.

    Raises
    ------
    CrmwbError
        Snapshots that lack a column, a customer or a month, or show no purchase after the first month's end.

    Examples
    --------
    Twelve customers over five month ends: six who buy every month, six who bought once.

    >>> from datetime import date
    >>> import pandas as pd
    >>> from crmwb.value.models import markov_states
    >>> ends = [date(2024, m, 1) for m in range(2, 7)]
    >>> regular = [(f"r{i}", end, 10, 5_000 * n, n) for i in range(6) for n, end in enumerate(ends, 1)]
    >>> silent = [(f"s{i}", end, 10 + 30 * n, 5_000, 1) for i in range(6) for n, end in enumerate(ends)]
    >>> columns = ["customer_id", "as_of", "days_since_last", "revenue_cents", "frequency"]
    >>> snapshots = pd.DataFrame(regular + silent, columns=columns)
    >>> choices = {"margin_share": 0.4, "annual_rate": 0.1, "n_recency": 3, "cuts": ()}
    >>> result = markov_states(snapshots, date(2024, 6, 1), **choices)
    >>> result.states[["state", "n_customers", "p_purchase"]].round(2).values.tolist()
    [['1m', 6, 0.78], ['2m', 0, 0.2], ['3m+', 6, 0.1]]
    """
    known = known_by(snapshots, as_of, band_by)
    grid = Grid(n_recency, band_by, thirds(known, band_by) if cuts is None else cuts)
    state = grid.states_of(known)
    customer, month = known["customer"].to_numpy(), known["month"].to_numpy()
    pairs = next_months(customer, month)
    came = known["revenue_cents"].to_numpy(np.float64)[pairs + 1] - known["revenue_cents"].to_numpy(np.float64)[pairs]
    n_groups = min(GROUPS, int(customer.max()) + 1)
    k = len(grid.names)
    cell = (customer[pairs] % n_groups) * k + state[pairs]
    counts = np.bincount(cell * k + state[pairs + 1], minlength=n_groups * k * k).reshape(n_groups, k, k).astype(float)
    revenue = np.bincount(cell, weights=came, minlength=n_groups * k).reshape(n_groups, k)
    n_bands = len(grid.bands)
    if counts[:, :, :n_bands].sum() == 0:
        raise CrmwbError(
            f"snapshots to {as_of}: nobody buys again after the first month's end, so states have no value to count; "
            "use more months (features.n_snapshots) or a later as_of."
        )

    rate = float(np.expm1(np.log1p(annual_rate) / MONTHS_A_YEAR))
    to_come = None if horizon_months is None else horizon_months - 1

    def chain_of(n_moves: np.ndarray, brought: np.ndarray) -> MarkovChain:
        transitions, mean_revenue = _estimate(n_moves, brought, n_bands)
        margin = margin_share * mean_revenue / (1 + rate) ** 0.5
        return MarkovChain(grid.names, transitions, margin - contact_cost_cents, rate)

    chain = chain_of(counts.sum(axis=0), revenue.sum(axis=0))
    without = [
        chain_of(counts.sum(axis=0) - n_moves, revenue.sum(axis=0) - brought)
        for n_moves, brought in zip(counts, revenue, strict=True)
    ]
    value, p_purchase = chain.value(to_come), chain.transitions[:, :n_bands].sum(axis=1)
    latest = month == month.max()
    n_now = np.bincount(state[latest], minlength=k)
    values = np.array([other.value(to_come) for other in without])
    table = pd.DataFrame(
        {
            "state": list(grid.names),
            "recency_months": np.repeat(np.arange(1, n_recency + 1), n_bands),
            "band": list(grid.bands) * n_recency,
            "n_customers": n_now,
            "n_observed": counts.sum(axis=(0, 2)).astype(np.int64),
            "p_purchase": p_purchase,
            "p_purchase_se": _jackknife(np.array([c.transitions[:, :n_bands].sum(axis=1) for c in without])),
            "margin_cents": (chain.rewards + contact_cost_cents) * (1 + rate) ** 0.5,
            "value_cents": value,
            "value_se_cents": _jackknife(values),
            "keep_contacting": ~np.isin(grid.names, chain.states_to_let_go(to_come)),
        }
    ).reindex(columns=MARKOV_STATES.names)
    now = state[latest]
    customers = pd.DataFrame(
        {
            "customer_id": known["customer_id"].to_numpy()[latest],
            "state": np.array(grid.names)[now],
            "value_cents": value[now],
        }
    )
    total_se = float(_jackknife((values @ n_now)[:, np.newaxis])[0])
    return MarkovStates(table, customers, chain, float(value @ n_now), total_se)


def _estimate(n_moves: np.ndarray, revenue: np.ndarray, n_bands: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the probabilities to move, shape (k, k), and the mean revenue of a month, shape (k,), from counts."""
    k = len(revenue)
    n_recency = k // n_bands
    seen, bought = n_moves.sum(axis=1), n_moves[:, :n_bands].sum(axis=1)

    def by_recency(values: np.ndarray) -> np.ndarray:
        return np.asarray(values.reshape(n_recency, n_bands).sum(axis=1))

    of_all = bought.sum() / seen.sum()
    spend = revenue.sum() / bought.sum() if bought.sum() else 0.0
    p = (by_recency(bought) + PRIOR * of_all) / (by_recency(seen) + PRIOR)
    mean = (by_recency(revenue) + PRIOR * p * spend) / (by_recency(seen) + PRIOR)
    recency, band = np.divmod(np.arange(k), n_bands)
    prior = np.zeros((k, k))
    prior[np.arange(k), band] = p[recency]
    prior[np.arange(k), np.minimum(recency + 1, n_recency - 1) * n_bands + band] += 1 - p[recency]
    transitions = (n_moves + PRIOR * prior) / (seen + PRIOR)[:, np.newaxis]
    return transitions, (revenue + PRIOR * mean[recency]) / (seen + PRIOR)


def _jackknife(left_out: np.ndarray) -> np.ndarray:
    """Return standard errors from estimates that each leave out one group, shape (groups, k) → (k,)."""
    groups = len(left_out)
    return np.asarray(np.sqrt((groups - 1) / groups * ((left_out - left_out.mean(axis=0)) ** 2).sum(axis=0)))
