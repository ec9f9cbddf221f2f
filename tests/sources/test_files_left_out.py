"""A file with money of known customers is never left out unasked; payments of the same orders are named."""

from pathlib import Path

import pytest
from mapping_exports import Mapped


@pytest.fixture
def company(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Mapped:
    monkeypatch.chdir(tmp_path)
    company = Mapped(tmp_path)
    lines = ["order_id,order_date,customer_id,amount"]
    lines += [f"A{i},2024-05-{i % 28 + 1:02},K{i % 12},{20 + i * 37 % 61}.50" for i in range(80)]
    (company.raw / "orders.csv").write_text("\n".join(lines))
    return company


def test_a_file_without_a_readable_day_is_asked_about(company: Mapped) -> None:
    lines = ["job,finished,customer_id,total"]
    lines += [f"J{i},week {i % 50},K{i % 12},{300 + i * 41 % 97}.25" for i in range(90)]
    (company.raw / "jobs.csv").write_text("\n".join(lines))
    assert not company.map("orders.csv", "jobs.csv", currency="EUR")
    assert "jobs.csv is not read, though its customer_id names 12 customers of orders.csv" in company.printed
    assert "no date" in company.printed
    assert company.map("orders.csv", "jobs.csv", currency="EUR", file_jobs_csv="leave_out"), company.printed
    assert len(company.ingest().table("transactions")) == 80


def test_money_of_the_same_orders_is_named_and_not_asked_about(company: Mapped) -> None:
    lines = ["payment,order_id,card,tip,total"]
    lines += [f"P{i},A{i % 80},visa,{i % 7}.10,{20 + i * 37 % 61}.50" for i in range(95)]
    (company.raw / "settled.csv").write_text("\n".join(lines))
    assert company.map("orders.csv", "settled.csv", currency="EUR"), company.printed
    assert "settled.csv is left out: its order_id names the orders of orders.csv" in company.printed, company.printed


def test_a_file_of_others_is_left_out(company: Mapped) -> None:
    lines = ["supplier,stock,cost"]
    lines += [f"S{i},{i % 9},{i * 37 % 61}.10" for i in range(40)]
    (company.raw / "stock.csv").write_text("\n".join(lines))
    assert company.map("orders.csv", "stock.csv", currency="EUR"), company.printed
    assert "stock.csv is left out: no purchases" in company.printed
