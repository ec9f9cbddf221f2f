"""Where customers stand between the first contact and the last purchase."""

from typing import Annotated, Self

from pydantic import Field, model_validator

from crmwb.params.section import Days, Section

RISK_CLASSES = ("low", "at_risk", "likely_lost")
LEAVING = RISK_CLASSES[1:]  # whom reports and alerts count as customers at risk
Quantile = Annotated[float, Field(gt=0.5, lt=1)]
Months = Annotated[int, Field(ge=1, le=120)]


class RiskParams(Section):
    """How far ahead risk looks, for each customer, and what its classes are."""

    horizon_quantile: Quantile
    min_days: Days
    max_days: Days
    at_risk: Annotated[float, Field(gt=0, lt=1)]
    likely_lost: Annotated[float, Field(gt=0, lt=1)]
    n_origins: Annotated[int, Field(ge=1, le=36)]

    @model_validator(mode="after")
    def _rising(self) -> Self:
        if self.min_days > self.max_days:
            raise ValueError(f"min_days ({self.min_days}) must not exceed max_days ({self.max_days})")
        if self.at_risk >= self.likely_lost:
            raise ValueError(f"at_risk ({self.at_risk}) must be below likely_lost ({self.likely_lost})")
        return self


class LifecycleParams(Section):
    """From when on a customer counts as late, lapsed, new, growing and won back."""

    late_quantile: Quantile
    lapsed_quantile: Quantile
    late_min_days: Days
    lapsed_min_days: Days
    lapsed_min_gaps: Annotated[int, Field(ge=0, le=100)]
    introduction_purchases: Annotated[int, Field(ge=1, le=100)]
    introduction_days: Days
    trend_deviations: Annotated[float, Field(gt=0, le=10)]
    won_back_months: Months
    contact_days: Days
    money_months: Months
    risk: RiskParams

    @model_validator(mode="after")
    def _late_before_lapsed(self) -> Self:
        if self.late_quantile >= self.lapsed_quantile:
            raise ValueError(
                f"late_quantile ({self.late_quantile}) must be below lapsed_quantile ({self.lapsed_quantile})"
            )
        if self.late_min_days > self.lapsed_min_days:
            raise ValueError(
                f"late_min_days ({self.late_min_days}) must not exceed lapsed_min_days ({self.lapsed_min_days})"
            )
        return self
