"""Writing a study of segments: data/segments/ and metrics/segments.json."""

from pathlib import Path

import pyarrow as pa

from crmwb import layout, storage
from crmwb.segmentation.acceptance import ACCEPTANCE_SCHEMA
from crmwb.segmentation.cards import CARDS_SCHEMA, TRAITS_SCHEMA
from crmwb.segmentation.model import CUSTOMERS_SCHEMA
from crmwb.segmentation.needs import MIX_SCHEMA, NEEDS_SCHEMA
from crmwb.segmentation.profiles import PROFILES_SCHEMA
from crmwb.segmentation.rfm import MONTHS_SCHEMA as RFM_MONTHS_SCHEMA
from crmwb.segmentation.rules import RULES_SCHEMA
from crmwb.segmentation.study import Study
from crmwb.segmentation.value_classes import CROSSWALK_SCHEMA

TABLES: dict[str, tuple[Path, list[str], pa.Schema]] = {
    "rfm_months": (layout.RFM_MONTHS, ["as_of", "customer_id"], RFM_MONTHS_SCHEMA),
    "profiles": (layout.SEGMENT_PROFILES, ["scheme", "position"], PROFILES_SCHEMA),
    "rules": (layout.SEGMENT_RULES, ["cluster"], RULES_SCHEMA),
    "traits": (layout.SEGMENT_TRAITS, ["scheme", "segment", "position"], TRAITS_SCHEMA),
    "cards": (layout.SEGMENT_CARDS, ["cluster"], CARDS_SCHEMA),
    "acceptance": (layout.SEGMENT_ACCEPTANCE, ["cluster", "test"], ACCEPTANCE_SCHEMA),
    "needs": (layout.SEGMENT_NEEDS, ["scheme", "segment", "measure", "item"], NEEDS_SCHEMA),
    "crosswalk": (
        layout.TIER_CROSSWALK,
        ["scheme", "other_scheme", "segment", "other_segment"],
        CROSSWALK_SCHEMA,
    ),
    "mix": (layout.SEGMENT_MIX, ["scheme", "segment", "p", "position"], MIX_SCHEMA),
}


def write(made: Study) -> None:
    """Write a study; of a source without transactions, tables without rows."""
    storage.write_frame(made.customers, layout.CUSTOMER_SEGMENTS, ["customer_id"], CUSTOMERS_SCHEMA)
    for name, (path, key, schema) in TABLES.items():
        storage.write_frame(made.tables[name], path, key, schema)
    storage.write_json(made.model, layout.SEGMENT_MODEL)
    storage.write_json(made.refit, layout.REFIT_REPORT)
    storage.write_json(made.facts, layout.NEEDS_FACTS)
    storage.write_json(made.metrics, layout.SEGMENT_METRICS)
