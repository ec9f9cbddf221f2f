"""A mixture of normal distributions: clusters of their own width in each feature, and the chance of being in each.

EM (Dempster, Laird & Rubin 1977); within a cluster features are independent. For each k it starts from K-means and
from the mixture of one cluster fewer with each of its clusters split in two (after Ueda, Nakano, Ghahramani & Hinton
2000, "SMEM"): K-means starts alone miss clusters that are narrow in some features and wide in others.
"""

from collections.abc import Sequence

import numpy as np

from crmwb.segmentation.clusters.methods.kmeans import centres
from crmwb.segmentation.clusters.methods.method import Model
from crmwb.segmentation.clusters.nearest import batches, nearest
from crmwb.segmentation.clusters.normal import Parameters, describe, joint, least_variance, of_labels

SHORT, LONG = 12, 200  # iterations: to tell starts apart, and to the end
TOLERANCE = 1e-4  # of the mean log-likelihood per customer
START_ROWS = 2_000  # rows that starts are told apart by
DECIMALS = 9  # of the mean log-likelihood that starts are compared by: the first of equal ones is kept
APART = 0.7  # standard deviations from a cluster's mean to where its halves start


class Mixture:
    """A normal mixture with diagonal covariances."""

    max_rows = 1_000_000
    takes_unknown = False

    def fit(self, x: np.ndarray, ks: Sequence[int], n_starts: int, rng: np.random.Generator) -> dict[int, Model]:
        """Learn weights, means and variances for each k: the best of several short runs, carried to the end."""
        least, squares = least_variance(x), x * x
        rows = np.sort(rng.permutation(len(x))[:START_ROWS])
        some, some_squares = x[rows], squares[rows]
        models: dict[int, Model] = {}
        before: Parameters | None = None
        for k in ks:
            starts = [_from_kmeans(some, some_squares, k, least, rng) for _ in range(n_starts)]
            if before is not None and len(before[0]) == k - 1:
                starts += [_split(before, cluster) for cluster in range(k - 1)]
            runs = [_em(some, some_squares, start, least, SHORT) for start in starts]
            before = _em(x, squares, max(runs, key=lambda run: round(run[0], DECIMALS))[1], least, LONG)[1]
            weights, means, variances = before
            models[k] = {"weights": weights.tolist(), "means": means.tolist(), "variances": variances.tolist()}
        return models

    def predict(self, x: np.ndarray, model: Model) -> np.ndarray:
        """Return each row's likeliest cluster."""
        out = np.zeros(len(x), dtype=np.int64)
        for rows in batches(len(x)):
            out[rows] = _by_row(x[rows], model).argmax(axis=1)
        return out

    def probability(self, x: np.ndarray, model: Model) -> np.ndarray | None:
        """Return the probability of each row's likeliest cluster."""
        out = np.zeros(len(x))
        for rows in batches(len(x)):
            log_joint = _by_row(x[rows], model)
            out[rows] = 1 / np.exp(log_joint - log_joint.max(axis=1, keepdims=True)).sum(axis=1)
        return out


def _by_row(x: np.ndarray, model: Model) -> np.ndarray:
    """Return what `joint` does, but summed row by row, so that no row depends on which others are in `x`."""
    out = np.empty((len(x), len(model["weights"])))
    parts = zip(model["weights"], np.asarray(model["means"]), np.asarray(model["variances"]), strict=True)
    for place, (weight, mean, variance) in enumerate(parts):
        constant = np.log(weight) - 0.5 * float(np.log(2 * np.pi * variance).sum())
        out[:, place] = constant - 0.5 * ((x - mean) ** 2 / variance).sum(axis=1)
    return out


def _from_kmeans(x: np.ndarray, squares: np.ndarray, k: int, least: np.ndarray, rng: np.random.Generator) -> Parameters:
    return describe(x, squares, of_labels(nearest(x, centres(x, k, 1, rng)), k), least)


def _split(parameters: Parameters, cluster: int) -> Parameters:
    """Return a mixture with one cluster more: `cluster` halved along the feature that it is widest in."""
    weights, means, variances = (np.append(part, part[cluster : cluster + 1], axis=0) for part in parameters)
    weights[[cluster, -1]] /= 2
    widest = int(variances[cluster].argmax())
    step = APART * variances[cluster, widest] ** 0.5
    means[cluster, widest] -= step
    means[-1, widest] += step
    variances[[cluster, -1], widest] /= 2
    return weights, means, variances


def _em(
    x: np.ndarray, squares: np.ndarray, parameters: Parameters, least: np.ndarray, iterations: int
) -> tuple[float, Parameters]:
    """Return the mean log-likelihood before the last step, and the parameters after it."""
    now = before = -np.inf
    for _ in range(iterations):
        log_joint = joint(x, squares, parameters)
        top = log_joint.max(axis=1, keepdims=True)
        shares = np.exp(log_joint - top)
        total = shares.sum(axis=1, keepdims=True)
        now = float((np.log(total) + top).mean())
        shares /= total
        parameters = describe(x, squares, shares, least)
        if now - before < TOLERANCE:
            break
        before = now
    return now, parameters
