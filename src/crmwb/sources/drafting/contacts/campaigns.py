"""Files of campaigns, one row each, and files of what they cost, which are no purchases."""
# ruff: noqa: E501 - sentences for people are easier to read in one line

import re
from collections.abc import Sequence
from dataclasses import replace

from crmwb.contract import Kind
from crmwb.contract.canonical import TABLES
from crmwb.sources.drafting.contacts import words
from crmwb.sources.drafting.guess import Guess, Part, Sure, fill, of_column
from crmwb.sources.drafting.reading import syntax, vocabulary
from crmwb.sources.drafting.reading.profile import Column, Profile
from crmwb.sources.drafting.reading.vocabulary import matches
from crmwb.sources.drafting.tables.dimensions import overlap

LEAST_OVERLAP = 0.5
PRODUCTS_OR_ORDERS = ("order_id", "quantity", "unit_price")


def is_campaigns(profile: Profile) -> bool:
    """Say whether a file has a row for each campaign, by its name and columns, and names no customers."""
    has_days = any(c.is_date for c in profile.columns)
    return _number(profile) is not None and (has_days or not _money(profile)) and not names_customers(profile)


def is_costs(profile: Profile) -> bool:
    """Say whether a file tells what campaigns or advertisements cost, and names no customers."""
    of_media = any(words.OF_MEDIA.fullmatch(c.words) for c in profile.columns)
    named = any(words.says_campaign(c) for c in profile.columns)
    is_other = any(
        matches(c.words, vocabulary.TRANSACTIONS[name]) == words.PLAINLY
        for c in profile.columns
        for name in PRODUCTS_OR_ORDERS
    )
    return bool(_money(profile)) and (of_media or named) and not is_other and not names_customers(profile)


def _money(profile: Profile) -> list[Column]:
    """Return columns of costs by their names, or of amounts where the file is called costs or campaigns."""
    numbers = [c for c in profile.columns if c.is_number and not words.BUDGET.fullmatch(c.words)]
    costs = [c for c in numbers if matches(c.words, words.CAMPAIGNS["cost_cents"])]
    named = words.of_file(profile)
    is_of_costs = words.MONEY.search(named) or (
        re.search(words.OF_CAMPAIGN, named) and not words.OF_SALES.search(named)
    )
    amounts = [c for c in numbers if matches(c.words, vocabulary.TRANSACTIONS["revenue_cents"]) == words.PLAINLY]
    return costs or (amounts if is_of_costs else [])


def names_customers(profile: Profile) -> bool:
    """Say whether a column is plainly called a customer."""
    return any(matches(c.words, vocabulary.TRANSACTIONS["customer_id"]) for c in profile.columns)


def why_costs_are_left_out(profile: Profile) -> str:
    """Say why a file of costs is not read, and what to write instead."""
    campaign = next((c for c in profile.columns if words.says_campaign(c)), None)
    money = _money(profile)[0]
    if campaign is None:
        return f"{money.name} is what advertising cost, which no campaign of the mapping names: it is no purchase; write it as cost_cents of campaigns (docs/mappings.md)"
    return (
        f"it has several rows for a {campaign.name}, and {money.name} is what campaigns cost, which a mapping cannot sum: it is no "
        f"purchase; sum it by campaign in the export, and write the sum as cost_cents of campaigns"
    )


def campaigns(profile: Profile, costs: Sequence[Profile] = ()) -> Part | str:
    """Return a file of campaigns as such; or why it cannot be.

    Parameters
    ----------
    profile : Profile
        A file that `is_campaigns`.
    costs : sequence of Profile
        Files of what campaigns cost; one with a row for each campaign is joined.
    """
    number = _number(profile)
    if number is None:
        return "no column tells campaigns apart"
    others = [c for c in profile.columns if c is not number]
    actual = [c for c in others if not words.BUDGET.fullmatch(c.words)]
    patterns = {name: p for name, p in words.CAMPAIGNS.items() if name != "campaign_id"}
    result = fill(TABLES["campaigns"], actual, patterns)
    if "starts_on" not in result:
        return f"{number.name} tells campaigns apart, and no column their first day: add one, and map again"
    result["campaign_id"] = fill(TABLES["campaigns"], [number], words.CAMPAIGNS)["campaign_id"]
    part = Part("campaigns", syntax.file_options(profile), result, profile)
    if "cost_cents" not in result:
        _join_costs(part, number, costs)
    budgets = [c.name for c in others if c not in actual and c.is_number]
    if budgets and "cost_cents" not in part.guesses:
        part.remarks.append(
            f"{', '.join(budgets)} is planned, and not read: write cost_cents where it is what was spent"
        )
    part.guesses = {c.name: part.guesses[c.name] for c in TABLES["campaigns"].columns if c.name in part.guesses}
    return part


def called_by_name(part: Part, members: Column) -> bool:
    """Where members name campaigns by their names and not by their numbers, let the campaigns go by their names too."""
    key, name = part.guesses["campaign_id"], part.guesses.get("name")
    if name is None or not name.sources[0].is_unique or overlap(key.sources[0], members) >= LEAST_OVERLAP:
        return False
    if overlap(name.sources[0], members) < LEAST_OVERLAP:
        return False
    part.guesses["campaign_id"] = Guess(name.value, name.sure, f"{members.name} names campaigns by it", name.sources)
    return True


def _number(profile: Profile) -> Column | None:
    """Return the column that tells campaigns apart: one that says so, or a file's own where that is called campaigns."""
    unique = [c for c in profile.columns if c.is_unique and not c.is_date]
    ranked = sorted(unique, key=lambda c: not words.is_numbered(c))
    by_name = next((c for c in ranked if words.says_campaign(c)), None)
    if by_name is not None or not re.search(rf"(\b|^){words.OF_CAMPAIGN}(\b|$)", words.of_file(profile)):
        return by_name
    own = (c for c in ranked if matches(c.words, words.CAMPAIGNS["campaign_id"]) or c.words == "name")
    return next(own, None)


def _join_costs(part: Part, number: Column, costs: Sequence[Profile]) -> None:
    """Join what campaigns cost from a file that has a row for each."""
    for other in costs:
        keys = (c for c in other.columns if c.is_unique and words.says_campaign(c))
        key = next((c for c in keys if overlap(c, number) >= LEAST_OVERLAP), None)
        money = next(iter(_money(other)), None)
        if key is None or money is None:
            continue
        joined = syntax.join(syntax.file_options(other), {number.name: key.name}, several=None)
        part.options["join"] = {"costs": joined}
        column = replace(money, name=f"costs.{money.name}")
        part.guesses["cost_cents"] = of_column(column, Kind.MONEY, Sure.LIKELY, f"of {other.file.name}")
        return
