"""Which forecaster to trust: the best by normalised Gini over all origins, and whether a model earns its keep."""

from typing import Any

import pandas as pd

from crmwb.value.proof.backtest import Backtest


def champion(tested: Backtest) -> dict[str, Any]:
    """Name the best model and the best rule of thumb, and say which of the two wins.

    The score is the mean normalised Gini over the origins: how well customers are put in order. A model counts only
    where each of its fits was ok; a rule that does as well as the best model wins, for it is simpler.

    Returns
    -------
    dict
        score ("normalised_gini"), n_origins, champion, best_model, best_rule (names, or None), best_model_score,
        best_rule_score, model_beats_rules (None where nothing was tested), finding (one sentence), skipped.
    """
    scores = tested.scores
    out: dict[str, Any] = {
        "score": "normalised_gini",
        "n_origins": int(scores["origin"].nunique()),
        "champion": None,
        "best_model": None,
        "best_model_score": None,
        "best_rule": None,
        "best_rule_score": None,
        "model_beats_rules": None,
        "skipped": tested.skipped,
    }
    if scores.empty:
        return out | {"finding": "No forecast could be tested: the history is too short or holds too few customers."}
    for kind, ranked in (("model", model_scores(tested)), ("rule", _ranked(scores[scores["kind"] == "rule"]))):
        if not ranked.empty:
            out |= {f"best_{kind}": str(ranked.index[0]), f"best_{kind}_score": float(ranked.iloc[0])}
    model, rule = out["best_model_score"], out["best_rule_score"]
    if rule is None:
        return out | {"finding": "No forecast could be ranked: in every holdout all customers bought alike."}
    out["model_beats_rules"] = model is not None and model > rule
    out["champion"] = out["best_model"] if out["model_beats_rules"] else out["best_rule"]
    return out | {"finding": _finding(out)}


def model_scores(tested: Backtest) -> pd.Series:
    """Return the mean score of each model that was ok and could be scored at every origin, by name, best first."""
    return _ranked(tested.scores[tested.scores["kind"] == "model"])


def _ranked(scores: pd.DataFrame) -> pd.Series:
    """Mean score of each forecaster that was ok and could be scored at every origin, best first, names break ties."""
    usable = scores.assign(usable=(scores["verdict"] == "ok") & scores["normalised_gini"].notna())
    by_name = usable.groupby("forecaster").agg(score=("normalised_gini", "mean"), usable=("usable", "all"))
    ranked: pd.Series = by_name.loc[by_name["usable"], "score"].sort_index()
    return ranked.sort_values(ascending=False, kind="stable")


def _finding(out: dict[str, Any]) -> str:
    over = f"over {out['n_origins']} origin{'s' if out['n_origins'] > 1 else ''}"
    rule = f"the best rule of thumb ({out['best_rule']}, normalised Gini {out['best_rule_score']:.3f})"
    if out["best_model"] is None:
        return f"No model could be trusted at every origin, so {rule} stands {over}."
    model = f"{out['best_model']} (normalised Gini {out['best_model_score']:.3f})"
    if out["model_beats_rules"]:
        return f"{model} puts customers in a better order than {rule} {over}."
    return f"No model beats the rule of thumb here: {model} is not above {rule} {over}."
