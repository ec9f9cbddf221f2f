"""Segment every customer: RFM scores, value tiers and clusters, with a profile of each segment and the evidence."""

from crmwb import layout, params, segmentation, stage, storage
from crmwb.progress import step


def main() -> None:
    p = params.load()
    features = storage.read_frame(layout.CUSTOMER_FEATURES)
    as_of = storage.read_json(layout.OBSERVATION)["as_of"]
    with step("finding segments"):
        model = segmentation.fit(features, as_of, p.segmentation, p.seed)
    with step("scoring and profiling customers"):
        customers = segmentation.score(features, model)
        profiles = segmentation.profiles(features, customers, model)
    storage.write_frame(customers, layout.CUSTOMER_SEGMENTS, ["customer_id"], segmentation.CUSTOMERS_SCHEMA)
    storage.write_frame(profiles, layout.SEGMENT_PROFILES, ["scheme", "position"], segmentation.PROFILES_SCHEMA)
    storage.write_json(model, layout.SEGMENT_MODEL)
    storage.write_json(segmentation.metrics(customers, model), layout.SEGMENT_METRICS)


if __name__ == "__main__":
    stage.run(main)
