"""Writing the list of actions: data/actions/ and metrics/actions.json."""

import pandas as pd
import pyarrow as pa

from crmwb import layout, storage
from crmwb.actions import readiness
from crmwb.actions.build import Acting
from crmwb.findings import dumps, to_json

TEXT, NUMBER, COUNT, DAY, TRUTH = pa.string(), pa.float64(), pa.int64(), pa.date32(), pa.bool_()
GAINS = [(name, COUNT) for name in ("gain_cents", "gain_low_cents", "gain_high_cents")]
LIST = pa.schema(
    [
        *((name, TEXT) for name in ("customer_id", "owner", "action", "channel", "reason")),
        *GAINS,
        ("at_stake_cents", COUNT),
        ("basis", TEXT),
        ("cost_cents", COUNT),
        ("hours", NUMBER),
        *((name, DAY) for name in ("due_on", "review_on")),
        ("is_held_out", TRUTH),
    ]
)
SUMMARY = pa.schema(
    [
        ("action", TEXT),
        *((name, COUNT) for name in ("n_fitting", "n_chosen", "n_held_out")),
        *GAINS,
        ("cost_cents", COUNT),
        ("hours", NUMBER),
        ("basis", TEXT),
        ("share", NUMBER),
    ]
)
RESULTS = pa.schema(
    [
        *((name, TEXT) for name in ("action", "verdict")),
        *((name, COUNT) for name in ("n_treated", "n_control")),
        *((name, NUMBER) for name in ("difference", "low", "high", "p_value", "cost_cents", "assumed_cents", "share")),
    ]
)


def write(acting: Acting) -> None:
    """Write the list, the summary, the results of earlier lists, findings, alerts, readiness and metrics."""
    rows = acting.listed.rows.assign(reason=[dumps(reason) for reason in acting.reasons])
    storage.write_frame(_of(rows, LIST), layout.ACTION_LIST, ["customer_id"], LIST)
    storage.write_frame(_of(acting.summary, SUMMARY), layout.ACTION_SUMMARY, ["action"], SUMMARY)
    storage.write_frame(_of(acting.results, RESULTS), layout.ACTION_RESULTS, ["action"], RESULTS)
    storage.write_json([to_json(finding) for finding in acting.findings], layout.ACTION_FINDINGS)
    storage.write_json([alert.to_json() for alert in acting.alerts], layout.ACTION_ALERTS)
    storage.write_frame(readiness.table(acting.readiness), layout.READINESS, ["position"], readiness.SCHEMA)
    doing = rows[~rows["is_held_out"]]
    metrics = {"n_actions": len(doing), "n_held_out": len(rows) - len(doing)}
    sums = {name: int(doing[name].sum()) for name in ("gain_cents", "cost_cents")}
    storage.write_json(metrics | sums | {"gap": round(acting.listed.allocation.gap, 6)}, layout.ACTION_METRICS)


def _of(frame: pd.DataFrame, schema: pa.Schema) -> pd.DataFrame:
    """Return the columns of a schema; without rows, of its types."""
    empty: pd.DataFrame = schema.empty_table().to_pandas()
    return empty if frame.empty else frame.reindex(columns=schema.names)
