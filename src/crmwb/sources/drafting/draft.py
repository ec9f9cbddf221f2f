"""A mapping draft for files that nobody has described yet: which file is what, and which column is which."""

import os
from collections.abc import Collection
from dataclasses import dataclass, field, replace
from pathlib import Path

from crmwb import progress
from crmwb.errors import CrmwbError
from crmwb.sources.drafting import dimensions, facts, joins, styles
from crmwb.sources.drafting.guess import Part
from crmwb.sources.drafting.links import Declared
from crmwb.sources.drafting.profile import Profile, profile
from crmwb.sources.drafting.sniff import sniff
from crmwb.sources.found import PARQUET, Found, find

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
    queries : dict of str to str
        Of a database: queries that go beside the mapping, by their paths from it.
    """

    name: str
    directory: Path
    parts: list[Part]
    unused: list[str] = field(default_factory=list)
    currency: str | None = None
    queries: dict[str, str] = field(default_factory=dict)


def draft(paths: list[Path], declared: Collection[Declared] = ()) -> Draft:
    """Look at files and guess what they are.

    Parameters
    ----------
    paths : list of Path
        Files, folders of them, or folders of Parquet files that are one table.
    declared : collection of Declared
        Links between them that a database says.

    Raises
    ------
    CrmwbError
        One of them is missing or cannot be read, or none of them is anything that the workbench knows.
    """
    paths = [file for path in paths for file in _files(path)]
    missing = [str(path) for path in paths if not path.exists()]
    if missing:
        raise CrmwbError(f"{', '.join(missing)}: no such file.")
    directory = Path(os.path.commonpath([path.resolve().parent for path in paths]))
    profiles = [_look(directory, path.resolve().relative_to(directory).as_posix()) for path in paths]
    parts = _facts(profiles, declared)
    used = {part.options["file"] for part in parts}
    for table in ("customers", "products"):
        own = [p for p in profiles if p.file.name not in used]
        part = dimensions.best(table, [part for p in own if (part := dimensions.dimension(table, p, parts))])
        if part is not None:
            joins.enrich(part, profiles, declared)
            used.add(part.options["file"])
            _join_twins(parts, part)
        part = part or dimensions.derived(table, parts)
        parts += [part] if part else []
    joins.prune(parts)
    for part in parts:
        styles.write_numbers(part)
        styles.write_unknown(part)
    parts.sort(key=lambda part: ORDER.index(part.table))
    used |= {joined["file"] for part in parts for joined in part.options.get("join", {}).values()}
    unused = [f"{p.file.name} is left out: {NOTHING}" for p in profiles if p.file.name not in used]
    name = Path(parts[0].options.get("file", paths[0].name)).name.partition(".")[0]
    return Draft(name, directory, parts, unused, styles.currency(parts))


def _files(path: Path) -> list[Path]:
    """Return the files of a folder, but of one that holds Parquet files itself: that is one table."""
    if not path.is_dir() or any(below.suffix.lower() in PARQUET for below in path.rglob("*")):
        return [path]
    there = sorted(below for below in path.iterdir() if below.is_file() and not below.name.startswith((".", "README")))
    if not there:
        raise CrmwbError(f"{path}: a folder without files; name the one that your exports lie in.")
    return there


def _look(directory: Path, name: str) -> Profile:
    """Look at a file; of a folder or an archive, at its first, for all that lie there."""
    with progress.step(f"looking at {name}"):
        found = find(directory, name, "crmwb map")[0]
        looked_at = profile(found, sniff(found))
    return replace(looked_at, file=Found(directory / name, name))


def _facts(profiles: list[Profile], declared: Collection[Declared]) -> list[Part]:
    """Return what happened, as the files tell it: won opportunities only where there are no purchases."""
    parts = _with_joined(profiles, {p.file.name: facts.facts(p) for p in profiles}, declared)
    if not parts:
        there = "; ".join(f"{p.file.name} has {', '.join(c.name for c in p.columns[:12])}" for p in profiles)
        raise CrmwbError(
            f"{NOTHING.capitalize()} found: {there}. Rename columns so that they say what they are (customer, "
            f"order, date, quantity, amount), or write the mapping by hand (docs/mappings.md)."
        )
    purchases = [part for part in parts if part.table == "transactions" and not part.is_stand_in]
    return [part for part in parts if not (purchases and part.is_stand_in)]


def _with_joined(profiles: list[Profile], alone: dict[str, list[Part]], declared: Collection[Declared]) -> list[Part]:
    """Return what files tell alone, and the purchases that they hold together only: lines go before order totals."""
    parts = [part for every in alone.values() for part in every]
    joined = joins.joined_purchases(profiles, {name for name, every in alone.items() if every}, declared)
    for part in joined:
        for other in joins.same_sales(part, parts):
            parts.remove(other)
            part.remarks.append(
                f"{other.options['file']} has amounts of whole orders; what is read are those of the lines"
            )
    return [*parts, *joined]


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
