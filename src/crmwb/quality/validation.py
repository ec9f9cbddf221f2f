"""Canonical tables in; clean tables, quarantine and what was found out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import ibis.expr.types as ir
import numpy as np
import pyarrow.parquet as pq

from crmwb import engine, layout, progress, storage
from crmwb.contract import Artefact, Kind, Table
from crmwb.contract import quality as declared
from crmwb.contract.canonical import TABLES, TRANSACTIONS
from crmwb.engine import Backend
from crmwb.errors import CrmwbError
from crmwb.files import kept as files_kept
from crmwb.files import owners
from crmwb.params import QualityParams
from crmwb.quality import account as accounts
from crmwb.quality import judged_months, kept_audits, kept_sums, kept_tables, limits, sums
from crmwb.quality.audits import FILTERED, QUARANTINE, audited
from crmwb.quality.checks import KEY_IS_UNIQUE, REPEATS, ROW, Check, row_checks, shape_checks
from crmwb.quality.completeness import completeness, known_shares
from crmwb.quality.facts import repeats, share_keys, with_facts
from crmwb.quality.judged_months import JudgedMonths
from crmwb.quality.partitions import partitions, rows_at, shape
from crmwb.quality.quarantine import (
    broken_rows,
    quarantined,
    source_places,
    unreadable_rows,
    write_clean,
)
from crmwb.quality.results import TableResult, Validation, profile_of
from crmwb.quality.runs import drift
from crmwb.quality.runs.profile import distributions, distributions_of
from crmwb.quality.stray import stray_checks
from crmwb.quality.verdicts import Verdict, judge, judge_shape, with_examples


@dataclass(frozen=True)
class Setting:
    """Where a validation reads and writes, with what, and how much bad data is too much."""

    con: Backend
    canonical: Path
    clean: Path
    quarantine: Path
    scratch: Path
    params: QualityParams
    present: tuple[str, ...]
    kept: Path | None


def validate(
    con: Backend,
    canonical: Path,
    clean: Path,
    quarantine: Path,
    params: QualityParams,
    *,
    accepted: dict[str, Any] | None = None,
    kept: Path | None = None,
) -> Validation:
    """Sort the rows of every canonical table into clean and quarantined.

    Parameters
    ----------
    con : Backend
        The engine.
    canonical : Path
        The folder that ingest made: tables, manifest and, where there are any, unreadable rows.
    clean, quarantine : Path
        Folders to fill, with a Parquet file per table each; clean ones with a folder of files where they have one.
    params : QualityParams
        How much bad data is too much.
    accepted : dict, optional
        The profile of the run that was accepted.
    kept : Path, optional
        A folder with what earlier runs found in each month of tables in a file for each month; they are not judged
        again where they are as they were, and what is found now is kept there.

    Raises
    ------
    CrmwbError
        There is no table; one is not as its contract or the manifest says; a critical rule is broken; more rows would
        be quarantined than allowed; or nothing usable is left.
    """
    storage.require(canonical)
    manifest = storage.read_json(canonical / layout.MANIFEST.name)
    present = [name for name in TABLES if name in manifest["tables"]]
    if not present:
        raise CrmwbError(f"{canonical}: the source has no table; map at least customers and transactions.")
    results: dict[str, TableResult] = {}
    tables: dict[str, ir.Table] = {}
    with owners.scratch("validate") as scratch:
        setting = Setting(con, canonical, clean, quarantine, scratch, params, tuple(present), kept)
        for name in parents_first(present):
            results[name] = _validate_table(setting, TABLES[name], tables, manifest["tables"])
            tables[name] = storage.open_table(con, storage.table_in(clean, name), f"clean_{name}")
        left = {
            name + QUARANTINE: engine.open_parquet(con, quarantine / f"{name}.parquet", f"quarantined_{name}")
            for name in present
        }
        filtered = {
            name + FILTERED: accounts.filtered(con, name, entry)
            for name, entry in manifest["tables"].items()
            if entry.get("filtered")
        }
        with engine.keeping(con) as keep:
            with progress.step("counting what is known"):
                tables |= _line_sums(setting, tables, keep)
                if storage.table_in(clean, "transactions").is_dir():
                    shares = distributions_of(tables[f"transactions{sums.VALUES.name}"], TRANSACTIONS)
                    results["transactions"] = replace(results["transactions"], distributions=shares)
                complete = completeness(tables, {name: result.known for name, result in results.items()})
            with (
                progress.step("auditing the clean tables"),
                kept_audits.made(kept, clean, quarantine, manifest["tables"]) as known,
            ):
                audits = tuple(audited(tables | left | filtered, keep, known))
    profile = profile_of(manifest.get("source", {}), results)
    return Validation(results, profile, tuple(drift.judged(profile, accepted, params)), complete, audits)


def _line_sums(setting: Setting, tables: Mapping[str, ir.Table], keep: sums.Keep) -> dict[str, ir.Table]:
    """Return the sums of clean order lines, where there are any."""
    clean = storage.table_in(setting.clean, "transactions")
    if "transactions" not in tables:
        return {}
    if setting.kept is None or not clean.is_dir():
        return sums.worked_out(tables["transactions"], keep)
    return kept_sums.summed(setting.con, clean, keep, setting.kept / "sums")


def parents_first(names: Sequence[str]) -> list[str]:
    """Return table names so that each comes after those that it refers to; otherwise in the order given."""
    ordered: list[str] = []
    while waiting := [name for name in names if name not in ordered]:
        ordered.append(next(name for name in waiting if not _parents(TABLES[name]) & set(waiting)))
    return ordered


def _parents(table: Table) -> set[str]:
    return {str(column.references) for column in table.columns if column.references} - {table.name}


def _validate_table(
    setting: Setting, table: Artefact, parents: Mapping[str, ir.Table], manifest: Mapping[str, Any]
) -> TableResult:
    """Do what `_validate_rows` does; where all is as in an earlier run, by what that run found."""
    file = storage.table_in(setting.canonical, table.name)
    if setting.kept is None or file.is_dir():
        return _validate_rows(setting, table, parents, manifest[table.name])
    clean_file, quarantine = setting.clean / file.name, setting.quarantine / f"{table.name}.parquet"
    referred = [storage.table_in(setting.clean, name) for name in parents if name in _parents(table)]
    known = kept_tables.opened(table, setting.canonical, referred, manifest, params=setting.params, to=setting.kept)
    checks = [*shape_checks(table), *row_checks(table, {*parents, table.name})]
    result = known.result(checks)
    if result is None:
        result = _validate_rows(setting, table, parents, manifest[table.name])
        known.write(result, quarantine, checks)
        return result
    write_clean(file, broken_rows(result.verdicts)[ROW].to_numpy(), clean_file)
    files_kept.link(known.quarantine, quarantine)
    accounts.check_rows(result.account, clean_file, quarantine)
    return result


def _validate_rows(
    setting: Setting, table: Table, parents: Mapping[str, ir.Table], manifest: Mapping[str, Any]
) -> TableResult:
    """Hold one table against its contract and its clean parents, and write its clean rows and its quarantine."""
    con, params = setting.con, setting.params
    file = storage.table_in(setting.canonical, table.name)
    clean_file, quarantine_file = setting.clean / file.name, setting.quarantine / f"{table.name}.parquet"
    types = shape(file, table)
    shape_verdicts = with_examples(judge_shape(shape_checks(table), types), (), 1, types.loc.__getitem__)
    limits.stop_on_wrong_shape(file, shape_verdicts)
    rows = engine.open_files(con, storage.parts(file), table.name, position=ROW)
    unreadable = unreadable_rows(con, setting.canonical, table.name)
    account = accounts.opened(file, 0 if unreadable is None else unreadable.count().to_pyarrow().as_py(), manifest)

    verdicts, broken = _judged(setting, rows, table, parents, account.clean)
    account = accounts.without(account, broken.count().to_pyarrow().as_py())
    limits.stop_on_critical(file, verdicts)
    limits.stop_on_nothing_usable(file, account, verdicts, unreadable)
    limits.stop_on_too_much_quarantined(file, account, verdicts, unreadable, params.max_quarantined_share)

    with progress.step(f"{table.name}: writing {account.clean:,} clean rows, {account.quarantined:,} quarantined"):
        write_clean(file, broken[ROW].to_pyarrow().to_numpy(), clean_file)
        places = source_places(con, file.parent, table.name)
        storage.stream(con, quarantined(rows, broken, unreadable, places), declared.QUARANTINE, quarantine_file)
        accounts.check_rows(account, clean_file, quarantine_file)
        clean = storage.open_table(con, clean_file, f"clean_{table.name}")
        limits.stop_on_uncountable_money(file, accounts.volumes(clean, table))
        return TableResult(
            account,
            accounts.money(rows, clean, rows.semi_join(broken, ROW)),
            (*shape_verdicts, *verdicts),
            known_shares(rows, table, storage.parts(file)),
            *_period(clean, table),
            _reasons(engine.open_parquet(con, quarantine_file, f"quarantined_{table.name}")),
            {} if clean_file.is_dir() else distributions(clean, table),  # of a folder, sums of its months say them
            manifest.get("filtered", 0),
        )


def _judged(
    setting: Setting, rows: ir.Table, table: Table, parents: Mapping[str, ir.Table], n_rows: int
) -> tuple[list[Verdict], ir.Table]:
    """Return the verdict of every check, and the rows to quarantine as `broken_rows` has them."""
    con = setting.con
    file = storage.table_in(setting.canonical, table.name)

    def shown(verdicts: list[Verdict]) -> list[Verdict]:
        return with_examples(verdicts, table.key, setting.params.n_examples, lambda ids: rows_at(file, table, ids))

    checks = [*row_checks(table, {*parents, table.name}), *stray_checks(table.name, rows, setting.present)]
    key = [check for check in checks if check.rule == KEY_IS_UNIQUE]
    last = [check for check in checks if check.awaits_quarantine]
    others = [check for check in checks if check not in [*key, *last]]

    judged = [*others, *key]
    months = None if last else _months(setting, file, table, judged, parents)
    fresh = storage.parts(file) if months is None else months.fresh(con, judged, parents)
    verdicts = [Verdict(check, 0, np.array([], dtype=np.int64)) for check in judged]
    if fresh:
        some = rows if len(fresh) == len(storage.parts(file)) else engine.open_files(con, fresh, "fresh", position=ROW)
        full = with_facts(some, others, parents)
        apart = months is not None
        repeated = repeats(con, full, table, others, files=fresh, apart=apart, scratch=setting.scratch)
        full = with_facts(full, key, {REPEATS: repeated})
        frames = partitions(con, full, table, judged, n_rows)
        verdicts = judge(table.name, judged, frames if months is None else months.counted(frames, judged, fresh))
    if months is not None and setting.kept is not None:
        verdicts = months.merged(verdicts, fresh)
        months.write(setting.kept / f"{table.name}.json")
    verdicts = shown(verdicts)
    broken_file = setting.scratch / f"{table.name}_broken.parquet"
    pq.write_table(broken_rows(verdicts), broken_file)
    broken = engine.open_parquet(con, broken_file, broken_file.stem)
    if last:
        full = with_facts(rows, last, {table.name: rows.anti_join(broken, ROW)})
        name = f"{table.name} among themselves"
        verdicts += shown(judge(name, last, partitions(con, full, table, last, n_rows)))
    return verdicts, broken


def _months(
    setting: Setting, file: Path, table: Table, checks: Sequence[Check], parents: Mapping[str, ir.Table]
) -> JudgedMonths | None:
    """Return the months of a table that can be judged one by one; None where it has none, or months share keys."""
    if setting.kept is None or not file.is_dir() or share_keys(setting.con, storage.parts(file), list(table.key)):
        return None
    clean = {name: storage.table_in(setting.clean, name) for name in parents if name in _parents(table)}
    return judged_months.opened(
        TABLES[table.name], storage.parts(file), checks, clean, setting.kept / f"{table.name}.json"
    )


def _period(rows: ir.Table, table: Table) -> tuple[str | None, str | None]:
    """Return the first and last day (ISO) in a table's first date column; None where it has none, or knows none."""
    moments = [c.name for c in table.columns if c.kind in {Kind.DATE, Kind.TIMESTAMP}]
    if not moments:
        return None, None
    day = rows[moments[0]].cast("date")
    ends = rows.aggregate(first=day.min(), last=day.max()).to_pyarrow().to_pylist()[0]
    first, last = (None if end is None else end.isoformat() for end in (ends["first"], ends["last"]))
    return first, last


def _reasons(left_behind: ir.Table) -> dict[str, int]:
    """Return quarantined rows by the rules that they broke."""
    counts = left_behind.group_by("rule").aggregate(n_rows=left_behind.count()).order_by("rule")
    return {row["rule"]: row["n_rows"] for row in counts.to_pyarrow().to_pylist()}
