"""actions.yaml: what may be done with a customer, when, what it costs and what it is expected to bring."""

from typing import Annotated, Self

from pydantic import Field, model_validator

from crmwb.params.section import Days, Name, Section, Share, refuse_twins

Amount = Annotated[float, Field(ge=0, le=1e9)]


class Texts(Section):
    """What the owner is told to do, in each language."""

    en: Annotated[str, Field(min_length=1, max_length=300)]
    zh: Annotated[str, Field(min_length=1, max_length=300)]


class Gain(Section):
    """What one use of an action is expected to bring: a share of a value that is at stake.

    `cents` is an expression over columns of the mart; `share`, with `low` and `high`, how much of it the action wins.
    That share is an assumption until `measured_by` names a kind of campaign whose effect was measured.
    """

    cents: Annotated[str, Field(min_length=1)]
    share: Share
    low: Share
    high: Share
    measured_by: str | None

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if not self.low <= self.share <= self.high:
            raise ValueError(f"low ({self.low}), share ({self.share}) and high ({self.high}) must stand in this order")
        return self


class Action(Section):
    """One thing that may be done with a customer."""

    name: Name
    when: Annotated[str, Field(min_length=1)]
    channel: Name
    is_contact: bool
    text: Texts
    cost: Amount
    hours: Amount
    gain: Gain
    most: Annotated[int, Field(ge=0)] | None
    cool_down_days: Annotated[int, Field(ge=0, le=3650)]
    due_days: Days
    review_days: Days

    @model_validator(mode="after")
    def _review_follows(self) -> Self:
        if self.review_days <= self.due_days:
            raise ValueError(f"review_days ({self.review_days}) must come after due_days ({self.due_days})")
        return self


class Owners(Section):
    """Who acts: a column of the mart that names them, and the time that each has in a period."""

    column: Name | None
    hours: Amount | None


class AlertPlan(Section):
    """From when on something is worth an alert; amounts in the source's currency."""

    at_stake: Amount
    overdue: Amount
    revenue_fall: Share


class ActionPlan(Section):
    """The whole of actions.yaml."""

    period_days: Days
    budget: Amount | None
    owners: Owners
    quiet_days: Annotated[int, Field(ge=0, le=3650)]
    hold_out_share: Annotated[float, Field(ge=0, le=0.5)]
    alerts: AlertPlan
    actions: Annotated[tuple[Action, ...], Field(min_length=1, max_length=64)]

    @model_validator(mode="after")
    def _names_differ(self) -> Self:
        refuse_twins("actions", [action.name for action in self.actions])
        return self
