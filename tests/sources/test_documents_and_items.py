"""Registers of documents with their items below; drafts by which no row at all can be read."""

from pathlib import Path

import pytest
from mapping_exports import Mapped


@pytest.fixture
def company(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Mapped:
    monkeypatch.chdir(tmp_path)
    return Mapped(tmp_path)


def test_rows_without_a_day_are_items_of_the_document_above(company: Mapped) -> None:
    lines, sold = ["Day,Customer or item,Voucher,Units,Price,Worth"], 0
    for i in range(60):
        items = [(1 + (i + j) % 4, 120 + 7 * (i * 11 % 23) + j) for j in range(1 + i % 3)]
        worth = sum(units * price for units, price in items)
        sold += worth
        lines.append(f"2024-06-{1 + i % 28:02},Stall {i % 9},V{i},{sum(units for units, _ in items)},,{worth}")
        lines += [f",Lamp {price % 5},,{units},{price},{units * price}" for units, price in items]
    (company.raw / "register.csv").write_text("\n".join(lines))
    answers = {"customer": "Customer or item", "amount": "Worth", "order": "Voucher", "amount_of_amount": "all"}
    assert company.map("register.csv", currency="EUR", **answers), company.printed
    assert "items of a document, and are left out" in company.printed
    rows = company.ingest().table("transactions")
    assert (int(rows.revenue_cents.sum()), rows.customer_id.nunique(), len(rows)) == (100 * sold, 9, 60)


def test_rows_without_a_day_that_are_no_items_are_set_aside(company: Mapped) -> None:
    lines = ["day,customer_id,order_id,amount"]
    for i in range(60):
        day = "" if i % 3 == 1 else f"2024-06-{1 + i % 28:02}"
        lines.append(f"{day},K{i % 9},B{i},{20 + i * 37 % 61}.50")
    (company.raw / "register.csv").write_text("\n".join(lines))
    company.map("register.csv", currency="EUR")
    assert "items of a document" not in company.printed


def test_a_draft_that_reads_no_row_stops(company: Mapped) -> None:
    lines = ["order_date,customer_id,order_id,quantity,price"]
    for i in range(80):
        has_day = i % 2 == 0
        day = f"2024-06-{1 + i % 28:02}" if has_day else ""
        price = "" if has_day else f"{20 + i * 37 % 61}.50"
        lines.append(f"{day},K{i % 9},B{i},{1 + i % 3},{price}")
    (company.raw / "halves.csv").write_text("\n".join(lines))
    assert not company.map("halves.csv", currency="EUR")
    assert "can be read" in company.printed
    assert "none of" in company.printed


def test_work_under_warranty_is_asked_about(company: Mapped) -> None:
    lines, paid = ["Auftrag;Datum;Kunde;Abrechnungsart;Betrag"], 0
    for i in range(90):
        how = ["Aufwand", "Pauschale", "Aufwand", "Garantie", "Kulanz"][i % 5]
        euros = 20 + i * 37 % 61
        paid += euros * (i % 5 < 3)
        lines.append(f"{i};{1 + i % 28:02}.06.2024;K{i % 9};{how};{euros},00")
    (company.raw / "einsaetze.csv").write_text("\n".join(lines))
    assert not company.map("einsaetze.csv", currency="EUR")
    key = next(word for word in company.printed.split() if word.endswith("=leave_out|keep")).partition("=")[0]
    assert "which sound like what costs the customer nothing" in company.printed
    assert company.map("einsaetze.csv", currency="EUR", **{key: "leave_out"}), company.printed
    assert int(company.ingest().table("transactions").revenue_cents.sum()) == 100 * paid


def test_an_agreed_price_may_stand_in_place_of_what_was_worked(company: Mapped) -> None:
    lines, agreed, worked = ["job,date,customer_id,total,fixed_price"], 0, 0
    for i in range(90):
        total, price = 200 + i * 37 % 61, 300 + 10 * (i * 31 % 41) if i % 4 == 0 else 0
        agreed, worked = agreed + (price or total), worked + total
        lines.append(f"J{i},2024-06-{1 + i % 28:02},K{i % 9},{total}.00,{price or ''}")
    (company.raw / "jobs.csv").write_text("\n".join(lines))
    assert not company.map("jobs.csv", currency="EUR")
    assert "beside_fixed_price=add|take_off|instead|leave_out" in company.printed
    for answer, sold in (("instead", agreed), ("leave_out", worked)):
        assert company.map("jobs.csv", currency="EUR", beside_fixed_price=answer), company.printed
        assert int(company.ingest().table("transactions").revenue_cents.sum()) == 100 * sold
