"""Follow customers from month end to month end: transitions between segments, their reasons, and the long run."""

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
    observed = storage.read_json(layout.OBSERVATION)
    with step("transitions between segments, month by month"):
        result = migration.build(SOURCES, model, p, observed["first_event"], observed["currency"])
    migration.write(result)


if __name__ == "__main__":
    stage.run(main)
