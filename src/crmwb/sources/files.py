"""Adapter for a company's own data: files or a database, and a mapping that says how they become canonical tables."""

from pathlib import Path

from crmwb import layout, progress
from crmwb.contract.canonical import TABLES
from crmwb.engine import Backend
from crmwb.errors import CrmwbError
from crmwb.params import SourceParams
from crmwb.sources import contract, mapping, rows
from crmwb.sources.delivery import Delivery
from crmwb.sources.kept_rows import KeptRows, made_by
from crmwb.sources.mapped_tables import Reading


def _numbers_lines(described: mapping.Mapping, name: str) -> bool:
    """Return whether lines get their numbers here, for the source has none."""
    key = TABLES[name].key
    return "line_no" in key and not all("line_no" in part.columns for part in described.tables[name])


def read(con: Backend, params: SourceParams, folder: Path) -> Delivery:
    """Read what `params.mapping` names: files in `params.directory`, and tables or queries of a database.

    Parameters
    ----------
    con : Backend
        The engine that will hold the tables.
    params : SourceParams
        Of kind `files` or `database`: names the mapping and the directory.
    folder : Path
        Where the rows are set down as text while the engine works on them.

    Raises
    ------
    CrmwbError
        The mapping is missing or wrong, or does not fit the files; or a file is missing, empty or damaged; or the
        database cannot be read.
    """
    if params.mapping is None:
        raise CrmwbError(f"params.yaml: source: kind {params.kind} needs mapping.")
    described, places = mapping.load(Path(params.mapping))
    described = described.on_the_clock_of(params.time_zone)
    contract.check(described, places)
    stored = [("tables", name, i) for name, parts in described.tables.items() for i, p in enumerate(parts) if p.stored]
    if stored and params.kind != "database":
        raise CrmwbError(f"{places.of(stored[0])}: lies in a database; set source.kind: database in params.yaml.")
    directory = Path(params.directory or layout.RAW)
    if params.kind == "files" and not directory.resolve().is_relative_to(layout.RAW.resolve()):
        progress.console.print(
            f"  {directory} is not in {layout.RAW}: DVC does not watch it; after a change there run dvc repro --force."
        )
    read_with = params.model_dump_json(exclude={"control_totals", "control_tolerance"})
    keeping = KeptRows(made_by(described.model_dump_json(), read_with))
    at_work = Reading(con, described, places, directory, params.currency, folder, kept=keeping)
    every = at_work.tables()
    keeping.by_month = {
        name: _numbers_lines(described, name)
        for name, parts in described.tables.items()
        if all(at_work.is_kept_by_file(("tables", name, i), part) for i, part in enumerate(parts))
    }
    if stored:
        progress.console.print("  DVC does not watch the database: for new data there run dvc repro --force ingest.")
    return Delivery(
        at_work.origin,
        tables={name: rows.good(parts, TABLES[name]) for name, parts in every.items()},
        unreadable={
            name: rows.bad(con, parts, name)
            for name, parts in every.items()
            if not all(part.is_readable for part in parts)
        },
        filtered=at_work.filtered,
        joined=at_work.joined,
        kept=keeping,
    )
