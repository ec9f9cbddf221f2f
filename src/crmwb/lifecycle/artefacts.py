"""Writing the lifecycle: data/lifecycle/ and metrics/lifecycle.json."""

import pandas as pd

from crmwb import layout, storage
from crmwb.lifecycle import bucket, cohorts, conversions, months
from crmwb.lifecycle.customers import SCHEMA as CUSTOMERS_SCHEMA
from crmwb.lifecycle.lifecycle import Lifecycle
from crmwb.lifecycle.risk.build import RELIABILITY_SCHEMA, RISK_SCHEMA


def write(made: Lifecycle) -> None:
    """Write all of it; of a source without transactions, some tables have no rows."""
    ids = made.customers["customer_id"]
    storage.write_frame(made.customers, layout.CUSTOMER_LIFECYCLE, ["customer_id"], CUSTOMERS_SCHEMA)
    months.write_customer_months(made.timeline, made.purchases, ids, layout.LIFECYCLE_MONTHS)
    storage.write_frame(made.stages, layout.LIFECYCLE_STAGES, ["as_of", "position"], months.STAGES_SCHEMA)
    by_next = ["position", "next_stage"]
    storage.write_frame(made.conversions, layout.LIFECYCLE_CONVERSIONS, by_next, conversions.SCHEMA)
    storage.write_frame(made.bucket, layout.LIFECYCLE_BUCKET, ["ends", "position"], bucket.SCHEMA)
    storage.write_frame(made.cohorts, layout.LIFECYCLE_COHORTS, ["cohort", "months_since"], cohorts.SCHEMA)
    storage.write_frame(made.risk.customers, layout.CUSTOMER_RISK, ["customer_id"], RISK_SCHEMA)
    tested = made.risk.reliability
    groups = pd.DataFrame(columns=RELIABILITY_SCHEMA.names) if tested is None else tested.groups
    storage.write_frame(groups, layout.RISK_RELIABILITY, ["group"], RELIABILITY_SCHEMA)
    storage.write_json(made.facts, layout.LIFECYCLE_FACTS)
    storage.write_json(made.metrics, layout.LIFECYCLE_METRICS)
