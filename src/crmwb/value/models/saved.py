"""A fitted model as readable JSON, and back."""

from typing import Any

import numpy as np

from crmwb.errors import CrmwbError
from crmwb.value.models.base import LikelihoodModel, Status, Verdict, as_saved, restored
from crmwb.value.models.beta_geo_nbd import BetaGeoNBD
from crmwb.value.models.gamma_gamma import GammaGamma
from crmwb.value.models.modified_beta_geo_nbd import ModifiedBetaGeoNBD
from crmwb.value.models.nbd import NBD
from crmwb.value.models.pareto_nbd import ParetoNBD

KINDS: dict[str, type[LikelihoodModel]] = {
    kind.name: kind for kind in (BetaGeoNBD, ModifiedBetaGeoNBD, ParetoNBD, NBD, GammaGamma)
}


def save(model: LikelihoodModel, unit: str) -> dict[str, Any]:
    """Return a fitted model as what JSON holds.

    Parameters
    ----------
    model : LikelihoodModel
        A fitted model.
    unit : str
        The unit of the data that it was fitted on, such as "days".
    """
    return {
        "model": model.name,
        "unit": unit,
        "tol": model.tol,
        "parameters": {
            name: {"estimate": estimate, "standard_error": as_saved(model.standard_errors_[name])}
            for name, estimate in model.parameters_.items()
        },
        "covariance_of_log_parameters": [[as_saved(value) for value in row] for row in model.covariance_],
        "log_likelihood": as_saved(model.log_likelihood_),
        "n_customers": model.n_customers_,
        "verdict": {"status": str(model.verdict_.status), "explanation": model.verdict_.explanation},
    }


def load(saved: dict[str, Any]) -> Any:
    """Return the fitted model that `save` wrote.

    Raises
    ------
    CrmwbError
        It is no saved model, of a kind that is not known here, or with parameters that the kind does not have.
    """
    try:
        kind = KINDS.get(saved["model"])
        if kind is None:
            raise CrmwbError(f"no model is called {saved['model']!r}; known are {', '.join(sorted(KINDS))}.")
        parameters = {name: float(entry["estimate"]) for name, entry in saved["parameters"].items()}
        if set(parameters) not in (set(kind.parameter_names), set()):
            raise CrmwbError(
                f"a saved {kind.name} has parameters {', '.join(kind.parameter_names)}, not "
                f"{', '.join(sorted(parameters))}; make it again with `dvc repro value`."
            )
        model = kind(tol=saved["tol"])
        verdict = Verdict(Status(saved["verdict"]["status"]), saved["verdict"]["explanation"])
        covariance = [[restored(value) for value in row] for row in saved["covariance_of_log_parameters"]]
        likelihood = restored(saved["log_likelihood"])
        return model.restore(parameters, np.array(covariance), likelihood, saved["n_customers"], verdict)
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise CrmwbError(f"this is no saved model ({error!r}); make it again with `dvc repro value`.") from None
