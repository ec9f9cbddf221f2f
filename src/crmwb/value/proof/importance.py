"""What the corrections rest on: how much worse customers are put in order when one input is shuffled."""

import numpy as np
import pandas as pd
from threadpoolctl import threadpool_limits

from crmwb.value.challenger import Stack
from crmwb.value.proof.accuracy import accuracy

MOST_CUSTOMERS = 5_000
SHUFFLES = 3


def importance(stack: Stack, seed: int) -> pd.DataFrame:
    """Shuffle each input over the customers of the last holdout, which the learners had not seen.

    Permutation importance (Breiman 2001, "Random Forests", Machine Learning 45(1)). Inputs that say the same share
    their importance: shuffling one of them is made up for by the others.

    Parameters
    ----------
    stack : Stack
        Fitted.
    seed : int
        Where chance starts from.

    Returns
    -------
    DataFrame of shape (n_inputs, 2)
        input, and lost: by how much the normalised Gini of the corrected forecast falls, the mean of three shuffles;
        the most important first. Without rows where the corrections could not be tested.
    """
    losses = pd.DataFrame({"input": pd.Series(dtype=object), "lost": pd.Series(dtype=np.float64)})
    if stack.why_not_ or stack.tested_ is None or not stack.trust_:
        return losses
    moment, corrected = stack.tested_
    rows = slice(None, None, len(moment.known) // MOST_CUSTOMERS + 1)
    seen, base, later = corrected.inputs(moment)[rows], corrected.base.purchases(moment)[rows], moment.known.later[rows]
    rng = np.random.default_rng(seed)

    def order(values: pd.DataFrame) -> float:
        purchases = base * np.exp(corrected.log_correction_of(values, base))
        return accuracy(later, purchases)["normalised_gini"] or 0.0

    lost = []
    with threadpool_limits(1):
        whole = order(seen)
        for name in seen.columns:
            drops = [
                whole - order(seen.assign(**{name: rng.permutation(seen[name].to_numpy())})) for _ in range(SHUFFLES)
            ]
            lost.append(float(np.mean(drops)))
    losses = pd.DataFrame({"input": list(seen.columns), "lost": np.round(lost, 4)})
    return losses.sort_values(["lost", "input"], ascending=[False, True], ignore_index=True)
