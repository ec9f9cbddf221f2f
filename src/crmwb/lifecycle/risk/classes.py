"""Classes of risk: low, at risk, likely lost."""

import numpy as np

from crmwb.params import RiskParams
from crmwb.params.lifecycle import RISK_CLASSES

CLASSES = RISK_CLASSES
LOW, AT_RISK, LIKELY_LOST = CLASSES


def classes(risk: np.ndarray, params: RiskParams) -> np.ndarray:
    """Return the class of each chance of no purchase; None where it is unknown."""
    number = np.select([risk >= params.likely_lost, risk >= params.at_risk, risk >= 0], [2, 1, 0], 3).astype(np.int8)
    return np.asarray(np.array([*CLASSES, None], dtype=object)[number])
