"""Looking through the quarantine: grouped by what is wrong, with examples, and as a file for whoever owns the data.

Nothing is put back by hand: once the source or its mapping is mended, the next run lets rows in that keep the rules.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow as pa

from crmwb import layout, storage
from crmwb.errors import CrmwbError
from crmwb.files import csv_file
from crmwb.findings import Count, Finding, Name, Value, numbers
from crmwb.findings.say import say
from crmwb.quality.runs.accepted import accepted, comparable, reasons

PLACE = ["source_file", "source_row", "rule", "reason"]
N_EXAMPLES = 3
WIDTH = 160  # letters of an example; more is in the file


@dataclass
class Group:
    """Quarantined rows of one table that broke the same rules for the same reason.

    Attributes
    ----------
    table, rule, reason : str
        Several rules, and their reasons, are joined by "; ".
    n_rows : int
        How many there are.
    examples : list of dict
        The first of them: source_file, source_row (None for rows that could be read), values (a dict).
    """

    table: str
    rule: str
    reason: str
    n_rows: int = 0
    examples: list[dict[str, Any]] = field(default_factory=list)


def shown(root: Path, table: str | None = None, rule: str | None = None, path: Path | None = None) -> str:
    """Return what `crmwb quarantine` says: the groups beside those of the accepted run, or what was exported.

    Parameters
    ----------
    root : Path
        The project's root.
    table, rule : str, optional
        As in `groups`.
    path : Path, optional
        Export to this CSV instead.

    Raises
    ------
    CrmwbError
        As in `groups` and `export`.
    """
    folder = root / layout.QUARANTINE
    if path is not None:
        n_rows = export(folder, path, table, rule)
        return f"{_sentence('exported', path=Name(str(path)), rows=Count(n_rows, 'row'))} {_sentence('readmit')}"
    listed = groups(folder, table, rule)
    before = comparable(
        storage.read_json(root / layout.QUALITY_SUMMARY)["profile"], accepted(root / layout.ACCEPTED_RUN)
    )
    return in_words(listed, reasons(before) if before else None)


def groups(folder: Path, table: str | None = None, rule: str | None = None) -> list[Group]:
    """Return what is in quarantine, by table, the commonest reason first.

    Parameters
    ----------
    folder : Path
        The quarantine.
    table, rule : str, optional
        Only of this table, only what breaks this rule.

    Raises
    ------
    CrmwbError
        Nothing was validated yet; there is no such table; or no row broke the rule.
    """
    by_key: dict[tuple[str, str, str], Group] = {}
    for file in _files(folder, table):
        for batch in _batches(file, rule):
            for row in _first_of_each_reason(batch):
                key = (file.stem, row["rule"], row["reason"])
                group = by_key.setdefault(key, Group(*key))
                group.n_rows += row["n_rows"]
                group.examples += row["examples"][: N_EXAMPLES - len(group.examples)]
    if rule and not by_key:
        there = sorted({name for group in groups(folder, table) for name in group.rule.split("; ")})
        raise CrmwbError(f"{folder}: no quarantined row broke {rule!r}; broken were: {', '.join(there) or 'none'}.")
    return sorted(by_key.values(), key=lambda g: (g.table, -g.n_rows, g.rule, g.reason))


def in_words(listed: list[Group], before: Mapping[str, Mapping[str, int]] | None = None) -> str:
    """Write groups for people.

    Parameters
    ----------
    listed : list of Group
        What `groups` returned.
    before : mapping of str to mapping, optional
        Of each table the rows that broke each rule in the accepted run; where given, what changed since is told.
    """
    if not listed:
        return _sentence("nothing")
    lines = []
    for table in dict.fromkeys(group.table for group in listed):
        of_table = [group for group in listed if group.table == table]
        n_rows = Count(sum(group.n_rows for group in of_table), "row")
        lines += [_sentence("table", table=Name(table), rows=n_rows)]
        for group in of_table:
            lines += [f"  {numbers.count(group.n_rows)} × {group.rule}{_change(group, before)}", f"    {group.reason}"]
            lines += [f"    e.g. {_written(example)}" for example in group.examples]
    return "\n".join([*lines, "", _sentence("readmit")])


def export(folder: Path, path: Path, table: str | None = None, rule: str | None = None) -> int:
    """Write quarantined rows to CSV for the data's owner, with texts that a spreadsheet would run disarmed.

    Parameters
    ----------
    folder : Path
        The quarantine.
    path : Path
        Where to: one line per row, with its place in the source, what is wrong, and its original values.
    table, rule : str, optional
        As in `groups`.

    Returns
    -------
    int
        Rows written.

    Raises
    ------
    CrmwbError
        As in `groups`; or several tables have quarantined rows and none is named.
    """
    tables = list(dict.fromkeys(group.table for group in groups(folder, table, rule)))
    if not tables:
        raise CrmwbError(f"{folder}: nothing is in quarantine, so there is nothing to export.")
    if len(tables) > 1:
        raise CrmwbError(f"{folder}: {', '.join(tables)} have quarantined rows; name one of them to export.")
    file = folder / f"{tables[0]}.parquet"
    columns = list(dict.fromkeys(name for row in _rows(file, rule) for name in json.loads(row["values"])))
    header = [*PLACE, *(f"{name} (original)" if name in PLACE else name for name in columns)]
    originals = ((row, json.loads(row["values"])) for row in _rows(file, rule))
    cells = ([*(row[name] for name in PLACE), *(values.get(name) for name in columns)] for row, values in originals)
    return csv_file.write_rows(header, cells, path)


def _files(folder: Path, table: str | None) -> list[Path]:
    storage.require(folder)
    files = sorted(folder.glob("*.parquet"))
    if table is None:
        return files
    if table not in {file.stem for file in files}:
        there = ", ".join(file.stem for file in files)
        raise CrmwbError(f"{folder}: there is no table {table!r}; validated were: {there}.")
    return [folder / f"{table}.parquet"]


def _batches(file: Path, rule: str | None) -> Iterator[pa.RecordBatch]:
    """Yield a table's quarantine piece by piece: it may hold millions of rows."""
    with storage.open_file(file) as rows:
        for batch in rows.iter_batches(storage.ROW_GROUP_ROWS):
            if rule is None:
                yield batch
            else:
                breaks = [rule in rules.split("; ") for rules in batch["rule"].to_pylist()]
                yield batch.filter(pa.array(breaks, pa.bool_()))


def _rows(file: Path, rule: str | None) -> Iterator[dict[str, Any]]:
    for batch in _batches(file, rule):
        yield from batch.to_pylist()


def _first_of_each_reason(batch: pa.RecordBatch) -> Iterator[dict[str, Any]]:
    """Yield of each reason in a batch: rule, reason, n_rows, examples."""
    places: dict[tuple[str, str], list[int]] = {}
    counts: dict[tuple[str, str], int] = {}
    for place, key in enumerate(zip(batch["rule"].to_pylist(), batch["reason"].to_pylist(), strict=True)):
        counts[key] = counts.get(key, 0) + 1
        if counts[key] <= N_EXAMPLES:
            places.setdefault(key, []).append(place)
    for (rule, reason), first in places.items():
        rows = batch.take(pa.array(first)).to_pylist()
        examples = [
            {"source_file": r["source_file"], "source_row": r["source_row"], "values": json.loads(r["values"])}
            for r in rows
        ]
        yield {"rule": rule, "reason": reason, "n_rows": counts[rule, reason], "examples": examples}


def _change(group: Group, before: Mapping[str, Mapping[str, int]] | None) -> str:
    if before is None:
        return ""
    n_before = before.get(group.table, {}).get(group.rule, 0)
    if n_before == group.n_rows:
        return f" {_sentence('as_many')}"
    return f" {_sentence('before' if n_before else 'none_before', n=Count(n_before))}"


def _sentence(key: str, **values: Value) -> str:
    return say(Finding(f"cli.quarantine.{key}", values))


def _written(example: Mapping[str, Any]) -> str:
    values = ", ".join(
        f"{name} {value}" for name, value in example["values"].items() if value is not None and value != ""
    )
    place = f"{example['source_file']} row {numbers.count(example['source_row'])}: " if example["source_file"] else ""
    text = " ".join((place + values).split())
    return text if len(text) <= WIDTH else f"{text[:WIDTH]}…"
