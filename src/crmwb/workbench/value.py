"""The value: who earned what so far, what is to come, and how well forecasts came true."""

from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd

from crmwb import layout, storage
from crmwb.plots import value as plots
from crmwb.reporting import tables, words
from crmwb.reporting.picture import Picture, draw

FORECASTERS = {
    "bg_nbd": "BG/NBD model",
    "mbg_nbd": "MBG/NBD model",
    "pareto_nbd": "Pareto/NBD model",
    "nbd": "NBD model",
    "last_period": "as many as in the period before",
    "rate": "the past rate goes on",
    "hiatus": "the past rate, none after 12 weeks of silence",
    "nothing": "nobody buys again",
}
MEASURES = ["bias_share", "mae", "rmse", "normalised_gini", "top_decile_share"]


class Value:
    """What each customer brought and is expected to bring."""

    def __init__(self, root: Path, currency: str) -> None:
        self._root = root
        self.currency = currency

    @cached_property
    def frame(self) -> pd.DataFrame:
        """One row per buyer: p_alive, expected_purchases, expected_spend_cents, clv_cents, realised money."""
        return storage.read_frame(self._root / layout.CUSTOMER_VALUE)

    @cached_property
    def backtest(self) -> pd.DataFrame:
        """One row per origin and forecaster: what was forecast from what was known then, and what came."""
        return storage.read_frame(self._root / layout.BACKTEST)

    @cached_property
    def models(self) -> dict[str, Any]:
        """The fitted models, their verdicts, the whale curve's figures and the caveats."""
        content: dict[str, Any] = storage.read_json(self._root / layout.VALUE_MODELS)
        return content

    @property
    def caveats(self) -> list[str]:
        """What to bear in mind with every value, one sentence each."""
        return list(self.models["caveats"])

    @property
    def law(self) -> dict[str, Any]:
        """The figures of the 20/80/30 law with their 95% intervals, and the verdict in words."""
        figures: dict[str, Any] = self.models["whale"]
        return figures

    def whale(self) -> pd.DataFrame:
        """Return the whale curve: customer_share, cumulative_cents, cumulative_share, best customer first."""
        from crmwb.value.realised import whale

        return whale.curve(self.frame[f"realised_{self.law['basis']}_cents"].to_numpy())

    def by(self, group: str) -> pd.DataFrame:
        """Sum value up by a column of the customer mart, such as tier, by falling value per customer.

        Returns
        -------
        DataFrame
            The group, n_customers, clv_cents, clv_share (of all), mean_clv_cents, realised_margin_cents.
        """
        customers = storage.read_frame(self._root / layout.CUSTOMER_MART, ["customer_id", group])
        parts = self.frame.merge(customers, on="customer_id", validate="one_to_one").groupby(group)
        sums = parts.agg(
            n_customers=("customer_id", "size"),
            clv_cents=("clv_cents", "sum"),
            mean_clv_cents=("clv_cents", "mean"),
            realised_margin_cents=("realised_margin_cents", "sum"),
        )
        total = sums["clv_cents"].sum()
        sums.insert(2, "clv_share", sums["clv_cents"] / (total or float("nan")))
        return sums.sort_values("mean_clv_cents", ascending=False, kind="stable").reset_index()

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

    def trust(self) -> str:
        """Say how far the forecasts can be trusted, in one sentence."""
        tested = self.models["backtest"]
        if tested["best_rule"] is None:
            return str(tested["finding"])
        periods = f"{words.plural(tested['n_origins'], 'past period')} of {words.days(tested['holdout_days'])}"
        rule = FORECASTERS.get(tested["best_rule"], tested["best_rule"])
        if tested["best_model"] is None:
            worst = words.share(float(self.backtest.loc[self.backtest["kind"] == "model", "bias_share"].abs().max()))
            return (
                f"Take the values above as rough: tested on {periods}, no purchase model could be trusted every time "
                f"(the total was up to {worst} off), and a rule of thumb (“{rule}”) put customers in the best order."
            )
        name = self.models["choice"]["model"]
        of_model = self.backtest[self.backtest["forecaster"] == name]
        worst = words.share(float(of_model["bias_share"].abs().max()))
        ranks = (
            f"ranks customers better than the best rule of thumb (“{rule}”)"
            if of_model["normalised_gini"].mean() > tested["best_rule_score"]
            else f"ranks customers no better than a rule of thumb (“{rule}”)"
        )
        return (
            f"Tested on {periods} that it had not seen, the "
            f"{FORECASTERS.get(name, name)} missed the total of purchases by at most "
            f"{worst}, and {ranks}."
        )

    def plot_whale(self) -> Picture:
        """Draw the whale curve."""
        return draw(plots.whale_curve, self.whale(), self.law["basis"], alt=self.law["verdict"])

    def plot_clv(self) -> Picture:
        """Draw how lifetime value is spread over customers."""
        median = words.money(float(self.frame["clv_cents"].median()), self.currency)
        alt = f"Histogram of lifetime value; the median is {median}."
        return draw(plots.clv_distribution, self.frame, self.currency, alt=alt)

    def plot_clv_by(self, group: str) -> Picture:
        """Draw lifetime value by a column of the customer mart, such as tier."""
        customers = storage.read_frame(self._root / layout.CUSTOMER_MART, ["customer_id", group, "clv_cents"])
        parts = [f"{words.name(row[0])} {words.money(row[2], self.currency)}" for row in self.by(group).to_numpy()]
        alt = f"Bars: lifetime value by {words.name(group)}: {words.listing(parts)}."
        return draw(plots.clv_by_group, customers, group, self.currency, alt=alt)

    def plot_p_alive(self) -> Picture:
        """Draw how likely customers are to be customers still."""
        alt = f"Histogram of P(alive); the mean is {words.share(self.frame['p_alive'].mean())}."
        return draw(plots.p_alive, self.frame, alt=alt)

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

    def plot_calibration(self, forecaster: str = "bg_nbd") -> Picture:
        """Draw what was forecast beside what came, for tenths of customers."""
        groups = pd.DataFrame(self.models["backtest"]["calibration"])
        alt = f"Bars: purchases forecast by {forecaster} and made, by tenth of customers."
        return draw(plots.calibration, groups, forecaster, alt=alt)

    def _repr_html_(self) -> str:
        return tables.html(self.by("tier"), caption="Value over the horizon, by tier", currency=self.currency)
