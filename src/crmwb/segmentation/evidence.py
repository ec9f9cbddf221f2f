"""How many clusters, and whether there are any: a table of evidence by k, and the verdict read from it.

Three questions are asked of every k. Do the clusters come back when customers are resampled (bootstrap Jaccard,
Hennig 2007, "Cluster-wise assessment of cluster stability", Computational Statistics & Data Analysis 52)? Is each
large enough to be worth an action? Are customers closer within and further apart between than customers without
segments would be (silhouette, Rousseeuw 1987, against the null of `null.py`)? The answers give one of three verdicts
(after Dolnicar, Grün & Leisch 2018, "Market Segmentation Analysis"):

natural       stable, large enough and beyond the null: real segments
reproducible  stable and large enough, but customers fill the space between: a useful cut, not a discovery
constructive  not even that: a description only

Within the best verdict that any k reaches, the k with the largest gain of silhouette over the null is chosen, and the
smaller of equals. Silhouette alone would favour two clusters, because the null's silhouette falls with k as well.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from sklearn.metrics import adjusted_rand_score, calinski_harabasz_score, silhouette_score

from crmwb.params import ClusterParams
from crmwb.progress import track
from crmwb.segmentation import kmeans, null

N_INIT = 10
N_INIT_RESAMPLED = 3
NULL_ROWS = 2_000  # more rows sharpen the null without moving it; fewer make it fit noise, which errs to the safe side
DECIMALS = 6
SEPARATION = ((0.70, "strongly"), (0.50, "reasonably"), (0.25, "weakly"))


@dataclass(frozen=True)
class Candidate:
    """Clusters for one k: their centres, each one's mean bootstrap Jaccard, and a row of the table of evidence."""

    centres: np.ndarray
    jaccards: np.ndarray
    row: dict[str, Any]


def gather(x: np.ndarray, k_max: int, params: ClusterParams, seed: int) -> list[Candidate]:
    """Fit every k from params.k_min to `k_max` and gather the evidence for each.

    Parameters
    ----------
    x : ndarray of shape (n, n_columns)
        Prepared features of the sample, in an order that does not depend on how it was read.
    k_max : int
        At most the number of distinct rows of `x`, minus one.
    params : ClusterParams
        Sizes of samples, number of resamples (and of draws of the null), thresholds.
    seed : int
        Where all chance comes from.

    Returns
    -------
    list of Candidate
        By k. A row holds k, inertia, calinski_harabasz, bic, silhouette, null_silhouette (mean over draws), gain
        (their difference), gain_needed (the largest gain of any draw of the null at any k, so that no k is helped by
        there being many), min_jaccard, mean_jaccard, mean_ari, min_share, and is_stable, is_substantial, beats_null.
    """
    ks = range(params.k_min, k_max + 1)
    rng = np.random.default_rng([seed, 1])
    draws = [null.draw(x, min(len(x), NULL_ROWS), rng) for _ in range(params.n_bootstrap)]
    shown = np.sort(rng.permutation(len(x))[: params.silhouette_rows])
    found, nulls = [], []
    for k in track(ks, "evidence by number of clusters", total=len(ks)):
        found.append(_candidate(x, k, shown, params, np.random.default_rng([seed, 2, k])))
        rng = np.random.default_rng([seed, 3, k])
        fits = [kmeans.nearest(d, kmeans.centres(d, k, N_INIT_RESAMPLED, rng)) for d in draws]
        nulls.append([silhouette(d, labels) for d, labels in zip(draws, fits, strict=True)])
    expected = np.mean(nulls, axis=1)
    gain_needed = float((np.array(nulls) - expected[:, None]).max())
    for candidate, mean in zip(found, expected, strict=True):
        row = candidate.row
        gain = row["silhouette"] - float(mean)
        row |= {"null_silhouette": _round(mean), "gain": _round(gain), "gain_needed": _round(gain_needed)}
        row["is_stable"] = row["min_jaccard"] >= params.min_stability
        row["is_substantial"] = row["min_share"] >= params.min_share
        row["beats_null"] = row["gain"] > row["gain_needed"]
    return found


def choose(found: list[Candidate]) -> tuple[Candidate, str, str]:
    """Choose k and say what kind of segments these are.

    Parameters
    ----------
    found : list of Candidate
        At least one.

    Returns
    -------
    chosen : Candidate
        See the module's text for the rule.
    kind : str
        natural, reproducible or constructive.
    verdict : str
        One sentence for people.
    """
    usable = [c for c in found if c.row["is_stable"] and c.row["is_substantial"]]
    natural = [c for c in usable if c.row["beats_null"]]
    large = [c for c in found if c.row["is_substantial"]]
    kind = "natural" if natural else "reproducible" if usable else "constructive"
    chosen = max(natural or usable or large or found, key=lambda c: (c.row["gain"], -c.row["k"]))
    return chosen, kind, _verdict(kind, chosen.row, [c.row["k"] for c in found])


def silhouette(x: np.ndarray, labels: np.ndarray) -> float:
    """Return the mean silhouette; 0 where there is one cluster only, or each customer is its own."""
    if not 1 < len(np.unique(labels)) < len(x):
        return 0.0
    return float(silhouette_score(x, labels))


def jaccards(reference: np.ndarray, other: np.ndarray, k: int) -> np.ndarray:
    """Return, for each reference cluster, its Jaccard similarity to the most similar cluster of another clustering.

    Parameters
    ----------
    reference, other : int ndarray of shape (n,)
        Labels from 0 to k - 1 of the same customers.
    k : int
        Number of clusters.

    Returns
    -------
    ndarray of shape (k,)
        0 for a reference cluster that none of these customers is in.
    """
    both = np.zeros((k, k))
    np.add.at(both, (reference, other), 1)
    either = both.sum(axis=1)[:, None] + both.sum(axis=0)[None, :] - both
    similar = np.divide(both, either, out=np.zeros((k, k)), where=either > 0)
    best: np.ndarray = similar.max(axis=1)
    return best


def _candidate(x: np.ndarray, k: int, shown: np.ndarray, params: ClusterParams, rng: np.random.Generator) -> Candidate:
    centres = kmeans.centres(x, k, N_INIT, rng)
    labels = kmeans.nearest(x, centres)
    n_resampled = min(len(x), params.silhouette_rows)
    similar, agreed = [], []
    for _ in range(params.n_bootstrap):
        drawn = rng.integers(len(x), size=n_resampled)
        again = kmeans.nearest(x, kmeans.centres(x[drawn], k, N_INIT_RESAMPLED, rng))
        kept = np.unique(drawn)  # a cluster is judged by the customers that the resample saw, each once
        similar.append(jaccards(labels[kept], again[kept], k))
        agreed.append(adjusted_rand_score(labels[kept], again[kept]))
    stability = np.mean(similar, axis=0)
    inertia = float(((x - centres[labels]) ** 2).sum())
    many = 1 < len(np.unique(labels)) < len(x)
    row = {
        "k": k,
        "inertia": _round(inertia),
        "calinski_harabasz": _round(calinski_harabasz_score(x, labels)) if many else 0.0,
        "bic": _round(_bic(x, labels, inertia, k)),
        "silhouette": _round(silhouette(x[shown], labels[shown])),
        "min_jaccard": _round(stability.min()),
        "mean_jaccard": _round(stability.mean()),
        "mean_ari": _round(np.mean(agreed)),
        "min_share": _round(np.bincount(labels, minlength=k).min() / len(x)),
    }
    return Candidate(centres, stability, row)


def _bic(x: np.ndarray, labels: np.ndarray, inertia: float, k: int) -> float:
    """Return the BIC of K-means as a mixture of round clusters of one width (Pelleg & Moore 2000); less is better."""
    n, d = x.shape
    width = max(inertia / (d * max(n - k, 1)), 1e-12)
    sizes = np.bincount(labels, minlength=k)
    sizes = sizes[sizes > 0]
    likelihood = float((sizes * np.log(sizes / n)).sum()) - n * d / 2 * np.log(2 * np.pi * width) - d * (n - k) / 2
    return float(-2 * likelihood + (k * (d + 1)) * np.log(n))


def _round(value: float) -> float:
    return round(float(value), DECIMALS)


def _separation(silhouette: float) -> str:
    """Say how far apart clusters are, in the words of Kaufman & Rousseeuw (1990), "Finding Groups in Data"."""
    return next((word for least, word in SEPARATION if silhouette > least), "hardly")


def _verdict(kind: str, row: dict[str, Any], ks: list[int]) -> str:
    tried = f"{ks[0]} to {ks[-1]}" if len(ks) > 1 else f"{ks[0]}"
    against = f"silhouette {row['silhouette']:.2f} against {row['null_silhouette']:.2f} for customers without segments"
    if kind == "natural":
        return (
            f"{row['k']} real segments, {_separation(row['silhouette'])} separated: each comes back when customers are "
            f"resampled (Jaccard at least {row['min_jaccard']:.2f}), holds at least {row['min_share']:.0%} of them, "
            f"and stands further apart than chance would have it ({against})."
        )
    if kind == "reproducible":
        return (
            f"No real segments: {row['k']} groups come back when customers are resampled (Jaccard at least "
            f"{row['min_jaccard']:.2f}), but customers fill the space between them ({against}); "
            "they are a useful cut through a continuum, not a discovery."
        )
    return (
        f"No real segments: no number of groups from {tried} is both stable and large enough; the {row['k']} shown "
        f"(Jaccard at least {row['min_jaccard']:.2f}, smallest {row['min_share']:.0%}) only describe."
    )
