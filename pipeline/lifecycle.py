"""Tell every customer's stage of life, now and at every month end, with the leaky bucket and cohorts."""

from functools import partial

from crmwb import engine, layout, lifecycle, params, stage, storage
from crmwb.contract.features import CUSTOMERS as FEATURES
from crmwb.contract.features import SNAPSHOTS
from crmwb.contract.value import CUSTOMERS as VALUE
from crmwb.history.month_days import KeptDays
from crmwb.history.places import Places, month_end_rows
from crmwb.lifecycle.lifecycle import COLUMNS, ORDERS


def main() -> None:
    p = params.load()
    observed = storage.read_json(layout.OBSERVATION)
    customers = storage.read_joined("customer_id", FEATURES, VALUE, columns=COLUMNS)
    rows = partial(month_end_rows, SNAPSHOTS.path, columns=["customer_id", *ORDERS])
    with engine.connect(p.engine, beside_frames=True) as con:
        tables = storage.open_tables(con, layout.CLEAN)
        days = KeptDays(Places.among(customers["customer_id"])) if "transactions" in tables else ()
        built = lifecycle.build(con, tables, days, rows, customers, observed=observed, params=p)
    lifecycle.write(built)


if __name__ == "__main__":
    stage.run(main)
