"""How the CRM itself is judged."""

from typing import Annotated, Self

from pydantic import Field, model_validator

from crmwb.params.section import Days, Section, Share


class EffectivenessParams(Section):
    """How much it takes to judge an initiative, and the limits of the score cards and of service modes."""

    level: Annotated[float, Field(gt=0.5, lt=1)]
    min_weeks: Annotated[int, Field(ge=4)]
    min_events: Annotated[int, Field(ge=10)]
    min_respondents: Annotated[int, Field(ge=10)]
    survey_days: Days
    unlike_share: Share
    in_place_share: Share
    partly_share: Share
    professional_contacts: Annotated[float, Field(gt=0)]
    process_contacts: Annotated[float, Field(gt=0)]
    central_share: Share

    @model_validator(mode="after")
    def _limits_are_in_order(self) -> Self:
        if self.partly_share > self.in_place_share:
            raise ValueError("partly_share must be at most in_place_share")
        if self.process_contacts > self.professional_contacts:
            raise ValueError("process_contacts must be at most professional_contacts")
        return self
