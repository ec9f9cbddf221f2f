"""Latent classes: features of any kind are independent within a class, and what is unknown is left out, not filled.

Full-information maximum likelihood over what is known of each customer, by stepmix. Columns that take two values are
binary, others normal. A customer of whom nothing is known belongs to the commonest class.
"""

import warnings
from collections.abc import Sequence
from typing import Any

import numpy as np

from crmwb.errors import CrmwbError
from crmwb.segmentation.clusters.methods.method import Model
from crmwb.segmentation.clusters.nearest import batches
from crmwb.segmentation.clusters.normal import LEAST_VARIANCE

LEAST_CHANCE = 1e-3  # of either value of a binary column, within a class
MAX_ITERATIONS = 300


class Latent:
    """Classes with a normal distribution, or a chance, for every feature."""

    max_rows = 2_000
    takes_unknown = True

    def fit(self, x: np.ndarray, ks: Sequence[int], n_starts: int, rng: np.random.Generator) -> dict[int, Model]:
        """Learn the classes for each k.

        Raises
        ------
        CrmwbError
            stepmix is not installed.
        """
        from sklearn.exceptions import ConvergenceWarning  # slow to import

        stepmix = _stepmix()
        known = x[np.isfinite(x).any(axis=1)]
        values = [np.unique(column[np.isfinite(column)]) for column in known.T]
        binary = [c for c, levels in enumerate(values) if len(levels) == 2]
        normal = [c for c, levels in enumerate(values) if len(levels) > 2]
        high = [float(values[c][1]) for c in binary]
        least = LEAST_VARIANCE * np.nanvar(known[:, normal], axis=0)
        ones = np.where(np.isfinite(known[:, binary]), (known[:, binary] == high).astype(float), np.nan)
        given = np.column_stack([known[:, normal], ones])
        kinds = {"normal": ("gaussian_diag_nan", len(normal)), "binary": ("binary_nan", len(binary))}
        measured = {name: {"model": kind, "n_columns": n} for name, (kind, n) in kinds.items() if n}
        models = {}
        for k in ks:
            fitted = stepmix(
                k,
                measurement=measured,
                n_init=n_starts,
                max_iter=MAX_ITERATIONS,
                rel_tol=1e-6,
                random_state=int(rng.integers(2**31)),
                progress_bar=0,
            )
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", ConvergenceWarning)  # stopped after MAX_ITERATIONS: evidence judges it
                fitted.fit(given)
            learnt = fitted.get_parameters()
            parts = learnt["measurement"]
            models[k] = {"weights": learnt["weights"].tolist()}
            if normal:
                models[k]["normal"] = {
                    "columns": normal,
                    "means": parts["normal"]["means"].tolist(),
                    "variances": np.maximum(parts["normal"]["covariances"], least).tolist(),
                }
            if binary:
                chances = parts["binary"]["pis"].clip(LEAST_CHANCE, 1 - LEAST_CHANCE)
                models[k]["binary"] = {"columns": binary, "high": high, "chances": chances.tolist()}
        return models

    def predict(self, x: np.ndarray, model: Model) -> np.ndarray:
        """Return each row's likeliest class."""
        out = np.zeros(len(x), dtype=np.int64)
        for rows in batches(len(x)):
            out[rows] = _joint(x[rows], model).argmax(axis=1)
        return out

    def probability(self, x: np.ndarray, model: Model) -> np.ndarray | None:
        """Return the probability of each row's likeliest class."""
        out = np.zeros(len(x))
        for rows in batches(len(x)):
            log_joint = _joint(x[rows], model)
            out[rows] = 1 / np.exp(log_joint - log_joint.max(axis=1, keepdims=True)).sum(axis=1)
        return out


def _joint(x: np.ndarray, model: Model) -> np.ndarray:
    """Return the log of each class's weight times the density of what is known, row by row on its own."""
    out = np.tile(np.log(np.asarray(model["weights"])), (len(x), 1))
    if "normal" in model:
        part = model["normal"]
        some = x[:, part["columns"]]
        for place, (mean, variance) in enumerate(
            zip(*map(np.asarray, (part["means"], part["variances"])), strict=True)
        ):
            density = -0.5 * (np.log(2 * np.pi * variance) + (some - mean) ** 2 / variance)
            out[:, place] += np.where(np.isnan(some), 0, density).sum(axis=1)
    if "binary" in model:
        part = model["binary"]
        some = x[:, part["columns"]]
        is_high = np.abs(some - np.asarray(part["high"])) < 1e-9
        for place, chance in enumerate(np.asarray(part["chances"])):
            density = np.where(is_high, np.log(chance), np.log(1 - chance))
            out[:, place] += np.where(np.isnan(some), 0, density).sum(axis=1)
    return out


def _stepmix() -> Any:
    try:
        from stepmix.stepmix import StepMix
    except ImportError:
        raise CrmwbError(
            "params.yaml: segmentation.clusters.methods: latent needs stepmix, which is not installed; install crmwb "
            "with its extra `segments`, or leave latent out."
        ) from None
    return StepMix
