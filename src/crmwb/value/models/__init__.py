"""Models of purchases and spend, each an estimator: `fit`, then ask it for what a customer will do."""

from crmwb.value.models.base import PurchaseModel, Status, Verdict
from crmwb.value.models.beta_geo_nbd import BetaGeoNBD
from crmwb.value.models.gamma_gamma import GammaGamma
from crmwb.value.models.saved import load, save
from crmwb.value.models.summary import PurchaseSummary

__all__ = ["BetaGeoNBD", "GammaGamma", "PurchaseModel", "PurchaseSummary", "Status", "Verdict", "load", "save"]
