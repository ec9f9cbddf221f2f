"""`crmwb map --database` of a shop whose orders have a table of statuses and one of refunds."""

import shutil
import sqlite3
from contextlib import closing

import pytest
from exporting import Ingested
from project import PROJECT
from typer.testing import CliRunner

from crmwb import params
from crmwb.cli import app
from crmwb.sources import database, ingest

TABLES = """
CREATE TABLE order_status (id INTEGER PRIMARY KEY, code TEXT NOT NULL UNIQUE);
CREATE TABLE customers (id INTEGER PRIMARY KEY, first_name TEXT, last_name TEXT, is_internal INTEGER NOT NULL);
CREATE TABLE orders (
    id INTEGER PRIMARY KEY, customer_id INTEGER NOT NULL REFERENCES customers (id),
    status_id INTEGER NOT NULL REFERENCES order_status (id), created_at INTEGER NOT NULL
);
CREATE TABLE order_items (
    id INTEGER PRIMARY KEY, order_id INTEGER NOT NULL REFERENCES orders (id), sku TEXT, qty INTEGER,
    line_total_cents INTEGER
);
CREATE TABLE refunds (
    id INTEGER PRIMARY KEY, order_id INTEGER NOT NULL REFERENCES orders (id), amount_cents INTEGER, reason TEXT,
    created_at INTEGER
);
"""
STATUSES = ["cart_abandoned", "awaiting_payment", "cancelled", "paid", "shipped", "completed", "refunded"]
SOLD = {"paid", "shipped", "completed", "refunded"}
PEOPLE = ["Byrne", "Power", "Floor copies", "Nugent", "Lyons", "Egan", "Walsh", "Void"]
N = 140


def fill(path) -> int:
    """Write the shop; return what customers who are not the shop itself brought, less refunds, in cents."""
    net, items, refunds = 0, [], []
    with closing(sqlite3.connect(path)) as con:
        con.executescript(TABLES)
        con.executemany("INSERT INTO order_status VALUES (?, ?)", list(enumerate(STATUSES, 1)))
        con.executemany(
            "INSERT INTO customers VALUES (?, ?, ?, ?)",
            [(k + 1, f"A{k}", name, int(name == "Floor copies")) for k, name in enumerate(PEOPLE)],
        )
        for i in range(N):
            who, status = i % len(PEOPLE) + 1, STATUSES[i % len(STATUSES)]
            at = 1_700_000_000 + i * 40_000
            con.execute("INSERT INTO orders VALUES (?, ?, ?, ?)", (2000 + i, who, i % len(STATUSES) + 1, at))
            amounts = [1999 + 10 * i + k for k in range(1 + i % 3)]
            items += [(2000 + i, f"S{(i + k) % 9}", 1, amount) for k, amount in enumerate(amounts)]
            counts = status in SOLD and PEOPLE[who - 1] != "Floor copies"
            net += sum(amounts) * counts
            if status == "refunded":
                refunds.append((2000 + i, amounts[0], "damaged", at + 90_000))
                net -= amounts[0] * counts
        con.executemany("INSERT INTO order_items (order_id, sku, qty, line_total_cents) VALUES (?, ?, ?, ?)", items)
        con.executemany("INSERT INTO refunds (order_id, amount_cents, reason, created_at) VALUES (?, ?, ?, ?)", refunds)
        con.commit()
    return net


@pytest.fixture
def net(tmp_path, monkeypatch) -> int:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "data" / "raw").mkdir(parents=True)
    for name in ("params.yaml", "dvc.yaml"):
        shutil.copy(PROJECT / name, tmp_path)
    return fill(tmp_path / "shop.sqlite")


def test_a_table_of_statuses_and_one_of_refunds_come_to_what_was_sold_less_what_came_back(net, tmp_path, monkeypatch):
    url = f"sqlite:///{tmp_path}/shop.sqlite"
    answers = {
        "currency": "EUR",
        "kinds_of_code": "cart_abandoned=none,awaiting_payment=none,cancelled=none,refunded=sale",
        "kinds_of_status_id": "sales",
        "is_internal_own": "leave_out",
        "rows_of_refunds_parquet": "returns",
    }
    given = [part for key, value in answers.items() for part in ("--answer", f"{key}={value}")]
    done = CliRunner().invoke(app, ["map", "--database", url, "--yes", *given])
    assert done.exit_code == 0, done.output
    assert len(list((tmp_path / "mappings" / "sql").glob("*.sql"))) == 2
    monkeypatch.setenv(database.URL, url)
    ingest(params.load(tmp_path / "params.yaml"))
    assert Ingested(tmp_path / "data" / "canonical").table("transactions").revenue_cents.sum() == net
