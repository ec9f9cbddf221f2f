"""The data dictionary in docs/: canonical tables, history and mart, column by column, from where they are declared."""

from collections.abc import Iterable
from pathlib import Path

from crmwb import storage
from crmwb.contract import Column, Table
from crmwb.contract.canonical import TABLES
from crmwb.history import store
from crmwb.marts import mart

INTRODUCTION = """# Data dictionary

Made by `crmwb dictionary` from `src/crmwb/contract` and the columns of the history and the customer mart; do not edit.

Ids are text. Money is whole hundredths of `params.source.currency`. Timestamps are UTC without a zone.
Unknown is NULL, never 0 or "".
Columns marked `?` may be unknown. What a source does not have is reported as not available, never guessed.
"""


def write(path: Path) -> None:
    """Write the data dictionary as Markdown."""
    storage.write_text(text(), path)


def text() -> str:
    """Return the data dictionary as Markdown."""
    parts = [INTRODUCTION, "## Canonical tables\n"]
    parts += [_table(table) for table in TABLES.values()]
    parts.append("## The history\n\n`data/history/`: what customers bought, in a file per month.\n")
    for name, (columns, _) in store.TABLES.items():
        parts += [f"### {name}\n", _rows(columns)]
    parts.append("## The customer mart\n\n`data/marts/customers.parquet` and `.csv`: one row per customer.\n")
    for made_by, columns in mart.columns().items():
        parts += [f"### From {made_by}\n", _rows(columns)]
    return "\n".join(parts)


def _table(table: Table) -> str:
    heading = f"### {table.name}\n\n{table.grain[0].upper()}{table.grain[1:]}; key: {', '.join(table.key)}.\n"
    rules = "".join(f"- {rule.severity}: {rule.meaning} (`{rule.name}`)\n" for rule in table.rules)
    return f"{heading}\n{_rows(table.columns)}" + (f"\nIn every row:\n\n{rules}" if rules else "")


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
