"""What speaks for each method and number of clusters: a table of evidence.

Three questions are asked of every candidate. Do the clusters come back when customers are resampled (Hennig 2007;
Dolnicar & Leisch 2017, see `stability.py`)? Is each large enough to be worth an action? Are customers sparse between
all of them (`separation.py`), clearly more so than between clusters found in the same way where nothing but each
feature's own shape and pairwise correlation could bring it about (`null.py`)? The first half of the last question
denies a continuum of any shape, the second what features show by themselves. Many customers at one value of a feature
(a spike of zeros, a choice among few) are sparse around it for that reason alone: where there are such features, any
two clusters must also differ in one of the others. And among the others correlation is no explanation but the thing
itself, so clusters that are separated in them need only be so more than where features have nothing to do with one
another. Or any two clusters differ in a second feature besides, far more than those without segments (`joint.py`): a
small group shows in single features too.
Among equals, the gain chooses: by how much the silhouette is above, and the overlap below, what it would be without
segments. The overlap is that of the clusters described as normal distributions (`normal.py`), so all methods are judged
in one currency. Calinski-Harabasz and BIC stand beside them and choose nothing: BIC goes on falling while clusters take
up what is merely not normal in the features. How often the verdict errs is in docs/segment_evidence.md.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from importlib import import_module
from typing import Any

import numpy as np
from threadpoolctl import threadpool_limits

from crmwb.params import ClusterParams
from crmwb.processes import side_by_side
from crmwb.progress import track
from crmwb.segmentation.clusters import null, separation
from crmwb.segmentation.clusters.joint import n_differing, second_difference
from crmwb.segmentation.clusters.methods import METHODS, Model
from crmwb.segmentation.clusters.nearest import means
from crmwb.segmentation.clusters.normal import overlap_and_bic
from crmwb.segmentation.clusters.separation import least_separation
from crmwb.segmentation.clusters.silhouette import silhouettes
from crmwb.segmentation.clusters.stability import all_across_solutions, jaccards

N_STARTS = 5
N_STARTS_AGAIN = 2  # for resamples and customers without segments
LEAST_ROWS = 2_000  # of fewer, evidence takes little more time than a process takes to start
NULL_ROWS = 2_000  # more rows sharpen the null without moving it; fewer make it fit noise, which errs to the safe side
DECIMALS = 6
LEAST_SEPARATION = 0.25  # of every cluster: chance brings up to 0.1 to a continuum, and 0.2 to a thin curve
BEYOND_NULL = 0.05  # more than the greatest separation among the draws without segments
N_INDEPENDENT = 10  # draws of features that have nothing to do with one another
LEAST_DIFFERENCE = 1.0  # standard deviations within clusters
BEYOND_SECOND = 0.25  # likewise: more than the greatest second difference among the draws without segments
SEVERAL = 2  # features that clusters differ in: what one shows by itself, such as prices, is no segment
SPIKE = 0.1  # of customers with the same value make a feature a spike or a choice, by which nobody is told apart alone


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
    n_at_once: int | None = 1,
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
    n_at_once : int, optional
        How many methods at a time, of samples of `LEAST_ROWS` and more; as many as there are processors where None. It
        changes nothing about the evidence.

    Returns
    -------
    list of Candidate
        By method, then k, of those that the method found. A row holds method, k, silhouette, null_silhouette,
        calinski_harabasz, bic, overlap, null_overlap (means over draws; nats), gain (of both), separation (the least of
        any cluster), null_separation (mean over draws; None where nothing hangs on it), separation_needed, mean_ari,
        min_jaccard, mean_jaccard, min_slsw, min_slsa, min_share, is_stable, is_substantial, is_separated.
    """
    ks = list(range(params.k_min, k_max + 1))
    rng = np.random.default_rng([seed, 1])
    draws = [null.draw(x, blocks, min(len(x), NULL_ROWS), rng) for _ in range(params.n_bootstrap)]
    shown = np.sort(rng.permutation(len(x))[: params.silhouette_rows])
    joined = np.sort(rng.permutation(len(x))[: separation.ROWS])
    of_method = partial(
        _of_method, x=x, given=given, ks=ks, draws=draws, shown=shown, joined=joined, params=params, seed=seed
    )
    methods = params.methods
    ended = side_by_side(of_method, methods, n_at_once if len(x) >= LEAST_ROWS else 1)
    by_place = dict(track(ended, "evidence by method", total=len(methods)))
    candidates = [candidate for place in range(len(methods)) for candidate in by_place[place]]
    _judge_separation(candidates, x, joined, blocks, draws=draws, seed=seed)
    return candidates


def _of_method(
    name: str,
    *,
    x: np.ndarray,
    given: np.ndarray,
    ks: list[int],
    draws: list[np.ndarray],
    shown: np.ndarray,
    joined: np.ndarray,
    params: ClusterParams,
    seed: int,
) -> list[Candidate]:
    """Return the candidates of one method; arguments as in `gather`, which draws the rows `shown` and `joined`."""
    import_module("sklearn.cluster")  # threads can be limited only of what is loaded; slow, so not on top

    with threadpool_limits(1):
        # a method's chance is its own, so that one more method changes nothing about the others
        own = np.random.default_rng([seed, 2, *name.encode()])
        some = _candidates(x, given if METHODS[name].takes_unknown else x, name, ks, params=params, rng=own)
        for candidate, width in zip(some, silhouettes(x[shown], [c.labels[shown] for c in some]), strict=True):
            candidate.row["silhouette"] = _round(width)
        for candidate in some:
            row = candidate.row
            row["separation"] = _round(least_separation(x[joined], candidate.labels[joined]))
            row["is_stable"] = row["min_jaccard"] >= params.min_stability
            row["is_substantial"] = row["min_share"] >= params.min_share
        _compare(some, draws, np.random.default_rng([seed, 3, *name.encode()]))
    return some


def _candidates(
    x: np.ndarray, given: np.ndarray, name: str, ks: list[int], *, params: ClusterParams, rng: np.random.Generator
) -> list[Candidate]:
    """Fit a method for each k, and again on resamples of the customers."""
    from sklearn.metrics import adjusted_rand_score, calinski_harabasz_score  # slow to import

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


def _compare(some: list[Candidate], draws: list[np.ndarray], rng: np.random.Generator) -> None:
    """Add to each row what the same method finds among customers without segments."""
    ks = [candidate.row["k"] for candidate in some]
    overlaps, widths, apart = (np.full((len(draws), len(ks)), np.nan) for _ in range(3))
    for place, draw in enumerate(draws if ks else []):
        method = METHODS[some[0].method]
        models = method.fit(_some(draw, method.max_rows, rng), ks, N_STARTS_AGAIN, rng)
        labels = {k: method.predict(draw, model) for k, model in models.items()}
        shown = dict(zip(labels, silhouettes(draw, list(labels.values())), strict=True))
        for column, candidate in enumerate(some):
            own = labels.get(ks[column])
            if own is not None:
                overlaps[place, column] = overlap_and_bic(draw, own, ks[column])[0]
                widths[place, column] = shown[ks[column]]
                if _may_be_separated(candidate):  # the order of a draw is chance, so its first rows are a sample
                    apart[place, column] = least_separation(draw[: separation.ROWS], own[: separation.ROWS])
    for column, candidate in enumerate(some):
        known = np.isfinite(overlaps[:, column])
        row = candidate.row
        # where the method finds no such clusters without segments there is nothing to compare, so nothing is gained
        row["null_silhouette"] = _round(widths[known, column].mean()) if known.any() else row["silhouette"]
        row["null_overlap"] = _round(overlaps[known, column].mean()) if known.any() else row["overlap"]
        row["gain"] = _round(row["silhouette"] - row["null_silhouette"] + row["null_overlap"] - row["overlap"])
        beyond = apart[np.isfinite(apart[:, column]), column]
        row["null_separation"] = _round(beyond.mean()) if len(beyond) else None
        needed = float(beyond.max()) + BEYOND_NULL if len(beyond) else LEAST_SEPARATION
        row["separation_needed"] = _round(max(needed, LEAST_SEPARATION))


def _may_be_separated(candidate: Candidate) -> bool:
    """Say whether a candidate hangs on the comparisons of its separation: they take time."""
    row = candidate.row
    return bool(row["is_stable"] and row["is_substantial"] and row["separation"] >= LEAST_SEPARATION)


def _judge_separation(
    candidates: list[Candidate],
    x: np.ndarray,
    joined: np.ndarray,
    blocks: Sequence[Sequence[int]],
    *,
    draws: list[np.ndarray],
    seed: int,
) -> None:
    """Say of each candidate whether it is separated; see the module's text.

    What takes another tree or draw is looked at only where a candidate that is stable and large enough hangs on it.
    """
    for candidate in candidates:
        candidate.row["is_separated"] = False
    plain = [list(block) for block in blocks if not _is_spike(x[:, list(block)])]
    columns = [column for block in plain for column in block]
    without_spikes, rows = x[:, columns], x[joined]
    for candidate in candidates:
        row = candidate.row
        if not _may_be_separated(candidate) or (plain and not _all_differ(without_spikes, candidate.labels)):
            continue
        if n_differing(x, candidate.labels, blocks, LEAST_DIFFERENCE) < SEVERAL:
            continue
        row["is_separated"] = row["separation"] >= row["separation_needed"]
        if not row["is_separated"] and len(plain) > 1:
            own = least_separation(rows[:, columns], candidate.labels[joined])
            needed = _by_own_shapes(candidate, rows, plain, seed) + BEYOND_NULL
            row["is_separated"] = own >= max(needed, LEAST_SEPARATION)
        if not row["is_separated"] and len(plain) > 1:
            row["is_separated"] = _in_several_ways(candidate, rows, joined, plain, draws=draws, seed=seed)


def _all_differ(x: np.ndarray, labels: np.ndarray) -> bool:
    """Say whether the means of any two clusters differ in some feature, by its standard deviation within clusters."""
    k = int(labels.max()) + 1
    own = means(x, labels, k)
    spread = np.maximum((x - own[labels]).std(axis=0), 1e-9)
    away = (np.abs(own[:, None] - own[None]) / spread).max(axis=2)
    return bool(away[np.triu_indices(k, 1)].min() >= LEAST_DIFFERENCE)


def _by_own_shapes(candidate: Candidate, x: np.ndarray, plain: list[list[int]], seed: int) -> float:
    """Return the greatest separation that the same method finds where features have nothing to do with one another."""
    rng = np.random.default_rng([seed, 4, candidate.row["k"], *candidate.method.encode()])
    method, k = METHODS[candidate.method], candidate.row["k"]
    greatest = 0.0
    for _ in range(N_INDEPENDENT):
        draw = np.column_stack([x[rng.permutation(len(x))][:, block] for block in plain])
        models = method.fit(_some(draw, method.max_rows, rng), [k], N_STARTS_AGAIN, rng)
        if k in models:
            greatest = max(greatest, least_separation(draw, method.predict(draw, models[k])))
    return greatest


def _in_several_ways(
    candidate: Candidate,
    x: np.ndarray,
    joined: np.ndarray,
    plain: list[list[int]],
    *,
    draws: list[np.ndarray],
    seed: int,
) -> bool:
    """Say whether clusters differ in a second feature besides, by more than among all draws without segments."""
    columns = [column for block in plain for column in block]
    own = second_difference(x, candidate.labels[joined], plain)
    apart = least_separation(x[:, columns], candidate.labels[joined])
    if own < LEAST_DIFFERENCE or apart < LEAST_SEPARATION:
        return False
    method, k = METHODS[candidate.method], candidate.row["k"]
    rng = np.random.default_rng([seed, 6, k, *candidate.method.encode()])
    for draw in draws:
        models = method.fit(_some(draw, method.max_rows, rng), [k], N_STARTS_AGAIN, rng)
        if k in models and second_difference(draw, method.predict(draw, models[k]), plain) + BEYOND_SECOND > own:
            return False
    return True


def _is_spike(block: np.ndarray) -> bool:
    """Say whether many customers share one value of a feature (NaN-free, of shape (n, columns of the feature))."""
    return bool(np.unique(block, axis=0, return_counts=True)[1].max() > SPIKE * len(block))


def _some(x: np.ndarray, n_rows: int, rng: np.random.Generator) -> np.ndarray:
    """Return at most `n_rows` rows, drawn at random where there are more."""
    return x if len(x) <= n_rows else x[np.sort(rng.choice(len(x), n_rows, replace=False))]


def _round(value: float) -> float:
    return round(float(value), DECIMALS)
