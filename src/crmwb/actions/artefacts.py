"""Writing the list of actions: data/actions/ and metrics/actions.json."""

import pandas as pd

from crmwb import layout, storage
from crmwb.actions import readiness
from crmwb.actions.build import Acting
from crmwb.contract import Artefact
from crmwb.contract.actions import LIST, READINESS, RESULTS, SUMMARY
from crmwb.findings import dumps, to_json


def write(acting: Acting) -> None:
    """Write the list, the summary, the results of earlier lists, findings, alerts, readiness and metrics."""
    different = {id(reason): reason for reason in acting.reasons}  # many customers share one
    texts = {key: dumps(reason) for key, reason in different.items()}
    rows = acting.listed.rows.assign(reason=[texts[id(reason)] for reason in acting.reasons])
    for frame, artefact in ((rows, LIST), (acting.summary, SUMMARY), (acting.results, RESULTS)):
        storage.write(_of(frame, artefact), artefact)
    storage.write_json([to_json(finding) for finding in acting.findings], layout.ACTION_FINDINGS)
    storage.write_json([alert.to_json() for alert in acting.alerts], layout.ACTION_ALERTS)
    storage.write(readiness.table(acting.readiness), READINESS)
    doing = rows[~rows["is_held_out"]]
    metrics = {"n_actions": len(doing), "n_held_out": len(rows) - len(doing)}
    sums = {name: int(doing[name].sum()) for name in ("gain_cents", "cost_cents")}
    storage.write_json(metrics | sums | {"gap": round(acting.listed.allocation.gap, 6)}, layout.ACTION_METRICS)


def _of(frame: pd.DataFrame, artefact: Artefact) -> pd.DataFrame:
    """Return the columns of an artefact; without rows, of its types."""
    empty: pd.DataFrame = artefact.schema.empty_table().to_pandas()
    return empty if frame.empty else frame.reindex(columns=artefact.names)
