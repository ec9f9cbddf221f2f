"""The lifecycle: the stage of each customer and why, customers gained and lost, and cohorts."""

from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd

from crmwb import layout, storage
from crmwb.contract.lifecycle import BUCKET, COHORTS, CONVERSIONS, STAGES
from crmwb.contract.lifecycle import CUSTOMERS as LIFECYCLE
from crmwb.display import tables
from crmwb.display.picture import Picture, draw
from crmwb.findings import Count, Finding, Listing, Money, Share, Term, Times, Unavailable, Value, vetoes
from crmwb.plots import cohorts as cohort_plots
from crmwb.plots import lifecycle as plots
from crmwb.workbench.circumstances import Circumstances
from crmwb.workbench.lapses import bursts

MONTH_DAYS = 365.25 / 12
# Which parameter bounds, by definition, how long a customer is in a stage.
BOUNDS = {
    "won_back": "won_back_months",
    "introduction": "introduction_days",
    "prospect": "contact_days",
    "target": "contact_days",
}
CONTRACT_RULES = ("lapsed", "won_back", "introduction", "maturity")  # where contracts run and no purchases are known
BEFORE_BUYING = ("prospect", "target", "account")
GAINS, LOSSES = ("new", "won_back", "grown"), ("shrunk", "lost")


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

    @property
    def in_season(self) -> Finding | None:
        """That silence counts by the season, and how strong that is; None where days are all alike."""
        pace = self.facts["seasonal_pace"]
        return Finding("lifecycle.note.season", {"most": Times(max(pace)), "least": Times(min(pace))}) if pace else None

    @cached_property
    def frame(self) -> pd.DataFrame:
        """One row per customer: stage, previous_stage, stage_since, n_months_in_stage, own bounds, stage_reason."""
        return storage.read(LIFECYCLE, root=self._root)

    @cached_property
    def history(self) -> pd.DataFrame:
        """One row per moment and stage: customers and revenue; at the last one, customer value too."""
        return storage.read(STAGES, root=self._root)

    @cached_property
    def all_conversions(self) -> pd.DataFrame:
        """One row per stage and next stage, and one per stage with any: moves, shares within months, median months."""
        return storage.read(CONVERSIONS, root=self._root)

    @cached_property
    def all_bucket(self) -> pd.DataFrame:
        """Eight rows a month: customers and revenue gained and lost."""
        return storage.read(BUCKET, root=self._root)

    @cached_property
    def cohorts(self) -> pd.DataFrame:
        """One row per month of first purchase and month since: n_active, retention_share, revenue."""
        return storage.read(COHORTS, root=self._root)

    @cached_property
    def _ids_replaced(self) -> bool:
        return Circumstances(self._root).ids_replaced

    @property
    def rules(self) -> pd.DataFrame:
        """One row per stage in the order in which rules are tried: stage, rule (a finding)."""
        stages, by_contract = self.facts["rules"], CONTRACT_RULES if self.facts["from_contracts"] else ()
        if by_contract:
            stages = [*by_contract, *(stage for stage in stages if stage in BEFORE_BUYING)]
        kinds = ["contract_rule" if stage in by_contract else "rule" for stage in stages]
        rules = [Finding(f"lifecycle.{kind}.{stage}") for kind, stage in zip(kinds, stages, strict=True)]
        return pd.DataFrame({"stage": stages, "rule": rules})

    @property
    def components(self) -> pd.DataFrame:
        """One row per component of the monthly change of the customer base: component, meaning (a finding)."""
        names = self.facts["components"]
        meanings = [Finding(f"lifecycle.component.{name}") for name in names]
        return pd.DataFrame({"component": names, "meaning": meanings})

    @property
    def now(self) -> pd.DataFrame:
        """One row per stage with customers: customers, revenue of the last month, customer value, P(alive)."""
        rows = self.history[self.history["as_of"] == self.history["as_of"].max()].sort_values("position")
        n = self.frame["stage"].value_counts()  # the history lacks customers without any dated event
        known = rows.drop(columns=["as_of", "position", "is_whole_month", "n_customers", "customer_share"])
        known.insert(1, "n_customers", known["stage"].map(n).fillna(0).astype(int))
        known.insert(2, "customer_share", known["n_customers"] / max(int(n.sum()), 1))
        return pd.DataFrame(known[known["n_customers"] > 0].reset_index(drop=True))

    @property
    def conversions(self) -> pd.DataFrame:
        """The next stages, the most common first: stage, next_stage, n_moves, shares within months."""
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
        """Customers gained and lost in the months covered in full."""
        return self.all_bucket[self.all_bucket["is_whole_month"]].reset_index(drop=True)

    @property
    def money_bucket(self) -> pd.DataFrame:
        """The same of months whose revenue is known in full: the window before them lies within the data."""
        return self.bucket[self.bucket["is_full_window"]].reset_index(drop=True)

    @property
    def is_without_purchases(self) -> bool:
        """The source has no transactions, so stages end with prospect, and there are neither flows nor cohorts."""
        return "transactions" in self.facts["not_available"]

    @property
    def finding(self) -> Finding | Unavailable:
        """The stages of customers now."""
        rows = self.now.set_index("stage")["n_customers"]
        if rows.empty and self.facts["n_summed_up"]:
            return Unavailable("lifecycle.unavailable.summed_up", (Term("table", "transactions"),))
        if rows.empty:
            return Finding("lifecycle.stages.none")
        parts = tuple(
            Finding("lifecycle.stages.part", {"n": Count(n), "stage": Term("stage", str(name))})
            for name, n in rows.items()
        )
        return Finding("lifecycle.stages.all", {"n": Count(int(rows.sum()), "customer"), "stages": Listing(parts)})

    @property
    def decline_finding(self) -> Finding | None:
        """The share of customer value that lies with customers in decline; None where it is not known."""
        worth = self.now.set_index("stage")["clv_cents"].dropna().astype(float)
        if "decline" not in worth.index or worth.sum() <= 0:
            return None
        return Finding("lifecycle.stages.decline", {"share": Share(worth["decline"] / worth.sum())})

    @property
    def bucket_finding(self) -> Finding | Unavailable:
        """Customers gained and lost in an average month."""
        rates = self.facts["rates"]
        if self.is_without_purchases or not rates["n_months"] or rates["lost_share"] is None:
            return Unavailable("lifecycle.unavailable.flows")
        if self._ids_replaced:
            return Unavailable("lifecycle.unavailable.ids_replaced")
        values: dict[str, Value] = {name: Share(rates[f"{name}_share"]) for name in ("new", "won_back", "lost")}
        known = "no_lapsed" if rates["won_back_share"] is None else "all"
        return Finding(f"lifecycle.flows.{known}", values | {"months": Count(rates["n_months"])})

    @property
    def bursts(self) -> Finding | None:
        """Months in which far more customers lapsed than is usual; None without one, or where nobody can tell.

        Of contracts, which end without any silence, there is none.
        """
        happened = Circumstances(self._root)
        if (
            self.is_without_purchases
            or self.facts["from_contracts"]
            or self._ids_replaced
            or happened.numbers_per_order
            or happened.holes
        ):
            return None
        return bursts(self.bucket)

    @property
    def money_finding(self) -> Finding | None:
        """The change of revenue by component, those without any left out; None where the history is too short."""
        flows = self.facts["rates"]["money_flows_cents"]
        if not flows or self._ids_replaced:
            return None
        values: dict[str, Value] = {}
        for side, names in (("gained", GAINS), ("fell", LOSSES)):
            moves = [
                Finding(f"lifecycle.move.{name}", {"money": Money(abs(flows[name]), self.currency)})
                for name in names
                if flows[name]
            ]
            values[side] = Listing(tuple(moves)) if moves else Finding("lifecycle.move.nothing")
        spans = {"window": self.facts["window_months"], "months": self.facts["rates"]["n_money_months"]}
        return Finding("lifecycle.flows.revenue", values | {name: Count(n, "month") for name, n in spans.items()})

    @property
    def cohort_finding(self) -> Finding | Unavailable:
        """The share of customers who buy again in the months after their first purchase."""
        known = {int(n): share for n, share in self.facts["retention"].items() if share is not None}
        if not known:
            return Unavailable("lifecycle.unavailable.cohorts")
        if self._ids_replaced:
            return Unavailable("lifecycle.unavailable.ids_replaced")
        parts = [
            Finding("lifecycle.cohorts.part", {"share": Share(known[n]), "month": Count(n)}) for n in sorted(known)
        ]
        return Finding("lifecycle.cohorts.all", {"shares": Listing(tuple(parts))})

    def plot_stages(self) -> Picture:
        """Draw customers by stage over time."""
        return draw(plots.stages_over_time, self.history, alt=self._alt("stages"))

    def plot_value(self) -> Picture:
        """Draw each stage's share of customers, revenue and customer value now."""
        rows = self.history[self.history["as_of"] == self.history["as_of"].max()]
        return draw(plots.stage_value, rows, alt=self._alt("value"))

    def plot_bucket(self, measure: str = "revenue_cents") -> Picture:
        """Draw what was gained and lost month by month: "revenue_cents" or "n_customers"."""
        rows = self.money_bucket if measure.endswith("_cents") else self.bucket
        return draw(plots.leaky_bucket, rows, self.currency, measure, alt=self._alt(f"bucket.{measure}"))

    def plot_retention(self) -> Picture:
        """Draw the share of customers who buy again, by month of first purchase."""
        return draw(cohort_plots.retention, self.cohorts, alt=self._alt("retention"))

    def plot_cohort_revenue(self) -> Picture:
        """Draw cumulative revenue per customer of each cohort, as a heat map."""
        return draw(cohort_plots.revenue, self.cohorts, self.currency, alt=self._alt("cohort_revenue"))

    def plot_cohort_lines(self) -> Picture:
        """Draw the same as lines."""
        return draw(cohort_plots.revenue_lines, self.cohorts, self.currency, alt=self._alt("cohort_lines"))

    def _alt(self, figure: str) -> Finding:
        return Finding(f"lifecycle.alt.{figure}")

    def _repr_html_(self) -> str:
        return tables.html(self.now, caption=Finding("lifecycle.caption.stages"), currency=self.currency)
