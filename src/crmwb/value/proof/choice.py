"""Which model of purchases values the customers: the one that has put them in the best order so far."""

from dataclasses import dataclass
from typing import Any

from crmwb.value.challenger.classics import CLASSICS as MODELS
from crmwb.value.models import NBD, BetaGeoNBD, PurchaseModel, PurchaseSummary, as_saved
from crmwb.value.proof.backtest import Backtest
from crmwb.value.proof.champion import model_scores, stack_score
from crmwb.value.proof.margins import HIGHER_IS_BETTER


@dataclass(frozen=True)
class Choice:
    """The model chosen, and why.

    Attributes
    ----------
    model : PurchaseModel
        Fitted on all that is known.
    by : str
        "backtest": of the models whose fits are ok, now and at every origin, it has the highest mean normalised Gini.
        "log_likelihood": no such model was tested, and of those whose fit is ok now it is the most likely.
        "default": no fit is ok, the NBD aside; it is the BG/NBD, with the caveat that its verdict says.
    candidates : tuple of PurchaseModel
        All models, fitted.
    scores : dict of str to float
        Mean normalised Gini over origins, of the models that were ok at each.
    """

    model: PurchaseModel
    by: str
    candidates: tuple[PurchaseModel, ...]
    scores: dict[str, float]

    def record(self) -> dict[str, Any]:
        """Return what a reader needs to judge the choice, as JSON holds it."""
        return {
            "model": self.model.name,
            "by": self.by,
            "finding": self._finding(),
            "candidates": [
                {
                    "model": model.name,
                    "verdict": str(model.verdict_.status),
                    "explanation": model.verdict_.explanation,
                    "log_likelihood": as_saved(model.log_likelihood_),
                    "score": self.scores.get(model.name),
                }
                for model in self.candidates
            ],
        }

    def _finding(self) -> str:
        name, n = self.model.name, sum(model.verdict_.is_ok for model in self.candidates)
        of = f"of {len(self.candidates)} models, {n} with an ok fit"
        if self.by == "backtest":
            return f"{name} values the customers: {of}, it put them in the best order in the backtest."
        if self.by == "log_likelihood":
            return f"{name} values the customers: {of}, it is the most likely; the backtest could rank none of them."
        return f"{name} values the customers for want of a better one: {of}."


def choose(summary: PurchaseSummary, tested: Backtest, score: str = "normalised_gini") -> Choice:
    """Fit every model and choose one; ties go to the name that comes first in the alphabet.

    Parameters
    ----------
    summary : PurchaseSummary
        Histories of all customers, as known now.
    tested : Backtest
        How the models did before.
    score : str
        Of `margins.HIGHER_IS_BETTER`.

    Returns
    -------
    Choice
        Where all have too little data, the BG/NBD without parameters: its verdict says what is missing.
    """
    candidates = tuple(kind().fit(summary) for kind in MODELS)
    scores = {str(name): float(score) for name, score in model_scores(tested, score).items()}
    # the NBD knows no leaving, which is what a value is asked about: it is tested beside the others, not chosen
    able = (model for model in candidates if model.verdict_.is_ok and not isinstance(model, NBD))
    ok = sorted(able, key=lambda model: model.name)
    proven = [model for model in ok if model.name in scores]
    if proven:
        sign = 1 if HIGHER_IS_BETTER[score] else -1
        return Choice(max(proven, key=lambda model: sign * scores[model.name]), "backtest", candidates, scores)
    if ok:
        return Choice(max(ok, key=lambda model: model.log_likelihood_), "log_likelihood", candidates, scores)
    default = next(model for model in candidates if isinstance(model, BetaGeoNBD))
    return Choice(default, "default", candidates, scores)


def stack_is_best(tested: Backtest, choice: Choice, score: str = "normalised_gini") -> bool:
    """Say whether the stack did as well as the model chosen, or better: then it values the customers."""
    found, other = stack_score(tested, score), choice.scores.get(choice.model.name)
    if found is None:
        return False
    return other is None or (found >= other if HIGHER_IS_BETTER[score] else found <= other)
