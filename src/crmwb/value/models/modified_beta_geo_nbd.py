"""MBG/NBD: as the BG/NBD, but customers may stop after their first purchase too.

Batislam, Denizel & Filiztekin (2007), "Empirical validation and comparison of models for customer base analysis",
International Journal of Research in Marketing 24(3); also Hoppe & Wagner (2007), the CBG/NBD. `beta_geometric` has the
likelihood, and all else that this model shares with the BG/NBD.
"""

from crmwb.value.models.beta_geometric import BetaGeometric


class ModifiedBetaGeoNBD(BetaGeometric):
    """MBG/NBD purchases (Batislam, Denizel & Filiztekin 2007).

    A new customer is gone at once with probability a / (a + b), so who never came back may be gone.

    Parameters
    ----------
    tol : float, default=1e-9
        Stop when the gradient of the mean log-likelihood is below this.

    Attributes
    ----------
    r_, alpha_, a_, b_ : float
        Maximum-likelihood estimates; alpha_ in days.
    covariance_ : ndarray of shape (4, 4)
        Of the log parameters, from the observed information.
    verdict_ : Verdict
        `ok`, or what is wrong with the fit (degenerate, flat, not converged, too little data).

    Examples
    --------
    Unlike in the BG/NBD, some of those who never came back have left:

    >>> import numpy as np
    >>> from crmwb.value.models import ModifiedBetaGeoNBD, PurchaseSummary
    >>> histories = np.array([[0, 0], [1, 20], [1, 300], [2, 100], [3, 340], [8, 350]])  # frequency, recency_days
    >>> summary = PurchaseSummary.of(*np.repeat(histories, [60, 10, 12, 8, 8, 4], axis=0).T, np.full(102, 365))
    >>> model = ModifiedBetaGeoNBD().fit(summary)
    >>> model.verdict_.status.value
    'ok'
    >>> model.p_alive(summary).round(2).tolist()
    [0.31, 0.25, 0.7, 0.35, 0.83, 0.91]
    >>> model.p_at_least(summary, 1, 90).round(2).tolist()
    [0.04, 0.07, 0.19, 0.13, 0.39, 0.7]
    """

    name = "mbg_nbd"
    first_chances = 1
