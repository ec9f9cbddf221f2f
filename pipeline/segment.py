"""Segment every customer: RFM, value tiers and clusters, what each segment is and needs, and whether it stands."""

from crmwb import engine, layout, params, stage, storage
from crmwb.contract import features, lifecycle, value
from crmwb.segmentation import artefacts, needs, refit
from crmwb.segmentation.study import Past, study


def main() -> None:
    p = params.load()
    quality = storage.read_json(layout.QUALITY_SUMMARY)
    past = Past(layout.SNAPSHOTS, refit.accepted(layout.ACCEPTED_SEGMENTS, quality["profile"]["source"]))
    with engine.connect(p.engine, beside_frames=True) as con:
        segments = study(
            con,
            storage.open_tables(con, layout.CLEAN),
            storage.read_joined("customer_id", features.CUSTOMERS, value.CUSTOMERS, lifecycle.CUSTOMERS),
            past,
            interests=storage.read(features.INTERESTS),
            marketing_mix=needs.read_rules(layout.MARKETING_MIX),
            observed=storage.read_json(layout.OBSERVATION),
            audits=quality["audits"],
            params=p,
        )
    artefacts.write(segments)


if __name__ == "__main__":
    stage.run(main)
