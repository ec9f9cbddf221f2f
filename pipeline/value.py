"""Value every customer: what they brought, what is to come, tested on time not seen, and the score card."""

from functools import partial

from crmwb import layout, params, stage, storage
from crmwb.contract.contracts import CUSTOMERS as CONTRACT_CUSTOMERS
from crmwb.contract.features import CUSTOMERS as FEATURES
from crmwb.value import artefacts, valuation
from crmwb.value.opened import opened


def main() -> None:
    p = params.load()
    valued = valuation.value_all(
        partial(opened, p.engine, layout.CLEAN),
        storage.read(FEATURES, valuation.FEATURES),
        contracts=storage.read(CONTRACT_CUSTOMERS),
        observed=storage.read_json(layout.OBSERVATION),
        circumstances=storage.read_json(layout.CIRCUMSTANCES),
        params=p,
    )
    artefacts.write(valued)


if __name__ == "__main__":
    stage.run(main)
