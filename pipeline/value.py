"""Value every customer: what they brought, what is to come, tested on time not seen, and the score card."""

from crmwb import engine, layout, params, stage, storage
from crmwb.contract.contracts import CUSTOMERS as CONTRACT_CUSTOMERS
from crmwb.contract.features import CUSTOMERS as FEATURES
from crmwb.contract.features import SNAPSHOTS
from crmwb.value import artefacts, valuation


def main() -> None:
    p = params.load()
    observed = storage.read_json(layout.OBSERVATION)
    circumstances = storage.read_json(layout.CIRCUMSTANCES)
    features = storage.read(FEATURES, valuation.FEATURES)
    with engine.connect(p.engine, beside_frames=True) as con:
        tables = storage.open_tables(con, layout.CLEAN)
        snapshots = storage.open_artefact(con, SNAPSHOTS, "snapshots")
        contracts = storage.read(CONTRACT_CUSTOMERS)
        valued = valuation.value_all(
            con, tables, features, snapshots,
            contracts=contracts, observed=observed, circumstances=circumstances, params=p,
        )  # fmt: skip
    artefacts.write(valued)


if __name__ == "__main__":
    stage.run(main)
