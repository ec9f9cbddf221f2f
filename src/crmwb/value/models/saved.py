"""A fitted model as readable JSON, and back."""

from dataclasses import asdict
from typing import Any

import numpy as np

from crmwb.errors import CrmwbError
from crmwb.findings import from_json, to_json
from crmwb.value.models.base import LikelihoodModel, Status, Verdict, as_saved, restored
from crmwb.value.models.beta_geo_beta_binomial import BetaGeoBetaBinomial
from crmwb.value.models.beta_geo_nbd import BetaGeoNBD
from crmwb.value.models.contracts_by_segment import ContractsBySegment
from crmwb.value.models.gamma_gamma import GammaGamma
from crmwb.value.models.likelihood_ratio import LikelihoodRatio
from crmwb.value.models.markov import MarkovChain
from crmwb.value.models.mbg_cnbd_k import ModifiedBetaGeoCNBDk
from crmwb.value.models.modified_beta_geo_nbd import ModifiedBetaGeoNBD
from crmwb.value.models.nbd import NBD
from crmwb.value.models.pareto_nbd import ParetoNBD
from crmwb.value.models.shifted_beta_geometric import ShiftedBetaGeometric

VERSION = 2  # of this form; raise it when an older file would be misread
MARKOV = "markov"

KINDS: dict[str, type[LikelihoodModel]] = {
    kind.name: kind
    for kind in (
        BetaGeoNBD,
        ModifiedBetaGeoNBD,
        ModifiedBetaGeoCNBDk,
        ParetoNBD,
        NBD,
        GammaGamma,
        BetaGeoBetaBinomial,
        ShiftedBetaGeometric,
    )
}


def save(model: LikelihoodModel | ContractsBySegment | MarkovChain, unit: str) -> dict[str, Any]:
    """Return a fitted model as what JSON holds.

    Parameters
    ----------
    model : LikelihoodModel, ContractsBySegment or MarkovChain
        A fitted model.
    unit : str
        The unit of the data that it was fitted on, such as "days".

    Examples
    --------
    >>> from crmwb.value.models import ContractSummary, ShiftedBetaGeometric, save
    >>> model = ShiftedBetaGeometric().fit(ContractSummary.of_survivors([1000, 631, 468, 382]))
    >>> saved = save(model, "years")
    >>> saved["model"], saved["unit"]
    ('sbg', 'years')
    """
    if isinstance(model, ContractsBySegment):
        return {
            "model": model.name,
            "version": VERSION,
            "unit": unit,
            "data_sha256": model.data_sha256_,
            "tol": model.tol,
            "pooled": save(model.pooled_, unit),
            "segments": {name: save(segment, unit) for name, segment in model.segments_.items()},
            "test": None if model.test_ is None else asdict(model.test_),
        }
    if isinstance(model, MarkovChain):
        return {
            "model": MARKOV,
            "version": VERSION,
            "unit": unit,
            "rate": model.rate,
            "states": list(model.states),
            "rewards": model.rewards.tolist(),
            "transitions": model.transitions.tolist(),
        }
    return {
        "model": model.name,
        "version": VERSION,
        "unit": unit,
        "data_sha256": model.data_sha256_,
        **model.get_params(),
        "parameters": {
            name: {"estimate": estimate, "standard_error": as_saved(model.standard_errors_[name])}
            for name, estimate in model.parameters_.items()
        },
        "covariance_of_log_parameters": [[as_saved(value) for value in row] for row in model.covariance_],
        "log_likelihood": as_saved(model.log_likelihood_),
        "n_customers": model.n_customers_,
        "verdict": {"status": str(model.verdict_.status), "explanation": to_json(model.verdict_.explanation)},
    }


def load(saved: dict[str, Any], data_sha256: str | None = None) -> Any:
    """Return the fitted model that `save` wrote.

    Parameters
    ----------
    saved : dict
        What `save` returned, or JSON made of it.
    data_sha256 : str, optional
        Of the data at hand, such as `PurchaseSummary.sha256`: a model that was fitted on others is refused.

    Raises
    ------
    CrmwbError
        It is no saved model, one of other data, of another version or a kind that is not known here, or with parameters
        that the kind does not have.

    Examples
    --------
    >>> import json
    >>> from crmwb.value.models import ContractSummary, ShiftedBetaGeometric, load, save
    >>> summary = ContractSummary.of_survivors([1000, 631, 468, 382])
    >>> text = json.dumps(save(ShiftedBetaGeometric().fit(summary), "years"))
    >>> round(load(json.loads(text), summary.sha256).alpha_, 3)
    0.784
    """
    try:
        if saved["version"] != VERSION:
            raise _unreadable(f"a model of version {saved['version']!r} cannot be read, only of {VERSION}")
        if data_sha256 is not None and saved["data_sha256"] != data_sha256:
            raise _unreadable(f"this {saved['model']} was fitted on other data")
        if saved["model"] == ContractsBySegment.name:
            return _segments(saved)
        if saved["model"] == MARKOV:
            transitions = np.array(saved["transitions"], dtype=np.float64)
            return MarkovChain(tuple(saved["states"]), transitions, np.array(saved["rewards"], float), saved["rate"])
        return _likelihood_model(saved)
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise _unreadable(f"this is no saved model ({error!r})") from None


def _likelihood_model(saved: dict[str, Any]) -> LikelihoodModel:
    kind = KINDS.get(saved["model"])
    if kind is None:
        known = ", ".join(sorted([*KINDS, ContractsBySegment.name, MARKOV]))
        raise CrmwbError(f"no model is called {saved['model']!r}; known are {known}.")
    parameters = {name: float(entry["estimate"]) for name, entry in saved["parameters"].items()}
    if set(parameters) not in (set(kind.parameter_names), set()):
        raise _unreadable(
            f"a saved {kind.name} has parameters {', '.join(kind.parameter_names)}, not {', '.join(sorted(parameters))}"
        )
    verdict = Verdict(Status(saved["verdict"]["status"]), from_json(saved["verdict"]["explanation"]))
    covariance = np.array([[restored(value) for value in row] for row in saved["covariance_of_log_parameters"]])
    likelihood = restored(saved["log_likelihood"])
    settings = {name: saved[name] for name in kind().get_params()}
    model = kind(**settings).restore(parameters, covariance, likelihood, saved["n_customers"], verdict)
    model.data_sha256_ = saved["data_sha256"]
    return model


def _segments(saved: dict[str, Any]) -> ContractsBySegment:
    segments, pooled = {name: load(segment) for name, segment in saved["segments"].items()}, load(saved["pooled"])
    for model in (pooled, *segments.values()):
        if not isinstance(model, ShiftedBetaGeometric):
            raise _unreadable(f"a model of contracts by segment holds a {type(model).__name__}")
    test = None if saved["test"] is None else LikelihoodRatio(**saved["test"])
    return ContractsBySegment(tol=saved["tol"]).restore(segments, pooled, test, saved["data_sha256"])


def _unreadable(what: str) -> CrmwbError:
    return CrmwbError(f"{what}; make it again with `dvc repro value`.")
