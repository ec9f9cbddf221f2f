"""Models of purchases and spend, each an estimator: `fit`, then ask it for what a customer will do."""

from crmwb.value.models.base import Status, Verdict, as_saved
from crmwb.value.models.bayes import BayesianPurchases
from crmwb.value.models.beta_geo_beta_binomial import BetaGeoBetaBinomial
from crmwb.value.models.beta_geo_nbd import BetaGeoNBD
from crmwb.value.models.contracts import ContractSummary
from crmwb.value.models.contracts_by_segment import ContractsBySegment
from crmwb.value.models.covariates import PurchasesWithCovariates
from crmwb.value.models.gamma_gamma import GammaGamma
from crmwb.value.models.likelihood_ratio import LikelihoodRatio, likelihood_ratio
from crmwb.value.models.markov import MarkovChain
from crmwb.value.models.markov_states import MarkovStates, markov_states
from crmwb.value.models.mbg_cnbd_k import ModifiedBetaGeoCNBDk
from crmwb.value.models.modified_beta_geo_nbd import ModifiedBetaGeoNBD
from crmwb.value.models.nbd import NBD
from crmwb.value.models.pareto_nbd import ParetoNBD
from crmwb.value.models.purchase_model import Discounted, PurchaseModel
from crmwb.value.models.rounds import RoundsSummary
from crmwb.value.models.saved import load, save
from crmwb.value.models.shifted_beta_geometric import ShiftedBetaGeometric
from crmwb.value.models.summary import PurchaseSummary

__all__ = [
    "NBD",
    "BayesianPurchases",
    "BetaGeoBetaBinomial",
    "BetaGeoNBD",
    "ContractSummary",
    "ContractsBySegment",
    "Discounted",
    "GammaGamma",
    "LikelihoodRatio",
    "MarkovChain",
    "MarkovStates",
    "ModifiedBetaGeoCNBDk",
    "ModifiedBetaGeoNBD",
    "ParetoNBD",
    "PurchaseModel",
    "PurchaseSummary",
    "PurchasesWithCovariates",
    "RoundsSummary",
    "ShiftedBetaGeometric",
    "Status",
    "Verdict",
    "as_saved",
    "likelihood_ratio",
    "load",
    "markov_states",
    "save",
]
