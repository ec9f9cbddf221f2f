"""What a database says of its own tables: columns with their types, primary keys, foreign keys."""

from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from typing import Any

from crmwb.sources.database import worded_errors

FLOATS = ("double", "float", "real")
INTERNAL = ("pg_catalog", "information_schema", "mysql", "performance_schema", "sys")
HERE = {"postgres": "public", "duckdb": "main"}  # schemas whose tables need not say it


@dataclass(frozen=True)
class ForeignKey:
    """One column whose values are keys of another table."""

    column: str
    table: str
    there: str


@dataclass
class Stored:
    """A table of a database.

    Attributes
    ----------
    name : str
        As a mapping names it: with its schema where that is not the usual one.
    columns : dict of str to str
        Names and types, in small letters.
    key : tuple of str
        Its primary key; empty where it has none.
    unique : set of str
        Columns that the database keeps from holding a value twice.
    foreign_keys : list of ForeignKey
        Of one column each.
    """

    name: str
    columns: dict[str, str] = field(default_factory=dict)
    key: tuple[str, ...] = ()
    unique: set[str] = field(default_factory=set)
    foreign_keys: list[ForeignKey] = field(default_factory=list)

    def is_float(self, column: str) -> bool:
        """Whether a column holds floating-point numbers, which are no exact amounts."""
        return self.columns.get(column, "").startswith(FLOATS)


def tables(con: Any) -> list[Stored]:
    """Return the tables of a database, by name; not its views, which tell again what tables say.

    Parameters
    ----------
    con : connection
        What `database.connect` yields.

    Raises
    ------
    CrmwbError
        The database refuses to say.
    """
    with worded_errors("the tables of the database"):
        result = {"sqlite": _sqlite, "postgres": _postgres, "mysql": _mysql, "duckdb": _duckdb}[con.name](con)
    return sorted(result.values(), key=lambda table: table.name)


def _rows(con: Any, query: str) -> list[Sequence[Any]]:
    with closing(con.con.cursor()) as cursor:
        cursor.execute(query)
        rows: list[Sequence[Any]] = cursor.fetchall()
        return rows


def _sqlite(con: Any) -> dict[str, Stored]:
    result = {}
    for (name,) in _rows(con, "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"):
        phrase = '"' + name.replace('"', '""') + '"'
        info = _rows(con, f"PRAGMA table_info({phrase})")
        table = Stored(name, {row[1]: row[2].lower() for row in info})
        table.key = tuple(row[1] for row in sorted(info, key=lambda row: row[5]) if row[5])
        for _, index, is_unique, *_ in _rows(con, f"PRAGMA index_list({phrase})"):
            columns = [row[2] for row in _rows(con, f'PRAGMA index_info("{index}")')] if is_unique else []
            table.unique |= set(columns) if len(columns) == 1 else set()
        result[name] = table
    for name, table in result.items():
        phrase = '"' + name.replace('"', '""') + '"'
        keys = _rows(con, f"PRAGMA foreign_key_list({phrase})")
        for number, _, other, column, there, *_ in keys:
            if sum(row[0] == number for row in keys) == 1 and other in result:
                own = there or next(iter(result[other].key), "")
                table.foreign_keys.append(ForeignKey(column, other, own))
    return _settled(result)


def _postgres(con: Any) -> dict[str, Stored]:
    result = _by_columns(con)
    # the information schema hides keys from accounts that may only read
    keys = _rows(
        con,
        """
        SELECT n.nspname, t.relname, c.contype::text,
               (SELECT array_agg(a.attname::text ORDER BY k.i) FROM unnest(c.conkey) WITH ORDINALITY AS k(n, i)
                JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = k.n),
               fn.nspname, ft.relname,
               (SELECT array_agg(a.attname::text ORDER BY k.i) FROM unnest(c.confkey) WITH ORDINALITY AS k(n, i)
                JOIN pg_attribute a ON a.attrelid = c.confrelid AND a.attnum = k.n)
        FROM pg_constraint c JOIN pg_class t ON t.oid = c.conrelid JOIN pg_namespace n ON n.oid = t.relnamespace
        LEFT JOIN pg_class ft ON ft.oid = c.confrelid LEFT JOIN pg_namespace fn ON fn.oid = ft.relnamespace
        WHERE c.contype IN ('p', 'u', 'f') ORDER BY 1, 2, c.conname
        """,
    )
    for schema, name, kind, columns, other_schema, other, there in keys:
        table = result.get(_named(con, schema, name))
        if table is not None:
            _constrain(table, {"p": "PRIMARY KEY", "u": "UNIQUE", "f": "FOREIGN KEY"}[kind], columns,
                       _named(con, other_schema, other) if other else None, there)  # fmt: skip
    return _settled(result)


def _mysql(con: Any) -> dict[str, Stored]:
    result = _by_columns(con, "AND c.table_schema = database()")
    rows = _rows(
        con,
        """
        SELECT k.table_name, k.constraint_name, c.constraint_type, k.column_name, k.referenced_table_name,
               k.referenced_column_name
        FROM information_schema.key_column_usage k JOIN information_schema.table_constraints c
          ON c.table_schema = k.table_schema AND c.table_name = k.table_name AND c.constraint_name = k.constraint_name
        WHERE k.table_schema = database() ORDER BY k.table_name, k.constraint_name, k.ordinal_position
        """,
    )
    grouped: dict[tuple[str, str, str], list[Sequence[Any]]] = {}
    for row in rows:
        grouped.setdefault((row[0], row[1], row[2]), []).append(row)
    for (name, _, kind), every in grouped.items():
        if name in result:
            _constrain(result[name], kind, [row[3] for row in every], every[0][4], [row[5] for row in every])
    return _settled(result)


def _duckdb(con: Any) -> dict[str, Stored]:
    result = _by_columns(con)
    rows = _rows(
        con,
        "SELECT schema_name, table_name, constraint_type, constraint_column_names, referenced_table, "
        "referenced_column_names FROM duckdb_constraints() ORDER BY ALL",
    )
    for schema, name, kind, columns, other, there in rows:
        table = result.get(_named(con, schema, name))
        if table is not None:
            _constrain(table, kind, columns, other, there)
    return _settled(result)


def _by_columns(con: Any, more: str = "") -> dict[str, Stored]:
    """Return the tables of a database that has an information schema, with their columns."""
    internal = ", ".join(f"'{name}'" for name in INTERNAL)
    rows = _rows(
        con,
        f"SELECT c.table_schema, c.table_name, c.column_name, c.data_type "  # noqa: S608 - ours
        f"FROM information_schema.columns c JOIN information_schema.tables t "
        f"ON t.table_schema = c.table_schema AND t.table_name = c.table_name AND t.table_type = 'BASE TABLE' "
        f"WHERE c.table_schema NOT IN ({internal}) {more} ORDER BY c.table_schema, c.table_name, c.ordinal_position",
    )
    result: dict[str, Stored] = {}
    for schema, table, column, kind in rows:
        name = table if con.name == "mysql" else _named(con, schema, table)
        result.setdefault(name, Stored(name)).columns[column] = str(kind).lower()
    return result


def _named(con: Any, schema: str, table: str) -> str:
    return table if HERE.get(con.name) == schema else f"{schema}.{table}"


def _constrain(table: Stored, kind: str, columns: list[str], other: str | None, there: list[str] | None) -> None:
    """Put a constraint of the database into what is known of a table."""
    if kind == "PRIMARY KEY":
        table.key = tuple(columns)
    elif kind == "UNIQUE" and len(columns) == 1:
        table.unique.add(columns[0])
    elif kind == "FOREIGN KEY" and len(columns) == 1 and other and there:
        table.foreign_keys.append(ForeignKey(columns[0], other, there[0]))


def _settled(result: dict[str, Stored]) -> dict[str, Stored]:
    """Count keys of one column among the unique ones; leave out foreign keys to what is not there."""
    for table in result.values():
        table.unique |= set(table.key) if len(table.key) == 1 else set()
        kept = (key for key in table.foreign_keys if key.table in result)
        table.foreign_keys = sorted(kept, key=lambda key: (key.column, key.table))
    return result


def links(every: list[Stored]) -> Iterator[tuple[str, str, str, str]]:
    """Yield table, column, other table and column there of the foreign keys."""
    for table in every:
        yield from ((table.name, key.column, key.table, key.there) for key in table.foreign_keys)
