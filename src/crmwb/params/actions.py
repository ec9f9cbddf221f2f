"""actions.yaml: what may be done with a customer, when, what it costs and what it is expected to bring."""

import re
from typing import Annotated, Literal, Self

from pydantic import BeforeValidator, Field, model_validator

from crmwb.params.section import Days, Name, Section, Share

Amount = Annotated[float, Field(ge=0, le=1e9)]
COST = re.compile(r"(\d+(?:\.\d+)?) per (customer|hour)")
UNITS = "write what it is for, such as 5.00 per customer or 40.00 per hour"


class Cost(Section):
    """What an action costs, in the source's currency, and what for."""

    amount: Amount
    per: Literal["customer", "hour"]


def _with_unit(cost: object) -> object:
    """Return "5.00 per customer" as the fields of a cost."""
    if isinstance(cost, int | float) and not isinstance(cost, bool):
        raise ValueError(f"the cost has no unit; {UNITS}")  # noqa: TRY004 - pydantic reports ValueError
    if not isinstance(cost, str):
        return cost
    parts = COST.fullmatch(cost.strip())
    if parts is None:
        raise ValueError(UNITS)
    return {"amount": float(parts[1]), "per": parts[2]}


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
    is_selling: bool
    text: Texts
    reason: Annotated[tuple[Name, ...], Field(min_length=1, max_length=6)]
    cost: Annotated[Cost, BeforeValidator(_with_unit)]
    hours: Amount
    gain: Gain
    most: Annotated[int, Field(ge=0)] | None
    cool_down: Annotated[int, Field(ge=0, le=3650)] | Name
    due_days: Days
    review_days: Days

    @property
    def cost_per_use(self) -> float:
        """What one use costs, in the source's currency."""
        return self.cost.amount * (self.hours if self.cost.per == "hour" else 1)

    @property
    def is_followed_up(self) -> bool:
        """Whether purchases show what it brought: of what collects or saves money, they show nothing."""
        return self.is_selling

    @model_validator(mode="after")
    def _review_follows(self) -> Self:
        if self.review_days <= self.due_days:
            raise ValueError(f"review_days ({self.review_days}) must come after due_days ({self.due_days})")
        return self


class Owners(Section):
    """Who acts: a column of the mart that names them, and the time that each has in a period."""

    column: Name | None
    hours: Amount | None


class ChangePlan(Section):
    """From when on a change since the accepted run is worth an alert; amounts in the source's currency."""

    slipped: Annotated[int, Field(ge=1)]
    newly_overdue: Amount
    segment_fall: Share
    forecast_miss: Share
    quality_fall: Share


class AlertPlan(Section):
    """From when on something is worth an alert; amounts in the source's currency."""

    at_stake: Amount
    overdue: Amount
    revenue_fall: Share
    collisions: Annotated[int, Field(ge=1)]
    since_accepted: ChangePlan


class ExportColumn(Section):
    """A column of an export: of the list or of the mart, with other words for some of its values; or a constant."""

    column: Name | None = None
    constant: str | None = None
    replace: dict[str, str] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _one_of_both(self) -> Self:
        if (self.column is None) == (self.constant is None):
            raise ValueError("write either column or constant")
        return self


def _named(column: object) -> object:
    """Return a bare name as a column."""
    return {"column": column} if isinstance(column, str) else column


class Export(Section):
    """A file that another system imports: which actions, in which language, and what each of its columns holds."""

    language: Literal["en", "zh"]
    only_contacts: bool
    columns: Annotated[dict[str, Annotated[ExportColumn, BeforeValidator(_named)]], Field(min_length=1)]


class ActionPlan(Section):
    """The whole of actions.yaml; `crmwb.actions.plan.load` reads it."""

    currency: Annotated[str, Field(pattern="^[A-Z]{3}$")] | None = None
    period_days: Days
    budget: Amount | None
    owners: Owners
    quiet_days: Annotated[int, Field(ge=0, le=3650)]
    no_contact_when: Annotated[str, Field(min_length=1)] | None
    no_selling_when: Annotated[str, Field(min_length=1)] | None
    hold_out_share: Annotated[float, Field(ge=0, le=0.5)]
    caution: Share = 0.5
    most_lift: Annotated[float, Field(gt=0, le=100)] | None = 2.0
    alerts: AlertPlan
    actions: Annotated[tuple[Action, ...], Field(min_length=1, max_length=64)]
    exports: dict[Name, Export]
