"""Files of credit notes, by the name of the file or of its numbers: what was paid out is not taken off again."""

from dataclasses import replace
from pathlib import PurePath

from crmwb.sources.drafting.modifiers import Modifiers
from crmwb.sources.drafting.reading import words
from crmwb.sources.drafting.reading.profile import Profile


def are_in(profile: Profile) -> bool:
    """Say whether a file holds credit notes and nothing else, as far as names say."""
    names = [c.words for c in profile.own if c.is_unique]
    return any(map(words.names_credit_notes, (*names, PurePath(profile.file.name).stem)))


def without_refunds(profile: Profile, roles: Modifiers) -> Modifiers:
    """Return what columns are, of credit notes without what was paid out of them."""
    if not are_in(profile):
        return roles
    return replace(roles, by_role={k: v for k, v in roles.by_role.items() if k not in {"refund", "converted_refund"}})
