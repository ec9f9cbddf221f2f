"""Put everything known of each customer into one table to load into a CRM: one row per customer."""

from datetime import date

from crmwb import engine, layout, params, stage, storage
from crmwb.contract.marts import CUSTOMERS
from crmwb.contract.marts import CUSTOMERS as MART
from crmwb.contract.value import CUSTOMERS as VALUE
from crmwb.marts import mart, open_matters, risk_explained, upgrade
from crmwb.progress import step


def main() -> None:
    as_of = date.fromisoformat(storage.read_json(layout.OBSERVATION)["as_of"][:10])
    card = storage.read_json(layout.VALUE_FACTS)["scorecard"]
    near = upgrade.upgrade(storage.read(VALUE, upgrade.READ), card)
    with engine.connect(params.load().engine) as con, step("writing the customer mart"):
        parts = {name: storage.open_artefact(con, part, name) for name, part in mart.PARTS.items()}
        opened = open_matters.open_matters(parts["features"], storage.open_tables(con, layout.CLEAN), as_of)
        joined = mart.customer_mart(
            **parts, open=opened, upgrade=engine.open_arrow(con, upgrade.to_arrow(near), "near")
        )
        storage.stream(con, joined, CUSTOMERS)
        storage.write_query_csv(con, joined, layout.CUSTOMER_MART_CSV, order_by=[mart.KEY])
    storage.write_csv(mart.dictionary(), layout.CUSTOMER_MART_COLUMNS)
    risk_explained.write(storage.read(MART, risk_explained.READ), layout.RISK_EXPLAINED)


if __name__ == "__main__":
    stage.run(main)
