"""Value every customer: what they brought, what is to come, tested on time not seen, and the score card."""

from functools import partial

from crmwb import layout, params, stage, storage
from crmwb.contract.contracts import CUSTOMERS as CONTRACT_CUSTOMERS
from crmwb.files import owners
from crmwb.value import artefacts, valuation
from crmwb.value.opened import opened


def main() -> None:
    p = params.load()
    with owners.scratch("value") as scratch:
        valued = valuation.value_all(
            partial(opened, p.engine, layout.CLEAN),
            contracts=storage.read(CONTRACT_CUSTOMERS),
            observed=storage.read_json(layout.OBSERVATION),
            circumstances=storage.read_json(layout.CIRCUMSTANCES),
            params=p,
            scratch=scratch,
        )
        artefacts.write(valued)


if __name__ == "__main__":
    stage.run(main)
