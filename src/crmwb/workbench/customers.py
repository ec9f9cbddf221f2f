"""The customers: everything known of each, and the base as a whole month by month."""

import math
from functools import cached_property
from pathlib import Path

import pandas as pd

from crmwb import layout, storage
from crmwb.display import tables
from crmwb.display.picture import Picture, draw
from crmwb.errors import CrmwbError
from crmwb.findings import Count, Finding, Share, Term
from crmwb.plots import customers as plots

SCHEMES = {"tier": "tier", "rfm_segment": "rfm_segment", "stage": "stage"}
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
        return storage.read_frame(self._root / layout.CUSTOMER_MART)

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
        seen = storage.read_frame(self._root / layout.SNAPSHOTS, PER_MONTH)
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

    def silent(self, times: float, by: str = "tier") -> pd.DataFrame:
        """Count the customers whose silence is longer than `times` their own usual gap between purchases.

        Parameters
        ----------
        times : float
            How many usual gaps make a silence.
        by : str, default "tier"
            A column of groups, such as tier or rfm_segment.

        Returns
        -------
        DataFrame
            One row per group, by falling revenue per customer: the group, n_customers, n_silent, silent_share,
            silent_revenue_cents (what the silent ones brought so far), silent_revenue_share (of the group's),
            n_once (bought on one day only, so without a rhythm to compare with).

        Raises
        ------
        CrmwbError
            `times` is not a number above 0.
        """
        if not (math.isfinite(times) and times > 0):
            raise CrmwbError(f"silent: {times!r} is no number of usual gaps; give a number above 0, such as 3.")
        buyers = self.buyers
        is_silent = buyers["silence_ratio"].fillna(0) > times
        parts = buyers.assign(
            is_silent=is_silent,
            silent_revenue_cents=buyers["revenue_cents"].where(is_silent, 0),
            is_once=buyers["n_purchase_days"] == 1,
        ).groupby(by)
        groups = parts.agg(
            n_customers=("customer_id", "size"),
            n_silent=("is_silent", "sum"),
            revenue_cents=("revenue_cents", "sum"),
            silent_revenue_cents=("silent_revenue_cents", "sum"),
            n_once=("is_once", "sum"),
        )
        order = (groups["revenue_cents"] / groups["n_customers"]).sort_values(ascending=False, kind="stable").index
        groups.insert(2, "silent_share", groups["n_silent"] / groups["n_customers"])
        shares = groups["silent_revenue_cents"] / groups["revenue_cents"].where(groups["revenue_cents"] != 0)
        groups.insert(5, "silent_revenue_share", shares)
        return groups.loc[order].drop(columns="revenue_cents").reset_index()

    def plot_revenue(self) -> Picture:
        """Draw revenue month by month."""
        months = self.months
        alt = Finding("plots.customers.revenue_alt", {"months": Count(len(months), "month")})
        return draw(plots.revenue_by_month, months, self.currency, alt=alt)

    def plot_buyers(self) -> Picture:
        """Draw how many customers bought, month by month."""
        return draw(plots.buyers_by_month, self.months, alt=Finding("plots.customers.buyers_alt"))

    def plot_silent(self, times: float, by: str = "tier") -> Picture:
        """Draw the share of customers in each group whose silence is longer than `times` their usual gap."""
        groups = self.silent(times, by)
        most = groups.sort_values("silent_share", ascending=False, kind="stable").iloc[0]
        values = {
            "by": Term("column", by),
            "share": Share(most["silent_share"]),
            "group": Term(SCHEMES.get(by, by), most[by]),
        }
        return draw(plots.silent_by_group, groups, by, alt=Finding("plots.customers.silent_alt", values))

    def _repr_html_(self) -> str:
        size = {"customers": Count(len(self.frame), "customer"), "columns": Count(self.frame.shape[1], "column")}
        shown = [name for name in SHOWN if self.frame[name].notna().any()]
        return tables.html(
            self.frame[shown].head(5), caption=Finding("workbench.customers", size), currency=self.currency
        )
