"""Whether costs and assumed gains of actions.yaml are in proportion to what orders and customers bring here.

A cost in another currency, in hundredths or of a whole campaign leads to a wrong list without any error. Everything is
compared by medians, which a few large orders or customers do not move.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import ibis.expr.types as ir
import numpy as np
import pandas as pd

from crmwb import engine
from crmwb.actions.basis import ASSUMED
from crmwb.actions.candidates import Candidates
from crmwb.actions.choice import CENTS, Share
from crmwb.actions.plan import Place
from crmwb.engine import Backend
from crmwb.errors import CrmwbError
from crmwb.findings import Finding, Listing, Money, Name, Term, Value
from crmwb.params.actions import Action, ActionPlan

MIN_KNOWN = 30  # orders or customers: a median of fewer says little
MOST_TIMES = 100  # a gain may be its cost: returns of campaigns are seldom above ten times
# whose unit buys less than a tenth of a euro (reference rates of the European Central Bank and the IMF, 2025)
SMALL_UNITS = frozenset({
    "ALL", "AMD", "ARS", "BDT", "CLP", "COP", "CRC", "CZK", "DOP", "DZD", "EGP", "HUF", "IDR",
    "INR", "IQD", "IRR", "ISK", "JMD", "JPY", "KES", "KHR", "KRW", "KZT", "LAK", "LBP", "LKR",
    "MKD", "MMK", "MNT", "MUR", "MXN", "NGN", "NPR", "NIO", "PHP", "PKR", "PYG", "RSD", "RUB",
    "THB", "TRY", "TWD", "TZS", "UAH", "UGX", "UYU", "UZS", "VND", "XAF", "XOF", "XPF", "ZAR",
})  # fmt: skip
MIN_COST_OF_DEAREST = 20  # of such units, two euros at most: no call, visit or gift costs less


@dataclass(frozen=True)
class Usual:
    """What orders and customers bring.

    Attributes
    ----------
    order_cents : float or None
        Half of all orders are of more revenue; None with fewer than `MIN_KNOWN` orders.
    yearly_cents : ndarray of shape (n,)
        Revenue of a year by customer, in the order of the candidates; NaN where unknown.
    margin_share : float or None
        Margin over revenue; None where the source holds no costs of goods.
    """

    order_cents: float | None
    yearly_cents: np.ndarray
    margin_share: float | None


def require_currency(plan: ActionPlan, currency: str, place: Place) -> None:
    """Check the currency that a plan states.

    Raises
    ------
    CrmwbError
        It is not that of the source.
    """
    if plan.currency not in {None, currency}:
        raise CrmwbError(
            f"{place(('currency',))}: amounts there are in {plan.currency}, and those of the source in {currency} "
            f"(params.yaml: source.currency); write all amounts there in {currency}, and currency: {currency}."
        )


def usual(con: Backend, mart: ir.Table, transactions: ir.Table | None, margin_share: float | None) -> Usual:
    """Read what orders and customers bring.

    Parameters
    ----------
    con : Backend
        The engine that holds the tables.
    mart : ir.Table
        One row per customer.
    transactions : ir.Table or None
        Order lines; None of a source without.
    margin_share : float or None
        As of `Usual`.
    """
    order = None
    if transactions is not None:
        sales = transactions.filter(~transactions.is_return).group_by("order_id")
        orders = sales.aggregate(cents=transactions.revenue_cents.sum()).filter(lambda t: t.cents > 0)
        totals = orders.aggregate(n=orders.count(), median=orders.cents.cast("float64").median())
        row = pd.DataFrame(engine.batches(con, totals).read_pandas()).iloc[0]
        order = float(row["median"]) if row["n"] >= MIN_KNOWN else None
    yearly = mart.select("customer_id", cents=mart.yearly_revenue_cents.cast("float64")).order_by("customer_id")
    return Usual(order, engine.batches(con, yearly).read_pandas()["cents"].to_numpy(np.float64), margin_share)


def findings(
    plan: ActionPlan, known: Candidates, shares: Mapping[str, Share], usual: Usual, currency: str
) -> list[Finding]:
    """Return which costs and assumed gains are out of proportion, one finding per rule that is broken.

    A cost of an action that sells is too high where it exceeds the margin of a typical order, or, where margins are
    unknown, all of its revenue. A cost is too small where more than `MOST_TIMES` of it is assumed to be gained, and an
    assumed gain of an action that sells is too high where it exceeds what those whom it fits bring in a year.

    Parameters
    ----------
    plan : ActionPlan
        Costs.
    known : Candidates
        Whom each action fits, and what is at stake.
    shares : mapping of str to Share
        How much of it each action wins.
    usual : Usual
        What orders and customers bring.
    currency : str
        Of every amount.
    """
    money = {action.name: Money(round(action.cost_per_use * CENTS), currency) for action in plan.actions}
    broken = [
        _small_unit(plan, currency),
        _finding(*_costs(plan, usual, money, currency)),
        _finding("cost_too_small", list(_too_small(plan, known, shares, money, currency)), currency, {}),
        _finding("gain_above_year", list(_above_year(plan, known, shares, usual, currency)), currency, {}),
    ]
    return [finding for finding in broken if finding is not None]


def _finding(code: str, actions: list[Finding], currency: str, values: dict[str, Value]) -> Finding | None:
    if not actions:
        return None
    return Finding(f"actions.{code}", {"actions": Listing(tuple(actions)), "currency": Name(currency)} | values)


def _small_unit(plan: ActionPlan, currency: str) -> Finding | None:
    """Return that costs cannot be in a currency of so small a unit, unless the plan states it."""
    dearest = max(plan.actions, key=lambda action: action.cost_per_use)
    cost = dearest.cost_per_use
    if plan.currency is not None or currency not in SMALL_UNITS or not 0 < cost < MIN_COST_OF_DEAREST:
        return None
    values: dict[str, Value] = {"action": Term("action", dearest.name), "cost": Money(round(cost * CENTS), currency)}
    return Finding("actions.costs_of_another_currency", values | {"currency": Name(currency)})


def _costs(
    plan: ActionPlan, usual: Usual, money: Mapping[str, Money], currency: str
) -> tuple[str, list[Finding], str, dict[str, Value]]:
    """Return the actions that cost more than a typical order brings, as the arguments of their finding."""
    code = "cost_above_order" if usual.margin_share is None else "cost_above_margin"
    most = (usual.order_cents or np.inf) * (1.0 if usual.margin_share is None else usual.margin_share)
    dear = [action.name for action in plan.actions if action.is_selling and action.cost_per_use * CENTS > most]
    parts = [Finding("actions.cost_part", {"action": Term("action", name), "cost": money[name]}) for name in dear]
    return code, parts, currency, {"most": Money(round(most), currency)} if dear else {}


def _too_small(
    plan: ActionPlan, known: Candidates, shares: Mapping[str, Share], money: Mapping[str, Money], currency: str
) -> Iterator[Finding]:
    for i, action in enumerate(plan.actions):
        gain = _typical_gain(action, known, i, shares)
        if gain is not None and action.cost_per_use > 0 and gain > MOST_TIMES * action.cost_per_use * CENTS:
            name = Term("action", action.name)
            values = {"action": name, "gain": Money(round(gain), currency), "cost": money[action.name]}
            yield Finding("actions.gain_part", values)


def _above_year(
    plan: ActionPlan, known: Candidates, shares: Mapping[str, Share], usual: Usual, currency: str
) -> Iterator[Finding]:
    share = 1.0 if usual.margin_share is None else usual.margin_share
    for i, action in enumerate(plan.actions):
        gain = _typical_gain(action, known, i, shares)
        years = usual.yearly_cents[known.fits[i] & (usual.yearly_cents > 0)] * share
        if gain is None or not action.is_selling or len(years) < MIN_KNOWN:
            continue
        year = float(np.median(years))
        if gain > year:
            name = Term("action", action.name)
            values = {"action": name, "gain": Money(round(gain), currency), "year": Money(round(year), currency)}
            yield Finding("actions.year_part", values)


def _typical_gain(action: Action, known: Candidates, i: int, shares: Mapping[str, Share]) -> float | None:
    """Return the median gain that is assumed of one use; None where it was measured, or fits too few to say."""
    share = shares[action.name]
    at_stake = known.at_stake_cents[i][known.fits[i] & (known.at_stake_cents[i] > 0)]
    return float(np.median(at_stake)) * share.value if share.basis == ASSUMED and len(at_stake) >= MIN_KNOWN else None
