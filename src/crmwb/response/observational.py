"""A campaign without a control arm: customers not contacted stand in for it, as far as they are comparable.

Augmented inverse propensity weighting with cross-fitting (Robins, Rotnitzky & Zhao 1994; Chernozhukov et al. 2018,
Econometrics Journal 21(1)) among customers of whom both kinds were about as likely (Crump, Hotz, Imbens & Mitnik 2009,
Biometrika 96(1)). What neither the traits nor the propensity know still biases it: always label it observational.
"""

from dataclasses import dataclass

import numpy as np
from scipy import stats
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from crmwb.response.effects import Effect
from crmwb.response.learners import Base, Experiment, doubly_robust

OVERLAP = (0.1, 0.9)  # propensities outside have too few comparable customers (Crump et al. 2009, section 5)
MIN_KEPT = 0.5  # of the contacted: with fewer, the estimate speaks of other customers than those of the campaign
MIN_CUSTOMERS = 100  # in each arm, after trimming


@dataclass(frozen=True)
class Observed:
    """An estimate without an experiment.

    Attributes
    ----------
    effect : Effect or None
        None where customers are not comparable.
    naive : float
        The plain difference of means, for comparison.
    kept_share : float
        Contacted customers with comparable ones among those not contacted.
    propensity : ndarray of shape (n,)
        Chance to be contacted by traits, from models that did not see the customer.
    """

    effect: Effect | None
    naive: float
    kept_share: float
    propensity: np.ndarray


def estimate(
    traits: np.ndarray, treated: np.ndarray, outcome: np.ndarray, *, seed: int, level: float = 0.95
) -> Observed:
    """Estimate what a contact added per head of comparable customers.

    Parameters
    ----------
    traits : ndarray of shape (n, p)
        Everything known before the contact that may have decided it; not NaN.
    treated : ndarray of shape (n,)
        True for those contacted.
    outcome : ndarray of shape (n,)
        In any unit.
    seed : int
        Of the folds.
    level : float
        Of the interval.
    """
    treated = treated.astype(bool)
    naive = float(outcome[treated].mean() - outcome[~treated].mean()) if 0 < treated.sum() < len(treated) else np.nan
    if min(treated.sum(), (~treated).sum()) < MIN_CUSTOMERS:
        return Observed(None, naive, 0.0, np.full(len(treated), treated.mean()))
    propensity = _propensity(traits, treated, seed)
    inside = (propensity > OVERLAP[0]) & (propensity < OVERLAP[1])
    kept = float(inside[treated].mean())
    if kept < MIN_KEPT or min((inside & treated).sum(), (inside & ~treated).sum()) < MIN_CUSTOMERS:
        return Observed(None, naive, kept, propensity)
    sample = Experiment(traits[inside], treated[inside], outcome[inside].astype(float), propensity[inside])
    scores = doubly_robust(sample, Base("linear", seed))
    difference, error = float(scores.mean()), float(scores.std(ddof=1) / np.sqrt(len(scores)))
    z = stats.norm.ppf((1 + level) / 2)
    control = float(sample.outcome[sample.treated].mean() - difference)
    effect = Effect(
        n_treated=int(sample.treated.sum()),
        n_control=int((~sample.treated).sum()),
        mean_treated=float(sample.outcome[sample.treated].mean()),
        mean_control=control,
        difference=difference,
        low=difference - z * error,
        high=difference + z * error,
        standard_error=error,
        p_value=float(2 * stats.norm.sf(abs(difference) / error)) if error > 0 else 1.0,
        smallest=(z + stats.norm.ppf(0.8)) * error,
        level=level,
    )
    return Observed(effect, naive, kept, propensity)


def _propensity(traits: np.ndarray, treated: np.ndarray, seed: int) -> np.ndarray:
    """Return the chance to be contacted, out of fold."""
    chance = np.empty(len(treated))
    for train, test in StratifiedKFold(5, shuffle=True, random_state=seed).split(traits, treated):
        model = make_pipeline(StandardScaler(), LogisticRegression(max_iter=1000))
        chance[test] = model.fit(traits[train], treated[train]).predict_proba(traits[test])[:, 1]
    return np.round(chance, 9)
