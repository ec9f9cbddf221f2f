"""Choose the next best action of every customer within budget and time, and judge the lists of before."""

from crmwb import engine, layout, params, stage, storage
from crmwb.actions import artefacts, build, ledger, plan
from crmwb.marts import mart


def main() -> None:
    p = params.load()
    chosen, place = plan.load()
    margin = storage.read_json(layout.VALUE_MODELS).get("margin") or {"share": p.value.assumed_margin_share}
    with engine.connect(p.engine) as con:
        acting = build.build(
            con,
            storage.open_table(con, layout.CUSTOMER_MART, "mart"),
            mart.by_name(),
            chosen,
            place=place,
            past=ledger.read(layout.ACTION_LEDGER),
            campaigns={name: storage.read_frame(layout.response(name)) for name in ("campaigns", "effects")},
            transactions=storage.open_tables(con, layout.CLEAN).get("transactions"),
            observed=storage.read_json(layout.OBSERVATION),
            margin_share=margin["share"],
            seed=p.seed,
        )
    artefacts.write(acting)


if __name__ == "__main__":
    stage.run(main)
