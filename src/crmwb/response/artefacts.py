"""Writing what campaigns brought: data/response/ and metrics/response.json."""

import pandas as pd

from crmwb import layout, storage
from crmwb.contract.response import ARTEFACTS
from crmwb.findings import to_json
from crmwb.response.best import MONEY, best_effect
from crmwb.response.build import Response
from crmwb.response.findings import findings


def write(response: Response, currency: str) -> None:
    """Write every table, the findings and the metrics; of a source without campaigns, tables have no rows."""
    for artefact in ARTEFACTS:
        known = getattr(response, artefact.name)
        empty = artefact.schema.empty_table().to_pandas()
        storage.write(_rounded(empty if known.empty else known.reindex(columns=artefact.names)), artefact)
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
