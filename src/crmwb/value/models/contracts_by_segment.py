"""Renewals of contracts by segment: each segment its own shifted-beta-geometric, and whether that is needed.

With the segment as covariate, letting alpha and beta depend on it in whatever way is the same as fitting each segment
alone: exact, and as mergeable as the counts. The likelihood-ratio test against one model for all says whether the
segments differ at all.
"""

from collections.abc import Mapping
from typing import Self

from sklearn.base import BaseEstimator

from crmwb.errors import CrmwbError
from crmwb.findings import Count, Finding, Listing, Name, Term
from crmwb.value.models.base import Status, Verdict
from crmwb.value.models.contracts import ContractSummary
from crmwb.value.models.likelihood_ratio import LikelihoodRatio, likelihood_ratio
from crmwb.value.models.shifted_beta_geometric import ShiftedBetaGeometric

LEVEL = 0.05  # of the test, below which segments count as different


class ContractsBySegment(BaseEstimator):  # type: ignore[misc]  # scikit-learn ships no types
    """One shifted-beta-geometric for each segment.

    Parameters
    ----------
    tol : float, default=1e-9
        Stop when the gradient of the mean log-likelihood is below this.

    Attributes
    ----------
    segments_ : dict of str to ShiftedBetaGeometric
        By segment, in the order of their names.
    pooled_ : ShiftedBetaGeometric
        Fitted on all customers as one.
    test_ : LikelihoodRatio or None
        Pooled against by segment, over the segments that could be fitted; None where these are not two.
    parameters_ : dict of str to float
        "segment.alpha" and "segment.beta" of the segments tested.
    log_likelihood_ : float
        Of the customers of these segments, each segment with its own parameters.
    n_customers_ : int
        Customers of these segments.
    data_sha256_ : str or None
        Tells the customers of these segments, as one, from any others.
    verdict_ : Verdict
        `ok`, or which segments have a fit that is not.

    Examples
    --------
    The two segments of Fader & Hardie (2007), which renew differently:

    >>> from crmwb.value.models import ContractsBySegment, ContractSummary
    >>> high_end = ContractSummary.of_survivors([1000, 869, 743, 653, 593, 551, 517, 491])
    >>> regular = ContractSummary.of_survivors([1000, 631, 468, 382, 326, 289, 262, 241])
    >>> model = ContractsBySegment().fit({"high_end": high_end, "regular": regular})
    >>> model.segments_differ_
    True
    >>> round(model.model_of("regular").discounted_lifetime_of_new(annual_rate=0.1), 2)
    3.69
    """

    name = "sbg_by_segment"

    def __init__(self, tol: float = 1e-9) -> None:
        self.tol = tol

    def fit(self, summaries: Mapping[str, ContractSummary]) -> Self:
        """Fit on each segment's counts of distinct contract histories.

        Raises
        ------
        CrmwbError
            There are no segments.
        """
        if not summaries:
            raise CrmwbError("contracts by segment: there is no segment; fit a ShiftedBetaGeometric instead.")
        names = sorted(summaries)
        segments = {name: ShiftedBetaGeometric(self.tol).fit(summaries[name]) for name in names}
        tested = [name for name in names if segments[name].parameters_]
        pooled = self._pooled(summaries, names)
        special_case = pooled if tested == names or not tested else self._pooled(summaries, tested)
        self._set(segments, pooled, special_case.data_sha256_)
        self.test_ = likelihood_ratio(special_case, self) if len(tested) > 1 else None
        return self

    def restore(
        self,
        segments: dict[str, ShiftedBetaGeometric],
        pooled: ShiftedBetaGeometric,
        test: LikelihoodRatio | None,
        data_sha256: str | None,
    ) -> Self:
        """Take on what an earlier fit learned; arguments as the attributes of the same names."""
        self._set(segments, pooled, data_sha256)
        self.test_ = test
        return self

    def _set(
        self, segments: dict[str, ShiftedBetaGeometric], pooled: ShiftedBetaGeometric, data_sha256: str | None
    ) -> None:
        fitted = {name: model for name, model in segments.items() if model.parameters_}
        self.segments_, self.pooled_ = segments, pooled
        self.parameters_ = {f"{s}.{name}": value for s, m in fitted.items() for name, value in m.parameters_.items()}
        self.log_likelihood_ = sum(model.log_likelihood_ for model in fitted.values())
        self.data_sha256_ = data_sha256
        self.n_customers_ = sum(model.n_customers_ for model in fitted.values())
        bad = {name: model.verdict_ for name, model in segments.items() if not model.verdict_.is_ok}
        n = Count(len(segments), "segment")
        self.verdict_ = Verdict(Status.OK, Finding("models.fit.segments_ok", {"n": n}))
        if bad:
            which = Listing(tuple(_of_segment(name, verdict) for name, verdict in bad.items()))
            why = Finding("models.fit.segments", {"bad": Count(len(bad)), "n": n, "which": which})
            self.verdict_ = Verdict(next(iter(bad.values())).status, why)

    def _pooled(self, summaries: Mapping[str, ContractSummary], names: list[str]) -> ShiftedBetaGeometric:
        first, *others = (summaries[name] for name in names)
        return ShiftedBetaGeometric(self.tol).fit(first.merge(*others))

    @property
    def segments_differ_(self) -> bool:
        """Whether chance alone would hardly (in fewer than 1 of 20 cases) make segments so different."""
        return self.test_ is not None and self.test_.p_value < LEVEL

    def model_of(self, segment: str) -> ShiftedBetaGeometric:
        """Return the model to forecast a segment with: its own where it has a usable one, else the pooled one.

        Segments that do not differ, and segments not seen before, get the pooled one too.
        """
        own = self.segments_.get(segment)
        return own if own is not None and own.verdict_.is_usable and self.segments_differ_ else self.pooled_


def _of_segment(name: str, verdict: Verdict) -> Finding:
    return Finding("models.fit.of_segment", {"segment": Name(name), "status": Term("fit_status", str(verdict.status))})
