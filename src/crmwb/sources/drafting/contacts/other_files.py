"""Files of a folder that hold contacts: set aside before purchases are looked for, then drafted beside them."""
# ruff: noqa: E501 - sentences for people are easier to read in one line

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field

from crmwb.contract import Kind
from crmwb.sources.drafting.contacts import campaigns, interactions, members
from crmwb.sources.drafting.customers import ids
from crmwb.sources.drafting.guess import Guess, Part, Sure, of_column
from crmwb.sources.drafting.reading import vocabulary
from crmwb.sources.drafting.reading.links import Declared, reach
from crmwb.sources.drafting.reading.profile import Column, Profile
from crmwb.sources.drafting.reading.vocabulary import matches
from crmwb.sources.drafting.tables import facts
from crmwb.sources.drafting.tables.dimensions import overlap

LEAST_OVERLAP = 0.5
CUSTOMERS = (vocabulary.CUSTOMER, vocabulary.PERSON)


@dataclass
class Aside:
    """Files of contacts, by what their names and columns say.

    Attributes
    ----------
    campaigns, costs, members, contacts : list of Profile
        What each is; `costs` are those of campaigns.
    """

    campaigns: list[Profile] = field(default_factory=list)
    costs: list[Profile] = field(default_factory=list)
    members: list[Profile] = field(default_factory=list)
    contacts: list[Profile] = field(default_factory=list)

    @property
    def never_purchases(self) -> list[Profile]:
        """Those that are no purchases whatever else the folder holds."""
        return [*self.campaigns, *self.costs, *self.members]

    @property
    def every(self) -> list[Profile]:
        """All of them."""
        return [*self.never_purchases, *self.contacts]


def aside(profiles: Sequence[Profile]) -> Aside:
    """Return the files of campaigns, of who was in them, of what they cost, and of other contacts."""
    result = Aside()
    for profile in profiles:
        if facts.trial(profile):
            continue
        if members.is_members(profile):
            result.members.append(profile)
        elif campaigns.is_campaigns(profile):
            result.campaigns.append(profile)
        elif campaigns.is_costs(profile):
            result.costs.append(profile)
        elif interactions.sort_of(profile) is not None:
            result.contacts.append(profile)
    return result


def parts(
    found: Aside, profiles: Sequence[Profile], told: Sequence[Part], declared: Collection[Declared] = ()
) -> tuple[list[Part], dict[str, str]]:
    """Return files of contacts as parts, and by file why one cannot be.

    Parameters
    ----------
    found : Aside
        The files.
    profiles : sequence of Profile
        All files: some say which customer is meant.
    told : sequence of Part
        What other files tell.
    declared : collection of Declared
        Links that a database says.
    """
    result: list[Part] = []
    why_not: dict[str, str] = {}
    known = _customers(profiles, told, found.every)
    for profile in found.campaigns:
        _add(campaigns.campaigns(profile, found.costs), profile, result, why_not)
    for profile in [*found.members, *found.contacts]:
        who = _who(profile, profiles, known, declared)
        sort = interactions.sort_of(profile)
        if isinstance(who, str):
            why_not[profile.file.name] = who
        elif profile in found.members:
            _add(members.members(profile, who), profile, result, why_not)
        elif sort is not None:
            _add(interactions.interactions(profile, sort, who), profile, result, why_not)
    for part in result:
        _join(part, profiles, declared)
        ids.check(part)
    heads = [part for part in result if part.table == "campaigns"]
    named = [part.guesses["campaign_id"].sources[0] for part in result if part.table == "campaign_members"]
    for head in heads:
        any(campaigns.called_by_name(head, column) for column in named)
    interactions.number_apart([part for part in result if part.table == "interactions"])
    joined = {option["file"] for part in heads for option in part.options.get("join", {}).values()}
    why_not |= {p.file.name: campaigns.why_costs_are_left_out(p) for p in found.costs if p.file.name not in joined}
    return result, why_not


def _add(made: Part | str, profile: Profile, result: list[Part], why_not: dict[str, str]) -> None:
    if isinstance(made, str):
        why_not[profile.file.name] = made
    else:
        result.append(made)


def _customers(profiles: Sequence[Profile], told: Sequence[Part], contacts: Sequence[Profile]) -> list[Column]:
    """Return the columns whose values are customers: of what other files tell, and of lists of these customers."""
    result = [c for part in told if "customer_id" in part.guesses for c in part.guesses["customer_id"].sources]
    lists = [p for p in profiles if all(p is not other for other in contacts)]
    unique = [c for p in lists for c in p.columns if c.is_unique and (matches(c.words, CUSTOMERS) or c.words == "id")]
    return result + [c for c in unique if not result or any(overlap(c, other) >= LEAST_OVERLAP for other in result)]


def _who(
    profile: Profile, profiles: Sequence[Profile], known: Sequence[Column], declared: Collection[Declared]
) -> Guess | str:
    """Return the customer that rows are about: of a column whose values other files know, if need be of a joined one."""
    named = [c for c in profile.columns if not c.is_date and c.n_known and matches(c.words, CUSTOMERS)]
    if not known and named:
        best = max(
            named, key=lambda c: (matches(c.words, CUSTOMERS), not vocabulary.NAMES_OF_PEOPLE.fullmatch(c.words))
        )
        return of_column(best, Kind.ID, Sure.LIKELY, "its name says so")
    guess = _met(named, known) or _met(list(_joined(profile, list(profiles), declared)), known)
    if guess is not None:
        return guess
    names = " and ".join(c.name for c in named) or "no column"
    return (
        f"it is about customers, and {names} names none of those of the other files: where it is about them, add a column with their "
        f"numbers, or join it in the mapping (docs/mappings.md)"
    )


def _met(columns: Sequence[Column], known: Sequence[Column]) -> Guess | None:
    shares = {c: max((overlap(c, other) for other in known), default=0.0) for c in columns}
    column = max(columns, key=lambda c: (shares[c], matches(c.words, CUSTOMERS)), default=None)
    if column is None or shares[column] < LEAST_OVERLAP:
        return None
    return of_column(column, Kind.ID, Sure.SURE, f"{shares[column]:.0%} of its values stand in the other files too")


def _joined(profile: Profile, profiles: list[Profile], declared: Collection[Declared]) -> Iterator[Column]:
    at = reach(profile, profiles, declared, n_steps=1)
    for columns in at.columns.values():
        yield from (c for c in columns if not c.is_date and c.name not in at.keys and matches(c.words, CUSTOMERS))


def _join(part: Part, profiles: Sequence[Profile], declared: Collection[Declared]) -> None:
    """Join the file that says which customer is meant, where it is another one."""
    who = part.guesses.get("customer_id")
    if who is None or not who.sources or who.sources[0] in part.looked_at.own:
        return
    name = who.sources[0].name.partition(".")[0]
    option = reach(part.looked_at, list(profiles), declared, n_steps=1).options[name]
    part.options["join"] = {**part.options.get("join", {}), name: option}
