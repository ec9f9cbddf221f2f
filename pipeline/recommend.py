"""List what each customer buys next, again and new, and find which products lead to which."""

from datetime import date

from crmwb import engine, layout, params, stage, storage
from crmwb.recommend import artefacts, build, names


def main() -> None:
    p = params.load()
    as_of = date.fromisoformat(storage.read_json(layout.OBSERVATION)["as_of"])
    with engine.connect(p.engine) as con:
        tables = storage.open_tables(con, layout.CLEAN)
        recommendations = build.build(con, tables, as_of, p.recommend)
        artefacts.write(con, recommendations, names.product_names(layout.CLEAN))


if __name__ == "__main__":
    stage.run(main)
