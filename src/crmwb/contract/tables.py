"""What a table is: its grain, its key, its columns and rules of its rows; and where a stage keeps one."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import TYPE_CHECKING

import pyarrow as pa

from crmwb.contract.columns import ARROW_TYPES, Column

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable
    from pathlib import Path

    import ibis.expr.types as ir


class Severity(StrEnum):
    """What a broken rule does: stop the pipeline, quarantine the row, or only be reported."""

    CRITICAL = "critical"
    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True)
class Rule:
    """What must hold within each row, as an Ibis predicate that is true where the row is right."""

    name: str
    meaning: str
    holds: Callable[[ir.Table], ir.BooleanValue]
    severity: Severity = Severity.ERROR


@dataclass(frozen=True)
class Table:
    """One table.

    Attributes
    ----------
    name : str
        What it is called among the tables of its stage.
    grain : str
        What a row is: "one row per ...".
    key : tuple of str
        Columns that together tell every row from every other; rows are kept in their order.
    columns : tuple of Column
        In the order in which they are kept.
    rules : tuple of Rule
        What must hold in every row.
    """

    name: str
    grain: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    rules: tuple[Rule, ...] = ()

    @cached_property
    def schema(self) -> pa.Schema:
        """The table's Arrow schema, columns in the contract's order."""
        return schema_of(self.columns)

    @property
    def names(self) -> list[str]:
        """The names of the columns, in order."""
        return [c.name for c in self.columns]

    def difference(self, schema: pa.Schema, columns: Collection[str] | None = None) -> str:
        """Say in what the columns of a file differ from the declared ones; empty where they do not.

        Parameters
        ----------
        schema : pyarrow.Schema
            Of the file.
        columns : collection of str, optional
            Those to look at; all, and their order, where not given.
        """
        looked_at = [name for name in self.names if columns is None or name in columns]
        missing = [name for name in looked_at if name not in schema.names]
        other = [name for name in schema.names if columns is None and name not in self.names]
        if missing or other:
            return f"it lacks {', '.join(missing)}" if missing else f"it has {', '.join(other)}"
        if columns is None and schema.names != self.names:
            return f"its columns stand in the order {', '.join(schema.names)}"
        types = ((name, schema.field(name).type, self.schema.field(name).type) for name in looked_at)
        return "; ".join(f"{name} is {has}, not {declared}" for name, has, declared in types if has != declared)

    def column(self, name: str) -> Column:
        """Return the column called `name`; StopIteration where there is none."""
        return next(c for c in self.columns if c.name == name)


@dataclass(frozen=True, kw_only=True)
class Artefact(Table):
    """A table that a stage writes.

    Attributes
    ----------
    path : Path
        The Parquet file, from the project's root; or a folder of such files with the same columns.
    partition : str, optional
        What the files of a folder are named for; of a column of days or moments, its months: 2024-01.parquet.
    """

    path: Path
    partition: str | None = None


def named(artefacts: Iterable[Artefact], name: str) -> Artefact:
    """Return the artefact of a stage that is called `name`; StopIteration where there is none."""
    return next(artefact for artefact in artefacts if artefact.name == name)


def schema_of(columns: tuple[Column, ...]) -> pa.Schema:
    """Return the Arrow schema of columns; every field may hold NULL, as files do not say what may be unknown."""
    return pa.schema([pa.field(c.name, ARROW_TYPES[c.kind], nullable=True) for c in columns])
