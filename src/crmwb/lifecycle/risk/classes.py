"""Classes of risk: low, at risk, likely lost."""

import numpy as np

from crmwb.params import RiskParams

LOW, AT_RISK, LIKELY_LOST = "low", "at_risk", "likely_lost"
CLASSES = (LOW, AT_RISK, LIKELY_LOST)


def classes(risk: np.ndarray, params: RiskParams) -> np.ndarray:
    """Return the class of each chance of no purchase; None where it is unknown."""
    named = np.select([risk >= params.likely_lost, risk >= params.at_risk], [LIKELY_LOST, AT_RISK], LOW).astype(object)
    named[np.isnan(risk)] = None
    return np.asarray(named)
