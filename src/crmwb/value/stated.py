"""Customers of a source without purchases: tiers from sums that it states, or from contracts that run."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

import ibis.expr.types as ir
import numpy as np
import pandas as pd

from crmwb.engine import Backend
from crmwb.findings import Finding, Share, Term, Unavailable, to_json
from crmwb.params import ValueParams
from crmwb.value import scorecard
from crmwb.value.influence.standing import standing
from crmwb.value.rows import rows
from crmwb.value.scorecard.indicators import INDICATORS

MONTHS = 12
Basis = Literal["stated_revenue", "recurring_revenue"]
NO_PURCHASES = Unavailable("value.no_purchases", (Term("table", "transactions"),))


@dataclass(frozen=True)
class Stated:
    """What a source without purchases states of its customers.

    Attributes
    ----------
    customers : DataFrame
        One row per customer: customer_id and what the score card adds; realised_revenue_cents as the source states
        it, and clv_cents: what the source states, or what running contracts are expected to bring.
    facts : dict
        not_available, caveats, and scorecard as of a source with purchases.
    """

    customers: pd.DataFrame
    facts: dict[str, Any]


def stated(
    con: Backend,
    tables: Mapping[str, ir.Table],
    features: pd.DataFrame,
    *,
    contracts: pd.DataFrame,
    as_of: date,
    params: ValueParams,
) -> Stated:
    """Rank customers by the revenue that the source states of them, else by what their contracts bring in a year.

    Parameters
    ----------
    con : Backend
        The engine that holds the tables.
    tables : mapping of str to ir.Table
        Clean canonical tables by name, without transactions.
    features : DataFrame
        Of all customers.
    contracts : DataFrame
        customer_id, mrr_cents and contract_clv_cents of customers with contracts; no rows without them.
    as_of : date
        Exclusive.
    params : ValueParams
        Weights and tiers.
    """
    known = features.sort_values("customer_id").set_index("customer_id")
    revenue = known["revenue_cents"].astype("float64")
    of_contracts = contracts.set_index("customer_id").reindex(known.index)
    basis: Basis = "stated_revenue" if revenue.notna().any() else "recurring_revenue"
    ranked = revenue if basis == "stated_revenue" else MONTHS * of_contracts["mrr_cents"].astype("float64")
    clv = of_contracts["contract_clv_cents"].astype("float64")
    if clv.isna().all():
        clv = _stated_clv(con, tables, known.index)
    now = _indicators(known, ranked, clv)
    card = scorecard.card_of(now, features["customer_id"], as_of, params.scorecard)
    brought = pd.DataFrame({"customer_id": known.index, "realised_revenue_cents": ranked.to_numpy()})
    facts = scorecard.facts(card, brought, clv, "revenue", params.scorecard)
    if facts["pyramid"] is not None:
        facts["pyramid"] |= {"basis": basis, "finding": to_json(_finding(facts["pyramid"]["tiers"][0], basis))}
    own = pd.DataFrame(
        {"customer_id": known.index, "realised_revenue_cents": revenue.to_numpy(), "clv_cents": clv.to_numpy()}
    )
    customers = own.merge(card.customers, on="customer_id", how="left", validate="one_to_one")
    if now.empty:
        customers["tier"] = None  # nobody is known not to be a customer
    money = dict.fromkeys(("realised_revenue_cents", "clv_cents"), "Int64")
    not_available = {"not_available": to_json(NO_PURCHASES), "caveats": []}
    return Stated(customers.round({"clv_cents": 0}).astype(money), not_available | {"scorecard": facts})


def _stated_clv(con: Backend, tables: Mapping[str, ir.Table], customers: pd.Index) -> pd.Series:
    """Return what the source says that customers are worth."""
    if (summaries := tables.get("customer_summaries")) is None:
        return pd.Series(np.nan, index=customers)
    return rows(con, summaries.select("customer_id", "clv_cents"))["clv_cents"].astype("float64").reindex(customers)


def _indicators(known: pd.DataFrame, ranked: pd.Series, clv: pd.Series) -> pd.DataFrame:
    """Return the indicators of the score card of customers of whom a sum is known; others are unknown of all."""
    known_indicators = {
        "revenue": ranked,
        "clv": clv,
        "industry": standing(ranked, known["industry"], "of")["of_percentile"],
        "region": standing(ranked, known["region"], "of")["of_percentile"],
        "tenure": known["tenure_days"],
        "response": known["response_share"],
    }
    table = pd.DataFrame(
        {i.name: known_indicators.get(i.name, np.nan) for i in INDICATORS}, index=known.index, dtype="float64"
    )
    return table[ranked.notna() | clv.notna()]


def _finding(best: dict[str, Any], basis: Basis) -> Finding:
    """Say what the best tier holds of what customers are ranked by."""
    if not best["n_customers"] or best["brought_share"] is None:
        return Finding("scorecard.pyramid.nobody")
    values = {
        "tier": Term("tier", best["tier"]), "customers": Share(best["customer_share"]),
        "brought": Share(best["brought_share"]), "basis": Term("basis", basis),
    }  # fmt: skip
    return Finding("scorecard.pyramid.stated", values)
