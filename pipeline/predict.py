"""Predict opportunities and customers: chances to win and to buy, the quarter's sales, likeness to the best."""

from datetime import date

from crmwb import engine, layout, params, stage, storage
from crmwb.contract.value import TIER_MONTHS
from crmwb.history.month_days import KeptDays
from crmwb.predict import artefacts, build
from crmwb.predict.customers.features import Features


def main() -> None:
    p = params.load()
    observed = storage.read_json(layout.OBSERVATION)
    window = (date.fromisoformat(observed["first_event"]), date.fromisoformat(observed["as_of"]))
    features = Features()
    with engine.connect(p.engine, beside_frames=True) as con:
        tables, tiers = storage.open_tables(con, layout.CLEAN), storage.open_artefact(con, TIER_MONTHS, "tiers")
        days = KeptDays(features.places) if "transactions" in tables else None
        predictions = build.build(
            con, tables, features, layout.SNAPSHOTS, tiers, days=days, window=window, params=p
        )  # fmt: skip
    artefacts.write(predictions.pipeline, predictions.customers, predictions.spending, p.predict, observed["currency"])


if __name__ == "__main__":
    stage.run(main)
