"""The value: who earned what so far, what is to come, and how well forecasts came true."""

import math
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd

from crmwb import layout, storage
from crmwb.display import tables, words
from crmwb.display.picture import Picture, draw
from crmwb.errors import CrmwbError
from crmwb.findings import Count, Days, Finding, Listing, Number, Share, Term, Unavailable, from_json
from crmwb.plots import value as plots
from crmwb.plots import worth as worth_plots
from crmwb.workbench.equity import Equity
from crmwb.workbench.influence import Influence
from crmwb.workbench.proof import Proof
from crmwb.workbench.realised import Realised
from crmwb.workbench.scorecard import Scorecard
from crmwb.workbench.wallet import Wallet
from crmwb.workbench.what_if import what_if

FORECASTERS = {
    "stack": "combined forecast",
    "bg_nbd": "BG/NBD model",
    "mbg_nbd": "MBG/NBD model",
    "pareto_nbd": "Pareto/NBD model",
    "nbd": "NBD model",
    "last_period": "as many as in the period before",
    "rate": "the past rate goes on",
    "hiatus": "the past rate, none after 12 weeks of silence",
    "past_spend": "who spent most buys most",
    "nothing": "nobody buys again",
    "gamma_gamma": "Gamma-Gamma model",
}
# All are said wherever one is: a model may rank better and err more.
COMPARED = ("normalised_gini", "mae", "rmse")
MEASURES = ["bias_share", "mae", "rmse", "normalised_gini", "top_decile_share"]
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
        return storage.read_frame(self._root / layout.CUSTOMER_VALUE)

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
        """Who earns it, who destroys profit and why, how fast winning customers pays back."""
        return Realised(self.frame, self.facts["realised"], self.currency)

    @cached_property
    def influence(self) -> Influence:
        """Who brings others, and whom others look to."""
        return Influence(self.frame, self.facts["influence"], self.currency)

    @cached_property
    def wallet(self) -> Wallet:
        """What customers spend elsewhere."""
        return Wallet(self.frame, self.facts["wallet"], self.currency)

    @cached_property
    def scorecard(self) -> Scorecard:
        """The value tiers, how sure they are, and what stands behind them."""
        return Scorecard(self.frame, self.facts["scorecard"], self.currency)

    @cached_property
    def equity(self) -> Equity:
        """What all customers are worth through time, and the months ahead."""
        return Equity(self._root, self.facts["equity"], self.currency)

    @cached_property
    def proof(self) -> Proof:
        """Which models were tried, how they were tested, how well they did."""
        return Proof(self._root, self.models, FORECASTERS)

    @cached_property
    def backtest(self) -> pd.DataFrame:
        """One row per origin and forecaster: what was forecast from what was known then, and what came."""
        return storage.read_frame(self._root / layout.BACKTEST)

    @cached_property
    def models(self) -> dict[str, Any]:
        """The fitted models, their verdicts, how they were tested and the caveats."""
        content: dict[str, Any] = storage.read_json(self._root / layout.VALUE_MODELS)
        return content

    @property
    def not_identified(self) -> Unavailable | None:
        """Why P(alive), and what follows from it, is withheld; None where it is given or nothing is forecast."""
        found = (self.models.get("dropout") or {}).get("finding")
        said = from_json(found) if found else None
        return said if isinstance(said, Unavailable) else None

    @property
    def caveats(self) -> list[str]:
        """What to bear in mind with every value, one sentence each."""
        told = [caveat.partition(": ") for caveat in self.models["caveats"]]
        return [f"{FORECASTERS.get(of, of)}{colon}{rest}" for of, colon, rest in told]

    @property
    def law(self) -> dict[str, Any]:
        """The figures of the 20/80/30 law with their 95% intervals, and the verdict in words."""
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
            realised_margin_cents. Where intervals are known, also what is typical of the group: median_clv_cents,
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
        return sums.sort_values("mean_clv_cents", ascending=False, kind="stable").reset_index()

    def _with(self, group: str) -> pd.DataFrame:
        """Return the buyers with a column of the customer mart."""
        if group in self.buyers:
            return self.buyers
        customers = storage.read_frame(self._root / layout.CUSTOMER_MART, ["customer_id", group])
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
            forecaster, kind (model or rule), forecast (in words), bias_share (the forecast total against the actual
            one), mae and rmse (purchases per customer), normalised_gini (how well customers are ranked, 1 is
            perfect), top_decile_share (of purchases made by the tenth of customers with the highest forecasts).
        """
        means = self.backtest.groupby(["forecaster", "kind"])[MEASURES].mean().reset_index()
        means.insert(2, "forecast", [FORECASTERS.get(n, words.label(n)) for n in means["forecaster"]])
        return means.sort_values("normalised_gini", ascending=False, kind="stable").reset_index(drop=True)

    def trust(self) -> Finding | str:
        """How far the forecasts can be trusted."""
        tested = self.models["backtest"]
        if tested["best_rule"] is None:
            return str(tested["finding"])
        name = "" if tested["best_model"] is None and tested["best_stack"] is None else str(self.models["valued_by"])
        of_rule = self.backtest[self.backtest["forecaster"] == tested["best_rule"]]
        of_model = self.backtest[self.backtest["forecaster"] == name if name else self.backtest["kind"] == "model"]
        values = {
            "periods": Count(tested["n_origins"], "past_period"),
            "days": Days(tested["holdout_days"]),
            "rule": Term("model", str(tested["best_rule"])),
            "worst": Share(float(of_model["bias_share"].abs().max())),
            "forecast": Term("model", name),
            "measured": Listing(tuple(_compared(measure, of_model, of_rule) for measure in COMPARED)),
        }
        if not name:
            return Finding("value.trust.rough", values)
        is_better = of_model["normalised_gini"].mean() > of_rule["normalised_gini"].mean()
        return Finding("value.trust.better" if is_better else "value.trust.no_better", values)

    def plot_whale(self) -> Picture:
        """Draw the whale curve."""
        return self.realised.plot_whale()

    def plot_clv(self) -> Picture:
        """Draw how lifetime value is spread over customers."""
        median = words.money(float(self.buyers["clv_cents"].median()), self.currency)
        alt = f"Histogram of lifetime value; the median is {median}."
        return draw(plots.clv_distribution, self.buyers, self.currency, alt=alt)

    def plot_clv_by(self, group: str) -> Picture:
        """Draw lifetime value by a column of the customer mart, such as tier."""
        parts = [f"{words.name(row[0])} {words.money(row[2], self.currency)}" for row in self.by(group).to_numpy()]
        alt = f"Bars: lifetime value by {words.name(group)}: {words.listing(parts)}."
        return draw(plots.clv_by_group, self._with(group), group, self.currency, alt=alt)

    def plot_worth(self, group: str) -> Picture:
        """Draw what a typical customer of each group is worth, with 80% intervals; without them, as `plot_clv_by`."""
        if not self.has_intervals:
            return self.plot_clv_by(group)
        typical = self.by(group)
        parts = [
            f"{words.name(row[group])} {words.money(row['median_lower_80_cents'], self.currency)} to "
            f"{words.money(row['median_upper_80_cents'], self.currency)}"
            for _, row in typical.iterrows()
        ]
        alt = f"Ranges: what a typical customer is worth, with a chance of 80%, by {words.name(group)}: "
        return draw(worth_plots.worth_by_group, typical, group, self.currency, alt=f"{alt}{words.listing(parts)}.")

    def plot_p_alive(self) -> Picture:
        """Draw how likely customers are to be customers still; where that is not known, say why."""
        if self.not_identified:
            return draw(plots.withheld, self.not_identified, alt=self.not_identified)
        alt = f"Histogram of P(alive); the mean is {words.share(self.buyers['p_alive'].mean())}."
        return draw(plots.p_alive, self.buyers, alt=alt)

    def plot_recency_frequency(self) -> Picture:
        """Draw expected purchases by how often and how recently customers bought."""
        columns = ["customer_id", "frequency", "days_since_last", "expected_purchases"]
        customers = storage.read_frame(self._root / layout.CUSTOMER_MART, columns)
        return draw(
            plots.recency_frequency_map, customers, alt="Heat map: expected purchases by recency and frequency."
        )

    def plot_backtest(self, measure: str = "normalised_gini") -> Picture:
        """Draw how each forecaster did on a column of `backtest`."""
        return draw(plots.backtest_bars, self.backtest, measure, alt=str(self.models["backtest"]["finding"]))

    def _repr_html_(self) -> str:
        return tables.html(self.by("tier"), caption="Value over the horizon, by tier", currency=self.currency)


def _compared(measure: str, of_model: pd.DataFrame, of_rule: pd.DataFrame) -> Finding:
    """Return one measure of the forecast against that of the rule, means over the test periods."""
    means = (Number(float(rows[measure].mean())) for rows in (of_model, of_rule))
    values = dict(zip(("forecast", "rule"), means, strict=True))
    return Finding("value.trust.measure", {"measure": Term("accuracy_measure", measure), **values})
