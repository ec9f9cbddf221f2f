"""Models of purchases with a posterior in place of one estimate: PyMC-Marketing behind the interface of this package.

It needs the extra `bayes`. PyMC-Marketing samples; forecasts are those of our own model, averaged over draws.

Time is handed over in units of the customers' mean age, and priors are set in that unit around where the climb to the
maximum likelihood starts too, so that the posterior does not depend on the unit of the data (PyMC-Marketing's default
priors do). Each parameter's prior is log-normal with sigma 1.5: nineteen times more or less than its middle is still
within 95%, so from some hundred customers on the data decide.
"""

import logging
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Self

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator

from crmwb.errors import CrmwbError
from crmwb.findings import Count, Finding, Name, Number
from crmwb.value.models.base import Status, Verdict
from crmwb.value.models.beta_geo_nbd import BetaGeoNBD
from crmwb.value.models.modified_beta_geo_nbd import ModifiedBetaGeoNBD
from crmwb.value.models.pareto_nbd import ParetoNBD
from crmwb.value.models.purchase_model import PurchaseModel
from crmwb.value.models.summary import PurchaseSummary

PRIOR_SIGMA = 1.5  # of each log parameter
N_AVERAGED = 200  # draws that forecasts are averaged over
MAX_RHAT = 1.01  # Vehtari et al. (2021), "Rank-Normalization, Folding, and Localization", Bayesian Analysis 16(2)
MIN_EFFECTIVE = 400
SAMPLERS: dict[
    type[PurchaseModel], tuple[str, str, int]
] = {  # model: PyMC-Marketing's name, its sampler, steps for each draw kept
    BetaGeoNBD: ("BetaGeoModel", "mcmc", 1),
    ModifiedBetaGeoNBD: ("ModifiedBetaGeoModel", "mcmc", 1),
    ParetoNBD: ("ParetoNBDModel", "demz", 20),  # its gradient is slow, so without one
}


class BayesianPurchases(BaseEstimator):  # type: ignore[misc]  # scikit-learn ships no types
    """The posterior of a model of purchases, asked as the model itself is.

    Parameters
    ----------
    kind : type, default=BetaGeoNBD
        The model: BetaGeoNBD, ModifiedBetaGeoNBD or ParetoNBD.
    n_draws, n_tune, n_chains : int
        Draws kept and thrown away in each chain, and chains.
    seed : int, default=0
        Of the sampler: the same data and seed give the same draws.

    Attributes
    ----------
    draws_ : ndarray of shape (n_chains * n_draws, k)
        Of the model's parameters, in the data's unit.
    parameters_, standard_errors_ : dict of str to float
        Posterior means and standard deviations.
    log_likelihood_ : float
        At the posterior means.
    n_customers_ : int
        How many customers were fitted.
    verdict_ : Verdict
        `ok`, not converged (by R-hat and effective sample size), or too little data.

    Examples
    --------
    With the extra `bayes`, `BayesianPurchases().fit(summary).p_alive(summary)` averages over the posterior of a BG/NBD.

    >>> import numpy as np
    >>> from crmwb.value.models import NBD, BayesianPurchases, PurchaseSummary
    >>> summary = PurchaseSummary.of(np.array([0, 2]), np.array([0, 90]), np.array([365, 365]))
    >>> BayesianPurchases(kind=NBD).fit(summary)
    Traceback (most recent call last):
        ...
    crmwb.errors.CrmwbError: there is no posterior of NBD; there are those of BetaGeoNBD, ModifiedBetaGeoNBD, ParetoNBD.
    """

    def __init__(
        self,
        kind: type[PurchaseModel] = BetaGeoNBD,
        n_draws: int = 1000,
        n_tune: int = 1000,
        n_chains: int = 4,
        seed: int = 0,
    ) -> None:
        self.kind = kind
        self.n_draws = n_draws
        self.n_tune = n_tune
        self.n_chains = n_chains
        self.seed = seed

    def fit(self, summary: PurchaseSummary) -> Self:
        """Sample the posterior; PyMC-Marketing knows no counts, so time grows with customers, not with histories.

        Raises
        ------
        CrmwbError
            The extra is not installed, or the model is none of the three.
        """
        if self.kind not in SAMPLERS:
            known = ", ".join(kind.__name__ for kind in SAMPLERS)
            raise CrmwbError(f"there is no posterior of {self.kind.__name__}; there are those of {known}.")
        clv = _pymc_marketing()
        likeliest = self.kind().fit(summary)
        self.n_customers_, self.data_sha256_ = summary.total_customers, summary.sha256
        if likeliest.verdict_.status is Status.TOO_LITTLE_DATA:
            return self._give_up(likeliest.verdict_)
        unit = float((summary.age_days * summary.n_customers).sum() / summary.total_customers)
        chains = self._sample(clv, summary, unit)
        scales = [unit if name in self.kind.times else 1.0 for name in self.kind.parameter_names]
        self.draws_ = chains.reshape(-1, len(scales)) * scales
        self.parameters_ = self._by_name(self.draws_.mean(axis=0))
        self.standard_errors_ = self._by_name(self.draws_.std(axis=0, ddof=1))
        self.verdict_ = self._judge(chains)
        mean = self._model(self.draws_.mean(axis=0))
        self.log_likelihood_ = float((mean.log_likelihood(summary) * summary.n_customers).sum())
        return self

    def p_alive(self, summary: PurchaseSummary) -> np.ndarray:
        """Return the probability that a customer with each history is still one, over the posterior, shape (n,)."""
        return self._mean(lambda model: model.p_alive(summary))

    def expected_purchases(self, summary: PurchaseSummary, horizon_days: float) -> np.ndarray:
        """Return the purchases to expect in the next `horizon_days`, over the posterior, shape (n,)."""
        return self._mean(lambda model: model.expected_purchases(summary, horizon_days))

    def expected_purchases_of_new(self, days: float) -> float:
        """Return the repeat purchases to expect from a new customer in the first `days`, over the posterior."""
        return float(self._mean(lambda model: np.array([model.expected_purchases_of_new(days)]))[0])

    def summarised(self) -> Any:
        """Return a plain model with the posterior means, and their covariance in logs: to save, and for all else."""
        if not self.parameters_:
            raise CrmwbError(f"the posterior of {self.kind.name} is empty: {self.verdict_.status}; see verdict_.")
        covariance = np.cov(np.log(self.draws_), rowvar=False)
        plain = self.kind().restore(
            self.parameters_, covariance, self.log_likelihood_, self.n_customers_, self.verdict_
        )
        plain.data_sha256_ = self.data_sha256_
        return plain

    def _sample(self, clv: Any, summary: PurchaseSummary, unit: float) -> np.ndarray:
        """Return draws in units of the mean age, shape (chains, draws, k)."""
        from pymc_extras.prior import Prior

        name, method, steps = SAMPLERS[self.kind]
        rows = np.repeat(np.arange(len(summary)), summary.n_customers)
        customers = pd.DataFrame(
            {
                "customer_id": np.arange(len(rows)),
                "frequency": summary.frequency[rows],
                "recency": summary.recency_days[rows] / unit,
                "T": summary.age_days[rows] / unit,
            }
        )
        r, *others = self.kind.starts[0]
        middles = [r, r / customers["frequency"].mean(), *others]
        priors = {
            parameter: Prior("LogNormal", mu=float(np.log(middle)), sigma=PRIOR_SIGMA)
            for parameter, middle in zip(self.kind.parameter_names, middles, strict=True)
        }
        model = getattr(clv, name)(model_config=priors)
        with _quiet():
            model.fit(
                data=customers,
                method=method,
                draws=self.n_draws * steps,
                tune=self.n_tune * steps,
                chains=self.n_chains,
                cores=1,
                random_seed=self.seed,
                progressbar=False,
                compute_convergence_checks=False,
            )
        posterior = model.idata.posterior
        return np.stack([posterior[p].to_numpy()[:, ::steps] for p in self.kind.parameter_names], axis=-1)

    def _judge(self, chains: np.ndarray) -> Verdict:
        """Return whether the chains agree and are long enough."""
        import arviz

        with _quiet():
            by_parameter = arviz.convert_to_dataset(
                {name: chains[:, :, i] for i, name in enumerate(self.kind.parameter_names)}
            )
            rhat = float(arviz.rhat(by_parameter).to_array().max())
            effective = float(arviz.ess(by_parameter).to_array().min())
        seen = {"rhat": Name(f"{rhat:.3f}"), "effective": Count(effective)}
        if not (rhat <= MAX_RHAT and effective >= MIN_EFFECTIVE):
            needed = {"most": Number(MAX_RHAT), "least": Count(MIN_EFFECTIVE)}
            return Verdict(Status.NOT_CONVERGED, Finding("models.fit.chains_disagree", seen | needed))
        return Verdict(Status.OK, Finding("models.fit.chains_agree", seen))

    def _give_up(self, verdict: Verdict) -> Self:
        self.parameters_, self.standard_errors_, self.log_likelihood_, self.verdict_ = {}, {}, np.nan, verdict
        self.draws_ = np.zeros((0, len(self.kind.parameter_names)))
        return self

    def _by_name(self, values: np.ndarray) -> dict[str, float]:
        return dict(zip(self.kind.parameter_names, map(float, values), strict=True))

    def _model(self, parameters: np.ndarray) -> Any:
        k = len(parameters)
        return self.kind().restore(
            self._by_name(parameters), np.full((k, k), np.nan), np.nan, self.n_customers_, self.verdict_
        )

    def _mean(self, forecast: Callable[[Any], np.ndarray]) -> np.ndarray:
        """Return a forecast averaged over draws, one at a time."""
        if not self.parameters_:
            raise CrmwbError(f"the posterior of {self.kind.name} is empty: {self.verdict_.status}; see verdict_.")
        chosen = self.draws_[np.linspace(0, len(self.draws_) - 1, min(N_AVERAGED, len(self.draws_))).astype(int)]
        return np.asarray(sum(forecast(self._model(draw)) for draw in chosen) / len(chosen))


def _pymc_marketing() -> Any:
    """Return PyMC-Marketing's customer models; CrmwbError where they are not installed."""
    try:
        with _quiet():
            from pymc_marketing import clv
    except ImportError as error:
        raise CrmwbError(f"posteriors need PyMC-Marketing ({error}); install crmwb[bayes].") from None
    return clv


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep what PyMC and ArviZ say of themselves off the screen; the verdict says what matters."""
    log = logging.getLogger("pymc")
    level = log.level
    log.setLevel(logging.ERROR)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        log.setLevel(level)
