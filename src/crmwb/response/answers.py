"""What to do with a campaign: contact all, nobody, or the customers for whom it pays."""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import pandas as pd

from crmwb.response.learners import Base, Experiment, doubly_robust, out_of_fold
from crmwb.response.ranking import autoc, by_group, heterogeneity, policy_value, qini

# Sorting changes what every customer gets, so it takes more proof than a figure in a table.
SORTING_LEVEL = 0.01
# The ranking that answers: chosen beforehand, because the best of many on the same data flatters itself.
ANSWERING = ("dr_learner", "linear")


class Answer(StrEnum):
    """Whom to contact next time."""

    ALL = "all"
    NONE = "none"
    SORT = "sort"
    OPEN = "open"


@dataclass(frozen=True)
class Uplift:
    """Who responds more than others, and what follows.

    Attributes
    ----------
    answer : Answer
        `all` or `none` where ranking changes nothing or is not proven, `open` where not even the mean effect is.
    learners : DataFrame
        One row per learner and base: learner, base, qini, autoc, autoc_error, p_value; the response model last.
    groups, policies : DataFrame
        Of the answering ranking, as `ranking.by_group` and `ranking.policy_value` return them.
    p_value : float
        Of heterogeneity, by the answering ranking.
    uplift : ndarray of shape (n,)
        Out of fold, by the answering ranking.
    """

    answer: Answer
    learners: pd.DataFrame
    groups: pd.DataFrame
    policies: pd.DataFrame
    p_value: float
    uplift: np.ndarray


def uplift_of(
    sample: Experiment, *, cost: float = 0.0, learners: tuple[str, ...], bases: tuple[str, ...], seed: int
) -> Uplift:
    """Rank the customers of an experiment by uplift, test the ranking on customers it did not see, and answer.

    Parameters
    ----------
    sample : Experiment
        The customers.
    cost : float
        Of a contact, in the outcome's unit.
    learners, bases : tuple of str
        Keys of `learners.LEARNERS`, and `linear` or `boosted`; the answering pair is always among them.
    seed : int
        Of folds and trees.
    """
    scores = doubly_robust(sample, Base("linear", seed))
    rankings = {
        pair: out_of_fold(sample, pair[0], Base(pair[1], seed))
        for pair in dict.fromkeys([ANSWERING, *((learner, base) for learner in learners for base in bases)])
    }
    rows = [_row(pair, ranking, scores, sample) for pair, ranking in rankings.items()]
    columns = ["learner", "base", "qini", "autoc", "autoc_error", "p_value"]
    table = pd.DataFrame(rows, columns=columns)
    table = table.sort_values("learner", key=lambda names: names == "response_model", kind="stable", ignore_index=True)
    chosen = rankings[ANSWERING]
    p_value = heterogeneity(chosen, scores)
    return Uplift(
        answer(chosen, scores - cost, p_value),
        table,
        by_group(chosen, scores),
        policy_value(chosen, scores - cost),
        p_value,
        chosen,
    )


def answer(uplift: np.ndarray, net: np.ndarray, p_heterogeneity: float) -> Answer:
    """Answer whom to contact.

    A proven ranking is followed only where it changes something: not where even the third of customers who gain least
    are surely worth a contact, nor where even the third who gain most surely are not.

    Parameters
    ----------
    uplift : ndarray of shape (n,)
        What customers are ranked by.
    net : ndarray of shape (n,)
        Doubly robust scores less the cost of a contact.
    p_heterogeneity : float
        That the ranking is no better than chance.
    """
    order = np.argsort(-uplift, kind="stable")
    best, _, least = np.array_split(net[order], 3)
    if p_heterogeneity < SORTING_LEVEL:
        if _surely(least) > 0:
            return Answer.ALL
        return Answer.NONE if _surely(best) < 0 else Answer.SORT
    return {1: Answer.ALL, -1: Answer.NONE, 0: Answer.OPEN}[_surely(net)]


def _surely(net: np.ndarray) -> int:
    """Return the sign of a mean, or 0 where its 95% interval holds both."""
    if len(net) < 2:
        return 0
    reach = 1.96 * net.std(ddof=1) / np.sqrt(len(net))
    return int(net.mean() > reach) - int(net.mean() < -reach)


def _row(
    pair: tuple[str, str], ranking: np.ndarray, scores: np.ndarray, sample: Experiment
) -> tuple[str, str, float, float, float, float]:
    area, error = autoc(ranking, scores)
    return *pair, qini(ranking, sample.treated, sample.outcome), area, error, heterogeneity(ranking, scores)
