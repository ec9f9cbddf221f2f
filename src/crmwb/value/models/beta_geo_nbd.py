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

    Examples
    --------
    102 customers over a year: who came back early and not since is hardly a customer any more.

    >>> import numpy as np
    >>> from crmwb.value.models import BetaGeoNBD, PurchaseSummary
    >>> histories = np.array([[0, 0], [1, 20], [1, 300], [2, 100], [3, 340], [8, 350]])  # frequency, recency_days
    >>> summary = PurchaseSummary.of(*np.repeat(histories, [60, 10, 12, 8, 8, 4], axis=0).T, np.full(102, 365))
    >>> model = BetaGeoNBD().fit(summary)
    >>> model.verdict_.status.value
    'ok'
    >>> model.p_alive(summary).round(2).tolist()
    [1.0, 0.27, 0.68, 0.42, 0.88, 0.95]
    >>> model.expected_purchases(summary, 90).round(2).tolist()
    [0.06, 0.07, 0.17, 0.19, 0.57, 1.54]
    """

    name = "bg_nbd"
    first_chances = 0
