"""Writing what campaigns brought: data/response/ and metrics/response.json."""

import pandas as pd
import pyarrow as pa

from crmwb import layout, storage
from crmwb.findings import to_json
from crmwb.response.best import MONEY, best_effect
from crmwb.response.build import Response
from crmwb.response.findings import findings

TEXT, NUMBER, COUNT = pa.string(), pa.float64(), pa.int64()
SCHEMAS = {
    "campaigns": pa.schema(
        [
            *((name, TEXT) for name in ("campaign_id", "name", "kind")),
            ("starts_on", pa.date32()),
            ("cost_cents", NUMBER),
            ("design", TEXT),
            *((name, COUNT) for name in ("n_treated", "n_control")),
            *((name, NUMBER) for name in ("p_sizes", "p_balance")),
            *((name, TEXT) for name in ("answer", "answer_outcome")),
            ("p_heterogeneity", NUMBER),
        ]
    ),
    "effects": pa.schema(
        [
            *((name, TEXT) for name in ("campaign_id", "grouping", "group", "outcome", "method")),
            *((name, COUNT) for name in ("n_treated", "n_control")),
            *(
                (name, NUMBER)
                for name in (
                    *("mean_treated", "mean_control", "difference", "low", "high", "standard_error", "p_value"),
                    *("smallest", "level", "kept_share"),
                )
            ),
        ]
    ),
    "balance": pa.schema(
        [
            *((name, TEXT) for name in ("campaign_id", "trait")),
            *((name, NUMBER) for name in ("mean_treated", "mean_control", "difference")),
        ]
    ),
    "learners": pa.schema(
        [
            *((name, TEXT) for name in ("campaign_id", "learner", "base")),
            *((name, NUMBER) for name in ("qini", "autoc", "autoc_error", "p_value")),
        ]
    ),
    "deciles": pa.schema(
        [
            ("campaign_id", TEXT),
            *((name, COUNT) for name in ("group", "n_customers")),
            *((name, NUMBER) for name in ("predicted", "observed", "low", "high")),
        ]
    ),
    "policies": pa.schema(
        [
            ("campaign_id", TEXT),
            ("share", NUMBER),
            ("n_customers", COUNT),
            *((name, NUMBER) for name in ("gain", "low", "high", "by_chance")),
        ]
    ),
}
KEYS = {
    "campaigns": ["campaign_id"],
    "effects": ["campaign_id", "outcome", "grouping", "group", "method"],
    "balance": ["campaign_id", "trait"],
    "learners": ["campaign_id", "learner", "base"],
    "deciles": ["campaign_id", "group"],
    "policies": ["campaign_id", "share"],
}


def write(response: Response, currency: str) -> None:
    """Write every table, the findings and the metrics; of a source without campaigns, tables have no rows."""
    for name, schema in SCHEMAS.items():
        known = getattr(response, name)
        frame = schema.empty_table().to_pandas() if known.empty else known.reindex(columns=schema.names)
        storage.write_frame(_rounded(frame), layout.response(name), KEYS[name], schema)
    storage.write_json([to_json(finding) for finding in findings(response, currency)], layout.RESPONSE_FINDINGS)
    storage.write_json(_metrics(response), layout.RESPONSE_METRICS)


def _rounded(frame: pd.DataFrame) -> pd.DataFrame:
    """Keep six digits: what is beyond differs between processors."""
    numbers = frame.select_dtypes("float").columns
    return frame.assign(**{name: [float(f"{value:.6g}") for value in frame[name]] for name in numbers})


def _metrics(response: Response) -> dict[str, float]:
    """Return the few numbers that runs are compared by."""
    if response.campaigns.empty:
        return {"n_campaigns": 0}
    experiments = response.campaigns[response.campaigns["design"] == "experiment"]
    effects = [
        best_effect(
            response.effects[(response.effects["campaign_id"] == i) & (response.effects["grouping"] == "")], MONEY
        )
        for i in experiments["campaign_id"]
    ]
    known = [effect for effect in effects if effect is not None]
    return {
        "n_campaigns": len(response.campaigns),
        "n_experiments": len(experiments),
        "n_significant": sum(bool(effect["p_value"] < 1 - effect["level"]) for effect in known),
        "extra_revenue_cents": round(sum(effect["difference"] * effect["n_treated"] for effect in known)),
    }
