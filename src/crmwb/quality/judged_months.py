"""What was found in the months of a table: one that is as it was is not judged again.

Of each file of a table by months, what every check found in it is kept, under its SHA-256. It stands where code,
packages and rules are the same, and where nothing outside of the month can make it another: no key of it stands in
another month, what it refers to is there, and its days are near the others.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import ibis.expr.types as ir
import numpy as np
import pandas as pd
import pyarrow.parquet as pq

from crmwb import engine, storage
from crmwb.contract import Artefact
from crmwb.engine import Backend
from crmwb.errors import CrmwbError
from crmwb.files import kept
from crmwb.quality import kept_findings
from crmwb.quality.checks import Check
from crmwb.quality.expectations import ExpectColumnValuesToNotBeNull
from crmwb.quality.verdicts import Verdict


@dataclass(frozen=True)
class MonthFindings:
    """What the checks found in one month.

    Attributes
    ----------
    file_hash : str
        SHA-256 of its file.
    checked : dict of str to int
        By rule, the rows that were judged.
    broken : dict of str to list of int
        By rule that some rows break, their places in the file, from 0.
    """

    file_hash: str
    checked: dict[str, int]
    broken: dict[str, list[int]]


@dataclass
class JudgedMonths:
    """The months of a table.

    Attributes
    ----------
    table : Artefact
        Whose months they are.
    parts : list of Path
        Their files, in order.
    made_by : dict
        What findings depend on beside the rows.
    parents : dict of str to str
        By the name of each table that is referred to, a hash of its clean rows.
    before : dict of str to MonthFindings
        By file, what an earlier run found.
    known_parents : dict of str to str
        `parents` of that run.
    """

    table: Artefact
    parts: list[Path]
    made_by: dict[str, Any]
    parents: dict[str, str]
    before: dict[str, MonthFindings] = field(default_factory=dict)
    known_parents: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.hashes = {part.name: kept.file_hash(part) for part in self.parts}
        self._sizes = {part.name: pq.read_metadata(part).num_rows for part in self.parts}
        self._starts = np.cumsum([0, *self._sizes.values()])[:-1]
        self._now: dict[str, MonthFindings] = {}

    def fresh(self, con: Backend, checks: Sequence[Check], parents: Mapping[str, ir.Table]) -> list[Path]:
        """Return the files that must be judged; in all others, all is as an earlier run found it.

        Parameters
        ----------
        con : Backend
            The engine that holds the clean tables.
        checks : sequence of Check
            What must hold.
        parents : mapping of str to ir.Table
            The clean tables that it refers to.
        """
        same = [p for p in self.parts if p.name in self.before and self.before[p.name].file_hash == self.hashes[p.name]]
        for check in checks:
            if check.bounds is not None:
                same = [part for part in same if check.rule not in self.before[part.name].broken]
                same = [part for part in same if lies_between(part, str(self.table.partition), *check.bounds)]
        for column in self.table.columns:
            name = column.references
            if name in self.parents and self.parents[name] != self.known_parents.get(name):
                rule = f"{column.name}_is_in_{name}"
                same = [part for part in same if rule not in self.before[part.name].broken]
                if same and _n_strange(con, same, column.name, parents[name]):
                    return self.parts
        stays = {part.name for part in same}
        return [part for part in self.parts if part.name not in stays]

    def counted(self, frames: Iterable[pd.DataFrame], checks: Sequence[Check], fresh: Sequence[Path]) -> Iterator[Any]:
        """Yield the partitions of the months `fresh`, and count of each how many rows every check judges."""
        ends = np.cumsum([self._sizes[part.name] for part in fresh])
        counts = {check.rule: np.zeros(len(fresh), np.int64) for check in checks}
        for frame in frames:
            month = np.searchsorted(ends, frame.index.to_numpy(), "right")
            for check in checks:
                counts[check.rule] += np.bincount(month[is_judged(frame, check)], minlength=len(fresh))
            yield frame
        for i, part in enumerate(fresh):
            checked = {rule: int(n[i]) for rule, n in counts.items()}
            self._now[part.name] = MonthFindings(self.hashes[part.name], checked, {})

    def merged(self, verdicts: Sequence[Verdict], fresh: Sequence[Path]) -> list[Verdict]:
        """Return verdicts on all months, of verdicts on the rows of some of them, which are counted through.

        Parameters
        ----------
        verdicts : sequence of Verdict
            On the rows of `fresh`.
        fresh : sequence of Path
            The months that were judged; of all others an earlier run says it.
        """
        stays = {part.name for part in self.parts} - {part.name for part in fresh}
        self._now |= {name: self.before[name] for name in stays}
        own = np.cumsum([0, *(self._sizes[part.name] for part in fresh)])
        begins = dict(zip((part.name for part in self.parts), self._starts.tolist(), strict=True))
        merged = []
        for verdict in verdicts:
            rule = verdict.check.rule
            cuts = np.searchsorted(verdict.rows, own)
            for i, part in enumerate(fresh):
                if len(rows := verdict.rows[cuts[i] : cuts[i + 1]] - own[i]):
                    self._now[part.name].broken[rule] = rows.tolist()
            checked = sum(findings.checked[rule] for findings in self._now.values())
            if checked != verdict.checked + sum(self.before[name].checked[rule] for name in stays):
                raise RuntimeError(f"{rule}: {verdict.checked} rows judged, but others counted")
            rows_of = [
                np.array(findings.broken[rule], np.int64) + begins[name]
                for name, findings in self._now.items()
                if rule in findings.broken
            ]
            merged.append(Verdict(verdict.check, checked, np.sort(np.concatenate([np.array([], np.int64), *rows_of]))))
        return merged

    def write(self, file: Path) -> None:
        """Keep what was found in each month."""
        months = {name: asdict(findings) for name, findings in self._now.items()}
        storage.write_json({"made_by": self.made_by, "parents": self.parents, "months": months}, file)


def opened(
    table: Artefact, parts: list[Path], checks: Sequence[Check], parents: Mapping[str, Path], file: Path
) -> JudgedMonths:
    """Return the months of a table, with what an earlier run kept of them in `file` where it can be used.

    Parameters
    ----------
    table : Artefact
        The table.
    parts : list of Path
        Its files.
    checks : sequence of Check
        What will be judged.
    parents : mapping of str to Path
        The clean tables that it refers to.
    file : Path
        Where findings are kept.
    """
    made_by = {**kept_findings.made_by(), "rules": [check.rule for check in checks]}
    months = JudgedMonths(table, parts, made_by, {name: storage.content_hash(path) for name, path in parents.items()})
    try:
        content = storage.read_json(file)
        if content["made_by"] == made_by:
            months.before = {name: MonthFindings(**found) for name, found in content["months"].items()}
            months.known_parents = content["parents"]
    except (CrmwbError, KeyError, TypeError, AttributeError):
        months.before = {}
    return months


def is_judged(frame: pd.DataFrame, check: Check) -> np.ndarray:
    """Return of each row of a partition whether a check judges it: unknown values only break that they be known."""
    if isinstance(check.expectation, ExpectColumnValuesToNotBeNull):
        return np.ones(len(frame), dtype=bool)
    judged: np.ndarray = frame[check.judged].notna().to_numpy()
    return judged


def lies_between(file: Path, column: str, first: date, last: date) -> bool:
    """Return whether all days of a file lie between two, as far as its statistics tell."""
    with storage.open_file(file) as opened_file:
        place = opened_file.schema_arrow.names.index(column)
        groups = [opened_file.metadata.row_group(i) for i in range(opened_file.num_row_groups)]
        known = [group.column(place).statistics for group in groups]
    return all(s is not None and s.has_min_max and first <= s.min.date() and s.max.date() <= last for s in known)


def _n_strange(con: Backend, files: Sequence[Path], column: str, parent: ir.Table) -> int:
    """Count the rows that refer to what the clean rows of a parent lack."""
    rows = engine.open_files(con, files, "same_months")
    strange = rows.filter(rows[column].notnull() & rows[column].notin(parent[parent.columns[0]]))
    return int(strange.count().to_pyarrow().as_py())
