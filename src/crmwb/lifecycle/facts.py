"""The facts of the lifecycle for reports and metrics."""

from typing import Any

import numpy as np
import pandas as pd

from crmwb.lifecycle import bucket as buckets
from crmwb.lifecycle.names import RULES, STAGES
from crmwb.params import LifecycleParams
from crmwb.tiers import stability

LAST_MONTHS = 12
RETENTION_AFTER = (1, 3, 6, 12)


def rates(bucket: pd.DataFrame, stages: pd.DataFrame) -> dict[str, Any]:
    """Return the flows of the last whole months, all divided by what they come from.

    lost_share and new_share (of customers in the bucket), won_back_share (of those lapsed): monthly, over the last 12
    whole months together; revenue flows are of months whose window was seen in full. Unknown where there is no month.
    """
    whole = bucket[bucket["is_whole_month"].astype(bool)]
    wide = whole.astype({"n_customers": "int64"}).pivot(index="ends", columns="component", values="n_customers")
    wide = wide.tail(LAST_MONTHS)
    lapsed = stages[stages["stage"] == "lapsed"].set_index("as_of")["n_customers"]
    begins = bucket.drop_duplicates("ends").set_index("ends")["begins"].reindex(wide.index)
    opening = float(wide["opening"].sum()) if len(wide) else 0.0
    n_lapsed = float(lapsed.reindex(begins).fillna(0).sum()) if len(wide) else 0.0
    money = whole[whole["is_full_window"].astype(bool)]
    last_year = sorted(money["ends"].unique())[-LAST_MONTHS:]
    cents = money[money["ends"].isin(last_year)].groupby("component")["revenue_cents"].sum()
    flows = {name: int(cents.get(name, 0)) for name in ("new", "won_back", "grown", "shrunk", "lost")}
    return {
        "n_months": len(wide),
        "new_share": _share(wide["new"].sum(), opening) if len(wide) else None,
        "lost_share": _share(wide["lost"].sum(), opening) if len(wide) else None,
        "won_back_share": _share(wide["won_back"].sum(), n_lapsed) if len(wide) else None,
        "n_money_months": len(last_year),
        "money_flows_cents": flows if last_year else None,
    }


def retention(cohorts: pd.DataFrame) -> dict[str, float | None]:
    """Return the share of customers who bought in the n-th month after their first, over all cohorts watched so long.

    Cohorts at the left edge of the data are left out.
    """
    known = cohorts[~cohorts["is_left_edge"].astype(bool)]
    shares = {}
    for n in RETENTION_AFTER:
        rows = known[known["months_since"] == n]
        shares[str(n)] = _share(rows["n_active"].sum(), rows["n_customers"].sum())
    return shares


def facts(
    stages: pd.DataFrame, bucket: pd.DataFrame, cohorts: pd.DataFrame, params: LifecycleParams,
    *, window_months: int, not_available: list[str],
) -> dict[str, Any]:  # fmt: skip
    """Gather what reports show of the lifecycle: rules, parameters, rates, retention, what is not available."""
    return {
        "rules": list(RULES),
        "params": params.model_dump(mode="json"),
        "rates": rates(bucket, stages),
        "retention": retention(cohorts),
        "components": list(buckets.COMPONENTS),
        "window_months": window_months,
        "not_available": not_available,
    }


def metrics(stages: pd.DataFrame, known: dict[str, Any], changes: pd.DataFrame) -> dict[str, Any]:
    """Return the few numbers to watch: customers by stage now, monthly flows, retention, and how stable stages are."""
    now = stages[stages["as_of"] == stages["as_of"].max()] if len(stages) else stages
    count = dict(zip(now["stage"], now["n_customers"].astype(int), strict=True))
    return {
        "n_customers": {name: count.get(name, 0) for name in STAGES},
        **{name: known["rates"][name] for name in ("new_share", "lost_share", "won_back_share")},
        "retention": known["retention"],
        "stages": stability(changes),
    }


def _share(part: float, whole: float) -> float | None:
    return float(np.round(part / whole, 6)) if whole else None
