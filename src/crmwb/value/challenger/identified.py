"""Whether the data tell that customers stop, and when: without that, P(alive) is a guess with decimals.

Three questions, all of which must be answered by yes:

* Is a model in which customers can stop more likely than the NBD, in which nobody does, beyond chance (likelihood
  ratio, `models.likelihood_ratio`)?
* Does it say one thing? Where its likelihood is flat or runs along a ridge, P(alive) moves far with parameters that fit
  as well: its mean over customers, over parameters spread as the fit's uncertainty is, moves by less than RIDGE.
* Did it forecast better? On earlier holdouts the models that can stop gave what came a higher likelihood than the NBD
  did, beyond chance. A season that ends looks like customers who leave, until they come back.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

import numpy as np

from crmwb.findings import Finding, Number, Share, Unavailable, Value, to_json
from crmwb.value.challenger.classics import Classics
from crmwb.value.models import NBD
from crmwb.value.models.likelihood_ratio import NESTED, likelihood_ratio

LEVEL = 0.01  # of the likelihood ratio test
RIDGE = 0.10
BEYOND = 1.645  # standard errors: one-sided, 5%
FEW = 0.02  # P(alive) on average above 1 - FEW: nobody has been seen to leave


class Reason(StrEnum):
    """Why P(alive) is given, or is not."""

    IDENTIFIED = "identified"
    TOO_LITTLE_DATA = "too_little_data"
    NO_BETTER_THAN_STAYING = "no_better_than_staying"
    NOBODY_SEEN_TO_LEAVE = "nobody_seen_to_leave"
    RIDGE = "ridge"
    NOT_ON_HOLDOUTS = "not_on_holdouts"


@dataclass(frozen=True)
class Dropout:
    """Whether dropout is identified.

    Attributes
    ----------
    reason : Reason
        `identified`, or the first question that was answered by no.
    p_value : float or None
        Of the likelihood ratio test of the best model against the NBD.
    ridge : float or None
        Standard deviation of the mean P(alive) over parameters that fit about as well.
    gain : float or None
        Mean log-likelihood per customer on earlier holdouts over the NBD's; None without a holdout.
    gain_error : float or None
        Its standard error.
    """

    reason: Reason
    p_value: float | None = None
    ridge: float | None = None
    gain: float | None = None
    gain_error: float | None = None

    @property
    def is_identified(self) -> bool:
        """Whether P(alive), and what follows from it, can be given."""
        return self.reason is Reason.IDENTIFIED

    def record(self) -> dict[str, Any]:
        """Return it as JSON holds it."""
        return {"is_identified": self.is_identified} | asdict(self) | {
            "reason": str(self.reason), "finding": to_json(self.unavailable or self.finding()),
        }  # fmt: skip

    @property
    def unavailable(self) -> Unavailable | None:
        """Why P(alive), and what follows from it, is withheld; None where it is given."""
        if self.is_identified:
            return None
        no_test = self.reason is Reason.NO_BETTER_THAN_STAYING and self.p_value is None
        code = f"value.dropout.{'no_model' if no_test else self.reason}"
        return Unavailable("value.not_identified", values={"reason": Finding(code, self._values())})

    def finding(self) -> Finding:
        """Say what shows that dropout is identified, or is not."""
        code = self.reason if self.reason is not Reason.IDENTIFIED or self.gain is not None else "identified_untested"
        return Finding(f"value.dropout.{code}", self._values())

    def _values(self) -> dict[str, Value]:
        return {
            "p_value": Number(self.p_value),
            "level": Share(LEVEL),
            "most": Share(1 - FEW),
            "ridge": Share(self.ridge),
            "limit": Share(RIDGE),
            "gain": Number(self.gain),
            "error": Number(self.gain_error),
        }


def dropout(classics: Classics, models: Sequence[str], chances: Sequence[np.ndarray]) -> Dropout:
    """Say whether dropout is identified.

    Parameters
    ----------
    classics : Classics
        Fitted on all that is known.
    models : sequence of str
        Names of the rows of `chances`.
    chances : sequence of ndarray of shape (n_models, n)
        The chance that each model gave to what came, on each earlier holdout.
    """
    fitted = {model.name: model for model in classics.fitted}
    staying = fitted.get(NBD.name)
    stopping = [m for name, m in fitted.items() if (NBD.name, name) in NESTED and m.verdict_.is_usable]
    if staying is None or not stopping:
        return Dropout(Reason.NO_BETTER_THAN_STAYING if staying is not None else Reason.TOO_LITTLE_DATA)
    best = max(stopping, key=lambda model: model.log_likelihood_)
    p_value = likelihood_ratio(staying, best).p_value
    if p_value > LEVEL:
        return Dropout(Reason.NO_BETTER_THAN_STAYING, p_value)
    n = classics.summary.n_customers
    means = [float((m.p_alive(classics.summary) * n).sum() / n.sum()) for m in (best, *best.neighbours())]
    ridge = round(float(np.std(means[1:])), 6)
    if means[0] > 1 - FEW:
        return Dropout(Reason.NOBODY_SEEN_TO_LEAVE, p_value, ridge)
    if ridge > RIDGE:
        return Dropout(Reason.RIDGE, p_value, ridge)
    if not chances or NBD.name not in models or not any((NBD.name, name) in NESTED for name in models):
        return Dropout(Reason.IDENTIFIED, p_value, ridge)
    others = [place for place, name in enumerate(models) if (NBD.name, name) in NESTED]
    gains = np.concatenate(
        [np.log(np.mean(given[others], axis=0)) - np.log(given[models.index(NBD.name)]) for given in chances]
    )
    gain, error = float(gains.mean()), float(gains.std() / np.sqrt(len(gains)))
    reason = Reason.IDENTIFIED if gain > BEYOND * error else Reason.NOT_ON_HOLDOUTS
    return Dropout(reason, p_value, ridge, round(gain, 6), round(error, 6))
