"""Which forecaster to trust: the best by the score declared, and whether it earns its keep against rules of thumb."""

from typing import Any

import pandas as pd

from crmwb.value.proof.backtest import Backtest
from crmwb.value.proof.margins import HIGHER_IS_BETTER, Margin, margin
from crmwb.value.proof.names import name_of

TELLS_NOTHING = 0.05  # a normalised Gini whose interval begins below it orders customers hardly better than chance
KINDS = ("stack", "model", "rule")


def champion(tested: Backtest, score: str = "normalised_gini", *, n_bootstrap: int, seed: int) -> dict[str, Any]:
    """Name the best forecaster of each kind, and say which of them wins.

    The score is the mean over the origins. A model counts only where each of its fits was ok; a rule that does as well
    as the best model wins, for it is simpler.

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
        better than chance), newcomers, finding (sentences), skipped.
    """
    scores = tested.scores
    out: dict[str, Any] = {"score": score, "n_origins": int(scores["origin"].nunique())}
    out |= {f"best_{kind}{what}": None for kind in KINDS for what in ("", "_score")}
    out |= dict.fromkeys(("champion", "champion_kind", "model_beats_rules", "versus_rule", "versus_model"))
    out |= {"order_is_chance": None, "newcomers": tested.newcomers, "skipped": tested.skipped}
    if scores.empty:
        return out | {"finding": "No forecast could be tested: the history is too short or holds too few customers."}
    for kind in KINDS:
        if not (ranked := _ranked(scores[scores["kind"] == kind], score)).empty:
            out |= {f"best_{kind}": str(ranked.index[0]), f"best_{kind}_score": float(ranked.iloc[0])}
    if out["best_rule"] is None:
        return out | {"finding": "No forecast could be ranked: in every holdout all customers bought alike."}
    able = [kind for kind in ("stack", "model") if out[f"best_{kind}"] is not None]
    best = max(able, key=lambda kind: _turned(out[f"best_{kind}_score"], score), default=None)
    out["model_beats_rules"] = best is not None and (
        _turned(out[f"best_{best}_score"], score) > _turned(out["best_rule_score"], score)
    )
    out["champion_kind"] = best if out["model_beats_rules"] else "rule"
    out["champion"] = out[f"best_{out['champion_kind']}"]
    margins: dict[str, Margin] = {}
    if tested.trials:
        pairs = {
            "versus_rule": (best and out[f"best_{best}"], out["best_rule"]),
            "versus_model": (out["best_stack"], out["best_model"]),
        }
        for name, (one, other) in pairs.items():
            if one is not None and other is not None:
                margins[name] = margin(tested.trials, one, other, score, n_bootstrap=n_bootstrap, seed=seed)
        order = margin(tested.trials, out["champion"], None, "normalised_gini", n_bootstrap=n_bootstrap, seed=seed)
        out["order_is_chance"] = order.lower < TELLS_NOTHING
    out |= {name: found.record() for name, found in margins.items()}
    return out | {"finding": _finding(out, tested, margins.get("versus_rule"))}


def _ranked(scores: pd.DataFrame, score: str) -> pd.Series:
    """Mean score of each forecaster that was ok and could be scored at every origin, best first, names break ties."""
    usable = scores.assign(usable=(scores["verdict"] == "ok") & scores[score].notna())
    by_name = usable.groupby("forecaster").agg(score=(score, "mean"), usable=("usable", "all"))
    ranked: pd.Series = by_name.loc[by_name["usable"], "score"].sort_index()
    return ranked.sort_values(ascending=not HIGHER_IS_BETTER[score], kind="stable")


def _turned(value: float, score: str) -> float:
    return value if HIGHER_IS_BETTER[score] else -value


def _finding(out: dict[str, Any], tested: Backtest, versus_rule: Margin | None) -> str:
    """Say who wins, in words that need no explanation."""
    over = f"on {out['n_origins']} past period{'s' if out['n_origins'] > 1 else ''} that no forecast had seen"
    if out["order_is_chance"]:
        return (
            f"Nothing known of customers tells who will buy: tested {over}, no forecast orders them better than chance."
        )
    rule = f"the best rule of thumb ({name_of(out['best_rule'], 'rule')})"
    kind = _best_kind(out)
    if kind is None:
        return f"No model could be trusted every time, so {rule} stands, tested {over}."
    model = name_of(out[f"best_{kind}"], kind)
    if not out["model_beats_rules"]:
        return f"No model beats the rule of thumb here: tested {over}, {model} does no better than {rule}."
    what = {
        "normalised_gini": "puts customers in a better order than",
        "log_loss": "gives better chances to buy than",
    }.get(out["score"], "comes nearer to what customers bought than")
    finding = f"{_capital(model)} {what} {rule}, tested {over}{_top(tested, out[f'best_{kind}'], out['best_rule'])}."
    if versus_rule is not None and versus_rule.lower <= 0:
        finding += " The difference is small enough to be chance."
    return finding


def _best_kind(out: dict[str, Any]) -> str | None:
    if out["champion_kind"] != "rule":
        return str(out["champion_kind"])
    able = [kind for kind in ("stack", "model") if out[f"best_{kind}"] is not None]
    return max(able, key=lambda kind: _turned(out[f"best_{kind}_score"], out["score"]), default=None)


def _top(tested: Backtest, model: str, rule: str) -> str:
    """Say what part of purchases was made by the tenth of customers that each expected most of, where that differs."""
    shares = tested.scores.groupby("forecaster")["top_decile_share"].mean()
    its, others = f"{shares[model]:.0%}", f"{shares[rule]:.0%}"
    if its == others:
        return ""
    return f": the tenth of customers that it expects most of made {its} of purchases, the rule's {others}"


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]
