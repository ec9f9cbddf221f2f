"""How much each classic model counts: by the likelihood of what customers did on earlier holdouts."""

from collections.abc import Sequence

import numpy as np

from crmwb.value.challenger.moments import Moment
from crmwb.value.models import PurchaseModel

DOUBT = 1.0  # customers' worth of belief in equal weights, for each model
BEYOND = 1.645  # standard errors: one-sided, 5%
SMALL = 0.05  # a weight below it changes no forecast that anyone would notice, and costs time
STEPS = 500
CLOSE = 1e-7
DECIMALS = 3  # weights are rounded: nothing finer is known, and no processor's last digits shall show
LEAST = 1e-12


def tails_of(moment: Moment, model: PurchaseModel) -> tuple[np.ndarray, np.ndarray]:
    """Return the chances that a model gave to at least as many purchases as came, and to more, each shape (n,)."""
    classics, horizon = moment.classics, moment.classics.ahead(moment.known.horizon_days)
    outcomes, outcome_of = np.unique(
        np.stack([classics.row_of, moment.known.later]).astype(np.int64), axis=1, return_inverse=True
    )
    cases = classics.summary.take(outcomes[0])
    at_least, more = (model.p_at_least(cases, outcomes[1] + extra, horizon)[outcome_of] for extra in (0, 1))
    return at_least, more


def chances_of(moment: Moment, models: Sequence[str]) -> np.ndarray:
    """Return by model the chance that it gave to what came, shape (n_models, n); each is worked out once."""
    by_name = {model.name: model for model in moment.classics.fitted}
    for name in models:
        if name not in moment.chances:
            at_least, more = tails_of(moment, by_name[name])
            moment.chances[name] = np.maximum(at_least - more, LEAST)
    return np.array([moment.chances[name] for name in models])


def weights_of(models: Sequence[str], chances: Sequence[np.ndarray]) -> dict[str, float]:
    """Return the weights of the models: all of it to the likeliest, unless a mixture is better beyond chance.

    A mixture is judged on what it has not seen: its weights come from the other holdouts, or of a single one from the
    other half of the customers. With nothing to learn from, all models count alike.

    Parameters
    ----------
    models : sequence of str
        Names.
    chances : sequence of ndarray of shape (n_models, n)
        As `chances_of` returns them, of any number of holdouts.
    """
    n = len(models)
    if not chances:
        return dict.fromkeys(models, 1 / n)
    whole = np.concatenate(chances, axis=1)
    totals = np.log(whole).sum(axis=1)
    best = max(range(n), key=lambda place: (round(float(totals[place]), 6), models[place]))
    folds = list(chances) if len(chances) > 1 else [chances[0][:, ::2], chances[0][:, 1::2]]
    gains = []
    for place, fold in enumerate(folds):
        others = np.concatenate([other for at, other in enumerate(folds) if at != place], axis=1)
        gains.append(np.log(_mixture(others) @ fold) - np.log(fold[best]))
    gain = np.concatenate(gains)
    if gain.sum() <= BEYOND * gain.std() * np.sqrt(len(gain)):
        return {models[best]: 1.0}
    shares = _mixture(whole)
    rounded = np.round(np.where(shares < SMALL, 0.0, shares), DECIMALS)
    kept = {name: float(weight) for name, weight in zip(models, rounded / rounded.sum(), strict=True) if weight > 0}
    return {name: round(weight, DECIMALS + 3) for name, weight in kept.items()}


def _mixture(given: np.ndarray) -> np.ndarray:
    """Return the weights that make what came most likely, shape (n_models,).

    By expectation-maximisation, from equal weights; the likelihood has one maximum.
    """
    weights = np.full(len(given), 1 / len(given))
    for _ in range(STEPS):
        counts = weights * (given @ (1 / (weights @ given))) + DOUBT
        after = counts / counts.sum()
        done = np.abs(after - weights).max() < CLOSE
        weights = after
        if done:
            break
    return weights
