"""What a need is measured from: per customer, a part and the whole that it is a part of, both exact integers."""

from dataclasses import dataclass

import ibis.expr.types as ir

from crmwb.engine import Backend

SCRATCH = "needs_"


@dataclass(frozen=True)
class Measure:
    """One number of a segment: the sum of its customers' parts over the sum of their wholes.

    Attributes
    ----------
    name : str
        What the frame calls it.
    part, whole : str
        Columns of the block's two tables.
    """

    name: str
    part: str
    whole: str


@dataclass(frozen=True)
class Block:
    """Measures that are summed up together.

    Attributes
    ----------
    kind : str
        What sort of need.
    measures : tuple of Measure
        What it tells.
    parts : ir.Table
        customer_id, item and the parts: integers, no row where all are 0.
    wholes : ir.Table
        customer_id (and item, where each item has its own) and the wholes: integers, a row for every customer who
        could have had a part.
    also : tuple of Measure
        The same by another whole: a difference in the measure of that name is clear only where it is clear by this
        one too. An order of more lines holds more of everything, which is no taste for any of it.
    """

    kind: str
    measures: tuple[Measure, ...]
    parts: ir.Table
    wholes: ir.Table
    also: tuple[Measure, ...] = ()


def keep(con: Backend, expression: ir.Table, name: str) -> ir.Table:
    """Evaluate an expression once, into a temporary table that spills to disk where it is large."""
    con.raw_sql(f'CREATE OR REPLACE TEMP TABLE "{SCRATCH}{name}" AS {con.compile(expression)}')
    return con.table(SCRATCH + name)


def sweep(con: Backend, *but: str) -> None:
    """Drop what `keep` has made, but for tables of these names."""
    tables = con.raw_sql("SELECT table_name FROM information_schema.tables WHERE table_type <> 'VIEW'").fetchall()
    for (name,) in tables:
        if name.startswith(SCRATCH) and name.removeprefix(SCRATCH) not in but:
            con.raw_sql(f'DROP TABLE "{name}"')
