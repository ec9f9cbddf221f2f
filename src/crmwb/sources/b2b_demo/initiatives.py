"""The company's CRM initiatives: one that works, with its effect planted, and some that do nothing to the data."""

import numpy as np
import pyarrow as pa

from crmwb.sources.b2b_demo.draws import Calendar, ids

FASTER_SERVICE = "service desk"
RESOLUTION_DAYS = (4.0, 2.0)  # how long a service case takes on average, before and after
BASELINE_DAYS = 180
INITIATIVES = {  # name: classes, when (share of the years), cost in hundredths, criterion
    FASTER_SERVICE: ("cem", 0.5, 4_800_000, "mean days to resolve a service case: down to 2"),
    "customer portal": ("cim", 0.4, 9_000_000, "share of orders by phone: down to 0.05"),
    "key account reviews": ("csm+cim", 0.6, 2_500_000, "yearly revenue of stockists: up by 0.05"),
    "loyalty bonus": ("csm", 0.7, 6_000_000, "share of customers who order again within a year: up by 0.05"),
}


def start(name: str, calendar: Calendar) -> float:
    """Return the first day of an initiative, in days from the first."""
    return float(np.floor(INITIATIVES[name][1] * calendar.n_days))


def table(calendar: Calendar) -> dict[str, pa.Array]:
    """Return the columns of the initiatives table."""
    first = np.array([start(name, calendar) for name in INITIATIVES])
    classes, _, costs, criteria = (list(column) for column in zip(*INITIATIVES.values(), strict=True))
    return {
        "initiative_id": ids("N", np.arange(len(first)) + 1, 2),
        "name": pa.array(list(INITIATIVES)),
        "classes": pa.array(classes),
        "starts_on": calendar.dates(first),
        "cost_cents": pa.array(costs),
        "criterion": pa.array(criteria),
        "baseline_from": calendar.dates(first - BASELINE_DAYS),
        "baseline_to": calendar.dates(first - 1),
    }
