"""Follow customers from month end to month end: who moves between segments, why, and where that leads."""

from crmwb import layout, migration, params, stage, storage
from crmwb.progress import step

SOURCES = migration.Sources(
    layout.SNAPSHOTS,
    layout.LIFECYCLE_MONTHS,
    {"tier": layout.TIER_MONTHS, "rfm_segment": layout.RFM_MONTHS},
)


def main() -> None:
    p = params.load()
    model = storage.read_json(layout.SEGMENT_MODEL)
    first_event = storage.read_json(layout.OBSERVATION)["first_event"]
    with step("following customers from month to month"):
        made = migration.build(SOURCES, model, p, first_event)
    migration.write(made)


if __name__ == "__main__":
    stage.run(main)
