"""Models of purchases and spend, each an estimator: `fit`, then ask it for what a customer will do."""

from crmwb.value.models.base import PurchaseModel, Status, Verdict, as_saved
from crmwb.value.models.beta_geo_nbd import BetaGeoNBD
from crmwb.value.models.gamma_gamma import GammaGamma
from crmwb.value.models.modified_beta_geo_nbd import ModifiedBetaGeoNBD
from crmwb.value.models.nbd import NBD
from crmwb.value.models.pareto_nbd import ParetoNBD
from crmwb.value.models.saved import load, save
from crmwb.value.models.summary import PurchaseSummary

__all__ = [
    "NBD",
    "BetaGeoNBD",
    "GammaGamma",
    "ModifiedBetaGeoNBD",
    "ParetoNBD",
    "PurchaseModel",
    "PurchaseSummary",
    "Status",
    "Verdict",
    "as_saved",
    "load",
    "save",
]
