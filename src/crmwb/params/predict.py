"""How opportunities, and what customers do next, are predicted."""

from typing import Annotated

from pydantic import Field

from crmwb.params.section import Days, Section, Share

Quarter = Annotated[str, Field(pattern=r"^\d{4}-Q[1-4]$")]
Quantile = Annotated[float, Field(gt=0.5, lt=1)]


class PredictParams(Section):
    """Horizons, how predictions are tested, and the plan."""

    horizon_days: Days
    n_quarters: Annotated[int, Field(ge=2, le=12)]
    stuck_quantile: Quantile
    targets: dict[Quarter, Annotated[float, Field(ge=0)]]
    buy_days: Annotated[int, Field(ge=7, le=365)]
    n_origins: Annotated[int, Field(ge=2, le=12)]
    ahead_months: Annotated[int, Field(ge=1, le=36)]
    best_share: Annotated[Share, Field(gt=0, le=0.5)]
    max_purchases: Annotated[int, Field(ge=1, le=10)]
