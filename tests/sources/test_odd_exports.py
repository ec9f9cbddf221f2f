"""Exports that mislead are read right, or asked about: never a wrong sum that is called sure."""

import booked_exports
import control_exports
import event_exports
import ledger_exports
import more_odd_exports
import odd_exports
import paid_exports
import pytest
import register_exports
import tool_exports
from book import Book
from mapping_exports import Mapped, revenue
from tool_exports import Refused

from crmwb.sources.drafting import roles


@pytest.fixture
def project(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("CRMWB_KEY", raising=False)
    return Mapped(tmp_path)


def asks(project, answers):
    """Draft a mapping, which asks for the first answer where it needs any, and with all of them for nothing."""
    first = next(iter(answers), "")
    if first in roles.KEYS:  # counts before anything is asked
        project.draft()
        assert first in project.printed
    assert project.draft(**answers) == []
    assert first in roles.KEYS or first in project.printed


@pytest.mark.parametrize("export", [*odd_exports.EVERY, *more_odd_exports.EVERY], ids=lambda export: export.__name__)
def test_revenue_is_equal_to_the_cent_or_asked(project, export):
    total, answers = export(project.raw)
    asks(project, answers)
    assert round(100 * sum(revenue(project.ingest()).values())) == total


@pytest.mark.parametrize(
    "export",
    [
        *tool_exports.EVERY,
        *event_exports.EVERY,
        *ledger_exports.EVERY,
        *register_exports.EVERY,
        *paid_exports.EVERY,
        *control_exports.EVERY,
        *booked_exports.EVERY,
    ],
    ids=lambda export: export.__name__,
)
def test_customers_and_days_are_right_or_asked(project, export):
    book = Book(project.raw)
    try:
        answers = export(book)
    except Refused as refused:
        (refusal,) = project.draft()
        assert str(refused) in refusal  # noqa: PT017 - what it names
        return
    asks(project, answers)
    rows = project.ingest().table("transactions")
    of_customers = rows.groupby("customer_id").revenue_cents.sum().to_dict()
    bought = rows[~rows.is_return & (rows.revenue_cents > 0)]
    days = set(zip(bought.customer_id, bought.ordered_at.dt.date, strict=True))
    if "pseudonym" in project.mapping:
        assert sorted(of_customers.values()) == sorted(book.revenue.values())
        assert len(days) == len(book.days)
    else:
        assert of_customers == book.revenue
        assert days == book.days


@pytest.mark.parametrize(
    ("header", "row", "answers"),
    [
        ("customer_id,order_id,ordered_at,revenue_cents", "{c},{o},{d},{cents}", {}),
        ("customer_id,order_id,ordered_at,total_ct", "{c},{o},{d},{cents}", {}),
        ("customer_id,order_id,ordered_at,quantity,unit_price_cents", "{c},{o},{d},2,{half}", {}),
        ("customer_id,order_id,ordered_at,takings_cents", "{c},{o},{d},{cents}", {"amount": "takings_cents"}),
        ("customer_id,order_id,ordered_at,amount,amount_cents", "{c},{o},{d},{whole},{cents}", {}),
        ("customer_id,order_id,ordered_at,quantity,unit_price_cents,discount_cents", "{c},{o},{d},3,{half},{half}", {}),
    ],
    ids=["revenue", "total", "price", "named by a person", "beside whole amounts", "less a discount"],
)
def test_amounts_in_cents_are_no_whole_ones(project, header, row, answers):
    lines = [header]
    for i in range(60):
        cents = 200 * (i * 37 % 90 + 11)
        values = {"cents": cents, "half": cents // 2, "whole": f"{cents / 100:.2f}"}
        lines.append(row.format(c=f"C{i % 20:02}", o=f"O{i:03}", d=f"2024-03-{i % 28 + 1:02}", **values))
    (project.raw / "sales.csv").write_text("\n".join(lines) + "\n")
    assert project.draft(**answers) == []
    assert sum(revenue(project.ingest()).values()) == sum(2 * (i * 37 % 90 + 11) for i in range(60))


def test_invoices_in_several_currencies_are_converted_and_voided_ones_left_out(project):
    lines = ["Invoice Number,Customer Id,Invoice Date,Due Date,Status,Amount,Amount Paid,Currency"]
    for i in range(40):
        state, code = ("Paid", "Open", "Void")[i % 3], "EUR" if i % 4 else "USD"
        day = f"{i % 28 + 1:02d}"
        lines.append(
            f"{i},C{i % 7},2024-01-{day},2024-02-{day},{state},{100 + i}.00,{(100 + i) * (i % 3 == 0)}.00,{code}"
        )
    (project.raw / "invoices.csv").write_text("\n".join(lines))
    assert "rate_USD" in project.draft()[0]
    assert project.draft(rate_USD="0.5") == []
    rows = project.ingest().table("invoices")
    assert rows.amount_cents.sum() == sum((100 + i) * (100 if i % 4 else 50) for i in range(40) if i % 3 != 2)


def test_pages_of_a_list_leave_little_unreadable(project):
    paid_exports.list_for_printing(Book(project.raw))
    assert project.draft(currency="EUR") == []
    done = project.ingest()
    assert len(done.table("transactions")) == 80
    assert len(done.unreadable("transactions")) == 6  # the titles of further pages


def test_days_without_a_year_are_refused_where_nothing_says_it(project):
    lines = ["Beleg;Kunde;Belegdatum;Betrag", *(f"{i};K{i % 7};{i % 28 + 1:02}11;{100 + i},50" for i in range(40))]
    (project.raw / "belege.csv").write_text("\n".join(lines))
    (refusal,) = project.draft()
    assert "days without a year" in refusal
    (project.raw / "belege.csv").rename(project.raw / "belege_2023.csv")
    assert project.draft(currency="EUR") == []
    assert set(project.ingest().table("transactions").ordered_at.dt.year) == {2023}


def test_what_is_asked_once_a_column_is_named_is_shown_at_once(project):
    rows = [f"{i},{2024 + i % 2}-01-0{1 + i % 9},u{i % 9},{i}.50,{'done' if i % 4 else 'parked'}" for i in range(40)]
    (project.raw / "orders.csv").write_text("order id,order date,account login,total,order status\n" + "\n".join(rows))
    assert not project.map("orders.csv")
    assert "no customer (could be account login" in project.printed
    assert "With customer=account login, for example, this would be asked too" in project.printed
    assert "--answer no_sales_by_order_status=" in project.printed
    answers = {"customer": "account login", "no_sales_by_order_status": "parked", "currency": "USD"}
    assert project.map("orders.csv", **answers), project.printed
    assert round(sum(revenue(project.ingest()).values()), 2) == sum(i + 0.5 for i in range(40) if i % 4)
