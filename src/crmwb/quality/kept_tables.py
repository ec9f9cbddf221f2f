"""Tables in one file that are as they were: their rows are not judged again, and what was found in them stays."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from crmwb import layout, storage
from crmwb.contract import Artefact
from crmwb.files import kept
from crmwb.params import QualityParams
from crmwb.quality import kept_findings
from crmwb.quality.account import Account
from crmwb.quality.checks import Check
from crmwb.quality.results import TableResult
from crmwb.quality.verdicts import Verdict


@dataclass(frozen=True)
class KeptTable:
    """What an earlier run found in a table.

    Attributes
    ----------
    file : Path
        Where it is kept.
    quarantine : Path
        Where the rows that it left behind are kept.
    inputs : dict
        What it depends on.
    """

    file: Path
    quarantine: Path
    inputs: dict[str, Any]

    def result(self, checks: Iterable[Check]) -> TableResult | None:
        """Return what was found, where all that it depends on is as it was; else None.

        Parameters
        ----------
        checks : iterable of Check
            What must hold of the table.
        """
        earlier = kept_findings.read(self.file, self.inputs)
        by_rule = {check.rule: check for check in checks}
        if earlier is None or not self.quarantine.is_file():
            return None
        verdicts = [
            Verdict(by_rule[v["rule"]], v["checked"], np.array(v["rows"], np.int64), tuple(v["examples"]))
            for v in earlier.pop("verdicts")
        ]
        return TableResult(account=Account(**earlier.pop("account")), verdicts=tuple(verdicts), **earlier)

    def write(self, result: TableResult, quarantine: Path, checks: Iterable[Check]) -> None:
        """Keep a result, and the rows left behind; not where a rule depends on how the rows lie."""
        if not {verdict.check.rule for verdict in result.verdicts} <= {check.rule for check in checks}:
            return
        verdicts = [
            {"rule": v.check.rule, "checked": v.checked, "rows": v.rows.tolist(), "examples": v.examples}
            for v in result.verdicts
        ]
        others = {name: value for name, value in vars(result).items() if name not in {"account", "verdicts"}}
        kept_findings.write(self.file, self.inputs, {**others, "account": asdict(result.account), "verdicts": verdicts})
        with storage.replacing(self.quarantine) as beside:
            kept.link(quarantine, beside)


def opened(
    table: Artefact,
    canonical: Path,
    parents: Iterable[Path],
    manifest: Mapping[str, Any],
    *,
    params: QualityParams,
    to: Path,
) -> KeptTable:
    """Return where the findings in a table in one file are kept.

    Parameters
    ----------
    table : Artefact
        Its declaration.
    canonical : Path
        The folder that ingest made.
    parents : iterable of Path
        The clean tables that it refers to.
    manifest : mapping
        What the manifest says of all tables.
    params : QualityParams
        How much bad data is too much.
    to : Path
        A folder.
    """
    file = f"{table.name}.parquet"
    places = (canonical / file, canonical / layout.UNREADABLE.name / file, canonical / layout.PROVENANCE.name / file)
    inputs = {
        "files": [storage.content_hash(path) if path.is_file() else None for path in places],
        "parents": {path.stem: storage.content_hash(path) for path in parents},
        "manifest": manifest[table.name],
        "present": sorted(manifest),
        "params": [params.max_quarantined_share, params.n_examples],
    }
    return KeptTable(to / f"{table.name}.json", to / file, inputs)
