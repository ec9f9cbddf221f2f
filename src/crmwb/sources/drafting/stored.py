"""A mapping draft for a database: its tables looked at as files are, its keys taken at their word."""

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from crmwb import layout, progress
from crmwb.contract import Kind
from crmwb.contract.canonical import TABLES
from crmwb.errors import CrmwbError
from crmwb.files import owners
from crmwb.sources import catalogue, database
from crmwb.sources.catalogue import Stored
from crmwb.sources.drafting.draft import Draft, draft
from crmwb.sources.drafting.guess import Part
from crmwb.sources.drafting.reading import syntax
from crmwb.sources.drafting.reading.links import Declared
from crmwb.sources.drafting.reading.profile import N_ROWS

KEY = "crmwb map --database"


def draft_stored(url: str | None) -> Draft:
    """Look at the tables of a database and guess what they are.

    Where every table that is joined has a key that the database keeps unique, the join is drafted as a query; where it
    has not, as a `join`, which refuses to multiply rows.

    Parameters
    ----------
    url : str or None
        Its address; that of the environment where not given.

    Raises
    ------
    CrmwbError
        It cannot be read, has no tables with rows, or none of them is anything that the workbench knows.
    """
    with database.connect(url) as con, owners.scratch("map") as folder:
        tables = {_file(table.name): table for table in catalogue.tables(con)}
        paths = [path for file, table in tables.items() if (path := _sampled(con, table, folder / file))]
        if not paths:
            raise CrmwbError(
                f"{KEY}: the database has no table with rows; name another database, or map a view by hand."
            )
        declared = [Declared(_file(a), b, _file(c), d) for a, b, c, d in catalogue.links(list(tables.values()))]
        drafted = draft(paths, declared)
    drafted.directory = layout.RAW
    drafted.unused = [_without_ending(remark) for remark in drafted.unused]
    drafted.questions = [replace(question, text=_without_ending(question.text)) for question in drafted.questions]
    every = list(drafted.parts)
    for part in every:
        part.remarks = [_without_ending(remark) for remark in part.remarks]
        if "file" in part.options:
            part.remarks += _floats(part, tables)
            _name_tables(part, tables, drafted, every)
    return drafted


def _file(table: str) -> str:
    return f"{table.replace('.', '__')}.parquet"


def _without_ending(text: str) -> str:
    return re.sub(r"\b(\w+)\.parquet\b", lambda result: result[1].replace("__", "."), text)


def _sampled(con: Any, table: Stored, path: Path) -> Path | None:
    """Write the first rows of a table as text; None where it has none."""
    with progress.step(f"looking at {table.name}"):
        query = database.open_table(con, table.name, KEY, n_rows=N_ROWS)
        batches = list(query.batches(list(range(len(query.columns)))))
    if not batches:
        return None
    rows = pa.Table.from_batches(batches)
    pq.write_table(rows.select(range(len(query.columns))).rename_columns(query.columns), path)
    return path


def _floats(part: Part, tables: dict[str, Stored]) -> list[str]:
    """Return a warning for every amount of money that a database holds as a floating-point number."""
    files = {"": part.options["file"]} | {name: join["file"] for name, join in part.options.get("join", {}).items()}
    money = {
        column.name
        for name, guess in part.guesses.items()
        if TABLES[part.table].column(name).kind is Kind.MONEY
        for column in guess.sources
    }
    result = []
    for name in sorted(money):
        alias, _, own = name.rpartition(".")
        table = tables[files.get(alias, part.options["file"])]
        if table.is_float(own):
            result.append(
                f"{table.name}.{own} is {table.columns[own]}, no exact number: amounts are rounded to the cent as "
                f"they are read, and sums in the database itself may differ by cents; numeric would be exact"
            )
    return result


def _name_tables(part: Part, tables: dict[str, Stored], draft: Draft, every: list[Part]) -> None:
    """Name tables in the place of the files that their samples lay in, or a query that joins them."""
    base = tables[part.options.pop("file")]
    joins = part.options.pop("join", {})
    order = {"order_by": list(base.key)} if base.key else {}
    if joins and all(_is_declared(option, tables) for option in joins.values()):
        path = f"sql/{syntax.slug(draft.name)}_{part.table}.sql"
        if path in draft.queries:  # a table of the canonical ones may have several parts, such as sales and refunds
            path = f"sql/{syntax.slug(draft.name)}_{part.table}_{syntax.slug(base.name)}.sql"
        draft.queries[path] = _query(part, base, joins, tables, every)
        part.options = {"query": path, **order, **part.options}
        return
    named = {
        name: {"table": tables[option.pop("file")].name, **{k: v for k, v in option.items() if k != "null_values"}}
        for name, option in joins.items()
    }
    part.options = {"table": base.name, **order, **({"join": named} if named else {}), **part.options}


def _is_declared(option: dict[str, Any], tables: dict[str, Stored]) -> bool:
    there = list(syntax.keys(option).values())
    return len(there) == 1 and there[0] in tables[option["file"]].unique


def _query(
    part: Part, base: Stored, joins: dict[str, dict[str, Any]], tables: dict[str, Stored], every: list[Part]
) -> str:
    """Return a query with the rows of a table and, beside them, what is read of those that it joins."""
    readers = [part, *(p for p in every if part.table in str(p.options.get("derived_from", "")))]
    text = " ".join(f"{p.options} {[g.value for g in p.guesses.values()]}" for p in readers)
    lines = ["SELECT base.*"]
    rest = [f"FROM {_name(base.name)} AS base"]
    for alias, option in joins.items():
        table = tables[option["file"]]
        read = [column for column in table.columns if re.search(rf"\b{re.escape(f'{alias}.{column}')}\b", text)]
        lines[-1] += ","
        lines.append(
            ",\n".join(f"  {_name(alias, column)} AS {_name(f'{alias}.{column}', whole=True)}" for column in read)
        )
        if not read:
            lines.pop()
            lines[-1] = lines[-1].removesuffix(",")
        ((here, there),) = syntax.keys(option).items()
        at, _, own = here.rpartition(".")
        rest.append(
            f"LEFT JOIN {_name(table.name)} AS {_name(alias)} ON {_name(at or 'base', own)} = {_name(alias, there)}"
        )
    head = f"-- Drafted by crmwb map: one row per row of {base.name}; each has one of those joined at most, by its key."
    return "\n".join([head, *lines, *rest]) + "\n"


def _name(*parts: str, whole: bool = False) -> str:
    every = parts if whole else [piece for part in parts for piece in part.split(".")]
    return ".".join('"' + part.replace('"', '""') + '"' for part in every)
