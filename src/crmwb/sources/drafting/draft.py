"""A mapping draft for files that nobody has described yet: which file is what, and which column is which."""

import os
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from crmwb import progress
from crmwb.errors import CrmwbError
from crmwb.sources.drafting import dimensions, facts, numbers
from crmwb.sources.drafting.guess import Guess, Part
from crmwb.sources.drafting.profile import Column, Profile, profile
from crmwb.sources.drafting.sniff import sniff
from crmwb.sources.found import Found, find
from crmwb.sources.values import NumberStyle
from crmwb.tables import Kind

ORDER = ("transactions", "opportunities", "invoices", "campaign_members", "customers", "products")
NUMERIC = {Kind.MONEY, Kind.INTEGER, Kind.NUMBER, Kind.SHARE}


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
    parts = [part for looked_at in profiles for part in facts.facts(looked_at)]
    if any(part.table == "transactions" and "filter" not in part.options for part in parts):
        parts = [p for p in parts if not (p.table == "transactions" and any(r.startswith("the source has no orders") for r in p.remarks))]  # fmt: skip
    if not parts:
        raise CrmwbError(_nothing_found(profiles))
    unused = []
    used = {part.profile.file.name for part in parts if part.profile}
    for table in ("customers", "products"):
        own = [p for p in profiles if p.file.name not in used]
        found = [part for p in own if (part := dimensions.dimension(table, p, parts))]
        if found:
            used.add(found[0].options["file"])
            _join_twins(parts, found[0])
        made = found[:1] or [part for part in [dimensions.derived(table, parts)] if part]
        parts += made
    unused = [f"{p.file.name}: no purchases, invoices, opportunities, customers or products" for p in profiles if p.file.name not in used]  # fmt: skip
    for part in parts:
        _write_numbers(part)
        _write_unknown(part)
    parts.sort(key=lambda part: ORDER.index(part.table))
    name = Path(parts[0].options.get("file", paths[0].name)).name.partition(".")[0]
    return Draft(name, directory, parts, unused, _currency(parts))


def _look(directory: Path, name: str) -> Profile:
    with progress.step(f"looking at {name}"):
        found: list[Found] = find(directory, name, "crmwb map")
        looked_at = profile(found[0], sniff(found[0]))
        return looked_at if len(found) == 1 else replace(looked_at, file=Found(directory / name, name))


def _nothing_found(profiles: list[Profile]) -> str:
    there = "; ".join(f"{p.file.name} has {', '.join(c.name for c in p.columns[:12])}" for p in profiles)
    return (
        f"No purchases, invoices, opportunities or trial found: {there}. Write the mapping by hand (docs/mappings.md), or "
        f"rename columns so that they say what they are: customer, order, date, quantity, amount."
    )


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


def _write_numbers(part: Part) -> None:
    """Say how numbers are written: for the whole file where all agree, else column by column."""
    held = {
        column.name: column.style
        for guess in part.guesses.values()
        for column in guess.sources
        if _reads_numbers(part, guess) and column.style is not None
    }
    told = {style for style in held.values() if style != NumberStyle()}
    points = any(
        "." in value for c in _columns(part) if c.name in held and held[c.name] == NumberStyle() for value in c.values
    )
    if len(told) == 1 and not (points and next(iter(told)).decimal == ","):
        target: dict[str, Any] = part.options
        target |= _as_options(next(iter(told)))
        return
    for name, guess in part.guesses.items():
        own = {held[c.name] for c in guess.sources if c.name in held} - {NumberStyle()}
        if own and _reads_numbers(part, guess):
            value = guess.value if isinstance(guess.value, dict) else {"column": guess.value}
            part.guesses[name] = replace(guess, value={**value, **_as_options(next(iter(own)))})


def _reads_numbers(part: Part, guess: Guess) -> bool:
    from crmwb.tables import TABLES

    names = [name for name, other in part.guesses.items() if other is guess]
    is_expression = isinstance(guess.value, dict) and "expression" in guess.value
    return is_expression or any(TABLES[part.table].column(name).kind in NUMERIC for name in names)


def _as_options(style: NumberStyle) -> dict[str, Any]:
    plain = NumberStyle()
    fields = ("decimal", "thousands", "currency_sign", "accounting")
    return {name: getattr(style, name) for name in fields if getattr(style, name) != getattr(plain, name)}


def _write_unknown(part: Part) -> None:
    """Say what stands for "unknown" in the columns that are used."""
    unknown = sorted({value for column in _columns(part) for value in column.null_values})
    if unknown:
        part.options["null_values"] = unknown


def _columns(part: Part) -> list[Column]:
    return [column for guess in part.guesses.values() for column in guess.sources]


def _currency(parts: list[Part]) -> str | None:
    signs = {c.style.currency_sign for part in parts for c in _columns(part) if c.style and c.style.currency_sign}
    known = {numbers.CURRENCIES.get(sign, sign) for sign in signs}
    codes = [code for code in known if len(code) == 3 and code.isupper()]
    return codes[0] if len(codes) == 1 else None
