"""A mapping draft for files that nobody has described yet: which file is what, and which column is which."""

import os
from dataclasses import dataclass, field, replace
from pathlib import Path

from crmwb import progress
from crmwb.errors import CrmwbError
from crmwb.sources.drafting import dimensions, facts, styles, vocabulary
from crmwb.sources.drafting.guess import Part, best
from crmwb.sources.drafting.profile import Profile, profile
from crmwb.sources.drafting.sniff import sniff
from crmwb.sources.found import Found, find
from crmwb.tables import TABLES

ORDER = ("transactions", "opportunities", "invoices", "campaign_members", "customers", "products")
NOTHING = "no purchases, invoices, opportunities, trial, customers or products"


@dataclass
class Draft:
    """A mapping draft.

    Attributes
    ----------
    name : str
        What it is about, for its name and its file's.
    directory : Path
        Where the files lie.
    parts : list of Part
        Its tables; a table may have several parts.
    unused : list of str
        What could not be used, and why.
    currency : str or None
        By the sign that stands at amounts.
    """

    name: str
    directory: Path
    parts: list[Part]
    unused: list[str] = field(default_factory=list)
    currency: str | None = None


def draft(paths: list[Path]) -> Draft:
    """Look at files and guess what they are.

    Parameters
    ----------
    paths : list of Path
        Files, or folders of Parquet files.

    Raises
    ------
    CrmwbError
        One of them is missing or cannot be read, or none of them is anything that the workbench knows.
    """
    missing = [str(path) for path in paths if not path.exists()]
    if missing:
        raise CrmwbError(f"{', '.join(missing)}: no such file.")
    directory = Path(os.path.commonpath([path.resolve().parent for path in paths]))
    profiles = [_look(directory, path.resolve().relative_to(directory).as_posix()) for path in paths]
    parts = _facts(profiles)
    used = {part.options["file"] for part in parts}
    for table in ("customers", "products"):
        own = [p for p in profiles if p.file.name not in used]
        part = next(filter(None, (dimensions.dimension(table, p, parts) for p in own)), None)
        if part is not None:
            used.add(part.options["file"])
            _join_twins(parts, part)
        part = part or dimensions.derived(table, parts)
        parts += [part] if part else []
    for part in parts:
        styles.write_numbers(part)
        styles.write_unknown(part)
    parts.sort(key=lambda part: ORDER.index(part.table))
    unused = [f"{p.file.name} is left out: {NOTHING}" for p in profiles if p.file.name not in used]
    name = Path(parts[0].options.get("file", paths[0].name)).name.partition(".")[0]
    return Draft(name, directory, parts, unused, styles.currency(parts))


def _look(directory: Path, name: str) -> Profile:
    """Look at a file; of a folder or an archive, at its first, for all that lie there."""
    with progress.step(f"looking at {name}"):
        found = find(directory, name, "crmwb map")[0]
        looked_at = profile(found, sniff(found))
    return replace(looked_at, file=Found(directory / name, name))


def _facts(profiles: list[Profile]) -> list[Part]:
    """Return what happened, as the files tell it: won opportunities only where there are no purchases."""
    parts = [part for looked_at in profiles for part in facts.facts(looked_at)]
    if not parts:
        there = "; ".join(f"{p.file.name} has {', '.join(c.name for c in p.columns[:12])}" for p in profiles)
        raise CrmwbError(
            _to_be_joined(profiles)
            or f"{NOTHING.capitalize()} found: {there}. Rename columns so that they say what they are (customer, "
            f"order, date, quantity, amount), or write the mapping by hand (docs/mappings.md)."
        )
    purchases = [part for part in parts if part.table == "transactions" and not part.is_stand_in]
    return [part for part in parts if not (purchases and part.is_stand_in)]


def _to_be_joined(profiles: list[Profile]) -> str | None:
    """Say so where who bought stands in one file and what for in another: a mapping joins no rows."""
    of = {name: [p for p in profiles if _has(p, name)] for name in ("customer_id", "revenue_cents")}
    who = next((p for p in of["customer_id"] if _has(p, "ordered_at")), None)
    what = next((p for p in of["revenue_cents"] if p is not who), None)
    if who is None or what is None:
        return None
    return (
        f"{who.file.name} says who bought and when, and {what.file.name} for how much, but a mapping joins no rows: "
        f"join them into one file, or, in a database, with a query (docs/mappings.md)."
    )


def _has(looked_at: Profile, name: str) -> bool:
    kind = TABLES["transactions"].column(name).kind
    return best(looked_at.columns, vocabulary.TRANSACTIONS[name], kind) is not None


def _join_twins(parts: list[Part], own: Part) -> None:
    """Where facts write a key a little otherwise than its own file, let them say what they mean."""
    key = dimensions.KEYS[own.table]
    column = own.guesses[key].sources[0]
    for part in parts:
        guess = part.guesses.get(key)
        twins = dimensions.near_twins(guess.sources[0], column) if guess and guess.sources else {}
        if guess and twins:
            value = guess.value if isinstance(guess.value, dict) else {"column": guess.value}
            why = f"{guess.why}; {', '.join(twins)} is written otherwise in {own.options['file']}"
            part.guesses[key] = replace(guess, value={**value, "replace": twins}, why=why)
