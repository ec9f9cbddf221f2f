"""How campaigns are judged."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from crmwb.params.section import Days, Section, Share

Learner = Literal["s_learner", "t_learner", "dr_learner", "transformed_outcome", "response_model"]


class ResponseParams(Section):
    """What counts as the outcome of a campaign, and how many comparisons are made."""

    outcome_days: Days
    before_days: Days
    level: Annotated[float, Field(gt=0.5, lt=1)]
    min_arm: Annotated[int, Field(ge=10)]
    max_fit_customers: Annotated[int, Field(ge=1000)]
    learners: Annotated[tuple[Learner, ...], Field(min_length=1)]
    bases: Annotated[tuple[Literal["linear", "boosted"], ...], Field(min_length=1)]
    intended_treated_share: Share | None

    @model_validator(mode="after")
    def _response_model_is_shown(self) -> Self:
        if "response_model" not in self.learners:
            raise ValueError("learners must hold response_model, for uplift is only worth its trouble beside it")
        return self
