"""The indicators that the score card reads, each with its dimension and its scale."""

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import pandas as pd

from crmwb.value.rows import in_order
from crmwb.value.scorecard.scale import Linear, Percentile, PercentileAboveZero, Scale

DIMENSIONS = ("income", "influence", "credit", "loyalty")
VARIABLES = ("response", "revenue", "profit", "loyalty", "referrals")  # loyalty is the dimension itself
MIN_OFF_SEASON_DAYS = 28  # with fewer days of it lived through, buying in the off season says nothing
DAY = timedelta(days=1)


@dataclass(frozen=True)
class Indicator:
    """One indicator.

    Attributes
    ----------
    name : str
        Its column in the frame of indicators; for readers `Term("indicator", name)`.
    dimension : str
        One of DIMENSIONS; the indicators of a dimension that are known of a customer count equally.
    scale : Scale
        How it becomes points.
    needs : str
        What a source must bring for it.
    """

    name: str
    dimension: str
    scale: Scale
    needs: str


INDICATORS = (
    Indicator("revenue", "income", Percentile(), "transactions"),
    Indicator("profit", "income", Percentile(), "transactions.cost_cents"),
    Indicator("clv", "income", Percentile(), "transactions"),
    Indicator("industry", "influence", Linear(0, 100), "customers.industry"),
    Indicator("region", "influence", Linear(0, 100), "customers.region"),
    Indicator("referrals", "influence", PercentileAboveZero(), "customers.referred_by"),
    Indicator("terms", "credit", Linear(30, 0), "invoices.paid_on"),
    Indicator("overdue", "credit", Linear(0.5, 0), "invoices"),
    Indicator("disputes", "credit", Linear(0.5, 0), "invoices.disputed"),
    Indicator("limit_use", "credit", Linear(1, 0.5), "customers.credit_limit_cents"),
    Indicator("wallet", "loyalty", Linear(0, 1), "customers.wallet_cents"),
    Indicator("lines", "loyalty", Percentile(), "products.line"),
    Indicator("off_season", "loyalty", Linear(0, 1), "transactions"),
    Indicator("tenure", "loyalty", Percentile(), "transactions"),
    Indicator("response", "loyalty", Percentile(), "campaign_members"),
)  # fmt: skip

FEATURES = (
    "customer_id", "age_days", "tenure_days", "first_purchase_on", "n_purchase_days", "n_product_lines",
    "off_season_share", "n_invoices", "overdue_share", "disputed_share", "credit_limit_cents",
    "n_campaigns_received", "response_share",
)  # fmt: skip


def indicators(
    features: pd.DataFrame,
    realised: pd.DataFrame,
    clv_cents: pd.Series,
    influence: pd.DataFrame,
    wallets: pd.DataFrame,
    *,
    payments: pd.DataFrame,
    as_of: date,
    off_season_months: tuple[int, ...],
) -> pd.DataFrame:
    """Gather the indicators of every buyer.

    Parameters
    ----------
    features : DataFrame
        `FEATURES` as of `as_of`; who never bought is left out.
    realised : DataFrame
        customer_id, realised_revenue_cents and profit_cents.
    clv_cents : Series
        On the index customer_id; may be empty.
    influence, wallets : DataFrame
        As influence.customers and wallet.customers return them.
    payments : DataFrame
        As credit.payments returns it.
    as_of : date
        Exclusive.
    off_season_months : tuple of int
        Months of the year, as in params.

    Returns
    -------
    DataFrame of shape (n_buyers, 15)
        On the index customer_id, sorted: one float column for each of INDICATORS, NaN where unknown.
    """
    table = in_order(features.loc[features["age_days"].notna(), list(FEATURES)]).set_index("customer_id")
    brought, known, wallet = (
        frame.set_index("customer_id").reindex(table.index) for frame in (realised, influence, wallets)
    )
    paid = payments.reindex(table.index)
    limit = table["credit_limit_cents"].astype(float)
    invoiced = table["n_invoices"] > 0
    columns = {
        "revenue": brought["realised_revenue_cents"],
        "profit": brought["profit_cents"],
        "clv": clv_cents.reindex(table.index),
        "industry": known["industry_percentile"],
        "region": known["region_percentile"],
        "referrals": known["referral_value_cents"],
        "terms": paid["days_beyond_terms"],
        "overdue": table["overdue_share"],
        "disputes": table["disputed_share"],
        "limit_use": (paid["open_cents"] / limit.where(limit > 0)).where(invoiced),
        "wallet": wallet["share_of_wallet"],
        "lines": table["n_product_lines"],
        "off_season": _off_season(table, as_of, off_season_months),
        "tenure": table["tenure_days"].fillna(table["age_days"]),
        "response": table["response_share"],
    }
    return pd.DataFrame({indicator.name: columns[indicator.name].astype(np.float64) for indicator in INDICATORS})


def _off_season(table: pd.DataFrame, as_of: date, months: tuple[int, ...]) -> pd.Series:
    """Return the share of sales in the off season, over the share of days since the first purchase that are in it."""
    if table.empty:
        return pd.Series(np.nan, index=table.index)
    first = pd.to_datetime(table["first_purchase_on"])
    days = pd.date_range(first.min(), pd.Timestamp(as_of) - DAY, freq="D")
    so_far = np.concatenate([[0], np.cumsum(days.month.isin(months))])
    lived = so_far[-1] - so_far[(first - days[0]).dt.days.to_numpy()]
    expected = pd.Series(lived, index=table.index) / table["age_days"]
    return (table["off_season_share"] / expected).where(lived >= MIN_OFF_SEASON_DAYS)
