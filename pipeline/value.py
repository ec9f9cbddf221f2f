"""Value every customer: purchases and spend to come, tested on time not seen, and who earned what so far."""

from datetime import date

from crmwb import engine, layout, params, stage, storage, value
from crmwb.progress import step


def main() -> None:
    p = params.load()
    as_of = date.fromisoformat(storage.read_json(layout.OBSERVATION)["as_of"])
    buyers = value.buyers_of(storage.read_frame(layout.CUSTOMER_FEATURES, value.FEATURES))
    with engine.connect(p.engine) as con:
        transactions = storage.open_tables(con, layout.CLEAN)["transactions"]
        tested = value.backtest(con, transactions, value.first_purchase(buyers), as_of, p.value.backtest)
    with step("fitting models and valuing customers"):
        fitted = value.fit(buyers, tested, p.value)
        scored = value.score(buyers, fitted, p.value)
    with step("drawing intervals of the whale curve"):
        models = value.models_record(buyers, scored, fitted, tested, as_of=as_of, params=p.value, seed=p.seed)
    storage.write_frame(scored, layout.CUSTOMER_VALUE, ["customer_id"], value.CUSTOMERS_SCHEMA)
    storage.write_frame(tested.scores, layout.BACKTEST, ["origin", "forecaster"], value.BACKTEST_SCHEMA)
    storage.write_json(models, layout.VALUE_MODELS)
    storage.write_json(value.metrics_record(scored, models, tested), layout.VALUE_METRICS)


if __name__ == "__main__":
    stage.run(main)
