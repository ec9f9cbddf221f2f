"""Which forecaster to trust: the best by the score declared, and whether it is better than simple rules."""

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from crmwb.findings import Count, Finding, Listing, Number, Term, Unavailable, to_json
from crmwb.value.proof.margins import HIGHER_IS_BETTER, Margin, margin

if TYPE_CHECKING:
    from crmwb.value.proof.backtest import Backtest

ORDER_OF_CHANCE = 0.05  # a normalised Gini whose interval begins below it orders customers hardly better than chance
KINDS = ("stack", "model", "rule")
COMPARED = ("normalised_gini", "mae", "rmse")  # all are stated: a model may rank better and err more


def champion(tested: "Backtest", score: str = "normalised_gini", *, n_bootstrap: int, seed: int) -> dict[str, Any]:
    """Name the best forecaster of each kind, and say which of them wins.

    The score is the mean over the origins, those left out after which all customers bought equally often (a season in
    which nobody buys), for nothing can be ranked there. A model counts only where each of its fits
    was ok; a rule that does as well as the best model wins, for it is simpler.

    Parameters
    ----------
    tested : Backtest
        What the test showed.
    score : str
        Of `margins.HIGHER_IS_BETTER`.
    n_bootstrap, seed : int
        Resamples behind the intervals, and where chance starts from.

    Returns
    -------
    dict
        score, n_origins, champion, champion_kind, best_stack, best_model and best_rule with their scores (…_score),
        model_beats_rules (whether the champion is no rule; None where nothing was tested), versus_rule and
        versus_model (margin of the best that is no rule over the best rule, and of the stack over the best model:
        difference, lower, upper, above 0 where it is better), order_is_chance (whether nothing known orders customers
        better than chance), newcomers, finding, skipped.
    """
    scores = _known(tested.scores, score)
    trials = [trial for trial in tested.trials if np.ptp(trial.actual)]
    out: dict[str, Any] = {"score": score, "n_origins": int(scores["origin"].nunique())}
    out |= {f"best_{kind}{what}": None for kind in KINDS for what in ("", "_score")}
    out |= dict.fromkeys(("champion", "champion_kind", "model_beats_rules", "versus_rule", "versus_model"))
    out |= {"order_is_chance": None, "newcomers": tested.newcomers}
    out["skipped"] = [to_json(origin) for origin in tested.skipped]
    if scores.empty:
        return out | {"finding": to_json(Unavailable("proof.nothing_tested"))}
    for kind in KINDS:
        if not (ranked := _ranked(scores[scores["kind"] == kind], score, out["n_origins"])).empty:
            out |= {f"best_{kind}": str(ranked.index[0]), f"best_{kind}_score": float(ranked.iloc[0])}
    if out["best_rule"] is None:
        return out | {"finding": to_json(Unavailable("proof.nothing_ranked"))}
    able = [kind for kind in ("stack", "model") if out[f"best_{kind}"] is not None]
    best = max(able, key=lambda kind: _turned(out[f"best_{kind}_score"], score), default=None)
    out["model_beats_rules"] = best is not None and (
        _turned(out[f"best_{best}_score"], score) > _turned(out["best_rule_score"], score)
    )
    out["champion_kind"] = best if out["model_beats_rules"] else "rule"
    out["champion"] = out[f"best_{out['champion_kind']}"]
    margins: dict[str, Margin] = {}
    if trials:
        pairs = {
            "versus_rule": (best and out[f"best_{best}"], out["best_rule"]),
            "versus_model": (out["best_stack"], out["best_model"]),
        }
        for name, (one, other) in pairs.items():
            if one is not None and other is not None:
                margins[name] = margin(trials, one, other, score, n_bootstrap=n_bootstrap, seed=seed)
        order = margin(trials, out["champion"], None, "normalised_gini", n_bootstrap=n_bootstrap, seed=seed)
        out["order_is_chance"] = order.lower < ORDER_OF_CHANCE
    out |= {name: each.record() for name, each in margins.items()}
    return out | {"finding": to_json(_finding(out, scores, margins.get("versus_rule")))}


def _known(scores: pd.DataFrame, score: str) -> pd.DataFrame:
    """Return the rows of origins at which anything has a score; all rows where none has."""
    known = scores[scores.groupby("origin")[score].transform("count") > 0]
    return scores if known.empty else known


def _ranked(scores: pd.DataFrame, score: str, n_origins: int) -> pd.Series:
    """Mean score of each forecaster that was ok and could be scored at every origin, best first, names break ties."""
    # a model of another kind of buyer may be fitted at some origins only
    scores = scores[scores.groupby("forecaster")["origin"].transform("nunique") == n_origins]
    usable = scores.assign(usable=(scores["verdict"] == "ok") & scores[score].notna())
    by_name = usable.groupby("forecaster").agg(score=(score, "mean"), usable=("usable", "all"))
    ranked: pd.Series = by_name.loc[by_name["usable"], "score"].sort_index()
    return ranked.sort_values(ascending=not HIGHER_IS_BETTER[score], kind="stable")


def _turned(value: float, score: str) -> float:
    return value if HIGHER_IS_BETTER[score] else -value


def compared(scores: pd.DataFrame, forecaster: str, rule: str) -> Listing:
    """Return each measure of a forecaster against that of a rule, means over the origins.

    Parameters
    ----------
    scores : DataFrame
        `Backtest.scores`.
    forecaster, rule : str
        Whose.
    """
    means = scores.groupby("forecaster")[list(COMPARED)].mean().to_dict("index")
    return Listing(
        tuple(
            Finding(
                "proof.measure",
                {
                    "measure": Term("accuracy_measure", measure),
                    "forecast": Number(means[forecaster][measure]),
                    "rule": Number(means[rule][measure]),
                },
            )
            for measure in COMPARED
        )
    )


def _finding(out: dict[str, Any], scores: pd.DataFrame, versus_rule: Margin | None) -> Finding:
    """Return who wins by the score declared, with every measure."""
    values = {"periods": Count(out["n_origins"], "past_period"), "rule": Term("model", out["best_rule"])}
    if out["order_is_chance"]:
        return Finding("proof.order_is_chance", values)
    kind = _best_kind(out)
    if kind is None:
        return Finding("proof.no_model", values)
    values |= {
        "model": Term("model", out[f"best_{kind}"]),
        "score": Term("accuracy_measure", out["score"]),
        "measured": compared(scores, out[f"best_{kind}"], out["best_rule"]),
    }
    if not out["model_beats_rules"]:
        return Finding("proof.no_better", values)
    is_chance = versus_rule is not None and versus_rule.lower <= 0
    return Finding("proof.better_by_chance" if is_chance else "proof.better", values)


def _best_kind(out: dict[str, Any]) -> str | None:
    if out["champion_kind"] != "rule":
        return str(out["champion_kind"])
    able = [kind for kind in ("stack", "model") if out[f"best_{kind}"] is not None]
    return max(able, key=lambda kind: _turned(out[f"best_{kind}_score"], out["score"]), default=None)
