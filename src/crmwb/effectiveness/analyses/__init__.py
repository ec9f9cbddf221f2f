"""The seven analyses of customers (7P), one module each; `SEVEN` lists them in their order."""

from crmwb.effectiveness.analyses import (
    performance,
    persistency,
    product,
    profiling,
    profitability,
    promotion,
    prospecting,
)
from crmwb.effectiveness.analyses.analysis import Analysis, Row
from crmwb.effectiveness.inputs import Inputs

__all__ = ["NAMES", "Analysis", "Row", "seven"]

SEVEN = {
    "profiling": profiling.profiling,
    "persistency": persistency.persistency,
    "profitability": profitability.profitability,
    "performance": performance.performance,
    "prospecting": prospecting.prospecting,
    "product": product.product,
    "promotion": promotion.promotion,
}


NAMES = tuple(SEVEN)


def seven(inputs: Inputs) -> dict[str, Analysis]:
    """Return the seven analyses by name."""
    return {name: analyse(inputs) for name, analyse in SEVEN.items()}
