"""Adapter for the demo company: made block by block of accounts, so that memory stays flat however many there are."""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from crmwb import engine, progress
from crmwb.contract.canonical import TABLES
from crmwb.contract.ingest import TRUTH_CUSTOMERS, TRUTH_MEMBERS
from crmwb.engine import Backend
from crmwb.findings import Count, Finding
from crmwb.params import B2bDemoParams, SourceParams
from crmwb.sources.b2b_demo import (
    accounts,
    campaigns,
    contacts,
    initiatives,
    invoices,
    opportunities,
    products,
    purchases,
    truth,
)
from crmwb.sources.b2b_demo.accounts import Roll
from crmwb.sources.b2b_demo.draws import Calendar, Chance
from crmwb.sources.b2b_demo.world import Window
from crmwb.sources.delivery import Delivery, Origin, Truth

BLOCK_ACCOUNTS = 20_000  # part of what the bytes depend on: another size is another company
VERSION = "1"
DRAWN = (
    *("customers", "transactions", "products", "interactions", "campaigns", "campaign_members", "invoices"),
    *("opportunities", "opportunity_history", "initiatives"),
)
TRUTHS = {"truth_customers": TRUTH_CUSTOMERS.schema, "truth_campaign_members": TRUTH_MEMBERS.schema}
Columns = dict[str, pa.Array]


def read(con: Backend, params: SourceParams, folder: Path) -> Delivery:
    """Make the demo company.

    Parameters
    ----------
    con : Backend
        The engine that will hold the tables.
    params : SourceParams
        Of kind `b2b_demo`; `b2b_demo` says how large the company is, how many years are seen, and the seed.
    folder : Path
        Where the tables are set down, as Parquet.
    """
    p = params.b2b_demo
    calendar = Calendar(Window(p.years))
    roll = accounts.roll(Chance(p.seed), p.n_customers)
    schemas = {name: TABLES[name].schema for name in DRAWN} | TRUTHS
    with ExitStack() as stack:
        writers = {
            name: stack.enter_context(pq.ParquetWriter(folder / f"{name}.parquet", schema, compression="lz4"))
            for name, schema in schemas.items()
        }
        for block in _blocks(p, calendar, roll):
            for name, columns in block.items():
                writers[name].write_table(_conformed(columns, schemas[name]))
    opened = {name: engine.open_parquet(con, folder / f"{name}.parquet", f"b2b_{name}") for name in schemas}
    return Delivery(
        origin=Origin(
            name="B2B demo company (simulated)",
            version=f"{VERSION}, seed {p.seed}",
            licence="MIT",
            caveat=Finding("sources.b2b_demo", {"n": Count(p.n_customers)}),
            files=[],
        ),
        tables={name: opened[name] for name in DRAWN},
        truth=Truth(
            tables={
                "customers": (opened["truth_customers"], ("customer_id",)),
                "campaign_members": (opened["truth_campaign_members"], ("campaign_id", "customer_id")),
            },
            parameters=truth.parameters(p.n_customers, p.years, p.seed),
        ),
    )


def _blocks(p: B2bDemoParams, calendar: Calendar, roll: Roll) -> Iterator[dict[str, Columns]]:
    """Yield the rows of each table, by table: first what stands for the whole company, then block by block."""
    product_columns = products.table()
    yield {
        "products": product_columns,
        "campaigns": campaigns.table(calendar),
        "initiatives": initiatives.table(calendar),
    }
    product_ids = product_columns["product_id"]
    begins = range(0, p.n_customers, BLOCK_ACCOUNTS)
    for block, begin in enumerate(progress.track(begins, "making the demo company", len(begins))):
        numbers = range(begin, min(begin + BLOCK_ACCOUNTS, p.n_customers))
        drawn = accounts.draw(Chance(p.seed, block), calendar, numbers, roll)
        members = campaigns.members(drawn)
        placed = purchases.orders(drawn, members.won)
        worked_on, changes = opportunities.tables(drawn, placed, product_ids)
        yield {
            "customers": accounts.table(drawn, roll),
            "transactions": purchases.table(drawn, placed, product_ids),
            "campaign_members": campaigns.members_table(drawn, members, placed),
            "invoices": invoices.table(drawn, placed),
            "interactions": contacts.table(drawn, members, placed),
            "opportunities": worked_on,
            "opportunity_history": changes,
            "truth_customers": truth.customers(drawn),
            "truth_campaign_members": truth.members(drawn, members),
        }


def _conformed(columns: Columns, schema: pa.Schema) -> pa.Table:
    """Return the columns in the schema's order and types, NULL where the company has none."""
    unknown = columns.keys() - set(schema.names)
    if unknown:
        raise TypeError(f"no such column: {', '.join(sorted(unknown))}")
    n = len(next(iter(columns.values())))
    return pa.table(
        [columns[f.name].cast(f.type) if f.name in columns else pa.nulls(n, f.type) for f in schema], schema=schema
    )
