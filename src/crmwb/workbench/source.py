"""The data source: its name, caveat, currency and gaps, and the day of the analysis."""

from datetime import date, timedelta
from html import escape
from pathlib import Path
from typing import Any

import pandas as pd

from crmwb import layout, storage
from crmwb.display import tables
from crmwb.findings import Day, Finding, Name, Term, Unavailable, from_json
from crmwb.findings.say import Said, say


class Source:
    """The source of a project's data, as the manifest and the features say it.

    Attributes
    ----------
    name, version, licence : str or None
        Stated by the source.
    caveat : Said or None
        Limits of the numbers.
    currency : str
        Of every amount.
    not_available : list of str
        Canonical tables that the source does not have.
    as_of : date
        The analysis uses everything before this day.
    first_day, last_day : date
        The first and the last day with an event before `as_of`.
    """

    def __init__(self, root: Path) -> None:
        self.manifest: dict[str, Any] = storage.read_json(root / layout.MANIFEST)
        observation = storage.read_json(root / layout.OBSERVATION)
        self.name: str = self.manifest["source"]["name"]
        self.version: str | None = self.manifest["source"].get("version")
        self.licence: str | None = self.manifest["source"].get("licence")
        caveat = self.manifest["source"].get("caveat")
        self.caveat: Said | None = from_json(caveat) if isinstance(caveat, dict) else caveat
        self.currency: str = self.manifest["currency"]
        self.not_available: list[str] = self.manifest["not_available"]
        self.as_of = date.fromisoformat(observation["as_of"])
        self.first_day = date.fromisoformat(observation["first_event"][:10])
        self.last_day = date.fromisoformat(observation["last_event"][:10])

    @property
    def last_known_day(self) -> date:
        """The day before `as_of`: the last one that is known."""
        return self.as_of - timedelta(days=1)

    @property
    def files(self) -> pd.DataFrame:
        """One row per file that was read: path, bytes, sha256 (its first 16 digits)."""
        rows = [(f["path"], f["bytes"], f["sha256"][:16]) for f in self.manifest["source"]["files"]]
        return pd.DataFrame(rows, columns=["path", "bytes", "sha256"])

    @property
    def control_totals(self) -> pd.DataFrame:
        """One row per period whose revenue the company's books state: period, stated_cents, revenue_cents (as read)."""
        columns = ["period", "stated_cents", "revenue_cents"]
        return pd.DataFrame(self.manifest["control_totals"], columns=columns)

    @property
    def missing(self) -> list[Unavailable]:
        """What is not available in the source, and the table that would provide it."""
        return [
            Unavailable("workbench.not_in_source", (Term("table", name),), {"what": Term("unlocks", name)})
            for name in self.not_available
        ]

    @property
    def frame(self) -> pd.DataFrame:
        """One row per canonical table: table, n_rows, n_unreadable, first, last."""
        rows = [
            (name, facts["rows"], facts["unreadable"], facts["first"], facts["last"])
            for name, facts in sorted(self.manifest["tables"].items())
        ]
        return pd.DataFrame(rows, columns=["table", "n_rows", "n_unreadable", "first", "last"])

    def _repr_html_(self) -> str:
        remarks = [say(remark) for remark in (self.caveat, *self.missing) if remark]
        lines = "".join(f"<p>{escape(remark)}</p>" for remark in remarks)
        caption = Finding("workbench.source", {"source": Name(self.name), "as_of": Day(self.as_of)})
        return tables.html(self.frame, caption=caption) + lines
