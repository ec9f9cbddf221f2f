"""What is open with a customer as of a day."""

from datetime import date

import pandas as pd
import pyarrow as pa

from crmwb import engine
from crmwb.contract.canonical import TABLES
from crmwb.marts.open_matters import open_matters

AS_OF = date(2024, 7, 1)


def opened(con, **tables):
    people = pa.table(
        {
            "customer_id": ["a", "b", "c"],
            "credit_limit_cents": pa.array([1_000, 1_000, None], pa.int64()),
            "balance_cents": pa.array([None, 5_000, None], pa.int64()),
        }
    )
    known = {
        name: engine.open_arrow(con, pa.Table.from_pylist(rows, schema=TABLES[name].schema), name)
        for name, rows in tables.items()
    }
    result = open_matters(engine.open_arrow(con, people, "people"), known, AS_OF)
    return {row["customer_id"]: row for row in engine.batches(con, result).read_all().to_pylist()}


def matter(customer: str, kind: str, settled: date | None, day: int = 1) -> dict:
    at = None if settled is None else pd.Timestamp(settled)
    return {
        "interaction_id": f"{customer}{kind}{settled}{day}", "customer_id": customer, "department": "service",
        "kind": kind, "occurred_at": pd.Timestamp(2024, 6, day), "resolved_at": at,
    }  # fmt: skip


def test_a_matter_is_open_until_its_settlement_is_known_where_settlements_are_recorded(con):
    rows = [
        matter("a", "complaint", date(2024, 6, 20)),
        matter("a", "complaint", date(2024, 6, 21), 2),
        matter("b", "complaint", date(2024, 7, 2)),  # after as_of: open still
        matter("c", "visit", None),  # of visits, no settlement is recorded
        matter("c", "complaint", None) | {"occurred_at": pd.Timestamp(2024, 7, 1)},
    ]
    matters = opened(con, interactions=rows)
    assert [matters[name]["n_open_matters"] for name in "abc"] == [0, 1, 0]
    assert matters["a"]["open_invoice_cents"] is None


def test_over_the_limit_by_the_balance_or_by_open_invoices(con):
    def bill(customer: str, cents: int, paid: date | None) -> dict:
        return {
            "invoice_id": f"{customer}{cents}", "customer_id": customer, "issued_on": date(2024, 6, 1),
            "due_on": date(2024, 7, 1), "paid_on": paid, "amount_cents": cents,
        }  # fmt: skip

    matters = opened(
        con, invoices=[bill("a", 1_500, None), bill("a", 9_000, date(2024, 6, 5)), bill("c", 99_999, None)]
    )
    assert matters["a"]["over_limit_cents"] == 500
    assert matters["b"]["over_limit_cents"] == 4_000
    assert matters["c"]["over_limit_cents"] is None  # no limit is known
    assert opened(con)["a"]["n_open_matters"] is None
