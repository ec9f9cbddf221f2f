"""Percentile ranks: the share of buyers who are worse, plus half of those who are equal, in percent."""

import numpy as np

N_KNOTS = 101  # ranks are kept at whole percentiles; between them they are interpolated


def percentile_ranks(values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return distinct values and their percentile ranks, thinned to `N_KNOTS` where there are more.

    Parameters
    ----------
    values : ndarray of shape (n,)
        Known values, in any order.

    Returns
    -------
    values, ranks : ndarray of shape (m,)
        Both rising, m <= N_KNOTS; a rank is 100 × (share below + half the share equal).
    """
    distinct, counts = np.unique(values, return_counts=True)
    ranks = 100 * (2 * np.cumsum(counts) - counts) / (2 * len(values))
    if len(distinct) > N_KNOTS:
        nearest = np.searchsorted(ranks, np.linspace(ranks[0], ranks[-1], N_KNOTS))
        kept = np.unique(nearest.clip(0, len(distinct) - 1))
        distinct, ranks = distinct[kept], ranks[kept]
    return distinct, ranks
