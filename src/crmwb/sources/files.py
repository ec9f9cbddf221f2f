"""Adapter for a company's own exports: files, and a mapping that says how they become the canonical tables."""

from operator import itemgetter
from pathlib import Path

from crmwb import engine, layout, progress
from crmwb.engine import Backend
from crmwb.errors import CrmwbError
from crmwb.params import SourceParams
from crmwb.sources import contract, mapping, rows, staging
from crmwb.sources.delivery import Delivery, Origin
from crmwb.sources.mapping import Mapping
from crmwb.tables import TABLES


def read(con: Backend, params: SourceParams, folder: Path) -> Delivery:
    """Read the files that `params.mapping` names in `params.directory`.

    Parameters
    ----------
    con : Backend
        The engine that will hold the tables.
    params : SourceParams
        Of kind `files`: names the mapping and the directory.
    folder : Path
        Where the files are set down as text while the engine works on them.

    Raises
    ------
    CrmwbError
        The mapping is missing or wrong, or does not fit the files; or a file is missing, empty or damaged.
    """
    if params.mapping is None or params.directory is None:
        raise CrmwbError("params.yaml: source: kind files needs mapping and directory.")
    path, directory = Path(params.mapping), Path(params.directory)
    described = mapping.load(path)
    contract.check(described, path)
    if not directory.resolve().is_relative_to(layout.RAW.resolve()):
        progress.console.print(
            f"  {directory} is not in {layout.RAW}: DVC does not watch it; after a change there run dvc repro --force."
        )
    found = {
        name: staging.find(directory, table.file, f"{path}: tables.{name}.file")
        for name, table in described.tables.items()
        if table.file is not None
    }
    every = {}
    malformed = {}
    for name, files in found.items():
        table = described.tables[name]
        staged = staging.stage(files, table, _wanted(name, described, path), folder / f"{name}.parquet")
        with progress.step(f"casting {name} ({staged.n_rows:,} rows)"):
            read_rows = rows.read(rows.open_staged(con, staged, name), TABLES[name], table)
            every[name] = rows.set_down(con, read_rows, name, folder / f"{name}.cast.parquet")
        malformed[name] = engine.open_arrow(con, staged.malformed, f"malformed_{name}")
    for name, table in described.tables.items():
        if table.derived_from:
            bases = {base: (TABLES[base], every[base]) for base in table.derived_from}
            with progress.step(f"deriving {name}"):
                read_rows = rows.read(rows.latest_known(TABLES[name], table, bases), TABLES[name], table)
                every[name] = rows.set_down(con, read_rows, name, folder / f"{name}.cast.parquet")
    shown = {(file, shown) for files in found.values() for file, shown in files}
    return Delivery(
        Origin(
            described.name, described.version, described.licence, described.caveat, sorted(shown, key=itemgetter(1))
        ),
        tables={name: rows.good(every[name], TABLES[name], described.tables[name]) for name in every},
        unreadable={name: rows.bad(every[name], malformed.get(name)) for name in every},
    )


def _wanted(name: str, described: Mapping, path: Path) -> dict[str, str]:
    """Return the source columns that a table's files must have, each with the key of the mapping that asks for it.

    A table derived from this one reads its columns from the same files.
    """
    wanted: dict[str, str] = {}
    for reader, table in described.tables.items():
        if reader == name or name in table.derived_from:
            for canonical, mapped in table.columns.items():
                for column in mapped.source_columns:
                    wanted.setdefault(column, f"{path}: tables.{reader}.columns.{canonical}")
    return wanted
