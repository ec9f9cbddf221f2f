"""Add up what customers bought, and describe every customer as of one day and at every month end before it."""

from crmwb import engine, history, layout, params, progress, stage, storage
from crmwb.contract.features import CUSTOMERS
from crmwb.features import circumstances, interests
from crmwb.features.customers import customers
from crmwb.features.observation import observe
from crmwb.features.snapshots import write_snapshots


def main() -> None:
    p = params.load()
    off_season = p.features.off_season_months
    with engine.connect(p.engine, lines=True) as con:
        tables = storage.open_tables(con, layout.CLEAN)
        observation = observe(tables, p.as_of, p.features, p.source.currency)
        past = history.update(con, tables, observation.as_of, off_season, clean=layout.CLEAN)
        with progress.step(f"describing {observation.n_customers:,} customers as of {observation.as_of}"):
            described = customers(tables, observation.as_of, p.features, past)
            storage.stream(con, described, CUSTOMERS)
            interests.write(con, tables, observation.as_of)
        now = storage.open_artefact(con, CUSTOMERS, "now")
        lines = history.line_checksums()
        write_snapshots(con, tables, observation, p.features, past=past, line_checksums=lines, now=now)
        storage.write_json(observation.content(), layout.OBSERVATION)
        circumstances.write(con, tables, observation, p.features.recent_days, past=past)


if __name__ == "__main__":
    stage.run(main)
