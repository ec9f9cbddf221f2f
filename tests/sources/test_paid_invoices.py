"""Subscriptions, invoices and payments in files of their own; numbers of families beside patients'."""

from datetime import date, timedelta

import ibis
import pyarrow as pa
import pytest

from crmwb.sources.drafting.draft import draft
from crmwb.sources.settling import settled

US, DE = "%m/%d/%Y", "%d.%m.%Y"


@pytest.fixture
def seller(tmp_path):
    """Sixty invoices of twenty accounts, two thirds paid; a third of the monthly subscriptions cancelled."""
    subscriptions = ["Subscription ID,Account ID,Plan,Start Date,End Date,Billing Interval,Amount,Cancelled On"]
    invoices, payments = ["Invoice Number,Account ID,Invoice Date,Due Date,Subscription ID,Amount,Currency"], []
    for i in range(20):
        begun = date(2024, 1, 3) + timedelta(days=9 * i)
        is_yearly = i % 2
        end = f"{begun + timedelta(days=365):{US}}" if is_yearly else ""
        gone = f"{begun + timedelta(days=91):{US}}" if i % 3 == 0 else ""
        price = f"{50 + i}.50"
        interval = "annual" if is_yearly else "monthly"
        subscriptions.append(f"S{i:03},A{i:03},Team,{begun:{US}},{end},{interval},{price},{gone}")
        for month in range(3):
            day, number = begun + timedelta(days=30 * month), f"INV-{3 * i + month:04}"
            invoices.append(f"{number},A{i:03},{day:{US}},{day + timedelta(days=30):{US}},S{i:03},{price},USD")
            if month < 2:
                payments.append(f"PAY-{number[4:]},{number},{day + timedelta(days=33):{US}},{price}")
    payments.insert(0, "Payment ID,Invoice Number,Payment Date,Amount")
    for name, lines in (("subscriptions", subscriptions), ("invoices", invoices), ("payments", payments)):
        (tmp_path / f"{name}.csv").write_text("\n".join(lines) + "\n")
    return tmp_path


def test_what_is_billed_is_sold_and_payments_pay_it(seller):
    proposal = draft([seller])
    tables = {part.table: part for part in proposal.parts}
    assert tables["transactions"].options["file"] == "invoices.csv"
    assert "filter" not in tables["transactions"].options  # the end of a subscription undoes no invoice
    paid = tables["payments"]
    assert paid.options["file"] == "payments.csv"
    assert {name: guess.value for name, guess in paid.guesses.items()} == {
        "payment_id": "Payment ID",
        "customer_id": "invoices.Account ID",
        "paid_on": {"column": "Payment Date", "format": US},
        "amount_cents": "Amount",
        "invoice_id": "Invoice Number",
    }


def test_a_contract_without_a_last_day_ended_when_it_was_cancelled(seller):
    (contracts,) = (part for part in draft([seller]).parts if part.table == "contracts")
    expected = f"coalesce(date(\"End Date\", '{US}'), date(\"Cancelled On\", '{US}'))"
    assert contracts.guesses["ends_on"].value == {"expression": expected}
    assert any("4 rows without End Date have a Cancelled On" in remark for remark in contracts.remarks)


def test_the_closing_date_of_an_open_opportunity_is_expected(tmp_path):
    lines = ["Opportunity ID,Account ID,Created Date,Close Date,Stage,Amount"]
    stages = ["Closed Won", "Closed Lost", "Proposal"]
    lines += [f"{i},A{i % 7},03/{1 + i:02}/2024,05/{1 + i:02}/2024,{stages[i % 3]},{100 + i}.50" for i in range(27)]
    (tmp_path / "opportunities.csv").write_text("\n".join(lines) + "\n")
    tables = {part.table: part.guesses for part in draft([tmp_path]).parts}
    is_over, day = "Stage in ('Closed Won', 'Closed Lost')", f"date(\"Close Date\", '{US}')"
    assert tables["opportunities"]["closed_on"].value == {"expression": f"case when {is_over} then {day} end"}
    expected = {"expression": f"case when {is_over} then null else {day} end"}
    assert tables["opportunities"]["expected_close_on"].value == expected
    assert tables["transactions"]["ordered_at"].value == {"column": "Close Date", "format": US}


@pytest.mark.parametrize("name", ["Familie", "Gruppe"])
def test_numbers_of_families_are_no_records_merged_into_others(tmp_path, name):
    patients = [f"Patientennr;{name};PLZ", *(f"{i};{1 + i // 2};50667" for i in range(1, 41))]
    visits = ["Rechnungsnr;Patientennr;Behandlungsdatum;Leistung;Betrag EUR"]
    visits += [
        f"{900 + i};{1 + i % 40};{date(2024, 1, 2) + timedelta(days=i):{DE}};Kontrolle;{40 + i % 7},50"
        for i in range(120)
    ]
    (tmp_path / "patienten.csv").write_text("\n".join(patients) + "\n")
    (tmp_path / "leistungen.csv").write_text("\n".join(visits) + "\n")
    proposal = draft([tmp_path])
    assert not [q.key for q in proposal.questions if q.key != "currency"]
    sold = next(part for part in proposal.parts if part.table == "transactions")
    assert sold.guesses["customer_id"].value == "Patientennr"
    assert sold.guesses["product_id"].value == "Leistung"


def test_what_an_invoice_says_of_its_payment_stays_and_payments_say_the_rest():
    stated, later = date(2024, 4, 1), date(2024, 6, 1)
    invoices = {"invoice_id": ["a", "b", "c"], "amount_cents": [100, 100, 100]}
    invoices |= {"paid_on": pa.array([stated, None, None], pa.date32()), "paid_cents": [100, None, None]}
    payments = {"invoice_id": ["a", "b", None], "amount_cents": [90, 100, 500], "paid_on": [later, later, later]}
    tables = {"invoices": ibis.memtable(pa.table(invoices)), "payments": ibis.memtable(pa.table(payments))}
    settlement = settled(tables)["invoices"].order_by("invoice_id").to_pyarrow().to_pydict()
    assert settlement["paid_on"] == [stated, later, None]
    assert settlement["paid_cents"] == [100, 100, 0]
    assert settled({"invoices": tables["invoices"]}) == {"invoices": tables["invoices"]}
