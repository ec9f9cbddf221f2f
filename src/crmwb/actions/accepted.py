"""What alerts compare with: of the run that `crmwb accept` took, its day, its forecast and the rows it set aside.

No customer stands in it. Tiers and segments of that day are looked up in the history that every run makes anew, so that
a new definition is no change of customers.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd

from crmwb import layout, storage
from crmwb.contract.value import FORECAST as FORECASTS
from crmwb.errors import CrmwbError
from crmwb.findings import Day, Finding, Name

FORECAST = ("month", "expected", "low_80", "high_80")
KEYS = {"source", "as_of", "forecast", "set_aside"}


@dataclass(frozen=True)
class Accepted:
    """An accepted run.

    Attributes
    ----------
    as_of : date
        The day that its customers were described as of.
    forecast : DataFrame
        Columns of FORECAST: its revenue forecast in cents by month, with the 80% range.
    set_aside : dict of str to float
        By table: the share of rows in quarantine.
    """

    as_of: date
    forecast: pd.DataFrame
    set_aside: dict[str, float]


def accept(root: Path = Path()) -> Finding:
    """Keep of the last run what later alerts compare with, and return what says so.

    Raises
    ------
    CrmwbError
        There is no run yet.
    """
    forecast = storage.read(FORECASTS, root=root)
    ahead = forecast[
        (forecast["measure"] == "revenue_cents") & forecast["expected"].notna() & forecast["actual"].isna()
    ]
    as_of = storage.read_json(root / layout.OBSERVATION)["as_of"][:10]
    content = {
        "source": storage.read_json(root / layout.QUALITY_SUMMARY)["profile"]["source"],
        "as_of": as_of,
        "forecast": [_month(row) for row in ahead[list(FORECAST)].to_dict("records")],
        "set_aside": shares(storage.read_json(root / layout.QUALITY_METRICS)),
    }
    storage.write_json(content, root / layout.ACCEPTED_ACTIONS, lasting=True)
    day = date.fromisoformat(as_of)
    return Finding("cli.accepted_actions", {"day": Day(day), "file": Name(str(layout.ACCEPTED_ACTIONS))})


def accepted(path: Path, source: Mapping[str, Any]) -> Accepted | None:
    """Return the accepted run, or None where none was accepted, or one of another source.

    Raises
    ------
    CrmwbError
        The file does not hold one.
    """
    if not path.is_file():
        return None
    content = storage.read_json(path)
    if not isinstance(content, dict) or not content.keys() >= KEYS:
        raise CrmwbError(f"{path}: not what `crmwb accept` writes; run it after a run to write it anew.")
    if content["source"] != dict(source):
        return None
    forecast = pd.DataFrame(content["forecast"], columns=list(FORECAST))
    forecast["month"] = pd.to_datetime(forecast["month"])
    return Accepted(date.fromisoformat(content["as_of"]), forecast, content["set_aside"])


def shares(quality: Mapping[str, Any]) -> dict[str, float]:
    """Return of each table the share of rows in quarantine, from the metrics of the validate stage."""
    return {name: float(table["quarantined_share"]) for name, table in quality["tables"].items()}


def _month(row: Mapping[Any, Any]) -> dict[str, Any]:
    ends = {name: None if pd.isna(row[name]) else round(float(row[name])) for name in FORECAST[1:]}
    return {"month": pd.Timestamp(row["month"]).date().isoformat()} | ends
