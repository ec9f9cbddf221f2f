"""The value: who earned what so far, what is to come, and how well forecasts came true."""

import math
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd

from crmwb import layout, storage
from crmwb.contract.marts import CUSTOMERS as MART
from crmwb.contract.value import BACKTEST
from crmwb.contract.value import CUSTOMERS as VALUE
from crmwb.display import tables
from crmwb.display.picture import Picture, draw
from crmwb.errors import CrmwbError
from crmwb.findings import (
    Count,
    Days,
    Finding,
    Interval,
    Listing,
    Money,
    Share,
    Term,
    Times,
    Unavailable,
    from_json,
)
from crmwb.findings import Value as FindingValue
from crmwb.plots import value as plots
from crmwb.plots import worth as worth_plots
from crmwb.value.potential.total import TotalRange
from crmwb.workbench.equity import Equity
from crmwb.workbench.influence import Influence
from crmwb.workbench.proof import Proof
from crmwb.workbench.realised import Realised
from crmwb.workbench.scorecard import Scorecard
from crmwb.workbench.wallet import Wallet
from crmwb.workbench.what_if import what_if

MEASURES = ["bias_share", "mae", "rmse", "normalised_gini", "top_decile_share"]
FUTURE_AMOUNTS = {"clv_cents", "mean_clv_cents"}
MIN_TESTS = 2  # that the range of a tier rests on
INTERVAL = ("clv_lower_80_cents", "clv_upper_80_cents")


class Value:
    """What each customer brought and is expected to bring.

    What they brought: `realised`. What they will bring, and how well that was forecast before: here. What they bring by
    example: `influence`; what they spend elsewhere: `wallet`. All things considered: `scorecard`. All of them together,
    through time and in the months ahead: `equity`.
    """

    def __init__(self, root: Path, currency: str) -> None:
        self._root = root
        self.currency = currency

    @cached_property
    def frame(self) -> pd.DataFrame:
        """One row per customer: what they brought, are expected to bring, and their value tier; `crmwb.value` says all.

        What is expected is unknown of customers who never bought.
        """
        return storage.read(VALUE, root=self._root)

    @property
    def buyers(self) -> pd.DataFrame:
        """The rows of `frame` of customers who have bought; without a forecast, too, they have a score."""
        return self.frame[self.frame["clv_cents"].notna() | self.frame["value_score"].notna()]

    @cached_property
    def facts(self) -> dict[str, Any]:
        """Findings with their figures: realised, influence, wallet, scorecard, equity."""
        content: dict[str, Any] = storage.read_json(self._root / layout.VALUE_FACTS)
        return content

    @cached_property
    def realised(self) -> Realised:
        """Who earns it, who is unprofitable and why, how fast acquisition is paid back."""
        return Realised(self.frame, self.facts["realised"], self.currency)

    @cached_property
    def influence(self) -> Influence:
        """Who brings others, and who ranks high in industry and region."""
        return Influence(self.frame, self.facts["influence"], self.currency)

    @cached_property
    def wallet(self) -> Wallet:
        """What customers spend elsewhere."""
        return Wallet(self.frame, self.facts["wallet"], self.currency)

    @cached_property
    def scorecard(self) -> Scorecard:
        """The value tiers, how certain they are, and what they rest on."""
        return Scorecard(self.frame, self.facts["scorecard"], self.currency)

    @cached_property
    def equity(self) -> Equity:
        """What all customers are worth through time, and the months ahead."""
        return Equity(self._root, self.facts["equity"], self.currency)

    @cached_property
    def proof(self) -> Proof:
        """Which models were tried, how they were tested, how well they did."""
        return Proof(self._root, self.models)

    @cached_property
    def backtest(self) -> pd.DataFrame:
        """One row per origin and forecaster: what was forecast from what was known then, and what came."""
        return storage.read(BACKTEST, root=self._root)

    @cached_property
    def models(self) -> dict[str, Any]:
        """The fitted models, their verdicts, how they were tested and the caveats."""
        content: dict[str, Any] = storage.read_json(self._root / layout.VALUE_MODELS)
        return content

    @property
    def not_identified(self) -> Unavailable | None:
        """Why P(alive), and what follows from it, is withheld; None where it is given or nothing is forecast."""
        content = (self.models.get("dropout") or {}).get("finding")
        reason = from_json(content) if content else None
        return reason if isinstance(reason, Unavailable) else None

    @property
    def total_range(self) -> TotalRange:
        """How far what all customers bring together may lie from what is expected of them."""
        return TotalRange.of(self.models)

    def future(self, cents: float, tier: str | None = None) -> Money | Interval:
        """Return a sum of customer values, or of parts of them: its 80% range where the history supports no figure.

        That of a tier, or of a customer of it on average, has the range of the tier.
        """
        if pd.isna(cents):
            return Money(None, self.currency)
        total = self.total_range if tier is None else TotalRange.of_tier(self.models, tier)
        return total.stated(cents, self.currency)

    def together(self, tier: str) -> Finding | Unavailable:
        """How much the customers of a tier will bring together, or why no range of it is stated."""
        mine, own = self.buyers[self.buyers["tier"] == tier], TotalRange.of_tier(self.models, tier)
        values: dict[str, FindingValue] = {"n": Count(len(mine), "customer"), "tier": Term("tier", tier)}
        if not own.n_tests:
            return Unavailable("value_report.together_untested", values=values)
        if not own.is_informative:
            return Unavailable("value_report.together_too_uncertain", values=values | {"times": Times(own.high)})
        cents = float(mine["clv_cents"].sum())
        values["range"] = self._range(cents * own.low, cents * own.high)
        values |= {"tested": Days(own.tested_days), "tests": Count(own.n_tests, "past_forecast")}
        return Finding(f"value_report.together{'' if own.n_tests >= MIN_TESTS else '_once'}", values)

    @property
    def too_uncertain(self) -> Unavailable | None:
        """Why no future margin is stated; None where it is."""
        total = self.total_range
        return (
            None if total.is_informative else Unavailable("equity.range_too_wide", values={"times": Times(total.high)})
        )

    def stated(self, columns: Sequence[str]) -> list[str]:
        """Return the columns without amounts that are not stated: future ones, and profit by an assumed rate.

        A share of profit at one assumed rate is the share of revenue again.
        """
        hidden = set(FUTURE_AMOUNTS) if self.too_uncertain else set()
        hidden |= {"profit_share"} if self.models.get("margin", {}).get("is_assumed") else set()
        return [name for name in columns if name not in hidden]

    @property
    def level(self) -> Finding | None:
        """How far all values together may be off; None where that is within what a single figure may be stated for."""
        total = self.total_range
        if total.is_narrow:
            return None
        values = {"low": Share(total.low), "high": Share(total.high), "tested": Days(total.tested_days)}
        return Finding("value_report.level", values)

    @property
    def caveats(self) -> list[Finding]:
        """What to bear in mind with every value."""
        return [from_json(caveat) for caveat in self.models["caveats"]]

    @property
    def law(self) -> dict[str, Any]:
        """The figures of the 20/80/30 law with their 95% intervals, and the verdict: a finding, as JSON holds it."""
        return self.realised.law

    def whale(self) -> pd.DataFrame:
        """Return the whale curve: customer_share, cumulative_cents, cumulative_share, best customer first."""
        return self.realised.whale()

    @property
    def has_intervals(self) -> bool:
        """Whether it is known how far off a customer's lifetime value may be."""
        return set(INTERVAL) <= set(self.frame) and bool(self.buyers[list(INTERVAL)].notna().all(axis=None))

    def by(self, group: str) -> pd.DataFrame:
        """Sum the value of those who bought up by a column of the customer mart, by falling value per customer.

        Returns
        -------
        DataFrame
            The group (such as tier), n_customers, clv_cents, clv_share (of all), mean_clv_cents,
            realised_margin_cents. Of tiers also total_lower_80_cents and total_upper_80_cents, the 80% range
            of clv_cents. Where intervals are known, also what is typical of the group: median_clv_cents,
            median_lower_80_cents, median_upper_80_cents (the medians of the ends of its customers' 80% intervals).
        """
        parts = self._with(group).groupby(group)
        sums = parts.agg(
            n_customers=("customer_id", "size"),
            clv_cents=("clv_cents", "sum"),
            mean_clv_cents=("clv_cents", "mean"),
            realised_margin_cents=("realised_margin_cents", "sum"),
        )
        total = sums["clv_cents"].sum()
        sums.insert(2, "clv_share", sums["clv_cents"] / (total or float("nan")))
        if self.has_intervals:
            ends = ["clv_cents", *INTERVAL]
            sums[["median_clv_cents", "median_lower_80_cents", "median_upper_80_cents"]] = parts[ends].median()
        if group == "tier":
            ranges = [TotalRange.of_tier(self.models, str(tier)) for tier in sums.index]
            sums["total_lower_80_cents"] = sums["clv_cents"] * [own.low for own in ranges]
            sums["total_upper_80_cents"] = sums["clv_cents"] * [own.high for own in ranges]
        return sums.sort_values("mean_clv_cents", ascending=False, kind="stable").reset_index()

    def _with(self, group: str) -> pd.DataFrame:
        """Return the buyers with a column of the customer mart."""
        if group in self.buyers:
            return self.buyers
        customers = storage.read(MART, ["customer_id", group], root=self._root)
        return self.buyers.merge(customers, on="customer_id", validate="one_to_one")

    def what_if(
        self,
        *,
        horizon_days: float | None = None,
        annual_rate: float | None = None,
        margin_share: float | None = None,
        retention_cents_a_year: float = 0.0,
    ) -> pd.DataFrame:
        """Value customers again on other terms, one row each: customer_id, tier, clv_cents, new_clv_cents.

        See `crmwb.workbench.what_if.what_if`; what is not given stays as params.yaml has it, and nothing is written.

        Raises
        ------
        CrmwbError
            The horizon is endless, and the data do not show when customers stop.
        """
        if self.not_identified and horizon_days is not None and not math.isfinite(horizon_days):
            raise CrmwbError(
                "what_if: the purchases do not show which customers have stopped buying, so values without a horizon "
                "cannot be given; set horizon_days to a number of days."
            )
        return what_if(
            self._root,
            self.models,
            self.buyers,
            horizon_days=horizon_days,
            annual_rate=annual_rate,
            margin_share=margin_share,
            retention_cents_a_year=retention_cents_a_year,
        )

    def accuracy(self) -> pd.DataFrame:
        """Return how each forecaster did, averaged over origins, the best ranking of customers first.

        Returns
        -------
        DataFrame
            forecaster, kind (stack, model or rule), forecast (forecaster), bias_share (the forecast total against the
            actual one), mae and rmse (purchases per customer), normalised_gini (how well customers are ranked, 1 is
            perfect), top_decile_share (of purchases made by the tenth of customers with the highest forecasts).
        """
        means = self.backtest.groupby(["forecaster", "kind"])[MEASURES].mean().reset_index()
        means.insert(2, "forecast", means["forecaster"])
        return means.sort_values("normalised_gini", ascending=False, kind="stable").reset_index(drop=True)

    def trust(self) -> Finding | Unavailable:
        """How far the forecasts can be trusted."""
        from crmwb.value.proof.champion import compared

        tested = self.models["backtest"]
        if tested["best_rule"] is None:
            return self.proof.finding
        name = "" if tested["best_model"] is None and tested["best_stack"] is None else str(self.models["valued_by"])
        of_rule = self.backtest[self.backtest["forecaster"] == tested["best_rule"]]
        of_model = self.backtest[self.backtest["forecaster"] == name if name else self.backtest["kind"] == "model"]
        values = {
            "periods": Count(tested["n_origins"], "past_period"),
            "days": Days(tested["holdout_days"]),
            "rule": Term("model", str(tested["best_rule"])),
            "worst": Share(float(of_model["bias_share"].abs().max())),
            "forecast": Term("model", name),
        }
        if not name:
            return Finding("value.trust.rough", values)
        values["measured"] = compared(self.backtest, name, str(tested["best_rule"]))
        is_better = of_model["normalised_gini"].mean() > of_rule["normalised_gini"].mean()
        margin = tested["versus_rule"]
        is_chance = margin is not None and tested["score"] == "normalised_gini" and margin["lower"] <= 0
        code = "no_better" if not is_better else "better_by_chance" if is_chance else "better"
        return Finding(f"value.trust.{code}", values)

    def plot_whale(self) -> Picture:
        """Draw the whale curve."""
        return self.realised.plot_whale()

    def plot_clv(self) -> Picture:
        """Draw how lifetime value is spread over customers."""
        median = Money(float(self.buyers["clv_cents"].median()), self.currency)
        alt = Finding("value.figure.clv_alt", {"median": median})
        return draw(plots.clv_distribution, self.buyers, self.currency, alt=alt)

    def plot_clv_by(self, group: str) -> Picture:
        """Draw lifetime value by a column of the customer mart, such as tier."""
        totals = [
            Finding("value.figure.group_total", {"group": Term(group, str(name)), "money": Money(cents, self.currency)})
            for name, cents in self.by(group)[[group, "clv_cents"]].to_numpy()
        ]
        alt = Finding("value.figure.clv_by_alt", {"by": Term("column", group), "totals": Listing(tuple(totals))})
        return draw(plots.clv_by_group, self._with(group), group, self.currency, alt=alt)

    def plot_worth(self, group: str) -> Picture:
        """Draw what a typical customer of each group is worth, with 80% intervals; without them, as `plot_clv_by`."""
        if not self.has_intervals:
            return self.plot_clv_by(group)
        typical = self.by(group)
        ranges = [
            Finding("value.figure.group_range", {"group": Term(group, str(name)), "range": self._range(low, high)})
            for name, low, high in typical[[group, "median_lower_80_cents", "median_upper_80_cents"]].to_numpy()
        ]
        alt = Finding("value.figure.worth_alt", {"by": Term("column", group), "ranges": Listing(tuple(ranges))})
        return draw(worth_plots.worth_by_group, typical, group, self.currency, alt=alt)

    def _range(self, low: float, high: float) -> Interval:
        return Interval(Money(low, self.currency), Money(high, self.currency))

    def plot_p_alive(self) -> Picture:
        """Draw P(alive); where it is withheld, the reason."""
        if self.not_identified:
            return draw(
                plots.withheld, self.not_identified, alt=Finding("value.alt.withheld"), reason=self.not_identified
            )
        alt = Finding("value.figure.p_alive_alt", {"mean": Share(self.buyers["p_alive"].mean())})
        return draw(plots.p_alive, self.buyers, alt=alt)

    def plot_recency_frequency(self) -> Picture:
        """Draw expected purchases by how often and how recently customers bought."""
        columns = ["customer_id", "frequency", "days_since_last", "expected_purchases"]
        customers = storage.read(MART, columns, root=self._root)
        return draw(plots.recency_frequency_map, customers, alt=Finding("value.figure.recency_frequency_alt"))

    def plot_backtest(self, measure: str = "normalised_gini") -> Picture:
        """Draw how each forecaster did on a column of `backtest`."""
        return draw(
            plots.backtest_bars, self.backtest, measure, alt=Finding("value.alt.backtest"), reason=self.proof.finding
        )

    def _repr_html_(self) -> str:
        return tables.html(self.by("tier"), caption=Finding("value.caption.by_tier"), currency=self.currency)
