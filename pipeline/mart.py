"""Put everything known of each customer into one table to load into a CRM: one row per customer."""

from crmwb import engine, layout, params, stage, storage
from crmwb.actions import mart, risk_explained
from crmwb.progress import step

PARTS = {
    "features": layout.CUSTOMER_FEATURES,
    "segments": layout.CUSTOMER_SEGMENTS,
    "value": layout.CUSTOMER_VALUE,
    "lifecycle": layout.CUSTOMER_LIFECYCLE,
    "risk": layout.CUSTOMER_RISK,
}


def main() -> None:
    p = params.load()
    with engine.connect(p.engine) as con, step("writing the customer mart"):
        customers = mart.customer_mart(**{name: storage.open_table(con, path, name) for name, path in PARTS.items()})
        storage.write_query(con, customers, layout.CUSTOMER_MART, order_by=[mart.KEY])
        storage.write_query_csv(con, customers, layout.CUSTOMER_MART_CSV, order_by=[mart.KEY])
    storage.write_csv(mart.dictionary(), layout.CUSTOMER_MART_COLUMNS)
    explained = storage.read_frame(layout.CUSTOMER_MART, risk_explained.READ)
    risk_explained.write(explained, layout.RISK_EXPLAINED)


if __name__ == "__main__":
    stage.run(main)
