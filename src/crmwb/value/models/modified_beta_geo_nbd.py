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
    """

    name = "mbg_nbd"
    first_chances = 1
