"""BG/NBD: customers buy at a constant rate of their own and may stop after any repeat purchase.

Fader, Hardie & Lee (2005), "Counting Your Customers" the Easy Way, Marketing Science 24(2). The likelihood is their
eq. 6; `beta_geometric` has it, and all else that this model shares with the MBG/NBD.
"""

from crmwb.value.models.beta_geometric import BetaGeometric


class BetaGeoNBD(BetaGeometric):
    """BG/NBD purchases (Fader, Hardie & Lee 2005).

    Nobody stops before their first repeat purchase, so who never came back is alive for certain.

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

    name = "bg_nbd"
    first_chances = 0
