"""What speaks for each method and number of clusters: a table of evidence.

Three questions are asked of every candidate. Do the clusters come back when customers are resampled (Hennig 2007;
Dolnicar & Leisch 2017, see `stability.py`)? Is each large enough to be worth an action? Can they be told apart better
than clusters of customers without segments (`null.py`), found in the same way? The last is the gain: by how much the
silhouette is above, and the overlap below, what it would be without segments. The overlap is that of the clusters
described as normal distributions (`normal.py`), so all methods are judged in one currency. Each alone errs: the
silhouette favours few clusters and round ones; the overlap says nothing more where all candidates are far apart.
Calinski-Harabasz and BIC stand beside them and choose nothing: BIC goes on falling while clusters take up what is
merely not normal in the features.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from sklearn.metrics import adjusted_rand_score, calinski_harabasz_score

from crmwb.params import ClusterParams
from crmwb.progress import track
from crmwb.segmentation.clusters import null
from crmwb.segmentation.clusters.methods import METHODS, Model
from crmwb.segmentation.clusters.normal import overlap_and_bic
from crmwb.segmentation.clusters.silhouette import silhouettes
from crmwb.segmentation.clusters.stability import all_across_solutions, jaccards

N_STARTS = 5
N_STARTS_AGAIN = 2  # for resamples and customers without segments
NULL_ROWS = 2_000  # more rows sharpen the null without moving it; fewer make it fit noise, which errs to the safe side
DECIMALS = 6
GUMBEL_99 = 3.137  # standard deviations above its mean that 1 in 100 of the best lie beyond
LEAST_SPREAD = 0.005  # of a gain: less is no difference that matters, however few draws differ


@dataclass(frozen=True)
class Candidate:
    """Clusters of one method and number: the model, its labels of the sample, each one's stability, and a row.

    Attributes
    ----------
    method : str
        As params name it.
    model : dict
        The method's own, plain JSON.
    labels : int ndarray of shape (n,)
        From 0 to k - 1.
    jaccard, slsw, slsa : ndarray of shape (k,)
        Mean Jaccard over resamples; median SLSw; SLSa, NaN where there is no solution with fewer clusters.
    row : dict
        Of the table of evidence.
    """

    method: str
    model: Model
    labels: np.ndarray
    jaccard: np.ndarray
    slsw: np.ndarray
    slsa: np.ndarray
    row: dict[str, Any]


def gather(
    x: np.ndarray,
    given: np.ndarray,
    blocks: Sequence[Sequence[int]],
    *,
    k_max: int,
    params: ClusterParams,
    seed: int,
) -> list[Candidate]:
    """Fit every method and k from params.k_min to `k_max`, and gather the evidence for each.

    Parameters
    ----------
    x : ndarray of shape (n, n_columns)
        Prepared features of the sample, in an order that does not depend on how it was read.
    given : ndarray of shape (n, n_columns)
        The same with NaN for what is unknown, for methods that take it.
    blocks : sequence of sequence of int
        Columns of each feature, see `null.draw`.
    k_max : int
        At most the number of distinct rows of `x`, minus one.
    params : ClusterParams
        Methods, sizes of samples, number of resamples (and of draws of the null), thresholds.
    seed : int
        Where all chance comes from.

    Returns
    -------
    list of Candidate
        By method, then k, of those that the method found. A row holds method, k, silhouette, null_silhouette,
        calinski_harabasz, bic, overlap, null_overlap (means over draws; nats), gain (of both), gain_needed,
        mean_ari, min_jaccard, mean_jaccard, min_slsw, min_slsa, min_share, is_stable, is_substantial, beats_null.
    """
    ks = list(range(params.k_min, k_max + 1))
    rng = np.random.default_rng([seed, 1])
    draws = [null.draw(x, blocks, min(len(x), NULL_ROWS), rng) for _ in range(params.n_bootstrap)]
    shown = np.sort(rng.permutation(len(x))[: params.silhouette_rows])
    found: list[Candidate] = []
    distinct = []
    for name in track(params.methods, "evidence by method", total=len(params.methods)):
        # a method's chance is its own, so that one more method changes nothing about the others
        own = np.random.default_rng([seed, 2, *name.encode()])
        some = _candidates(x, given if METHODS[name].takes_unknown else x, name, ks, params=params, rng=own)
        for candidate, width in zip(some, silhouettes(x[shown], [c.labels[shown] for c in some]), strict=True):
            candidate.row["silhouette"] = _round(width)
        distinct.append(_compare(some, draws, np.random.default_rng([seed, 3, *name.encode()])))
        found += some
    _judge(found, np.hstack(distinct), params)
    return found


def _candidates(
    x: np.ndarray, given: np.ndarray, name: str, ks: list[int], *, params: ClusterParams, rng: np.random.Generator
) -> list[Candidate]:
    """Fit a method for each k, and again on resamples of the customers."""
    method = METHODS[name]
    models = method.fit(_some(given, method.max_rows, rng), ks, N_STARTS, rng)
    labels = {k: method.predict(given, model) for k, model in models.items()}
    judged = np.sort(rng.permutation(len(x))[: params.silhouette_rows])  # customers whom resamples are compared on
    agreed: dict[int, list[float]] = {k: [] for k in models}
    hennig: dict[int, list[np.ndarray]] = {k: [] for k in models}
    within: dict[int, list[np.ndarray]] = {k: [] for k in models}
    for _ in range(params.n_bootstrap):
        drawn = rng.integers(len(judged), size=len(judged))
        rows = given[judged]
        again = method.fit(_some(rows[drawn], method.max_rows, rng), list(models), N_STARTS_AGAIN, rng)
        kept = np.unique(drawn)
        for k in models:
            if k not in again:  # what a resample does not find does not come back
                agreed[k].append(0.0)
                hennig[k].append(np.zeros(k))
                within[k].append(np.zeros(k))
                continue
            before, now = labels[k][judged], method.predict(rows, again[k])
            agreed[k].append(float(adjusted_rand_score(before[kept], now[kept])))
            hennig[k].append(jaccards(before[kept], now[kept], k))
            within[k].append(jaccards(before, now, k))
    out = []
    for k, model in models.items():
        jaccard, slsw = np.mean(hennig[k], axis=0), np.median(within[k], axis=0)
        slsa = all_across_solutions(labels[k], k, labels[k - 1]) if k - 1 in labels else np.full(k, np.nan)
        overlap, bic = overlap_and_bic(x, labels[k], k)
        many = 1 < len(np.unique(labels[k])) < len(x)
        row = {
            "method": name,
            "k": k,
            "overlap": _round(overlap),
            "bic": _round(bic),
            "calinski_harabasz": _round(calinski_harabasz_score(x, labels[k])) if many else 0.0,
            "mean_ari": _round(float(np.mean(agreed[k]))),
            "min_jaccard": _round(jaccard.min()),
            "mean_jaccard": _round(jaccard.mean()),
            "min_slsw": _round(slsw.min()),
            "min_slsa": None if np.isnan(slsa).all() else _round(np.nanmin(slsa)),
            "min_share": _round(np.bincount(labels[k], minlength=k).min() / len(x)),
        }
        out.append(Candidate(name, model, labels[k], jaccard, slsw, slsa, row))
    return sorted(out, key=lambda candidate: candidate.row["k"])


def _compare(some: list[Candidate], draws: list[np.ndarray], rng: np.random.Generator) -> np.ndarray:
    """Add to each row what the same method finds among customers without segments.

    Returns
    -------
    ndarray of shape (n_draws, len(some))
        Silhouette minus overlap of each draw's clusters; NaN where the method found none, as it should.
    """
    ks = [candidate.row["k"] for candidate in some]
    overlaps, widths = (np.full((len(draws), len(ks)), np.nan) for _ in range(2))
    for place, draw in enumerate(draws if ks else []):
        method = METHODS[some[0].method]
        models = method.fit(_some(draw, method.max_rows, rng), ks, N_STARTS_AGAIN, rng)
        labels = {k: method.predict(draw, model) for k, model in models.items()}
        shown = dict(zip(labels, silhouettes(draw, list(labels.values())), strict=True))
        for column, k in enumerate(ks):
            if k in labels:
                overlaps[place, column] = overlap_and_bic(draw, labels[k], k)[0]
                widths[place, column] = shown[k]
    for column, candidate in enumerate(some):
        known = np.isfinite(overlaps[:, column])
        row = candidate.row
        # where the method finds no such clusters without segments there is nothing to compare, so nothing is gained
        row["null_silhouette"] = _round(widths[known, column].mean()) if known.any() else row["silhouette"]
        row["null_overlap"] = _round(overlaps[known, column].mean()) if known.any() else row["overlap"]
        row["gain"] = _round(row["silhouette"] - row["null_silhouette"] + row["null_overlap"] - row["overlap"])
    distinct: np.ndarray = widths - overlaps
    return distinct


def _judge(found: list[Candidate], distinct: np.ndarray, params: ClusterParams) -> None:
    """Add to each row the gain that chance may bring, and whether the candidate is stable, substantial and beyond it.

    Candidates are many, and the best of many looks good by chance. So each draw without segments is looked through for
    its best candidate, in standard deviations of that candidate's gain. Such maxima follow Gumbel's distribution
    (1958, "Statistics of Extremes"): what 99 in 100 draws would stay below is needed.
    """
    spread = np.array([_spread(column) for column in distinct.T])
    expected = np.array([_mean(column) for column in distinct.T])
    best = np.nan_to_num((distinct - expected) / spread).max(axis=1, initial=0.0)
    needed = max(float(best.mean() + GUMBEL_99 * best.std()), float(best.max()))
    for candidate, width in zip(found, spread, strict=True):
        row = candidate.row
        row["gain_needed"] = _round(needed * width)
        row["is_stable"] = row["min_jaccard"] >= params.min_stability
        row["is_substantial"] = row["min_share"] >= params.min_share
        row["beats_null"] = row["gain"] > row["gain_needed"]


def _mean(values: np.ndarray) -> float:
    known = values[np.isfinite(values)]
    return float(known.mean()) if len(known) else 0.0


def _spread(values: np.ndarray) -> float:
    known = values[np.isfinite(values)]
    return max(float(known.std()), LEAST_SPREAD) if len(known) else LEAST_SPREAD


def _some(x: np.ndarray, n_rows: int, rng: np.random.Generator) -> np.ndarray:
    """Return at most `n_rows` rows, drawn at random where there are more."""
    return x if len(x) <= n_rows else x[np.sort(rng.choice(len(x), n_rows, replace=False))]


def _round(value: float) -> float:
    return round(float(value), DECIMALS)
