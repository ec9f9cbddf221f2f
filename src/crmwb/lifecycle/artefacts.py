"""Writing the lifecycle: data/lifecycle/ and metrics/lifecycle.json."""

import pandas as pd

from crmwb import layout, storage
from crmwb.contract import lifecycle as declared
from crmwb.lifecycle import months
from crmwb.lifecycle.lifecycle import Lifecycle


def write(lifecycle: Lifecycle) -> None:
    """Write all of it; of a source without transactions, some tables have no rows."""
    storage.write(lifecycle.customers, declared.CUSTOMERS)
    months.write_customer_months(lifecycle.timeline, lifecycle.purchases, lifecycle.ids, declared.MONTHS.path)
    storage.write(lifecycle.stages, declared.STAGES)
    storage.write(lifecycle.conversions, declared.CONVERSIONS)
    storage.write(lifecycle.bucket, declared.BUCKET)
    storage.write(lifecycle.cohorts, declared.COHORTS)
    storage.write(lifecycle.risk.customers, declared.RISK)
    tested = lifecycle.risk.reliability
    groups = pd.DataFrame(columns=declared.RELIABILITY.names) if tested is None else tested.groups
    storage.write(groups, declared.RELIABILITY)
    storage.write_json(lifecycle.facts, layout.LIFECYCLE_FACTS)
    storage.write_json(lifecycle.metrics, layout.LIFECYCLE_METRICS)
