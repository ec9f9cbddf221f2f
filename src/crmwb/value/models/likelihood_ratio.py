"""Whether a model with more parameters says more than a special case of it, or only follows chance.

Wilks (1938): twice the difference of the log-likelihoods is, where the special case is true, a χ² variable with as many
degrees of freedom as it has fewer parameters. Where the special case lies on the edge of what the larger model allows
(nobody ever stops: a = 0), the difference is that only half of the time, and one degree less the other half: Self &
Liang (1987), "Asymptotic Properties of Maximum Likelihood Estimators and Likelihood Ratio Tests under Nonstandard
Conditions", JASA 82.
"""

import math
from dataclasses import dataclass
from typing import Protocol

from scipy.stats import chi2

from crmwb.errors import CrmwbError

NESTED = {  # special case and larger model: how many parameters of the larger the special case puts on the edge
    ("nbd", "bg_nbd"): 1,
    ("nbd", "mbg_nbd"): 1,
    ("nbd", "pareto_nbd"): 1,
    ("sbg", "sbg_by_segment"): 0,
}
SLACK = 1e-6  # relative difference of log-likelihoods that rounding may make


class Fitted(Protocol):
    """What the test needs to know of a fitted model."""

    name: str
    parameters_: dict[str, float]
    log_likelihood_: float
    n_customers_: int
    data_sha256_: str | None


@dataclass(frozen=True)
class LikelihoodRatio:
    """How much more likely the data are in the larger model.

    Attributes
    ----------
    smaller, larger : str
        Names of the models.
    statistic : float
        Twice the difference of the log-likelihoods.
    degrees_of_freedom : int
        Parameters that the larger has more.
    p_value : float
        How often chance alone makes so large a difference where the smaller model is true.
    """

    smaller: str
    larger: str
    statistic: float
    degrees_of_freedom: int
    p_value: float


def likelihood_ratio(smaller: Fitted, larger: Fitted) -> LikelihoodRatio:
    """Test a special case against the model that it is a special case of.

    For the NBD within models whose customers stop, one more parameter (b or beta) has no meaning where nobody stops, so
    the p-value is approximate there, and too high: of 150 simulated panels of 800 customers who never stop, 2-3% come
    out below 0.05.

    Parameters
    ----------
    smaller, larger : fitted models
        A pair of `NESTED`, fitted on the same customers in the same unit of time.

    Raises
    ------
    CrmwbError
        The models are not nested, were not fitted on the same data, or one of them has no parameters.

    Examples
    --------
    Whether customers ever stop:

    >>> import numpy as np
    >>> from crmwb.value.models import NBD, ParetoNBD, PurchaseSummary, likelihood_ratio
    >>> histories = np.array([[0, 0], [1, 20], [1, 300], [2, 100], [3, 340], [8, 350]])  # frequency, recency_days
    >>> summary = PurchaseSummary.of(*np.repeat(histories, [60, 10, 12, 8, 8, 4], axis=0).T, np.full(102, 365))
    >>> test = likelihood_ratio(NBD().fit(summary), ParetoNBD().fit(summary))
    >>> round(test.statistic, 1), test.degrees_of_freedom, test.p_value < 0.01
    (8.3, 2, True)
    """
    pair = (smaller.name, larger.name)
    if pair not in NESTED:
        raise CrmwbError(
            f"{smaller.name} is no special case of {larger.name}, so their likelihood ratio says nothing; compare "
            "them by backtest."
        )
    for model in (smaller, larger):
        if not model.parameters_:
            raise CrmwbError(f"{model.name} has no parameters to test; its verdict says why.")
    if smaller.n_customers_ != larger.n_customers_:
        raise CrmwbError(
            f"{smaller.name} was fitted on {smaller.n_customers_:,} customers and {larger.name} on "
            f"{larger.n_customers_:,}; fit both on the same."
        )
    if smaller.data_sha256_ != larger.data_sha256_:
        raise CrmwbError(
            f"{smaller.name} and {larger.name} were fitted on other customers, or in other units; fit both on the same."
        )
    statistic = 2 * (larger.log_likelihood_ - smaller.log_likelihood_)
    if not statistic >= -SLACK * abs(smaller.log_likelihood_):
        raise CrmwbError(
            f"{larger.name} is less likely than its special case {smaller.name} ({larger.log_likelihood_:.3f} < "
            f"{smaller.log_likelihood_:.3f}), so its climb stopped too early; see its verdict."
        )
    statistic, freedom = max(statistic, 0.0), len(larger.parameters_) - len(smaller.parameters_)
    return LikelihoodRatio(*pair, statistic, freedom, _p_value(statistic, freedom, NESTED[pair]))


def _p_value(statistic: float, freedom: int, n_on_edge: int) -> float:
    """Return the tail of the mixture of χ² whose degrees of freedom miss as many as fall off the edge by chance."""
    mixture = [math.comb(n_on_edge, missed) / 2**n_on_edge for missed in range(n_on_edge + 1)]
    return float(sum(share * chi2.sf(statistic, freedom - missed) for missed, share in enumerate(mixture)))
