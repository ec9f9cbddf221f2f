"""Writing the lifecycle: data/lifecycle/ and metrics/lifecycle.json."""

import pandas as pd

from crmwb import layout, storage
from crmwb.contract import lifecycle as declared
from crmwb.lifecycle import months
from crmwb.lifecycle.lifecycle import Lifecycle


def write(made: Lifecycle) -> None:
    """Write all of it; of a source without transactions, some tables have no rows."""
    ids = made.customers["customer_id"]
    storage.write(made.customers, declared.CUSTOMERS)
    months.write_customer_months(made.timeline, made.purchases, ids, declared.MONTHS.path)
    storage.write(made.stages, declared.STAGES)
    storage.write(made.conversions, declared.CONVERSIONS)
    storage.write(made.bucket, declared.BUCKET)
    storage.write(made.cohorts, declared.COHORTS)
    storage.write(made.risk.customers, declared.RISK)
    tested = made.risk.reliability
    groups = pd.DataFrame(columns=declared.RELIABILITY.names) if tested is None else tested.groups
    storage.write(groups, declared.RELIABILITY)
    storage.write_json(made.facts, layout.LIFECYCLE_FACTS)
    storage.write_json(made.metrics, layout.LIFECYCLE_METRICS)
