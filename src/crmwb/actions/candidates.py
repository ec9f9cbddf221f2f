"""Which actions fit which customers, and what each would bring: conditions of actions.yaml on columns of the mart."""

from collections.abc import Mapping
from dataclasses import dataclass

import ibis
import ibis.expr.types as ir
import numpy as np
import pyarrow as pa
from sqlglot import exp

from crmwb import engine
from crmwb.actions.plan import Place, named
from crmwb.contract import Column, Kind
from crmwb.engine import Backend
from crmwb.errors import CrmwbError
from crmwb.params.actions import ActionPlan
from crmwb.sources.expressions import ExpressionError, Result, Type, columns, evaluate, parse
from crmwb.sources.values import DECIMAL

NUMBERS = {Kind.MONEY, Kind.INTEGER, Kind.NUMBER, Kind.SHARE}
ONE_TEAM = ""
LISTED = "data/marts/columns.csv lists those it has"


@dataclass(frozen=True)
class Candidates:
    """Customers and what may be done with each.

    Attributes
    ----------
    customer_id, owner, consent : ndarray of shape (n,)
        Ids; owners' names (`ONE_TEAM` where unknown); whether they may be contacted now.
    may_sell : ndarray of bool, shape (n,)
        Nothing has to be settled before more is sold to them.
    fits : ndarray of bool, shape (n_actions, n)
        The action's condition holds.
    at_stake_cents : ndarray of shape (n_actions, n)
        What the action's share is of; 0 where unknown.
    """

    customer_id: np.ndarray
    owner: np.ndarray
    consent: np.ndarray
    may_sell: np.ndarray
    fits: np.ndarray
    at_stake_cents: np.ndarray


def candidates(
    con: Backend, mart: ir.Table, kinds: Mapping[str, Column], plan: ActionPlan, place: Place = named
) -> Candidates:
    """Evaluate every action's condition and value on every customer.

    Parameters
    ----------
    con : Backend
        The engine that holds the mart.
    mart : ir.Table
        One row per customer.
    kinds : mapping of str to Column
        What each column of the mart holds.
    plan : ActionPlan
        The actions.
    place : callable
        How messages name a key of the plan.

    Raises
    ------
    CrmwbError
        An expression is none, names a column that the mart does not have, or gives something else than it must.
    """
    read = {name: typed(mart[name], column.kind) for name, column in kinds.items() if name in mart.columns}
    owner = plan.owners.column
    if owner is not None and owner not in read:
        key = place(("owners", "column"))
        raise CrmwbError(f"{key}: the mart has no column {owner}; name one, or write null.")
    quiet = ibis.least(
        *(mart[name].fill_null(10_000) for name in ("days_since_contact", "days_since_campaign")), ibis.literal(10_000)
    )
    barred = {}
    for key in ("no_contact_when", "no_selling_when"):
        text = getattr(plan, key)
        holds = ibis.literal(False) if text is None else _evaluated(text, read, Type.TRUTH, place((key,)))
        barred[key] = holds.fill_null(False)
    columns = {
        "customer_id": mart.customer_id,
        "owner": mart[owner].fill_null(ONE_TEAM) if owner else ibis.literal(ONE_TEAM),
        "consent": mart.contactable.fill_null(True) & (quiet >= plan.quiet_days) & ~barred["no_contact_when"],
        "may_sell": ~barred["no_selling_when"],
    }
    for i, action in enumerate(plan.actions):
        key = f"{place(('actions', i, 'when'))} of {action.name}"
        columns[f"fits_{i}"] = _evaluated(action.when, read, Type.TRUTH, key).fill_null(False)
        key = f"{place(('actions', i, 'gain', 'cents'))} of {action.name}"
        cents = _evaluated(action.gain.cents, read, Type.NUMBER, key)
        if unknown := [name for name in action.reason if name not in read]:
            key = place(("actions", i, "reason"))
            raise CrmwbError(f"{key} of {action.name}: the mart has no column {unknown[0]}; {LISTED}.")
        columns[f"cents_{i}"] = cents.cast("float64").fill_null(0.0)
    table = engine.batches(con, mart.select(**columns).order_by("customer_id")).read_all()
    return Candidates(
        customer_id=table["customer_id"].to_numpy(),
        owner=table["owner"].to_numpy(),
        consent=table["consent"].to_numpy(),
        may_sell=table["may_sell"].to_numpy(),
        fits=_stacked(table, "fits", len(plan.actions)),
        at_stake_cents=np.maximum(_stacked(table, "cents", len(plan.actions)), 0.0),
    )


def typed(value: ir.Value, kind: Kind) -> Result:
    """Return a column of the mart as expressions take it: exact numbers, truths, moments or text."""
    if kind in NUMBERS:
        return Result(value.try_cast(DECIMAL), Type.NUMBER)
    if kind is Kind.BOOLEAN:
        return Result(value, Type.TRUTH)
    if kind in {Kind.DATE, Kind.TIMESTAMP}:
        return Result(value.cast("timestamp"), Type.MOMENT)
    return Result(value.cast("string"), Type.TEXT)


def _evaluated(text: str, read: Mapping[str, Result], wanted: Type, key: str) -> ir.Value:
    try:
        if unknown := [name for name in columns(text) if name not in read]:
            raise CrmwbError(f"{key}: the mart has no column {unknown[0]}; {LISTED}.")
        if _divides_by_zero(text):
            raise CrmwbError(f"{key}: divides by 0; write another divisor.")
        result = evaluate(text, read)
    except ExpressionError as error:
        raise CrmwbError(f"{key}: {error}.") from None
    if result.type is not wanted:
        raise CrmwbError(f"{key}: gives {result.type}, and {wanted} is needed there.")
    return result.value


def _divides_by_zero(text: str) -> bool:
    """Tell whether a divisor is the number 0; a column that is 0 makes the result unknown for that customer only."""
    divisors = (node.expression.unnest() for node in parse(text).find_all(exp.Div))
    return any(isinstance(node, exp.Literal) and node.is_number and not float(node.name) for node in divisors)


def _stacked(table: pa.Table, prefix: str, n: int) -> np.ndarray:
    return np.vstack([table[f"{prefix}_{i}"].to_numpy() for i in range(n)])
