"""What each customer brought and cost so far, one row per customer."""

from collections.abc import Callable
from datetime import date

import numpy as np
import pandas as pd
import pyarrow as pa

from crmwb.contract.value_customers import REALISED
from crmwb.engine import Backend
from crmwb.value.realised import costs
from crmwb.value.realised.costs import Tables
from crmwb.value.realised.first_order import first_order
from crmwb.value.realised.margin import Margin
from crmwb.value.realised.payback import payback
from crmwb.value.realised.profit import known_costs, profits
from crmwb.value.realised.unprofitable import costs_by_reason, losses
from crmwb.value.rows import in_order, rows

FEATURES = (
    "customer_id", "age_days", "revenue_cents", "margin_cents", "n_lines", "n_returns", "sales_cents",
    "returned_cents", "discount_cents", "n_contacts", "contact_cost_cents", "overdue_cents",
)  # fmt: skip


def spent_on(con: Backend, tables: Tables, as_of: date, ids: pa.Array | None = None) -> pd.DataFrame:
    """Return `costs.spent` as a frame on the index customer_id, or on the places of customers in `ids`."""
    return rows(con, costs.spent(tables, as_of), ids)


def spent_then(con: Backend, tables: Tables, ids: pa.Array) -> Callable[[date], pd.DataFrame]:
    """Return what returns `spent_on` of any day; the tables are read once where nothing but winning customers cost."""
    if costs.has_flows(tables):
        return lambda day: spent_on(con, tables, day, ids)
    won = rows(con, tables["customers"].select("customer_id", "acquired_on", "acquisition_cost_cents"), ids)
    sorts = dict.fromkeys(costs.SORTS, 0)

    def spent(day: date) -> pd.DataFrame:
        is_to_come = won["acquired_on"] >= pd.Timestamp(day)
        return pd.DataFrame({"acquired_cents": won["acquisition_cost_cents"].mask(is_to_come, 0)}).assign(**sorts)

    return spent


def customers(
    con: Backend,
    tables: Tables,
    features: pd.DataFrame,
    as_of: date,
    margin: Margin,
    *,
    ids: pa.Array | None = None,
) -> pd.DataFrame:
    """Sum up what every customer brought and cost before `as_of`, also those who never bought.

    Parameters
    ----------
    con : Backend
        The engine that holds the tables.
    tables : mapping of str to ir.Table
        Clean canonical tables by name; those that are absent leave their columns unknown.
    features : DataFrame of shape (n, >= 12)
        `FEATURES` of all customers as of `as_of`.
    as_of : date
        Exclusive.
    margin : Margin
        As `margin.margin` finds it.
    ids : Array, optional
        Where customers are known by their places in it, all of them.

    Returns
    -------
    DataFrame of shape (n, 13)
        Columns of REALISED, sorted by customer_id. What overdue invoices ask for is the feature overdue_cents.

        serve_cost_cents            contacts and the share of campaigns
        profit_cents                margin less serve_cost_cents and acquisition; unknown without costs of goods
        profit_is_complete          nothing that the source knows of others is unknown of this customer
        first_order_margin_cents    unknown unless every line of the order has a cost
        is_first_order_loss         the first order earned less than it cost to win the customer
        payback_month               first month with nothing left to pay back; unknown where that is still to come
        is_paid_back                unknown where acquisition or goods have no known cost
        loss_cents, loss_reason     of unprofitable customers, see `unprofitable`
    """
    table = in_order(features).reset_index(drop=True)
    spent = spent_on(con, tables, as_of, ids)
    out = profits(table, spent, margin).assign(
        first_order_margin_cents=np.nan, is_first_order_loss=None, payback_month=np.nan, is_paid_back=None,
        loss_cents=np.nan, loss_reason=None,
    )  # fmt: skip
    known = known_costs(table, spent, margin)
    if known.goods:
        goods_back = rows(con, costs.returned_goods(tables, as_of), ids)["cents"]
        out[["loss_cents", "loss_reason"]] = losses(costs_by_reason(table, out, goods_back))
        out["first_order_margin_cents"] = rows(con, first_order(tables, as_of), ids)["first_order_margin_cents"]
    if known.goods and known.acquisition:
        by_id = table.set_index("customer_id")
        cost, bought = spent["acquired_cents"], by_id["age_days"].notna()
        first = out["first_order_margin_cents"].astype(float)
        out["is_first_order_loss"] = (first < cost).astype(object).where(bought & first.notna() & cost.notna(), None)
        judged = bought & by_id["margin_cents"].notna() & cost.notna()
        out["payback_month"] = rows(con, payback(tables, as_of), ids)["payback_month"].reindex(out.index).where(judged)
        out["is_paid_back"] = out["payback_month"].notna().astype(object).where(judged, None)
    return out.reset_index().reindex(columns=REALISED.names)
