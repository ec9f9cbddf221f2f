"""The data dictionary in docs/: every declared table, column by column, by the stage that writes it."""

from collections.abc import Iterable, Iterator

from crmwb.contract.columns import Column
from crmwb.contract.marts import CUSTOMERS as MART
from crmwb.contract.marts import PARTS
from crmwb.contract.stages import STAGES
from crmwb.contract.tables import Artefact

INTRODUCTION = """# Data dictionary

Made by `crmwb dictionary` from `src/crmwb/contract`; do not edit. Every Parquet file below data/ is declared there, and
written as declared, or not at all.

Ids are text. Money is whole hundredths of `params.source.currency`. Timestamps are UTC without a zone; shares lie
between 0 and 1. Unknown is NULL, never 0 or "".
Columns marked `?` may be unknown. What a source does not have is reported as not available, never guessed.
A finding is a statement as code and values: `crmwb.findings.say.say(loads(text))` says it.
"""
MANY = 5  # columns that are listed once, and named after that


def text() -> str:
    """Return the data dictionary as Markdown."""
    parts = [INTRODUCTION, *_overview()]
    listed: list[Artefact] = []
    for stage, artefacts in STAGES.items():
        parts.append(f"## {stage}\n")
        for artefact in artefacts:
            parts.append(_heading(artefact))
            parts += _mart(listed) if artefact is MART else _columns(artefact, listed)
            listed.append(artefact)
    return "\n".join(parts)


def _overview() -> Iterator[str]:
    """Yield a table of all files: what a row of each is."""
    yield "| stage | file or folder | one row per |\n|---|---|---|"
    for stage, artefacts in STAGES.items():
        yield from (f"| {stage} | `{a.path.as_posix()}` | {a.grain.removeprefix('one row per ')} |" for a in artefacts)
    yield ""


def _heading(artefact: Artefact) -> str:
    key = f"; key: {', '.join(artefact.key)}" if artefact.key else ""
    files = f" In files by {artefact.partition}." if artefact.partition else ""
    return f"### `{artefact.path.as_posix()}`\n\n{artefact.grain[0].upper()}{artefact.grain[1:]}{key}.{files}\n"


def _columns(artefact: Artefact, listed: list[Artefact]) -> Iterator[str]:
    """Yield the columns and rules of a table; of columns that a table before it ends with too, only its name."""
    same = next((a for a in listed if len(a.columns) > MANY and artefact.columns[-len(a.columns) :] == a.columns), None)
    if same is None:
        yield _rows(artefact.columns)
        if artefact.rules:
            rules = "".join(f"- {rule.severity}: {rule.meaning} (`{rule.name}`)\n" for rule in artefact.rules)
            yield f"In every row:\n\n{rules}"
        return
    own = artefact.columns[: -len(same.columns)]
    if own:
        yield _rows(own)
    yield f"{'Then the' if own else 'The'} columns of `{same.path.as_posix()}`.\n"


def _mart(listed: list[Artefact]) -> Iterator[str]:
    """Yield the columns of the customer mart by what they are from; those listed before, as the name of their table."""
    for name, columns in PARTS.items():
        same = next((a for a in listed if columns in (a.columns, a.columns[1:])), None)
        if same is None:
            yield f"From {name}:\n\n{_rows(columns)}"
        else:
            yield f"From {name}: the columns of `{same.path.as_posix()}`.\n"


def _rows(columns: Iterable[Column]) -> str:
    rows = [f"| `{c.name}`{'?' if c.nullable else ''} | {c.kind} | {_meaning(c)} |" for c in columns]
    return "\n".join(["| column | kind | meaning |", "|---|---|---|", *rows, ""])


def _meaning(column: Column) -> str:
    notes = [column.meaning]
    if column.allowed:
        notes.append("one of " + ", ".join(column.allowed))
    if column.references:
        notes.append(f"in {column.references}")
    return "; ".join(notes)
