"""Segment every customer: RFM, value tiers and clusters, what each segment is and needs, and whether it stands."""

from crmwb import layout, params, stage, storage
from crmwb.contract import features, lifecycle, value
from crmwb.segmentation import artefacts, needs, refit
from crmwb.segmentation.cards import InterestFile
from crmwb.segmentation.columns import CustomerFiles
from crmwb.segmentation.study import Past, study


def main() -> None:
    p = params.load()
    quality = storage.read_json(layout.QUALITY_SUMMARY)
    segments = study(
        storage.open_beside_frames(p.engine, layout.CLEAN),
        CustomerFiles(features.CUSTOMERS, value.CUSTOMERS, lifecycle.CUSTOMERS),
        Past(layout.SNAPSHOTS, refit.accepted(layout.ACCEPTED_SEGMENTS, quality["profile"]["source"])),
        interests=InterestFile(features.INTERESTS),
        marketing_mix=needs.read_rules(layout.MARKETING_MIX),
        observed=storage.read_json(layout.OBSERVATION),
        audits=quality["audits"],
        params=p,
    )
    artefacts.write(segments)


if __name__ == "__main__":
    stage.run(main)
