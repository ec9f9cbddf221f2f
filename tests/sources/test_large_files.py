"""Exports that are longer than what is looked at first: what only rows below tell, and folders of Parquet."""

import re
from collections import Counter
from dataclasses import replace

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from mapping_exports import run_map, total, write

from crmwb.sources.drafting.reading import profile
from crmwb.sources.drafting.reading.profile import Column
from crmwb.sources.drafting.tables import dimensions

N_FIRST, N = 300, 1_200


@pytest.fixture(autouse=True)
def few_first_rows(monkeypatch):
    monkeypatch.setattr(profile, "N_ROWS", N_FIRST)


def sales(late: dict[str, str]) -> list[str]:
    """Return sales of which only a few far down have other values."""
    usual = {"currency": "EUR", "status": "paid", "kind": "sale", "trial": "false"}
    lines = ["order_no,order_date,customer_no,total," + ",".join(usual)]
    for i in range(N):
        other = late if i in {N - 300, N - 280} else {}
        day = f"2024-{i // 100 + 1:02d}-{i % 28 + 1:02d}"
        lines.append(f"{5000 + i},{day},C{i % 90:03},{10 + i % 37}.50," + ",".join((usual | other).values()))
    return lines


@pytest.mark.parametrize("late", [{"currency": "USD"}, {"kind": "refund"}, {"trial": "true"}, {"status": "on hold"}])
def test_what_only_rows_far_down_hold_is_read_as_in_a_file_looked_at_whole(project, monkeypatch, late):
    drafts = []
    for n_first in (N_FIRST, 10 * N):
        monkeypatch.setattr(profile, "N_ROWS", n_first)
        for values in ({}, late):
            write(project, "sales.csv", sales(values))
            asked = project.draft()
            drafts.append((len(asked), re.sub(r"[\d,]+ rows?", "rows", project.mapping)))
    assert drafts[1] == drafts[3] != drafts[2] == drafts[0]


def test_later_files_of_one_table_are_looked_at(project):
    lines = sales({"currency": "USD"})
    for part in range(4):
        rows = lines[1 + 300 * part : 301 + 300 * part]
        names = lines[0].split(",")
        table = pa.table(dict(zip(names, zip(*(row.split(",") for row in rows), strict=True), strict=True)))
        path = project.raw / "sales" / f"part-{part}.parquet"
        path.parent.mkdir(parents=True, exist_ok=True)
        pq.write_table(table, path)
    assert any("rate_USD" in each for each in project.draft())


def test_a_folder_of_several_tables_in_parquet_is_several_files(project):
    names, *rows = (line.split(",") for line in sales({}))
    table = pa.table(dict(zip(names, zip(*rows, strict=True), strict=True)))
    pq.write_table(table, project.raw / "sales.parquet")
    people = pa.table({"customer_no": [f"C{i:03}" for i in range(90)], "country": ["DE", "FR", "IT"] * 30})
    pq.write_table(people, project.raw / "people.parquet")
    done = run_map("data/raw", "--yes", "--output", "x.yaml", "--answer", "currency=EUR")
    assert done.exit_code == 0
    assert "sales.parquet" in done.output
    assert "country" in done.output


def test_files_in_other_orders_are_joined_and_what_came_back_is_asked_about(project):
    heads, lines, back, sold = [], [], [], 0
    for i in range(N):
        heads.append(f"{7000 + i},2024-{i // 100 + 1:02d}-{i % 28 + 1:02d},C{(i * 7) % 900:04}")
        for k in range(1 + i % 2):
            lines.append(f"{7000 + i},{k + 1},P{(i + k) % 40:02},{20 + i % 41 + k}.25")
            sold += 2025 + 100 * (i % 41 + k)
        if i % 20 == 0:
            back.append(f"{100 + i},{7000 + i},2024-{i // 100 + 1:02d}-28,{1 + i % 7}.50")
            sold -= 150 + 100 * (i % 7)
    write(project, "orders.csv", ["order_id,order_date,customer_id", *reversed(heads)])
    write(project, "order_items.csv", ["order_id,line_no,product_id,line_total", *lines])
    write(project, "refunds.csv", ["refund_id,order_id,refunded_on,refund_amount", *back])
    people = [f"C{(i * 11) % 900:04},{'DE' if i % 3 else 'FR'}" for i in range(900)]
    write(project, "customers.csv", ["customer_id,country", *people])
    (asked,) = project.draft()
    assert "refunds.csv names orders" in asked
    assert project.draft(rows_of_refunds_csv="returns") == []
    assert "file: customers.csv" in project.mapping
    assert total(project) == sold / 100


def test_of_many_keys_every_few_say_how_many_are_met() -> None:
    def column(ids: range) -> Column:
        return Column("customer_id", len(ids), Counter(f"C{n}" for n in ids), ())

    known = column(range(30_000, 100_000))
    assert dimensions.overlap(column(range(40_000)), known) == pytest.approx(0.25, abs=0.01)
    assert dimensions.overlap(replace(known, counts=Counter(f"c{n}" for n in range(30_000, 60_000))), known) == 1
    assert dimensions.overlap(column(range(60)), column(range(30))) == 1
