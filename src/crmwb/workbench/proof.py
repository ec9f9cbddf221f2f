"""Tests of the forecasts: which models were tried, how they were tested, how well they did and where they fail."""

from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd

from crmwb import storage
from crmwb.contract.value import BACKTEST, TRACKING
from crmwb.display import tables
from crmwb.display.picture import Picture, draw
from crmwb.findings import Count, Days, Finding, Listing, Name, Number, Term, Times, Unavailable, from_json
from crmwb.findings.catalogue import find
from crmwb.plots import proof as plots
from crmwb.plots import value as value_plots

FORECAST = "forecast_"  # before the name of a model
LEVELS = {"coverage_50": 0.50, "coverage_80": 0.80, "coverage_95": 0.95}
MEASURES = [
    "bias_share", "mae", "rmse", "normalised_gini", "spearman", "top_decile_share", "brier", "log_loss",
    *LEVELS, "revenue_gini", "revenue_bias_share",
]  # fmt: skip


class Proof:
    """How forecasts of purchases came true, from the backtest and models.json."""

    def __init__(self, root: Path, models: dict[str, Any]) -> None:
        self._root = root
        self.models = models

    @property
    def valued_by(self) -> str:
        """The forecaster that values the customers."""
        return str(self.models["valued_by"])

    @property
    def tested(self) -> dict[str, Any]:
        """The champion, its margins over the others with their intervals, newcomers, what was skipped."""
        tested: dict[str, Any] = self.models["backtest"]
        return tested

    @property
    def finding(self) -> Finding | Unavailable:
        """Which forecast does best by the score declared, with every measure."""
        finding: Finding | Unavailable = from_json(self.tested["finding"])
        return finding

    @property
    def recalibrated(self) -> Finding | None:
        """That chances to buy at all were corrected, and by what; None where they were not."""
        stack = self.models["stack"] or {}
        stated = max(stack.get("own_years") or [{"days": 0, "n_origins": 0}], key=lambda own: int(own["days"]))
        if stated["n_origins"]:
            return Finding("model_card.own_year", {"n": Count(stated["n_origins"]), "days": Days(stated["days"])})
        by = stack.get("calibration") or {"n_origins": 0}
        if not by["n_origins"]:
            return None
        code = "model_card.chances_drawn_in" if by["slope"] < 1 else "model_card.chances_drawn_apart"
        return Finding(code, {"n": Count(by["n_origins"]), "slope": Number(by["slope"])})

    @property
    def seasonal(self) -> Finding | None:
        """That time counts by the season, and how strong that is; None where days are all alike."""
        pace = (self.models["stack"] or {}).get("seasonal_pace")
        if not pace:
            return None
        return Finding("model_card.seasonal", {"most": Times(max(pace)), "least": Times(min(pace))})

    @property
    def skipped(self) -> list[Unavailable]:
        """The tests that were not possible, each with the reason."""
        return [from_json(origin) for origin in self.tested["skipped"]]

    @property
    def candidates(self) -> pd.DataFrame:
        """One row per model of purchases: model, verdict, explanation, log_likelihood, score (of the backtest)."""
        columns = ["model", "verdict", "explanation", "log_likelihood", "score"]
        rows = pd.DataFrame(self.models["choice"]["candidates"], columns=columns)
        rows["model"] = rows["model"].map(lambda name: Term("model", name))
        rows["verdict"] = rows["verdict"].map(lambda status: Term("fit_status", status))
        rows["explanation"] = rows["explanation"].map(from_json)
        return rows

    @property
    def money(self) -> pd.DataFrame:
        """One row per forecast of spend, the best order of revenue first; none where none could be tested.

        rule, is_used, revenue_gini (how well customers are put in order of the revenue that came), loss_over_best (mean
        log loss of revenue over the best's), standard_error.
        """
        of = self.models.get("money") or {"rule": None, "candidates": []}
        rows = pd.DataFrame(of["candidates"], columns=["rule", "revenue_gini", "loss_over_best", "standard_error"])
        rows.insert(1, "is_used", rows["rule"] == of["rule"])
        return rows.sort_values("revenue_gini", ascending=False, kind="stable").reset_index(drop=True)

    @property
    def dropout(self) -> Finding | Unavailable | None:
        """Why dropout is identified, or is not; None where nothing is forecast."""
        content = (self.models.get("dropout") or {}).get("finding")
        reason: Finding | Unavailable | None = from_json(content) if content else None
        return reason

    @property
    def parameters(self) -> pd.DataFrame:
        """One row per parameter of the models of purchases and of spend: model, parameter, estimate, standard_error."""
        rows = [
            (Term("model", saved["model"]), name, parameter["estimate"], parameter["standard_error"])
            for saved in (self.models["purchases"], self.models["spend"])
            for name, parameter in saved["parameters"].items()
        ]
        return pd.DataFrame(rows, columns=["model", "parameter", "estimate", "standard_error"])

    @cached_property
    def scores(self) -> pd.DataFrame:
        """One row per origin and forecaster, with every measure."""
        return storage.read(BACKTEST, root=self._root)

    @cached_property
    def tracking(self) -> pd.DataFrame:
        """One row per origin, forecaster and week: purchases forecast and made since the origin, added up."""
        return storage.read(TRACKING, root=self._root)

    @property
    def means(self) -> pd.DataFrame:
        """One row per forecaster, the best ranking first: forecaster, forecast, forecaster_kind, mean measures."""
        measures = [name for name in MEASURES if name in self.scores]
        rows = self.scores.rename(columns={"kind": "forecaster_kind"})
        rows = rows.groupby(["forecaster", "forecaster_kind"])[measures].mean().reset_index()
        rows.insert(0, "forecast", rows["forecaster"])
        return rows.sort_values("normalised_gini", ascending=False, kind="stable").reset_index(drop=True)

    @property
    def calibration(self) -> pd.DataFrame:
        """Ten rows per forecaster: group (1 the highest forecasts), mean_forecast, mean_actual."""
        return pd.DataFrame(self.tested["calibration"], columns=["forecaster", "group", "mean_forecast", "mean_actual"])

    @property
    def importance(self) -> pd.DataFrame:
        """One row per input of the combined forecast: input, lost (of the order when it is shuffled)."""
        return pd.DataFrame(self.models["importance"], columns=["input", "lost"])

    @property
    def newcomers(self) -> pd.DataFrame:
        """One row per origin: origin, n_newcomers (whom no forecast could know), purchases, purchase_share (of all)."""
        rows = pd.DataFrame(self.tested["newcomers"]).rename(columns={"share_of_purchases": "purchase_share"})
        rows["origin"] = pd.to_datetime(rows["origin"]).dt.date
        return rows[["origin", "n_newcomers", "purchases", "purchase_share"]]

    @property
    def worst(self) -> pd.DataFrame:
        """Return where the forecast that values customers was furthest off: per origin, the error of the total."""
        rows = self.scores[self.scores["forecaster"] == self.valued_by]
        return rows[["origin", "n_customers", "actual_total", "forecast_total", "bias_share", "normalised_gini"]]

    def shown(self) -> list[str]:
        """Return the forecasters worth drawing: the one that values customers, the best model and the best rule."""
        names = [self.valued_by, self.tested["best_model"], self.tested["best_rule"]]
        return list(dict.fromkeys(name for name in names if name))

    def plot_calibration(self, forecaster: str | None = None) -> Picture:
        """Draw what was forecast beside what came, for tenths of customers."""
        who = forecaster or self.valued_by
        alt = Finding("proof.figure.calibration_alt", {"model": Term("model", who)})
        return draw(value_plots.calibration, self.calibration, who, alt=alt)

    def plot_tracking(self) -> Picture:
        """Draw cumulative purchases since the last origin, beside the forecasts."""
        last = self.tracking[self.tracking["origin"] == self.tracking["origin"].max()]
        shown = last[last["forecaster"].isin([*self.shown(), "pareto_nbd", "bg_nbd"][:4])]
        return draw(plots.tracking, shown, alt=Finding("proof.figure.tracking_alt"))

    def plot_importance(self) -> Picture:
        """Draw what the combined forecast rests on."""
        inputs = self.importance.assign(input=self.importance["input"].map(input_name))
        most = Listing(tuple(inputs.loc[inputs["lost"] > 0, "input"].head(3)))
        alt = Finding("proof.figure.importance_alt", {"most": most})
        return draw(plots.importance, inputs, alt=alt if most.items else Finding("proof.figure.no_importance_alt"))

    def plot_coverage(self) -> Picture:
        """Draw how often the intervals of purchases held what came."""
        held = self.means.melt(["forecaster"], list(LEVELS), "level", "share").dropna(subset=["share"])
        held = held[held["forecaster"].isin([self.valued_by, self.tested["best_model"], "pareto_nbd"])]
        held["level"] = held["level"].map(LEVELS)
        return draw(plots.coverage, held, alt=Finding("proof.figure.coverage_alt"))

    def _repr_html_(self) -> str:
        return tables.html(self.means.drop(columns="forecaster"), caption=self.finding)


def input_name(name: str) -> Finding | Term:
    """Return an input of the combined forecast for readers: of its own, of a model, or a trait of the customer."""
    if find(f"terms.model_input.{name}", "en"):
        return Term("model_input", name)
    if name.startswith(FORECAST):
        return Finding("proof.input_forecast", {"model": Term("model", name.removeprefix(FORECAST))})
    column, of, value = name.partition(": ")
    trait = Term("column", column)
    return Finding("proof.input_value", {"column": trait, "value": Name(value)}) if of else trait
