"""Where customers stand between the first contact and the last purchase."""

from typing import Annotated, Self

from pydantic import Field, model_validator

from crmwb.params.section import Days, Section

Quantile = Annotated[float, Field(gt=0.5, lt=1)]
Months = Annotated[int, Field(ge=1, le=120)]


class LifecycleParams(Section):
    """From when on a customer counts as late, lapsed, new, growing and won back."""

    late_quantile: Quantile
    lapsed_quantile: Quantile
    introduction_purchases: Annotated[int, Field(ge=1, le=100)]
    introduction_days: Days
    trend_deviations: Annotated[float, Field(gt=0, le=10)]
    won_back_months: Months
    contact_days: Days
    money_months: Months

    @model_validator(mode="after")
    def _late_before_lapsed(self) -> Self:
        if self.late_quantile >= self.lapsed_quantile:
            raise ValueError(
                f"late_quantile ({self.late_quantile}) must be below lapsed_quantile ({self.lapsed_quantile})"
            )
        return self
