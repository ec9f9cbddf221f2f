"""Classes of risk: low, at risk, likely lost."""

import numpy as np

from crmwb.params import RiskParams
from crmwb.params.lifecycle import RISK_CLASSES

CLASSES = RISK_CLASSES
LOW, AT_RISK, LIKELY_LOST = CLASSES


def classes(risk: np.ndarray, params: RiskParams) -> np.ndarray:
    """Return the class of each chance of no purchase; None where it is unknown."""
    named = np.select([risk >= params.likely_lost, risk >= params.at_risk], [LIKELY_LOST, AT_RISK], LOW).astype(object)
    named[np.isnan(risk)] = None
    return np.asarray(named)
