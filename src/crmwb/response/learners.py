"""Uplift learners: what a contact adds for each customer, from an experiment, fitted and scored across folds.

Künzel, Sekhon, Bickel & Yu (2019, PNAS 116(10)) for the S- and T-learner; Kennedy (2023, Electronic Journal of
Statistics 17(2)) for the DR-learner; Athey & Imbens (2016, PNAS 113(27)) for the transformed outcome. A plain response
model (who buys, contacted or not) stands beside them: it is what most companies sort by.

Each learner takes an `Experiment` of n customers with p traits and a `Base`, and returns a function: traits of shape
(m, p) in, uplift of shape (m,) in the outcome's unit out.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor
from sklearn.linear_model import LogisticRegression, RidgeCV
from sklearn.model_selection import StratifiedKFold
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

PENALTIES = np.logspace(-1, 5, 13)
CLIP = 0.01  # propensities nearer to 0 or 1 than this would let one customer outweigh hundreds


@dataclass(frozen=True)
class Experiment:
    """Customers of one campaign.

    Attributes
    ----------
    traits : ndarray of shape (n, p)
        Known before the campaign, as numbers; not NaN.
    treated : ndarray of shape (n,)
        True for those contacted.
    outcome : ndarray of shape (n,)
        What they did or spent after it.
    propensity : ndarray of shape (n,)
        Chance to be contacted: the share of the treated where customers were drawn by lot.

    Examples
    --------
    Six customers, half of them drawn by lot to be contacted:

    >>> import numpy as np
    >>> from crmwb.response.learners import Experiment
    >>> traits, treated = np.array([[1.0], [2], [3], [4], [5], [6]]), np.array([True, False] * 3)
    >>> sample = Experiment.drawn_by_lot(traits, treated, outcome=np.array([1, 0, 0, 0, 1, 1]))
    >>> sample.propensity.tolist(), sample.is_binary
    ([0.5, 0.5, 0.5, 0.5, 0.5, 0.5], True)
    """

    traits: np.ndarray
    treated: np.ndarray
    outcome: np.ndarray
    propensity: np.ndarray

    @classmethod
    def drawn_by_lot(cls, traits: np.ndarray, treated: np.ndarray, outcome: np.ndarray) -> "Experiment":
        """Return an experiment in which all had the same chance to be contacted."""
        return cls(traits, treated, outcome.astype(float), np.full(len(treated), treated.mean()))

    def rows(self, which: np.ndarray) -> "Experiment":
        """Return some of its customers."""
        return Experiment(self.traits[which], self.treated[which], self.outcome[which], self.propensity[which])

    @property
    def is_binary(self) -> bool:
        """The outcome is yes or no."""
        return bool(np.isin(self.outcome, (0.0, 1.0)).all())


Predict = Callable[[np.ndarray], np.ndarray]


@dataclass(frozen=True)
class Base:
    """How a learner predicts outcomes: `linear` (regularised) or `boosted` trees."""

    kind: str
    seed: int

    def outcome(self, x: np.ndarray, y: np.ndarray, *, is_binary: bool) -> Predict:
        """Fit the mean outcome; a constant where all outcomes are alike."""
        if len(np.unique(y)) < 2:
            level = float(y.mean()) if len(y) else 0.0
            return lambda rows: np.full(len(rows), level)
        if is_binary and self.kind == "boosted":
            model = HistGradientBoostingClassifier(**self._trees()).fit(x, y)
            return lambda rows: model.predict_proba(rows)[:, 1]
        if is_binary:
            linear = make_pipeline(StandardScaler(), LogisticRegression(C=0.1, max_iter=1000)).fit(x, y)
            return lambda rows: linear.predict_proba(rows)[:, 1]
        return self.number(x, y)

    def number(self, x: np.ndarray, y: np.ndarray) -> Predict:
        """Fit the mean of any number, such as a pseudo-outcome."""
        if self.kind == "boosted":
            trees = HistGradientBoostingRegressor(**self._trees()).fit(x, y)
            return lambda rows: np.asarray(trees.predict(rows))
        linear = make_pipeline(StandardScaler(), RidgeCV(PENALTIES)).fit(x, y)
        return lambda rows: np.asarray(linear.predict(rows))

    def _trees(self) -> dict[str, float | int]:
        return {
            "max_iter": 80,
            "learning_rate": 0.05,
            "max_leaf_nodes": 8,
            "min_samples_leaf": 100,
            "l2_regularization": 10.0,
            "random_state": self.seed,
        }


def s_learner(sample: Experiment, base: Base) -> Predict:
    """One model of the outcome with the contact as a trait, also crossed with every other.

    Examples
    --------
    Spending that a contact raises by twice the trait:

    >>> import numpy as np
    >>> from crmwb.response.learners import Base, Experiment, s_learner
    >>> trait, treated = np.arange(200) / 100, np.arange(200) % 3 == 0
    >>> sample = Experiment.drawn_by_lot(trait[:, None], treated, 5 + np.where(treated, 2 * trait, 0))
    >>> uplift = s_learner(sample, Base("linear", seed=0))
    >>> uplift(np.array([[0.0], [1.0], [2.0]])).round(1).tolist()
    [0.0, 2.0, 4.0]
    """

    def design(x: np.ndarray, contacted: np.ndarray) -> np.ndarray:
        flag = contacted[:, None].astype(float)
        return np.hstack([x, flag, x * flag]) if base.kind == "linear" else np.hstack([x, flag])

    predict = base.outcome(design(sample.traits, sample.treated), sample.outcome, is_binary=sample.is_binary)

    def uplift(x: np.ndarray) -> np.ndarray:
        n = len(x)
        return predict(design(x, np.ones(n, bool))) - predict(design(x, np.zeros(n, bool)))

    return uplift


def t_learner(sample: Experiment, base: Base) -> Predict:
    """Two models, one per arm; the uplift is their difference.

    Examples
    --------
    Spending that a contact raises by twice the trait:

    >>> import numpy as np
    >>> from crmwb.response.learners import Base, Experiment, t_learner
    >>> trait, treated = np.arange(200) / 100, np.arange(200) % 3 == 0
    >>> sample = Experiment.drawn_by_lot(trait[:, None], treated, 5 + np.where(treated, 2 * trait, 0))
    >>> uplift = t_learner(sample, Base("linear", seed=0))
    >>> uplift(np.array([[0.0], [1.0], [2.0]])).round(1).tolist()
    [0.0, 2.0, 4.0]
    """
    arms = [
        base.outcome(sample.traits[arm], sample.outcome[arm], is_binary=sample.is_binary)
        for arm in (sample.treated, ~sample.treated)
    ]
    return lambda x: arms[0](x) - arms[1](x)


def transformed_outcome(sample: Experiment, base: Base) -> Predict:
    """Regress an outcome whose mean is the uplift: y·(t - e) / (e·(1 - e)).

    Examples
    --------
    Spending that a contact raises by twice the trait:

    >>> import numpy as np
    >>> from crmwb.response.learners import Base, Experiment, transformed_outcome
    >>> trait, treated = np.arange(200) / 100, np.arange(200) % 3 == 0
    >>> sample = Experiment.drawn_by_lot(trait[:, None], treated, 5 + np.where(treated, 2 * trait, 0))
    >>> uplift = transformed_outcome(sample, Base("linear", seed=0))
    >>> uplift(np.array([[0.0], [1.0], [2.0]])).round(1).tolist()
    [0.0, 2.0, 4.0]
    """
    e = np.clip(sample.propensity, CLIP, 1 - CLIP)
    centred = sample.outcome - sample.outcome.mean()  # takes out noise, and no uplift
    return base.number(sample.traits, centred * (sample.treated - e) / (e * (1 - e)))


def dr_learner(sample: Experiment, base: Base) -> Predict:
    """Regress doubly robust scores, whose nuisance models are fitted on other folds.

    Examples
    --------
    Spending that a contact raises by twice the trait:

    >>> import numpy as np
    >>> from crmwb.response.learners import Base, Experiment, dr_learner
    >>> trait, treated = np.arange(200) / 100, np.arange(200) % 3 == 0
    >>> sample = Experiment.drawn_by_lot(trait[:, None], treated, 5 + np.where(treated, 2 * trait, 0))
    >>> uplift = dr_learner(sample, Base("linear", seed=0))
    >>> uplift(np.array([[0.0], [1.0], [2.0]])).round(1).tolist()
    [0.0, 2.0, 4.0]
    """
    return base.number(sample.traits, doubly_robust(sample, base))


def response_model(sample: Experiment, base: Base) -> Predict:
    """Who responds when contacted, whatever they would have done otherwise: a ranking, no uplift.

    Examples
    --------
    Spending of those contacted, of which the contact brought only a part:

    >>> import numpy as np
    >>> from crmwb.response.learners import Base, Experiment, response_model
    >>> trait, treated = np.arange(200) / 100, np.arange(200) % 3 == 0
    >>> sample = Experiment.drawn_by_lot(trait[:, None], treated, 5 + np.where(treated, 2 * trait, 0))
    >>> spending = response_model(sample, Base("linear", seed=0))
    >>> spending(np.array([[0.0], [1.0], [2.0]])).round(1).tolist()
    [5.0, 7.0, 9.0]
    """
    treated = sample.treated
    return base.outcome(sample.traits[treated], sample.outcome[treated], is_binary=sample.is_binary)


LEARNERS: dict[str, Callable[[Experiment, Base], Predict]] = {
    "s_learner": s_learner,
    "t_learner": t_learner,
    "dr_learner": dr_learner,
    "transformed_outcome": transformed_outcome,
    "response_model": response_model,
}


def doubly_robust(sample: Experiment, base: Base, n_folds: int = 3) -> np.ndarray:
    """Return each customer's doubly robust score, whose mean over any group is the group's uplift.

    Robins, Rotnitzky & Zhao (1994, JASA 89): right where either the outcome models or the propensities are.

    Returns
    -------
    ndarray of shape (n,)
        In the outcome's unit; the models behind a customer's score did not see that customer.

    Examples
    --------
    Where a contact adds 2 to every outcome, the mean score says so:

    >>> import numpy as np
    >>> from crmwb.response.learners import Base, Experiment, doubly_robust
    >>> trait, treated = np.arange(200) / 100, np.arange(200) % 3 == 0
    >>> sample = Experiment.drawn_by_lot(trait[:, None], treated, 5 + trait + np.where(treated, 2, 0))
    >>> doubly_robust(sample, Base("linear", seed=0)).mean().round(1).item()
    2.0
    """
    e = np.clip(sample.propensity, CLIP, 1 - CLIP)
    contacted, held_back = np.empty(len(e)), np.empty(len(e))
    for train, test in folds(sample, n_folds, base.seed):
        seen = sample.rows(train)
        for arm, target in ((seen.treated, contacted), (~seen.treated, held_back)):
            predict = base.outcome(seen.traits[arm], seen.outcome[arm], is_binary=sample.is_binary)
            target[test] = predict(sample.traits[test])
    residual = sample.outcome - np.where(sample.treated, contacted, held_back)
    return np.asarray(contacted - held_back + residual * (sample.treated - e) / (e * (1 - e)))


def folds(sample: Experiment, n_folds: int, seed: int) -> list[tuple[np.ndarray, np.ndarray]]:
    """Return train and test rows of each fold, with equal shares of both arms and of responses in each.

    Examples
    --------
    Three folds of twelve customers, half of them contacted; every fold tests two of each arm:

    >>> import numpy as np
    >>> from crmwb.response.learners import Experiment, folds
    >>> treated = np.arange(12) % 2 == 0
    >>> sample = Experiment.drawn_by_lot(np.zeros((12, 1)), treated, np.zeros(12))
    >>> [int(treated[test].sum()) for train, test in folds(sample, n_folds=3, seed=0)]
    [2, 2, 2]
    """
    strata = 2 * sample.treated.astype(int) + (sample.outcome > 0)
    counts = np.bincount(strata, minlength=4)
    if counts[counts > 0].min() < n_folds:
        strata = sample.treated.astype(int)
    shuffled = StratifiedKFold(n_folds, shuffle=True, random_state=seed)
    return list(shuffled.split(sample.traits, strata))


def out_of_fold(sample: Experiment, learner: str, base: Base, n_folds: int = 5) -> np.ndarray:
    """Return the uplift of each customer by models that did not see them.

    Parameters
    ----------
    sample : Experiment
        All customers of the campaign.
    learner : str
        A key of `LEARNERS`.
    base : Base
        How outcomes are predicted.
    n_folds : int
        Folds.

    Returns
    -------
    ndarray of shape (n,)
        In the outcome's unit, rounded to nine digits so that ties do not hang on a processor's last bits.

    Examples
    --------
    Spending that a contact raises by twice the trait:

    >>> import numpy as np
    >>> from crmwb.response.learners import Base, Experiment, out_of_fold
    >>> trait, treated = np.arange(200) / 100, np.arange(200) % 3 == 0
    >>> sample = Experiment.drawn_by_lot(trait[:, None], treated, 5 + np.where(treated, 2 * trait, 0))
    >>> uplift = out_of_fold(sample, "t_learner", Base("linear", seed=0))
    >>> uplift[[0, 100, 199]].round(1).tolist()
    [0.0, 2.0, 4.0]
    """
    uplift = np.empty(len(sample.treated))
    for train, test in folds(sample, n_folds, base.seed):
        uplift[test] = LEARNERS[learner](sample.rows(train), base)(sample.traits[test])
    return np.round(uplift, 9)
