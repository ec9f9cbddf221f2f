"""The lifecycle: who is in which stage and why, what flows in and out, and how cohorts fare."""

from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd

from crmwb import layout, storage
from crmwb.display import tables, words
from crmwb.display.picture import Picture, draw
from crmwb.findings import Count, Finding, Term, vetoes
from crmwb.plots import cohorts as cohort_plots
from crmwb.plots import lifecycle as plots

MONTH_DAYS = 365.25 / 12
# Which parameter bounds, by definition, how long a customer is in a stage.
BOUNDS = {
    "won_back": "won_back_months",
    "introduction": "introduction_days",
    "prospect": "contact_days",
    "target": "contact_days",
}
FLOWS = ("new", "won_back", "grown", "shrunk", "lost")


class Lifecycle:
    """Where customers stand between the first contact and the last purchase, through time."""

    def __init__(self, root: Path, currency: str) -> None:
        self._root = root
        self.currency = currency

    @cached_property
    def facts(self) -> dict[str, Any]:
        """The rules, the rates, retention, and what is not available."""
        content: dict[str, Any] = storage.read_json(self._root / layout.LIFECYCLE_FACTS)
        return content

    @cached_property
    def frame(self) -> pd.DataFrame:
        """One row per customer: stage, previous_stage, stage_since, n_months_in_stage, own bounds, stage_reason."""
        return storage.read_frame(self._root / layout.CUSTOMER_LIFECYCLE)

    @cached_property
    def history(self) -> pd.DataFrame:
        """One row per moment and stage: n_customers, customer_share, revenue_cents; at the last one, worth too."""
        return storage.read_frame(self._root / layout.LIFECYCLE_STAGES)

    @cached_property
    def all_conversions(self) -> pd.DataFrame:
        """One row per stage and next stage, and one per stage with any: moves, shares within months, median months."""
        return storage.read_frame(self._root / layout.LIFECYCLE_CONVERSIONS)

    @cached_property
    def all_bucket(self) -> pd.DataFrame:
        """Eight rows a month: what flowed into the customer base and out of it, in customers and money."""
        return storage.read_frame(self._root / layout.LIFECYCLE_BUCKET)

    @cached_property
    def cohorts(self) -> pd.DataFrame:
        """One row per month of first purchase and month since: n_active, retention_share, revenue."""
        return storage.read_frame(self._root / layout.LIFECYCLE_COHORTS)

    @property
    def rules(self) -> pd.DataFrame:
        """One row per stage, the first that fits names the customer's: stage, rule."""
        return pd.DataFrame(self.facts["rules"])

    @property
    def now(self) -> pd.DataFrame:
        """One row per stage that somebody is in: customers, revenue of the last month, worth, P(alive)."""
        rows = self.history[self.history["as_of"] == self.history["as_of"].max()].sort_values("position")
        n = self.frame["stage"].value_counts()  # the history lacks those of whom no day is known
        known = rows.drop(columns=["as_of", "position", "is_whole_month", "n_customers", "customer_share"])
        known.insert(1, "n_customers", known["stage"].map(n).fillna(0).astype(int))
        known.insert(2, "customer_share", known["n_customers"] / max(int(n.sum()), 1))
        return pd.DataFrame(known[known["n_customers"] > 0].reset_index(drop=True))

    @property
    def conversions(self) -> pd.DataFrame:
        """Where those go who leave a stage, the commonest first: stage, next_stage, n_moves, shares within months."""
        rows = self.all_conversions.dropna(subset="next_stage").sort_values(
            ["position", "n_moves", "next_stage"], ascending=[True, False, True]
        )
        return pd.DataFrame(rows.drop(columns=["position", "n_stays", "median_months"]).reset_index(drop=True))

    @property
    def time_in_stage(self) -> pd.DataFrame:
        """One row per stage: stays, how many ended, shares that ended within months, median months."""
        rows = self.all_conversions[self.all_conversions["next_stage"].isna()].sort_values("position")
        return pd.DataFrame(rows.drop(columns=["position", "next_stage"]).reset_index(drop=True))

    @property
    def longest_stay(self) -> Finding:
        """The stage that customers stay in longest, of those whose length is not one that params.yaml sets."""
        known = self.time_in_stage.dropna(subset="median_months")
        for row in known.sort_values(["median_months", "n_stays"], ascending=False, kind="stable").to_dict("records"):
            claim = Finding(
                "lifecycle.longest_stay",
                {
                    "stage": Term("stage", row["stage"]),
                    "median": Count(row["median_months"], "month"),
                    "n": Count(row["n_stays"], "stay"),
                },
            )
            if vetoes.withheld(claim, parameters=self._bounds(row["stage"])) is None:
                return claim
        return Finding("lifecycle.no_longest_stay")

    def _bounds(self, stage: str) -> list[float]:
        """Return the months that params.yaml sets for a stage."""
        name = BOUNDS.get(stage)
        if name is None:
            return []
        value = float(self.facts["params"][name])
        return [value if name.endswith("_months") else value / MONTH_DAYS]

    @property
    def bucket(self) -> pd.DataFrame:
        """The leaky bucket of the months that were watched in full."""
        return self.all_bucket[self.all_bucket["is_whole_month"]].reset_index(drop=True)

    @property
    def money_bucket(self) -> pd.DataFrame:
        """The same of months whose money is known in full: the window before them lies within the data."""
        return self.bucket[self.bucket["is_full_window"]].reset_index(drop=True)

    @property
    def is_without_purchases(self) -> bool:
        """The source has no transactions, so stages end with prospect and there is no bucket and no cohort."""
        return "transactions" in self.facts["not_available"]

    @property
    def finding(self) -> str:
        """Where customers stand now, in one or two sentences."""
        rows = self.now.set_index("stage")["n_customers"]
        if rows.empty:
            return "No customer is known yet."
        parts = [f"{words.count(n)} {words.name(str(name))}" for name, n in rows.items()]
        said = f"Of {words.plural(int(rows.sum()), 'customer')}, by stage of life: {words.listing(parts)}."
        worth = self.now.set_index("stage")["clv_cents"].dropna().astype(float)
        if "decline" in worth.index and worth.sum() > 0:
            said += f" Those in decline stand for {words.share(worth['decline'] / worth.sum())} of all lifetime value."
        return said

    @property
    def bucket_finding(self) -> str:
        """How much flows in and out in a month, in one sentence."""
        rates = self.facts["rates"]
        if self.is_without_purchases or not rates["n_months"] or rates["lost_share"] is None:
            return "What flows in and out is not available: it takes transactions over two whole months at least."
        back = rates["won_back_share"]
        came = "" if back is None else f", and {words.share(back)} of the lapsed come back"
        return (
            f"Each month {words.share(rates['lost_share'])} of active customers are lost{came}; new ones come to "
            f"{words.share(rates['new_share'])} (mean of the last {words.plural(rates['n_months'], 'whole month')})."
        )

    @property
    def money_finding(self) -> str:
        """The same in money, in one sentence; empty where the history is too short."""
        rates = self.facts["rates"]
        flows = rates["money_flows_cents"]
        if not flows:
            return ""
        signed = {name: words.money(abs(flows[name]), self.currency) for name in FLOWS}
        return (
            f"In {words.plural(rates['n_money_months'], 'month')}, what customers spend in "
            f"{words.plural(self.facts['window_months'], 'month')} rose by {signed['new']} through new customers, "
            f"{signed['won_back']} through those won back and {signed['grown']} through those who buy more, and fell "
            f"by {signed['shrunk']} through those who buy less and {signed['lost']} through those lost."
        )

    @property
    def cohort_finding(self) -> str:
        """How many come back in the months after their first purchase, in one sentence."""
        known = {int(n): share for n, share in self.facts["retention"].items() if share is not None}
        if not known:
            return "Retention by cohort is not available: no cohort that began within the data was watched for a month."
        parts = [f"{words.share(known[n])} in month {n}" for n in sorted(known)]
        return f"After the month of their first purchase, customers buy again: {words.listing(parts)}."

    def plot_stages(self) -> Picture:
        """Draw customers by stage through time."""
        return draw(plots.stages_over_time, self.history, alt=self.finding)

    def plot_value(self) -> Picture:
        """Draw each stage's share of customers, revenue and lifetime value now."""
        rows = self.history[self.history["as_of"] == self.history["as_of"].max()]
        return draw(plots.stage_value, rows, alt=self.finding)

    def plot_bucket(self, measure: str = "revenue_cents") -> Picture:
        """Draw the leaky bucket month by month: "revenue_cents" or "n_customers"."""
        rows = self.money_bucket if measure.endswith("_cents") else self.bucket
        return draw(plots.leaky_bucket, rows, self.currency, measure, alt=self.bucket_finding)

    def plot_retention(self) -> Picture:
        """Draw who comes back, by month of first purchase."""
        return draw(cohort_plots.retention, self.cohorts, alt=self.cohort_finding)

    def plot_cohort_revenue(self) -> Picture:
        """Draw what a customer of each cohort has brought so far, as a heat map."""
        return draw(cohort_plots.revenue, self.cohorts, self.currency, alt="Revenue per customer by cohort and month.")

    def plot_cohort_lines(self) -> Picture:
        """Draw the same as lines."""
        alt = "Lines: revenue per customer since the first purchase, by cohort."
        return draw(cohort_plots.revenue_lines, self.cohorts, self.currency, alt=alt)

    def _repr_html_(self) -> str:
        return tables.html(self.now, caption="Customers by stage of life", currency=self.currency)
