"""How stable segments are: when customers are resampled, and over solutions with more and more segments."""

import numpy as np


def jaccards(reference: np.ndarray, other: np.ndarray, k: int) -> np.ndarray:
    """Return, for each reference cluster, its Jaccard similarity to the most similar cluster of another clustering.

    Its mean over resamples, among customers that a resample holds, is the cluster-wise stability of Hennig (2007),
    "Cluster-wise assessment of cluster stability", Computational Statistics & Data Analysis 52. Among all customers,
    it is the segment level stability within solutions (SLSw) of Dolnicar & Leisch (2017), "Using segment level
    stability to select target segments in data-driven market segmentation studies", Marketing Letters 28.

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
    both = np.bincount(reference * k + other, minlength=k * k).reshape(k, k).astype(float)
    either = both.sum(axis=1)[:, None] + both.sum(axis=0)[None, :] - both
    similar = np.divide(both, either, out=np.zeros((k, k)), where=either > 0)
    best: np.ndarray = similar.max(axis=1)
    return best


def across_solutions(origins: np.ndarray) -> float:
    """Return the segment level stability across solutions (SLSa) of one segment.

    1 - H(p) / ln(k), with H the entropy of p, the shares of the segment's customers that come from each segment of the
    solution with one segment fewer, and k how many segments they come from: 1 where all come from one, 0 where they
    come from several in equal parts. Dolnicar, Grün & Leisch (2018), "Market Segmentation Analysis", section 7.5.4.

    Parameters
    ----------
    origins : ndarray of shape (k_previous,)
        Customers of the segment by the segment of the previous solution that they come from; not all 0.

    Returns
    -------
    float
        From 0 (a mixture) to 1 (kept as it was).
    """
    some = np.asarray(origins, dtype=np.float64)
    some = some[some > 0]
    if len(some) == 1:
        return 1.0
    shares = some / some.sum()
    return float(1 + (shares * np.log(shares)).sum() / np.log(len(some)))


def all_across_solutions(labels: np.ndarray, k: int, before: np.ndarray) -> np.ndarray:
    """Return SLSa of each of k segments, given the solution with fewer of them; NaN for a segment without customers.

    Parameters
    ----------
    labels, before : int ndarray of shape (n,)
        Segments of the same customers, from 0.
    k : int
        Number of segments in `labels`.

    Returns
    -------
    ndarray of shape (k,)
        From 0 to 1.
    """
    origins = [np.bincount(before[labels == segment]) for segment in range(k)]
    return np.array([across_solutions(counts) if counts.sum() else np.nan for counts in origins])
