"""Tell every customer's stage of life, now and at every month end, with the leaky bucket and cohorts."""

from crmwb import engine, layout, lifecycle, params, stage, storage
from crmwb.contract.features import CUSTOMERS as FEATURES
from crmwb.contract.features import SNAPSHOTS
from crmwb.contract.value import CUSTOMERS as VALUE


def main() -> None:
    p = params.load()
    observed = storage.read_json(layout.OBSERVATION)
    customers = storage.read_joined("customer_id", FEATURES, VALUE)
    with engine.connect(p.engine, beside_frames=True) as con:
        tables = storage.open_tables(con, layout.CLEAN)
        snapshots = storage.open_artefact(con, SNAPSHOTS, "snapshots")
        built = lifecycle.build(con, tables, snapshots, customers, observed=observed, params=p)
    lifecycle.write(built)


if __name__ == "__main__":
    stage.run(main)
