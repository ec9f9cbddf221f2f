"""How stable a segment is over solutions with more and more segments."""

import numpy as np


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
