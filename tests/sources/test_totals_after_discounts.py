"""Amounts before coupons beside totals, tax in hundredths, invoices beside credit notes, refunds without units."""

import json

import pytest
from mapping_exports import Mapped, total, write


@pytest.fixture
def project(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return Mapped(tmp_path)


def bill(i):
    whole = 4_000 + 130 * i
    off = whole // 5 if i % 6 == 1 else 0
    tax = round((whole - off) * (0.2 if i % 4 else 0.19))
    return whole, off, tax


def test_what_a_total_shows_to_be_taken_off_is_asked(project):
    lines = ["Invoice,Customer,Date,Sub total,Tax,Total"]
    for i in range(120):
        whole, off, tax = bill(i)
        amounts = ",".join(f"{n / 100:.2f}" for n in (whole, tax, whole - off + tax))
        lines.append(f"R{i},K{i % 21},2024-{1 + i % 12:02}-08,{amounts}")
    write(project, "bills.csv", lines)
    assert any("discounts_of_sub_total=after|before" in text for text in project.draft())
    assert project.draft(discounts_of_sub_total="after") == []
    assert round(100 * total(project)) == sum(whole - off for whole, off, _ in map(bill, range(120)))
    assert project.draft(discounts_of_sub_total="before") == []
    assert round(100 * total(project)) == sum(whole for whole, *_ in map(bill, range(120)))


def test_tax_in_hundredths_is_taken_off_a_total_that_holds_it(project):
    lines = ["Invoice,Customer,Date,Tax,Total"]
    for i in range(120):
        whole, off, tax = bill(i)
        lines.append(f"R{i},K{i % 21},2024-{1 + i % 12:02}-08,{tax},{whole - off + tax}")
    write(project, "bills.csv", lines)
    assert project.draft() == []
    assert total(project) == sum(whole - off for whole, off, _ in map(bill, range(120)))


def test_invoices_are_the_sales_where_all_else_is_credit_notes(project):
    invoices, notes = [], []
    for i in range(120):
        about = {"customer_id": f"c{i % 21}", "date": f"2024-{1 + i % 12:02}-08", "currency": "USD", "total": 50.5 + i}
        invoices.append({"id": f"inv{i}", **about, "due_date": f"2024-{1 + i % 12:02}-28", "amount_paid": 50.5 + i})
        if i % 9 == 2:
            back = {"reference_invoice_id": f"inv{i}", "date": f"2025-{1 + i % 12:02}-09", "total": 10.5}
            notes.append({"id": f"cn{i}", **about, **back})
    for name, rows in (("invoices", invoices), ("credit_notes", notes)):
        (project.raw / f"{name}.jsonl").write_text("\n".join(map(json.dumps, rows)))
    left = project.draft()
    given = {text.partition("--answer ")[2].partition("=")[0]: "returns" for text in left}
    assert set(given) <= {"rows_of_credit_notes_jsonl", "refers_reference_invoice_id"}
    assert project.draft(**given) == []
    assert total(project) == sum(50.5 + i - (10.5 if i % 9 == 2 else 0) for i in range(120))


def test_refunds_without_units_are_read_where_shipping_is_within_the_amount(project):
    lines, sold = ["Order no,Buyer,Date,Type,Quantity,Item price,Shipping,Gross amount"], 0
    for i in range(150):
        price = 12 + i
        lines.append(f"O{i},b{i % 33},2024-{1 + i % 12:02}-08,Order,1,{price}.00,4.50,{price}.00")
        sold += price
        if i % 8 == 3:
            lines.append(f"O{i},b{i % 33},2024-{1 + i % 12:02}-19,Refund,--,--,0.00,-{price}.00")
            sold -= price
    write(project, "sales.csv", lines)
    left = project.draft()
    assert left == []
    assert total(project) == sold


def test_postage_that_buyers_are_to_pay_is_taken_off_a_total_that_holds_it(project):
    lines, sold = ["订单编号,会员名,会员应付货款,会员应付邮费,总金额,订单状态,订单创建时间"], 0
    for i in range(120):
        goods, postage = 30 + i, 8 if i % 3 == 0 else 0
        sold += goods
        lines.append(f"T{i},云{i % 23},{goods}.00,{postage}.00,{goods + postage}.00,交易成功,2024-{1 + i % 12:02}-09")
    write(project, "orders.csv", lines)
    assert project.draft() == []
    assert total(project) == sold
