"""Unprofitable customers, and why they are.

A customer is unprofitable who brought less than they cost, once what is overdue and unpaid is deducted. The reason is
found by comparison with the other customers: over all of these, each kind of cost takes some share of what was sold at
list price. What a customer's cost of that kind is above this share of their own sales is its excess. The excesses of
all kinds add up to the profit that typical sales of that size bring less the profit that these brought, so the greatest
one is the main reason. Returns cost the money paid back less the goods that came back.
"""

import numpy as np
import pandas as pd

REASONS = ("goods", "discounts", "returns", "service", "sales", "marketing", "acquisition", "unpaid")


def costs_by_reason(features: pd.DataFrame, profits: pd.DataFrame, returned_goods: pd.Series) -> pd.DataFrame:
    """Split what each customer cost by the reasons for which a profit is lost.

    Parameters
    ----------
    features : DataFrame
        customer_id, sales_cents, returned_cents, discount_cents, overdue_cents.
    profits : DataFrame
        As `profit.profits` gives it, in the order of `features`.
    returned_goods : Series
        What the goods cost that came back, by customer_id, where known.

    Returns
    -------
    DataFrame
        On the index customer_id: list_cents (sales at list price) and one column for each of REASONS, in cents; list
        less all reasons is profit less what is overdue.
    """
    table = features.set_index("customer_id")[["sales_cents", "returned_cents", "discount_cents", "overdue_cents"]]
    table = table.fillna(0).astype(np.int64)
    goods_back = returned_goods.reindex(table.index, fill_value=0).where(~profits["margin_is_assumed"].eq(True), 0)
    goods = profits["realised_revenue_cents"] - profits["realised_margin_cents"]
    return pd.DataFrame(
        {
            "list_cents": table["sales_cents"] + table["discount_cents"],
            "goods": goods + goods_back,
            "discounts": table["discount_cents"],
            "returns": table["returned_cents"] - goods_back,
            "service": profits["service_cost_cents"],
            "sales": profits["sales_cost_cents"],
            "marketing": profits["marketing_cost_cents"] + profits["campaign_cost_cents"],
            "acquisition": profits["acquired_cents"],
            "unpaid": table["overdue_cents"],
        }
    ).astype(np.int64)


def losses(costs: pd.DataFrame) -> pd.DataFrame:
    """Return which customers are unprofitable, their losses and the main reasons.

    Parameters
    ----------
    costs : DataFrame of shape (n, 9)
        As `costs_by_reason` gives it.

    Returns
    -------
    DataFrame of shape (n, 2)
        On its index: loss_cents (what is lost, above zero; NaN for profitable customers) and loss_reason, one of
        REASONS (the earlier one where two are equal).
    """
    amounts = costs[list(REASONS)]
    left = costs["list_cents"] - amounts.sum(axis=1)
    loses = left < 0
    sold = int(costs.loc[~loses, "list_cents"].sum())
    typical = amounts[~loses].sum() / sold if sold > 0 else amounts.sum() * 0.0
    excess = amounts.to_numpy() - np.outer(costs["list_cents"].to_numpy(), typical.to_numpy())
    reason = pd.Series(np.array(REASONS, dtype=object)[excess.argmax(axis=1)], index=costs.index)
    return pd.DataFrame({"loss_cents": (-left).where(loses), "loss_reason": reason.where(loses)})


def by_reason(customers: pd.DataFrame) -> pd.DataFrame:
    """Count unprofitable customers by reason, the costliest first.

    Parameters
    ----------
    customers : DataFrame
        loss_cents and loss_reason.

    Returns
    -------
    DataFrame
        loss_reason, n_customers, loss_cents, loss_share (of all that is lost).
    """
    lost = customers[customers["loss_cents"].notna()]
    table = lost.groupby("loss_reason", as_index=False).agg(
        n_customers=("loss_cents", "size"), loss_cents=("loss_cents", "sum")
    )
    table["loss_cents"] = table["loss_cents"].astype(np.int64)
    table["loss_share"] = table["loss_cents"] / max(int(table["loss_cents"].sum()), 1)
    return table.sort_values(["loss_cents", "loss_reason"], ascending=[False, True], ignore_index=True)
