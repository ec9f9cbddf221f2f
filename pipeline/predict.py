"""Predict opportunities and customers: chances to win and to buy, the quarter's sales, likeness to the best."""

from datetime import date
from functools import partial

import pyarrow as pa

from crmwb import engine, layout, params, stage, storage
from crmwb.contract.features import CUSTOMERS as FEATURES
from crmwb.contract.value import TIER_MONTHS
from crmwb.history.month_days import KeptDays
from crmwb.history.places import Places
from crmwb.predict import artefacts, build


def main() -> None:
    p = params.load()
    observed = storage.read_json(layout.OBSERVATION)
    window = (date.fromisoformat(observed["first_event"]), date.fromisoformat(observed["as_of"]))
    features = storage.read(FEATURES, build.FEATURES)
    ids = pa.array(features["customer_id"].sort_values(), pa.string())
    tiers = partial(storage.read, TIER_MONTHS, ["as_of", "customer_id", "tier"])
    with engine.connect(p.engine, beside_frames=True) as con:
        tables = storage.open_tables(con, layout.CLEAN)
        days = KeptDays(Places(ids)) if "transactions" in tables else None
        predictions = build.build(con, tables, features, layout.SNAPSHOTS, tiers, days=days, window=window, params=p)
    artefacts.write(predictions.pipeline, predictions.customers, predictions.spending, p.predict, observed["currency"])


if __name__ == "__main__":
    stage.run(main)
