"""Files of a folder that hold contacts: set aside before purchases are looked for, then drafted beside them."""
# ruff: noqa: E501 - sentences for people are easier to read in one line

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from crmwb.sources.drafting.contacts import campaigns, interactions, members, who, words
from crmwb.sources.drafting.customers import ids
from crmwb.sources.drafting.guess import Guess, Part
from crmwb.sources.drafting.reading import syntax
from crmwb.sources.drafting.reading.links import Declared
from crmwb.sources.drafting.reading.profile import Column, Profile
from crmwb.sources.drafting.tables import facts, summaries
from crmwb.sources.drafting.tables.dimensions import overlap

LEAST_OVERLAP = 0.5


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
        if facts.trial(profile) or summaries.summaries(profile):
            continue
        if members.is_members(profile):
            result.members.append(profile)
        elif campaigns.is_campaigns(profile):
            result.campaigns.append(profile)
        elif campaigns.is_costs(profile):
            result.costs.append(profile)
        elif interactions.sort_of(profile) is not None and not _is_billed(profile, profiles):
            result.contacts.append(profile)
    return result


def _is_billed(profile: Profile, profiles: Sequence[Profile]) -> bool:
    """Say whether another file says what each row costs the customer, by its number: visits to a doctor and their bills."""
    others = [p for p in profiles if p is not profile]
    elsewhere = {
        c.words for p in others for c in p.columns if c.is_unique
    }  # an order that reviews name is no key of theirs
    keys = [c for c in profile.columns if c.is_unique and not c.is_date and c.words not in elsewhere]
    bills = [p for p in others if any(map(interactions.is_of_sales, p.columns)) and not campaigns.names_customers(p)]
    pairs = ((key, c) for key in keys for p in bills for c in p.columns if c.words == key.words)
    return any(overlap(key, c) >= LEAST_OVERLAP for key, c in pairs)


def parts(
    files: Aside, profiles: Sequence[Profile], drafted: Sequence[Part], declared: Collection[Declared] = ()
) -> tuple[list[Part], dict[str, str]]:
    """Return files of contacts as parts, and by file why one cannot be.

    Parameters
    ----------
    files : Aside
        The files.
    profiles : sequence of Profile
        All files: some say which customer is meant.
    drafted : sequence of Part
        What other files tell.
    declared : collection of Declared
        Links that a database says.
    """
    result: list[Part] = []
    why_not: dict[str, str] = {}
    known = who.known_customers(profiles, drafted, files.every)
    for profile in files.campaigns:
        _add(campaigns.campaigns(profile, files.costs), profile, result, why_not)
    for profile in [*files.members, *files.contacts]:
        meant = who.customer(profile, profiles, drafted, known, declared)
        if isinstance(meant, str):
            why_not[profile.file.name] = meant
            continue
        sort = interactions.sort_of(profile)
        part = (
            members.members(profile, meant[0]) if sort is None else interactions.interactions(profile, sort, meant[0])
        )
        if isinstance(part, Part) and meant[1]:
            _join(part, *meant)
        _add(part, profile, result, why_not)
    for part in result:
        ids.check(part)
    who.follow(drafted, result)
    heads = [part for part in result if part.table == "campaigns"]
    named = [part.guesses["campaign_id"].sources[0] for part in result if part.table == "campaign_members"]
    for head in heads:
        if not any(campaigns.called_by_name(head, column) for column in named) and named:
            key = head.guesses["campaign_id"].sources[0]
            if not any(overlap(key, column) >= LEAST_OVERLAP for column in named):
                result.remove(head)
                why_not[str(head.options["file"])] = _unlike(key, named[0])
    heads = [part for part in result if part.table == "campaigns"]
    interactions.number_apart([part for part in result if part.table == "interactions"])
    joined = {option["file"] for part in heads for option in part.options.get("join", {}).values()}
    why_not |= {p.file.name: campaigns.why_costs_are_left_out(p) for p in files.costs if p.file.name not in joined}
    return result, why_not


def _unlike(key: Column, named: Column) -> str:
    """Say that campaigns are written otherwise than where their members are named."""
    here, there = (min(column.counts, default="") for column in (key, named))
    return (
        f"the campaigns of its {key.name} (such as {here!r}) are none of those of which members are named (such as {there!r}): export "
        f"them written alike, and map again"
    )


def why_left_out(profile: Profile) -> str:
    """Say of a file that is nothing why it is not taken as contacts or campaigns, where its name says that it holds them."""
    named = words.of_file(profile)
    sort = next((name for name, pattern in words.KINDS.items() if pattern.search(named)), None)
    of_campaigns = re.search(rf"(\b|^){words.OF_CAMPAIGN}", named) is not None or any(
        map(words.says_campaign, profile.columns)
    )
    if sort is None and not of_campaigns:
        return ""
    sales = [c.name for c in profile.columns if interactions.is_of_sales(c)]
    lacking = [
        *(["no column of dates"] if not any(c.is_date for c in profile.columns) else []),
        *(["no column of customers"] if not any(map(who.may_tell_customer, profile.columns)) else []),
        *([f"{' and '.join(sales)} as sales have"] if sales else []),
    ]
    what, table = (
        ("campaigns", "campaigns or campaign_members") if of_campaigns else (f"contacts ({sort})", "interactions")
    )
    return f"by its name it may hold {what}, and it has {' and '.join(lacking) or 'too little that says so'}; where it does, write {table} into the mapping (docs/mappings.md)"


def _add(part: Part | str, profile: Profile, result: list[Part], why_not: dict[str, str]) -> None:
    if isinstance(part, str):
        why_not[profile.file.name] = part
    else:
        result.append(part)


def _join(part: Part, who_is_meant: Guess, joins: Mapping[str, Mapping[str, Any]]) -> None:
    """Join the file that says which customer is meant; rows that it does not know are left out."""
    part.options["join"] = {name: syntax.keeping(option) for name, option in joins.items()}
    column = who_is_meant.sources[0].name
    part.keep_rows(f"{syntax.column(column)} is not null")
    part.remarks.append(f"the customer is {column}; rows for which it is unknown are left out")
