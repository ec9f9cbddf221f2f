"""Judge every campaign: what it brought, of which customers, and whom to contact next time."""

from datetime import date

from crmwb import engine, layout, params, stage, storage
from crmwb.contract.features import CUSTOMERS as FEATURES
from crmwb.contract.lifecycle import MONTHS as STAGE_MONTHS
from crmwb.contract.segments import RFM_MONTHS
from crmwb.contract.value import TIER_MONTHS
from crmwb.response import artefacts, build


def main() -> None:
    p = params.load()
    observed = storage.read_json(layout.OBSERVATION)
    window = (date.fromisoformat(observed["first_event"]), date.fromisoformat(observed["as_of"]))
    features = storage.read(FEATURES)
    months = {"tier": TIER_MONTHS, "rfm_segment": RFM_MONTHS, "stage": STAGE_MONTHS}
    histories = {name: storage.read(table, ["as_of", "customer_id", name]) for name, table in months.items()}
    with engine.connect(p.engine, beside_frames=True) as con:
        tables = storage.open_tables(con, layout.CLEAN)
        judged = build.build(
            con, tables, features, layout.SNAPSHOTS, histories, window=window, params=p.response, seed=p.seed
        )
    artefacts.write(judged, observed["currency"])


if __name__ == "__main__":
    stage.run(main)
