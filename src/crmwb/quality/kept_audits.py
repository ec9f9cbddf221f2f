"""Audits of tables that are as they were: they are not made again, and what they found stays."""

import json
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from crmwb import storage
from crmwb.files import kept
from crmwb.findings import from_json
from crmwb.quality import kept_findings, sums
from crmwb.quality.audits import FILTERED, QUARANTINE, Known, Make, always
from crmwb.quality.audits.audit import Audit, Weight


@dataclass
class KeptAudits:
    """What audits found in an earlier run, and what they find in this one.

    Attributes
    ----------
    file : Path
        Where it is kept.
    hashes : mapping of str to str
        Of tables, by the names that audits know them by.
    """

    file: Path
    hashes: Mapping[str, str]
    _now: dict[str, dict[str, Any]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._before: dict[str, dict[str, Any]] = kept_findings.read(self.file, {}) or {}

    def of(self, name: str, tables: Collection[str], audit: Make) -> Audit | None:
        """Return what an audit finds; of tables none of which changed since an earlier run, what it found then.

        Parameters
        ----------
        name : str
            Of the audit, and of the table where it is made of several.
        tables : collection of str
            The names of all that it may look at; the source may lack some.
        audit : callable
            Makes it.
        """
        inputs = {table: self.hashes.get(table) for table in sorted(tables)}
        earlier = self._before.get(name)
        if earlier is not None and earlier["inputs"] == inputs:
            self._now[name] = earlier
            return None if earlier["audit"] is None else _read(earlier["audit"])
        found = audit()
        self._now[name] = {"inputs": inputs, "audit": None if found is None else found.content()}
        return found

    def write(self) -> None:
        """Keep what was found."""
        kept_findings.write(self.file, {}, self._now)


@contextmanager
def made(to: Path | None, clean: Path, quarantine: Path, manifest: Mapping[str, Any]) -> Iterator[Known]:
    """Yield what makes audits, or knows what they find, and keep what was found.

    Parameters
    ----------
    to : Path or None
        A folder; nothing is kept where there is none.
    clean, quarantine : Path
        The folders of tables that audits look at.
    manifest : mapping
        What the manifest says of each table.
    """
    if to is None:
        yield always
        return
    hashes = {name: storage.content_hash(storage.table_in(clean, name)) for name in manifest}
    hashes |= {f"transactions{name}": hashes["transactions"] for name in sums.NAMES if "transactions" in manifest}
    hashes |= {name + QUARANTINE: kept.file_hash(quarantine / f"{name}.parquet") for name in manifest}
    hashes |= {name + FILTERED: json.dumps(entry) for name, entry in manifest.items() if entry.get("filtered")}
    known = KeptAudits(to / "audits.json", hashes)
    yield known.of
    known.write()


def _read(content: Mapping[str, Any]) -> Audit:
    """Return what `Audit.content` was taken of."""
    advice = None if content["advice"] is None else from_json(content["advice"])
    known = {"finding": from_json(content["finding"]), "severity": Weight(content["severity"]), "advice": advice}
    return Audit(**{**content, **known})
