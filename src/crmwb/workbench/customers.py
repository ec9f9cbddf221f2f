"""The customers: everything known of each, and the base as a whole month by month."""

from functools import cached_property
from pathlib import Path

import pandas as pd

from crmwb import layout, storage
from crmwb.contract.features import SNAPSHOTS
from crmwb.contract.marts import CUSTOMERS as MART
from crmwb.display import tables
from crmwb.display.picture import Picture, draw
from crmwb.errors import CrmwbError
from crmwb.findings import Count, Finding
from crmwb.params.lifecycle import LEAVING
from crmwb.plots import customers as plots

SHOWN = ["customer_id", "tier", "rfm_segment", "n_orders", "revenue_cents", "days_since_last", "p_alive", "clv_cents"]
PER_MONTH = ["as_of", "customer_id", "revenue_cents", "n_orders", "last_purchase_on"]


class Customers:
    """The customer mart: one row per customer, features, segments and value side by side."""

    def __init__(self, root: Path, currency: str) -> None:
        self._root = root
        self.currency = currency

    @cached_property
    def frame(self) -> pd.DataFrame:
        """One row per customer, by customer_id; `columns` says what each column means."""
        return storage.read(MART, root=self._root)

    @cached_property
    def columns(self) -> pd.DataFrame:
        """One row per column of `frame`: column, kind, meaning, made_by (which stage)."""
        storage.require(self._root / layout.CUSTOMER_MART_COLUMNS)
        return pd.read_csv(self._root / layout.CUSTOMER_MART_COLUMNS, keep_default_na=False)

    @property
    def buyers(self) -> pd.DataFrame:
        """The rows of customers who have bought: a day with revenue, for orders may be worth nothing."""
        return self.frame[self.frame["n_purchase_days"] > 0]

    def one(self, customer_id: str) -> pd.DataFrame:
        """Return all that is known of one customer: column, value, meaning; unknown is left out.

        Raises
        ------
        CrmwbError
            There is no such customer.
        """
        row = self.frame[self.frame["customer_id"] == str(customer_id)]
        if row.empty:
            raise CrmwbError(f"{layout.CUSTOMER_MART}: no customer {customer_id!r}; wb.customers.frame lists them all.")
        values = row.iloc[0].dropna().rename("value").rename_axis("column").reset_index()
        return values.merge(self.columns[["column", "meaning"]], on="column", how="left")

    @cached_property
    def months(self) -> pd.DataFrame:
        """One row per full month: month (its first day), revenue_cents, n_orders, n_buyers, n_new.

        From the month-end snapshots: revenue and orders are what was added since the last one; n_buyers bought within
        the month, n_new of them for the first time that the data shows.
        """
        seen = storage.read(SNAPSHOTS, PER_MONTH, root=self._root)
        end = pd.to_datetime(seen["as_of"])
        month = (end - pd.offsets.MonthBegin(1)).rename("month")
        bought = pd.to_datetime(seen["last_purchase_on"]) >= month
        groups = seen.assign(month=month, bought=bought).groupby("month")
        known = groups.agg(
            revenue_cents=("revenue_cents", "sum"), n_orders=("n_orders", "sum"), n_new=("customer_id", "size")
        )
        added = known.diff().fillna(known.iloc[:1]).astype("int64")
        added.insert(2, "n_buyers", groups["bought"].sum().astype("int64"))
        return added.reset_index()

    def at_risk(self, by: str = "tier") -> pd.DataFrame:
        """Count the customers at risk of leaving, by the one risk (`risk` and `risk_class`) of every page.

        Parameters
        ----------
        by : str, default "tier"
            A column of groups, such as tier or rfm_segment.

        Returns
        -------
        DataFrame
            One row per group, by falling revenue per customer: the group, n_customers, n_at_risk, at_risk_share,
            margin_at_stake_cents (the future margin of those at risk; unknown without a forecast). `silence_ratio`
            of `frame` explains a risk and is no count of its own.
        """
        buyers = self.buyers
        is_at_risk = buyers["risk_class"].isin(LEAVING)
        parts = buyers.assign(
            is_at_risk=is_at_risk, margin_at_stake_cents=buyers["margin_at_stake_cents"].where(is_at_risk)
        ).groupby(by)
        groups = parts.agg(n_customers=("customer_id", "size"), n_at_risk=("is_at_risk", "sum"))
        groups["at_risk_share"] = groups["n_at_risk"] / parts["risk_class"].count()  # of those whose risk is known
        groups["margin_at_stake_cents"] = parts["margin_at_stake_cents"].sum(min_count=1)
        order = parts["revenue_cents"].mean().sort_values(ascending=False, kind="stable").index
        return groups.loc[order].reset_index()

    def plot_revenue(self) -> Picture:
        """Draw revenue month by month."""
        months = self.months
        alt = Finding("plots.customers.revenue_alt", {"months": Count(len(months), "month")})
        return draw(plots.revenue_by_month, months, self.currency, alt=alt)

    def plot_buyers(self) -> Picture:
        """Draw how many customers bought, month by month."""
        return draw(plots.buyers_by_month, self.months, alt=Finding("plots.customers.buyers_alt"))

    def _repr_html_(self) -> str:
        size = {"customers": Count(len(self.frame), "customer"), "columns": Count(self.frame.shape[1], "column")}
        shown = [name for name in SHOWN if self.frame[name].notna().any()]
        return tables.html(
            self.frame[shown].head(5), caption=Finding("workbench.customers", size), currency=self.currency
        )
