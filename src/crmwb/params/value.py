"""What a customer is worth, over which time, and how forecasts are tested."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from crmwb.params.section import Days, Name, Section, Share, refuse_twins

POTENTIAL = "potential"


class BacktestParams(Section):
    """How forecasts are tested on time that the models have not seen."""

    n_origins: Annotated[int, Field(ge=1, le=24)]
    holdout_days: Days
    min_customers: Annotated[int, Field(ge=2)]
    score: Literal["normalised_gini", "rmse", "mae", "log_loss"]


class EquityParams(Section):
    """How customer equity is followed through time and forecast."""

    n_months: Annotated[int, Field(ge=1, le=600)]
    lost_below: Share
    forecast_months: Annotated[int, Field(ge=1, le=60)]
    n_origins: Annotated[int, Field(ge=1, le=120)]


class DimensionWeights(Section):
    """How much each dimension of the score card counts, against the others."""

    income: Annotated[float, Field(ge=0)]
    influence: Annotated[float, Field(ge=0)]
    credit: Annotated[float, Field(ge=0)]
    loyalty: Annotated[float, Field(ge=0)]

    @model_validator(mode="after")
    def _something_counts(self) -> Self:
        if self.income + self.influence + self.credit + self.loyalty <= 0:
            raise ValueError("at least one weight must be above 0")
        return self


class Tier(Section):
    """One tier: the share of customers that it holds, and of revenue, whichever is cut by."""

    name: Name
    share: Share
    revenue_share: Share


class ScorecardParams(Section):
    """What counts how much in the score, how it is cut into tiers, best first, and how easily a tier changes."""

    weights: DimensionWeights
    cut: Literal["customers", "revenue"]
    levels: Annotated[tuple[Tier, ...], Field(min_length=2)]
    hysteresis_points: Annotated[float, Field(ge=0, le=50)]
    history_months: Annotated[int, Field(ge=0, le=120)]
    income_alone_from: Annotated[float, Field(gt=0, le=1)] = 1.0

    @model_validator(mode="after")
    def _shares_add_up(self) -> Self:
        refuse_twins("levels", [level.name for level in self.levels])
        if POTENTIAL in {level.name for level in self.levels}:
            raise ValueError(f"{POTENTIAL} is the tier of those who never bought; name the level otherwise")
        for what in ("share", "revenue_share"):
            total = sum(getattr(level, what) for level in self.levels)
            if abs(total - 1) > 1e-9:
                raise ValueError(f"each {what} of levels must add up to 1, not {total:g}")
        return self


class ValueParams(Section):
    """What a customer is worth, and over which time."""

    horizon_days: Days
    annual_discount_rate: Annotated[float, Field(ge=0, lt=10)]
    assumed_margin_share: Annotated[float, Field(gt=0, le=1)]
    n_bootstrap: Annotated[int, Field(ge=20)]
    referral_type_1_share: Share
    scorecard: ScorecardParams
    equity: EquityParams
    backtest: BacktestParams
