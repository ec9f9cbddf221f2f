"""The company's CRM initiatives: one that works, with its effect planted, and some that do nothing to the data."""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from crmwb.sources.b2b_demo.draws import Calendar, ids

FASTER_SERVICE = "service desk"
RESOLUTION_DAYS = (4.0, 2.0)  # how long a service case takes on average, before and after
BASELINE_DAYS = 180


@dataclass(frozen=True)
class Initiative:
    """An initiative and what it is to reach; `written_days` is when that was written down, in days from its start."""

    classes: str
    begins: float  # share of the years
    cost_cents: int
    metric: str
    direction: str
    target: float
    target_kind: str
    metric_of: str | None = None
    scope: tuple[str, str] | None = None  # a column of customers, and its value
    written_days: int = -30


INITIATIVES = {
    FASTER_SERVICE: Initiative("cem", 0.5, 4_800_000, "resolution_days", "down", 2.5, "level"),
    "customer portal": Initiative(
        "cim", 0.4, 9_000_000, "order_channel_share", "down", 0.05, "level", metric_of="phone"
    ),
    "key account reviews": Initiative(
        "csm+cim", 0.6, 2_500_000, "revenue_per_customer", "up", 0.05, "relative_change", scope=("region", "North")
    ),
    "loyalty bonus": Initiative("csm", 0.7, 6_000_000, "repeat_share", "up", 0.05, "change", written_days=30),
}


def start(name: str, calendar: Calendar) -> float:
    """Return the first day of an initiative, in days from the first."""
    return float(np.floor(INITIATIVES[name].begins * calendar.n_days))


def table(calendar: Calendar) -> dict[str, pa.Array]:
    """Return the columns of the initiatives table."""
    every = list(INITIATIVES.values())
    first = np.array([start(name, calendar) for name in INITIATIVES])
    written = first + np.array([initiative.written_days for initiative in every])
    same = ("classes", "cost_cents", "metric", "metric_of", "direction", "target", "target_kind")
    return {
        "initiative_id": ids("N", np.arange(len(first)) + 1, 2),
        "name": pa.array(list(INITIATIVES)),
        "starts_on": calendar.dates(first),
        **{column: pa.array([getattr(initiative, column) for initiative in every]) for column in same},
        "baseline_from": calendar.dates(first - BASELINE_DAYS),
        "baseline_to": calendar.dates(first - 1),
        "criteria_on": calendar.dates(written),
        "scope_column": pa.array([i.scope[0] if i.scope else None for i in every], pa.string()),
        "scope_value": pa.array([i.scope[1] if i.scope else None for i in every], pa.string()),
    }
