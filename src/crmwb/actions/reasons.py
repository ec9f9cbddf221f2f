"""Why a customer is on the list: what the mart knows of them in the columns that the action names as its reason."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import ibis.expr.types as ir
import pandas as pd
import pyarrow as pa

from crmwb import engine
from crmwb.contract import Column, Kind
from crmwb.engine import Backend
from crmwb.findings import Count, Day, Days, Finding, Listing, Money, Name, Number, Share, Term, Value
from crmwb.params.actions import ActionPlan

VOCABULARIES = ("tier", "next_tier", "risk_class", "stage", "rfm_segment", "value_class", "loss_reason")


def reasons(
    con: Backend,
    mart: ir.Table,
    kinds: Mapping[str, Column],
    plan: ActionPlan,
    *,
    rows: pd.DataFrame,
    currency: str,
    returns: Sequence[Finding | None] | None = None,
) -> list[Finding]:
    """Return the reason of each row of a list.

    Parameters
    ----------
    con : Backend
        The engine that holds the mart.
    mart : ir.Table
        One row per customer.
    kinds : mapping of str to Column
        What each column of the mart holds.
    plan : ActionPlan
        Each action names the columns that are its reason.
    rows : DataFrame
        customer_id and action.
    currency : str
        Of every amount.
    returns : sequence of Finding or None, optional
        Of each row, how many like this customer bought at earlier moments: the last of the reason.

    Returns
    -------
    list of Finding
        In the order of `rows`; what is unknown of a customer is left out. Rows with the same reason share one finding.
    """
    if rows.empty:
        return []
    by_action = {action.name: action.reason for action in plan.actions}
    names = sorted({name for action in set(rows["action"]) for name in by_action[action]})
    listed = engine.open_arrow(con, pa.table({"customer_id": rows["customer_id"].to_numpy()}), "listed_customers")
    known = mart.semi_join(listed, "customer_id").select("customer_id", *(n for n in names if n != "customer_id"))
    table = engine.batches(con, known).read_all()
    place = {customer: i for i, customer in enumerate(table["customer_id"].to_pylist())}
    columns = {name: table[name].to_pylist() for name in names}
    findings = []
    known_reasons: dict[tuple[object, ...], Finding] = {}
    seen = [None] * len(rows) if returns is None else returns
    for customer, action, came in zip(rows["customer_id"], rows["action"], seen, strict=True):
        raw = {name: columns[name][place[customer]] for name in by_action[action]}
        values = {name: value(one, kinds[name], currency) for name, one in raw.items() if one is not None}
        about = (*values.items(), None if came is None else (came.code, *came.values.items()))
        if about not in known_reasons:
            known_reasons[about] = _reason(values, came)
        findings.append(known_reasons[about])
    return findings


def _reason(values: Mapping[str, Value], came: Finding | None) -> Finding:
    facts = [Finding("actions.fact", {"column": Term("column", name), "value": values[name]}) for name in values]
    facts += [] if came is None else [came]
    return Finding("actions.reason", {"facts": Listing(tuple(facts))})


def value(raw: Any, column: Column, currency: str) -> Value:  # noqa: PLR0911 - one line per kind
    """Return what a column of the mart holds of a customer as a value that can be said."""
    name = column.name
    if column.kind is Kind.MONEY or (name.endswith("_cents") and column.kind is Kind.NUMBER):
        return Money(raw, currency)
    if column.kind is Kind.SHARE:
        return Share(raw)
    if column.kind is Kind.BOOLEAN:
        return Term("truth", "yes" if raw else "no")
    if column.kind in {Kind.DATE, Kind.TIMESTAMP}:
        return Day(raw if isinstance(raw, date) else None)
    if "days" in name.split("_") and not name.startswith("n_") and column.kind in {Kind.INTEGER, Kind.NUMBER}:
        return Days(raw)
    if column.kind is Kind.INTEGER:
        return Count(raw)
    if column.kind is Kind.NUMBER:
        return Number(raw)
    return Term(name.removeprefix("next_"), str(raw)) if name in VOCABULARIES else Name(str(raw))
