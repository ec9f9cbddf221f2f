"""Profit of every customer: margin less what was spent on winning and serving them.

Discounts have lowered revenue already. What is overdue is not in profit: it may still come (see `unprofitable`).
A source that does not know what goods cost has no profit; one that does, but knows of no other cost, has a profit
that is the margin. What a source does not know of one customer counts nothing, and `profit_is_complete` says so.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from crmwb.findings import Name, Term, Unavailable
from crmwb.value.realised.margin import Margin, realised_margin
from crmwb.value.realised.whale import Basis

SERVED = ("marketing_cost_cents", "sales_cost_cents", "service_cost_cents", "campaign_cost_cents")
NEEDS = {  # costs, and the columns that hold them
    "goods": ("transactions.cost_cents",),
    "contacts": ("interactions.cost_cents",),
    "campaigns": ("campaigns.cost_cents", "campaign_members"),
    "acquisition": ("customers.acquisition_cost_cents",),
}


@dataclass(frozen=True)
class Known:
    """Which costs a source knows of anybody."""

    goods: bool
    contacts: bool
    campaigns: bool
    acquisition: bool

    @property
    def basis(self) -> Basis:
        """What customers are judged by: profit, else margin, else revenue."""
        if not self.goods:
            return "revenue"
        return "profit" if self.contacts or self.campaigns or self.acquisition else "margin"

    @property
    def missing(self) -> list[Unavailable]:
        """What the source does not know, with the columns that would bring it."""
        return [
            Unavailable("realised.cost_not_known", tuple(map(Name, columns)), {"cost": Term("cost", cost)})
            for cost, columns in NEEDS.items()
            if not getattr(self, cost)
        ]


def known_costs(features: pd.DataFrame, spent: pd.DataFrame, margin: Margin) -> Known:
    """Find out which costs the source knows.

    Parameters
    ----------
    features : DataFrame
        contact_cost_cents of all customers.
    spent : DataFrame
        As `costs.spent` gives it.
    margin : Margin
        Whether the cost of goods is known of anybody.
    """
    return Known(
        goods=not margin.is_assumed,
        contacts=bool(features["contact_cost_cents"].notna().any()),
        campaigns=bool((spent["campaign_cost_cents"] > 0).any()),
        acquisition=bool((spent["acquired_cents"] > 0).any()),
    )


def profits(features: pd.DataFrame, spent: pd.DataFrame, margin: Margin) -> pd.DataFrame:
    """Sum up what each customer brought and cost.

    Parameters
    ----------
    features : DataFrame
        Of all customers: customer_id, revenue_cents, margin_cents, n_lines, n_returns, n_contacts, contact_cost_cents.
        Revenue unknown of all: a source without transactions.
    spent : DataFrame
        As `costs.spent` gives it, on the index customer_id.
    margin : Margin
        The margin share of those whose costs of goods are unknown.

    Returns
    -------
    DataFrame
        On the index customer_id: realised_revenue_cents, realised_margin_cents, margin_is_assumed, the columns of
        `spent` (acquired_cents 0 where unknown), serve_cost_cents (NaN where the source knows neither
        contacts' nor campaigns' costs), profit_cents (NaN without costs of goods), profit_is_complete.
    """
    table = features.set_index("customer_id")
    known = known_costs(features, spent, margin)
    paid = spent.reindex(table.index)
    serve = paid[list(SERVED)].sum(axis=1)
    never = (table["n_lines"].fillna(0) + table["n_returns"].fillna(0)) == 0
    brought = realised_margin(table.assign(revenue_cents=table["revenue_cents"].fillna(0)), margin)
    brought["margin_is_assumed"] &= ~never  # nothing sold is no margin, assumed or not
    acquired = paid["acquired_cents"].fillna(0).astype(np.int64)
    profit = brought["realised_margin_cents"] - serve - acquired
    sold = table["revenue_cents"].notna()
    judged = sold & np.full(len(table), known.goods)
    costed = (table["n_contacts"].fillna(0) == 0) | table["contact_cost_cents"].notna() | (not known.contacts)
    bought_in = paid["acquired_cents"].notna() | (not known.acquisition)
    return brought.where(sold).assign(
        **paid.assign(acquired_cents=acquired),
        serve_cost_cents=serve.where(np.full(len(table), known.contacts or known.campaigns)),
        profit_cents=profit.where(judged),
        profit_is_complete=(~brought["margin_is_assumed"] & costed & bought_in).astype(object).where(judged, None),
    )


def basis_cents(profits: pd.DataFrame, basis: Basis) -> pd.Series:
    """Return what customers are judged by, in cents: profit, the margin that it then is, or revenue."""
    return profits["realised_revenue_cents" if basis == "revenue" else "profit_cents"]
