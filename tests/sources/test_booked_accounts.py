"""Bookings of one account against another in each row: revenue by its accounts, reversals, a till."""

import pytest
from mapping_exports import Mapped, total, write

from crmwb.sources.drafting.reading.profile import Column
from crmwb.sources.drafting.rows import codes_of_rows


@pytest.fixture
def project(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return Mapped(tmp_path)


def batch(first, n, sides=("D", "C")):
    debit, credit = sides
    lines, sold, till = ["Voucher no,Posted on,Account,Contra account,Debit/credit,Correction mark,Amount"], 0, 0

    def book(i, accounts, side, amount, mark=""):
        lines.append(f"V{i:04},2024-{1 + i % 12:02}-{1 + i % 27:02},{accounts},{side},{mark},{amount}.00")

    for i in range(first, first + n):
        price, who = 80 + i, 20000 + i % 29
        if i % 3:
            book(i, f"{who},{4400}", debit, price)
        else:
            book(i, f"{4400},{who}", credit, price)
        sold += price
        book(i, f"{1800},{who}", debit, price)  # paid
        if i % 7 == 2:
            book(i, f"{who},{4400}", credit, 12)
            sold -= 12
        if i % 9 == 4:
            book(i, f"{who},{4400}", debit, price, "1")
            sold -= price
        if i % 5 == 1:
            book(i, f"{1600},{4400}", debit, 9)
            till += 9
        book(i, f"{5900},{70000 + i % 4}", debit, 35)
    return lines, sold, till


def test_revenue_is_what_is_booked_on_its_accounts(project):
    lines, sold, _ = batch(0, 150)
    write(project, "batch.csv", lines)
    left = project.draft()
    asked = {text.partition("--answer ")[2].partition("=")[0] for text in left}
    assert asked == {"accounts_of_revenue", "kinds_of_correction_mark"}
    assert "4400" in left[0]
    assert project.draft(accounts_of_revenue="4400", kinds_of_correction_mark="1=return") == []
    assert total(project) == sold
    rows = project.ingest().table("transactions")
    assert set(rows.customer_id) == {str(20000 + i) for i in range(29)}


def test_what_the_till_takes_is_counted_beside_known_customers(project):
    lines, sold, till = batch(0, 150, ("Soll", "Haben"))
    write(project, "batch.csv", lines)
    assert project.map("batch.csv", accounts_of_revenue="4400", kinds_of_correction_mark="1=return", currency="EUR"), (
        project.printed
    )
    plain = project.printed.replace("\xa0", " ")
    assert f"{sold:,.2f}" in plain
    assert f"bring EUR {till:,.2f}" in plain.replace("\n", " ")


def test_one_answer_counts_for_all_files_of_bookings(project):
    expected = 0
    for place in range(3):
        lines, sold, _ = batch(200 * place, 90)
        expected += sold
        write(project, f"batch{place}.csv", lines)
    assert project.draft(accounts_of_revenue="4400", kinds_of_correction_mark="1=return") == []
    assert total(project) == expected


def test_an_account_that_no_row_has_is_refused(project):
    lines, *_ = batch(0, 60)
    write(project, "batch.csv", lines)
    assert not project.map("batch.csv", accounts_of_revenue="8400", currency="EUR")
    assert "no row is booked on '8400'" in project.printed


def test_marks_of_reversals_are_known_by_name():
    assert all(
        codes_of_rows.tell_reversals(Column(name, 9, {"1": 2}, ()))
        for name in ("Generalumkehr", "Reversal flag", "Correction mark")
    )
    assert not codes_of_rows.tell_reversals(Column("Version", 9, {"1": 2}, ()))


def test_payments_booked_from_the_bank_to_the_customer_are_asked_about_without_sides(project):
    lines, sold = ["Document no,Posted on,Customer,Contra account,Amount"], 0
    for i in range(90):
        who, price = 20000 + i % 13, 70 + i
        sold += price
        lines.append(f"D{i:03},2024-{1 + i % 12:02}-{1 + i % 27:02},{who},4400,{price}.00")
        if i % 3 == 0:
            lines.append(f"P{i:03},2024-{1 + i % 12:02}-28,1800,{who},{price}.00")
    write(project, "ledger.csv", lines)
    assert any("contra_contra_account=leave_out|keep" in text for text in project.draft())
    assert project.draft(contra_contra_account="leave_out") == []
    assert total(project) == sold
