"""`crmwb map` on exports that are written otherwise than usual: other languages, no header, events, files to join."""

import json
import sqlite3

import pandas as pd
import pytest
from mapping_exports import run_map

from crmwb.sources.drafting.draft import draft
from crmwb.sources.drafting.guess import Sure

CHINESE = (
    "订单号,客户编号,客户姓名,下单时间,商品名称,类别,数量,单价,金额,城市,是否退货\n"
    "D1,K1,王一,2024/01/31 10:00,茶,食品,2,6.00,12.00,北京,否\n"
    "D2,K2,王二,2024/02/13 11:30,灯,家电,1,30.50,30.50,上海,否\n"
    "D3,K1,王一,2024/02/14 09:15,茶,食品,-1,6.00,-6.00,北京,是\n"
)
EVENTS = [
    ("view", "k1", None),
    ("purchase", "k1", 12.5),
    ("add_to_cart", "k2", 8.0),  # a price, and no purchase
    ("purchase", "k2", 8.0),
    ("refund", "k1", 2.5),
]


@pytest.fixture
def drafted(exports):
    """Return a function that drafts a mapping of data/raw's files, and the draft's parts by table."""

    def project(*names):
        return {part.table: part for part in draft([exports.raw / name for name in names]).parts}

    return project


@pytest.fixture
def ingested(exports, monkeypatch):
    """Return a function that drafts a mapping of data/raw's files as the command does, and ingests by it."""
    from exporting import Ingested, project_params
    from project import PROJECT

    from crmwb import params
    from crmwb.sources import ingest

    def read(*names):
        for name in ("params.yaml", "dvc.yaml"):
            (exports.root / name).write_bytes((PROJECT / name).read_bytes())
        done = run_map(*(f"data/raw/{name}" for name in names), "--yes")
        assert done.exit_code == 0, done.output
        source = params.load(exports.root / "params.yaml").source
        ingest(project_params(**source.model_dump(include={"kind", "currency", "mapping", "directory"})))
        return Ingested(exports.root / "data" / "canonical")

    return read


@pytest.mark.parametrize("encoding", ["gb18030", "utf-8", "utf-8-sig", "utf-16"])
def test_a_chinese_export(exports, ingested, encoding):
    (exports.raw / "订单.csv").write_bytes(CHINESE.encode(encoding))
    outcome = ingested("订单.csv")
    rows = outcome.table("transactions").sort_values("order_id")
    assert rows.customer_id.tolist() == ["K1", "K2", "K1"]
    assert rows.revenue_cents.tolist() == [1200, 3050, -600]
    assert rows.is_return.tolist() == [False, False, True]
    assert rows.ordered_at.tolist()[1] == pd.Timestamp(2024, 2, 13, 11, 30)
    assert outcome.table("customers").city.tolist() == ["北京", "上海"]
    assert set(outcome.table("products").line) == {"家电", "食品"}
    assert "姓名" not in (exports.root / "mappings" / "订单.yaml").read_text(encoding="utf-8")


def test_western_letters_are_not_taken_for_chinese(exports, drafted):
    exports.write("Kunde;Auftrag;Datum;Betrag\nMüßig & Söhne;1;31.01.2024;5,00\n")
    (exports.raw / "sales.csv").write_bytes((exports.raw / "sales.csv").read_bytes().decode().encode("cp1252"))
    assert drafted("sales.csv")["transactions"].options["encoding"] == "cp1252"


def test_of_events_only_purchases_and_refunds_count(exports, ingested):
    lines = [
        {"event": event, "ts": f"2024-01-0{i}T12:00:00Z", "user": {"id": who}, "order": {"id": f"o{i}", "value": value}}
        for i, (event, who, value) in enumerate(EVENTS, start=1)
    ]
    (exports.raw / "events.jsonl").write_text("\n".join(map(json.dumps, lines)))
    outcome = ingested("events.jsonl")
    rows = outcome.table("transactions").sort_values("order_id")
    assert rows.order_id.tolist() == ["o2", "o4", "o5"]
    assert rows.revenue_cents.tolist() == [1250, 800, -250]
    assert rows.is_return.tolist() == [False, False, True]
    assert outcome.manifest["tables"]["transactions"]["filtered"] == 2


def test_a_file_without_header_is_read_by_what_stands_in_it(exports, drafted):
    lines = [f"{i}\tK{i % 7}\t2024-01-{1 + i % 28:02d}\t{1 + i % 4}\t{i}.25" for i in range(40)]
    exports.write("\n".join(lines) + "\n", "dump.tsv")
    guesses = drafted("dump.tsv")["transactions"].guesses
    assert {name: guess.value for name, guess in guesses.items() if guess.sources} == {
        "order_id": "column_1",
        "customer_id": "column_2",
        "ordered_at": "column_3",
        "quantity": "column_4",
        "revenue_cents": "column_5",
    }
    assert {guess.sure for guess in guesses.values() if guess.sources} == {Sure.GUESS}


def test_orders_that_came_to_nothing_are_pointed_at(exports, drafted):
    exports.write("Order #,Date,Account,Total,Status\n1,1/31/2024,a,$5.00,paid\n2,2/1/2024,b,$6.00,refunded\n")
    part = drafted("sales.csv")["transactions"]
    assert part.guesses["is_return"].value == {"constant": False}
    assert any("filter: not Status = 'refunded'" in remark for remark in part.remarks)


def test_files_that_belong_together_are_joined_by_the_key_that_names_the_file(exports, drafted):
    exports.write("id,customer_id,order_date\n1,a,2024-01-31\n2,b,2024-02-01\n", "orders.csv")
    exports.write("order_id,product_id,quantity,line_total\n1,p,2,5.00\n2,q,1,6.00\n", "items.csv")
    part = drafted("orders.csv", "items.csv")["transactions"]
    assert part.options["file"] == "items.csv"
    assert part.options["join"] == {"orders": {"file": "orders.csv", "key": {"order_id": "id"}}}
    assert part.guesses["customer_id"].value == "orders.customer_id"


def test_a_list_for_the_printer_is_refused(project):
    lines = [
        "SALES BY ACCOUNT                          PAGE 1",
        "",
        "ACCT    NAME               DATE       TY    VALUE",
    ]
    for i in range(60):
        name = ("Harbour Books", "Wren", "The Salt Ledger Shop")[i % 3]
        start = f"B{i % 9:<7}{name:<19}" if i % 4 == 0 else " " * 27
        lines.append(f"{start}2024-05-{1 + i % 28:02} INV {1 + i % 4:>4}{20 + i * 37 % 61:>6}.50")
    (project.raw / "PRINT.TXT").write_text("\n".join(lines))
    assert not project.map("PRINT.TXT", currency="GBP")
    assert "columns seem to stand at fixed places" in project.printed


def test_a_file_that_is_a_database_is_named_with_the_command_that_reads_it(project):
    path = project.raw / "backup.dat"
    with sqlite3.connect(path) as connection:
        connection.execute("create table orders (id integer, total real)")
    connection.close()
    assert not project.map(".")
    assert "is a database" in project.printed
    assert "--database sqlite:///data/raw/backup.dat" in project.printed.replace("\n", " ")
