"""The run that was accepted: its profile, kept in git, that later runs are held against.

`crmwb accept` writes it from the last run. It is a dependency of the stage `validate` like any other file, so a run
depends on what people accepted, and never on what happened to run before.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from crmwb import layout, storage
from crmwb.errors import CrmwbError
from crmwb.findings import Count, Finding, Name


def accept(root: Path = Path(), headlines: Mapping[str, Any] | None = None) -> Finding:
    """Make the last run the accepted one, and return what says so.

    Parameters
    ----------
    root : Path
        The project's.
    headlines : mapping, optional
        Figures to keep beside the profile, so that later reports say what changed.

    Raises
    ------
    CrmwbError
        Nothing was validated yet.
    """
    profile = storage.read_json(root / layout.QUALITY_SUMMARY)["profile"]
    if headlines is not None:
        profile["headlines"] = dict(headlines)
    storage.write_json(profile, root / layout.ACCEPTED_RUN, lasting=True)
    rows = sum(table["rows"] for table in profile["tables"].values())
    return Finding(
        "cli.accepted_run",
        {
            "source": Name(str(profile["source"]["name"])),
            "rows": Count(rows, "row"),
            "tables": Count(len(profile["tables"]), "table"),
            "file": Name(str(layout.ACCEPTED_RUN)),
        },
    )


def accepted(path: Path) -> dict[str, Any] | None:
    """Return the profile of the accepted run; None where none was accepted.

    Raises
    ------
    CrmwbError
        The file is no profile.
    """
    if not path.is_file():
        return None
    try:
        profile: dict[str, Any] = storage.read_json(path)
        if profile.keys() >= {"source", "tables"}:
            return profile
    except (CrmwbError, ValueError, AttributeError):
        pass
    raise CrmwbError(f"{path}: not the profile of a run; run `crmwb accept` after a run to write it anew.")


def reasons(profile: Mapping[str, Any]) -> dict[str, dict[str, int]]:
    """Return of each table the rows that a run quarantined for each combination of rules."""
    return {name: table["quarantined"] for name, table in profile["tables"].items()}


def comparable(profile: Mapping[str, Any], accepted_run: dict[str, Any] | None) -> dict[str, Any] | None:
    """Return the accepted run where it is of the same source as `profile`, else None."""
    return accepted_run if accepted_run and accepted_run["source"] == profile["source"] else None
