"""The rules of marketing_mix.yaml: which advice follows from which measured need. People edit that file."""

import re
from pathlib import Path
from string import Formatter
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BeforeValidator, Field, field_validator, model_validator

from crmwb.errors import CrmwbError
from crmwb.params import Section, read
from crmwb.params.section import Language, Name, by_language
from crmwb.segmentation.needs.measures import MEASURES

P = Literal["product", "price", "place", "promotion"]
PS: tuple[P, ...] = ("product", "price", "place", "promotion")

PLACEHOLDERS = ("item", "items", "value", "everyone_else", "lift", "segment")
WITHOUT_ITEM = frozenset(name for name, about in MEASURES.items() if not about.has_items)
LONGEST_NAME, LONGEST_ITEM, LONGEST_ADVICE, MOST_RULES = 60, 200, 600, 500
UNSEEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200b\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]")


def _visible(text: str) -> str:
    """Refuse what cannot be seen in a text and controls its direction or the screen."""
    if UNSEEN.search(text):
        raise ValueError("it holds signs that cannot be seen; leave them out")
    return text


def _advice(text: str) -> str:
    """Return an advice whose placeholders are known and stand alone."""
    try:
        parts = [part for part in Formatter().parse(text) if part[1] is not None]
    except ValueError:
        raise ValueError("a brace { has no partner; write {{ for a brace itself") from None
    for _, name, form, conversion in parts:
        if name not in PLACEHOLDERS:
            known = ", ".join(f"{{{placeholder}}}" for placeholder in PLACEHOLDERS)
            raise ValueError(f"no placeholder {{{str(name)[:40]}}}; there are {known}")
        if form or conversion:
            raise ValueError(f"{{{name}}} stands alone in its braces; leave out what follows the name")
    plain = " ".join(_visible(text).split())
    if not plain:
        raise ValueError("it is empty; write what to do")
    return plain


Item = Annotated[str, Field(min_length=1, max_length=LONGEST_ITEM), AfterValidator(_visible)]
Advice = Annotated[str, Field(max_length=LONGEST_ADVICE), AfterValidator(_advice)]
Advices = Annotated[dict[Language, Advice], Field(min_length=1), BeforeValidator(by_language)]


class Condition(Section):
    """One condition: of a measured need (`need`), or of a column of customers averaged over the segment (`profile`).

    Attributes
    ----------
    need : str, optional
        A measure, such as category_spend_share.
    profile : str, optional
        A column of customers, such as days_since_last or p_alive.
    item : str, optional
        Of a need with items, only this one, such as a channel; any where not given.
    at_least, at_most : float, optional
        Bounds of the segment's value over everyone else's: 1.2 is a fifth more.
    value_at_least, value_at_most : float, optional
        Bounds of the segment's own value: shares 0–1, money in hundredths.
    affinity_at_least : float, optional
        Of bundles: how much more often than by chance the pair stands together within the segment.
    is_clear : bool, default=True
        The interval must keep to one side of everyone else's value. Profiles have no interval.
    """

    need: str | None = None
    profile: Name | None = None
    item: Item | None = None
    at_least: Annotated[float, Field(ge=0)] | None = None
    at_most: Annotated[float, Field(ge=0)] | None = None
    value_at_least: float | None = None
    value_at_most: float | None = None
    affinity_at_least: Annotated[float, Field(ge=0)] | None = None
    is_clear: bool = True

    @field_validator("need")
    @classmethod
    def _need_is_measured(cls, name: str | None) -> str | None:
        if name is not None and name not in MEASURES:
            raise ValueError(f"no such measure; there are {', '.join(MEASURES)}")
        return name

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if (self.need is None) == (self.profile is None):
            raise ValueError("a condition names either a need or a profile")
        if all(bound is None for bound in (self.at_least, self.at_most, self.value_at_least, self.value_at_most)):
            raise ValueError("a condition needs at_least, at_most, value_at_least or value_at_most")
        if self.item is not None and (self.need is None or self.need in WITHOUT_ITEM):
            raise ValueError(f"item: {self.need or self.profile} has no items")
        fixed = MEASURES[self.need].items if self.need is not None else ()
        if self.item is not None and fixed and self.item not in fixed:
            raise ValueError(f"item: {self.need} has the items {', '.join(fixed)}; write one of them")
        if self.affinity_at_least is not None and self.need != "bundle_order_share":
            raise ValueError("affinity_at_least goes with need: bundle_order_share only")
        return self


class Rule(Section):
    """One rule: when all its conditions hold of a segment, its advice is given.

    Attributes
    ----------
    name : str
        What the mix calls it.
    p : str
        product, price, place or promotion.
    kind : str, optional
        `for` in the file: company or person, where the advice suits only such customers.
    priority : int
        1 comes first; of equals, the first in the file.
    when : tuple of Condition
        All must hold. Placeholders speak of the first one.
    advice : dict of str to str
        What to do, by language (en, zh); in the file also one text alone. With the placeholders {item} (the one that
        differs most), {items} (the three that differ most), {value}, {everyone_else}, {lift} and {segment}.
    """

    name: Annotated[Name, Field(max_length=LONGEST_NAME)]
    p: P
    kind: Annotated[Literal["company", "person"] | None, Field(alias="for")] = None
    priority: Annotated[int, Field(ge=1, le=99)]
    when: Annotated[tuple[Condition, ...], Field(min_length=1)]
    advice: Advices

    @property
    def placeholders(self) -> frozenset[str]:
        """The placeholders that any of the texts names."""
        return frozenset(name for text in self.advice.values() for _, name, _, _ in Formatter().parse(text) if name)

    @model_validator(mode="after")
    def _items_come_from_the_first_condition(self) -> Self:
        first = self.when[0]
        if self.placeholders & {"item", "items"} and (first.need is None or first.need in WITHOUT_ITEM):
            raise ValueError(
                f"{self.name}: the advice names an item, and its first condition ({first.need or first.profile}) "
                "has none; put the condition with items first"
            )
        return self


class MarketingMix(Section):
    """The rule table."""

    rules: Annotated[tuple[Rule, ...], Field(min_length=1, max_length=MOST_RULES)]

    @model_validator(mode="after")
    def _different_names(self) -> Self:
        names = [rule.name for rule in self.rules]
        twins = sorted({name for name in names if names.count(name) > 1})
        if twins:
            raise ValueError(f"rules must have different names; {', '.join(twins)} stands there more than once")
        return self


def read_rules(path: Path) -> MarketingMix:
    """Read the rule table.

    Raises
    ------
    CrmwbError
        The file is not there, or holds something that is not allowed; the message names file, rule and key.
    """
    if not path.exists():
        raise CrmwbError(f"{path}: not there; take the one that comes with crmwb, or write one with a list `rules`.")
    return read(path, MarketingMix)
