"""Study the contracts: who stays, recurring revenue and why it changes, and what running contracts are worth."""

from datetime import date

from crmwb import engine, layout, params, stage, storage
from crmwb.progress import step
from crmwb.value.contracts import study


def main() -> None:
    p = params.load()
    as_of = date.fromisoformat(storage.read_json(layout.OBSERVATION)["as_of"])
    with engine.connect(p.engine) as con, step("studying contracts"):
        contracts = study.study(con, storage.open_tables(con, layout.CLEAN), as_of, p.value)
    study.write(contracts)


if __name__ == "__main__":
    stage.run(main)
