"""Exports as companies have them: what is right for each small file can be checked by hand."""

import shutil

import pandas as pd
import pytest
from mapping_exports import CASES, Mapped, of_orders, revenue

from crmwb import params

DAY = pd.Timestamp


@pytest.fixture
def mapped(tmp_path, monkeypatch):
    """Return a function that puts a case's files into a project."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("CRMWB_KEY", raising=False)

    def case(name):
        project = Mapped(tmp_path)
        shutil.copytree(CASES / name, project.raw, dirs_exist_ok=True)
        return project

    return case


def test_currency_codes_in_any_case_ask_for_a_rate(mapped):
    case = mapped("currency_lower_case")
    assert not case.map("pay.csv")
    assert "how much USD is one EUR" in case.printed
    assert not (case.root / "mappings").exists()
    assert case.map("pay.csv", rate_EUR="1.5")
    assert "currency: currency" in case.mapping
    assert revenue(case.ingest()) == {"A": 40.0, "B": 30.0}


def test_mixed_currencies_are_never_one_sum(mapped):
    case = mapped("currency_mixed")
    assert not case.map("mixed_only.csv")
    assert "rate_JPY" in case.printed
    assert "rate_EUR" in case.printed
    assert case.map("mixed_only.csv", yes=False)
    assert "currency: currency" in case.mapping
    assert "# QUESTION: Some amounts are in JPY" in case.mapping


def test_one_currency_that_is_not_the_default_is_proposed(mapped):
    case = mapped("currency_one")
    assert case.map("one_currency.csv")
    assert case.source.currency == "EUR"
    assert sum(revenue(case.ingest()).values()) == 300


def test_refunds_failures_and_converted_amounts_of_payments(mapped):
    case = mapped("stripe")
    assert case.map("unified_payments.csv")
    ingested = case.ingest()
    rows = ingested.table("transactions")
    assert revenue(ingested) == {"cus_A": 160.0, "cus_B": 83.0, "cus_C": 0.0}
    assert rows[rows.is_return].revenue_cents.tolist() == [-4000, -9700]
    assert "ch_05" not in set(rows.order_id)
    assert case.source.currency == "USD"


def test_a_refund_beside_the_amount_and_a_test_flag(mapped):
    case = mapped("refunded_column")
    assert case.map("orders.csv")
    ingested = case.ingest()
    assert revenue(ingested, "order_id") == {"1": 100.0, "2": 0.0, "3": 40.0}
    shutil.rmtree(case.root / "mappings")
    assert case.map("test_flag.csv")
    assert revenue(case.ingest()) == {"A": 160.0}


def test_refunds_as_rows_guests_and_prefixed_statuses(mapped):
    case = mapped("woocommerce")
    assert case.map("orders.csv")
    ingested = case.ingest()
    assert revenue(ingested) == {"7": -15.0, "8": 30.0}
    assert set(ingested.table("transactions").order_id) == {"501", "507"}  # refunds belong to their order
    assert ingested.table("customers").kind.unique().tolist() == ["person"]
    assert ingested.manifest["tables"]["transactions"]["without_customer"] == {"rows": 2, "revenue_cents": 5000}
    assert "more went back than was paid" in case.mapping


def test_failing_words_anywhere_in_a_status(mapped):
    case = mapped("statuses")
    assert not case.map("orders.csv")
    assert "partially_refunded in 1 row, and no column says how much went back" in case.printed
    assert case.map("orders.csv", partly_refunded="in_full")
    assert revenue(case.ingest()) == {"A": 10.0, "C": 30.0, "H": 30.0}


@pytest.mark.parametrize(("file", "n_customers"), [("orders_export.csv", 2), ("with_id.csv", 2)])
def test_order_heads_on_the_first_line(mapped, file, n_customers):
    case = mapped("shopify")
    assert case.map(file)
    ingested = case.ingest()
    assert revenue(ingested, "order_id") == {"#1001": 70.0, "#1002": 20.0, "#1003": 18.0, "#1005": 0.0}
    rows = ingested.table("transactions")
    assert rows.customer_id.nunique() == n_customers  # #1004 is voided
    assert rows[rows.is_return].revenue_cents.tolist() == [-2000, -3000]
    assert case.source.time_zone == "America/New_York"
    assert set(of_orders(ingested, ["#1002"]).ordered_at.dt.normalize()) == {DAY(2024, 1, 31)}
    if file == "orders_export.csv":
        assert "pseudonym: true" in case.mapping
        assert rows.customer_id.str.fullmatch("[0-9a-f]{32}").all()


def test_ids_that_a_spreadsheet_has_rounded_stop_loudly(mapped):
    case = mapped("ids_exponent")
    assert not case.map("sci.csv")
    assert "9.00720E+15 in 4 rows is a number that a spreadsheet has rounded" in case.printed


def test_ids_that_differ_by_leading_zeros_meet(mapped):
    case = mapped("leading_zeros")
    assert case.map("o2.csv", "c2.csv")
    ingested = case.ingest()
    assert revenue(ingested) == {"123": 10.0, "124": 20.0, "125": 30.0}
    assert ingested.table("customers").country.tolist() == ["DE", "FR", "FR"]


def test_an_email_as_the_customer_becomes_a_code(mapped):
    case = mapped("email_ids")
    assert case.map("customer_email.csv")
    assert "pseudonym: true" in case.mapping
    assert sorted(revenue(case.ingest()).values()) == [20.0, 70.0]


def test_a_point_between_thousands_is_a_guess_with_its_evidence(mapped):
    case = mapped("dot_thousands")
    assert case.map("umsatz.csv")
    assert revenue(case.ingest()) == {"K1": 13650.0, "K2": 980.0, "K3": 2000.0}
    (line,) = [line for line in case.mapping.splitlines() if "revenue_cents" in line]
    assert "# likely" in line
    assert "stand between thousands" in line


@pytest.mark.parametrize(
    ("folder", "file", "expected"),
    [
        ("lakh", "sales.csv", {"A": 124406.00, "B": 2500.0, "C": 1000000.50}),
        ("unicode_minus", "orders.csv", {"A": 1000.50, "B": 900.0, "C": 10.0}),
        ("chinese_dates", "dd.csv", {"0001": 173.50, "0002": 99.0}),
        ("title_rows", "padded.csv", {"A": 400.0, "B": 200.0}),
        ("sheets", "sheets.xlsx", {"A": 20.0, "B": 40.0, "C": 20.0}),
        ("zip_inner_file", "export.zip/export/a.csv", {"A": 10.5, "B": 21.0}),
    ],
)
def test_notations_and_shapes_are_read(mapped, folder, file, expected):
    case = mapped(folder)
    assert case.map(file)
    ingested = case.ingest()
    assert revenue(ingested) == expected
    assert ingested.manifest["tables"]["transactions"]["unreadable"] == 0


@pytest.mark.parametrize(
    ("folder", "expected"),
    [
        ("am_pm", ["2024-01-05 09:15", "2024-01-06 23:59", "2024-02-06 00:00"]),
        ("offsets", ["2024-01-31 20:25:58.745", "2024-02-01 04:30", "2024-03-09 21:00", "2024-03-31 00:00"]),
        ("mixed_dates", ["2024-01-25", "2024-01-26", "2024-02-16", "2024-02-27 10:30"]),
        ("epoch", ["2024-01-05 10:00", "2024-01-06 10:00", "2024-03-01 01:00", "2024-03-31 00:00"]),
        ("serial_dates", ["2024-01-05", "2024-01-06", "2024-02-28 10:30", "2024-03-29"]),
        ("local_day", ["2024-01-31 18:30", "2024-01-31 19:30", "2024-12-31 20:15"]),
    ],
)
def test_dates_are_read(mapped, folder, expected):
    case = mapped(folder)
    assert case.map("orders.csv")
    rows = case.ingest().table("transactions").sort_values("order_id")
    assert rows.ordered_at.tolist() == [DAY(text) for text in expected]


def test_na_is_a_country(mapped):
    case = mapped("namibia")
    assert case.map("orders.csv")
    assert case.ingest().table("customers").country.tolist() == ["NA", "ZA", "NA", "BW"]


def test_merged_cells_fill_down_after_asking(mapped):
    case = mapped("merged_cells")
    assert not case.map("merged.xlsx")
    assert "do blanks hold the value above them" in case.printed
    assert not case.map("merged.xlsx", fill_down="yes")
    assert (
        "1 of 6 rows cannot be read, more than quality.max_quarantined_share (0.05): the pipeline stops" in case.printed
    )
    params.choose({"quality.max_quarantined_share": 0.2})
    assert case.map("merged.xlsx", fill_down="yes")
    ingested = case.ingest()
    assert revenue(ingested) == {"Acme": 600.0, "Borg": 110.0}
    assert ingested.table("transactions").order_id.nunique() == 5
    assert ingested.manifest["tables"]["transactions"]["unreadable"] == 1  # the total


def test_a_name_that_stands_twice_is_a_choice(mapped):
    case = mapped("duplicate_header")
    assert not case.map("deals.csv")
    assert "Amount stands twice" in case.printed
    assert "revenue_cents=Amount (1)|Amount (2)" in case.printed
    assert case.map("deals.csv", revenue_cents="Amount (1)")
    assert revenue(case.ingest()) == {"A": 40.0, "B": 20.0}


@pytest.mark.parametrize(
    ("file", "column"),
    [("bad_amount.csv", "revenue_cents"), ("repeated_header.csv", "ordered_at"), ("total_row.csv", "ordered_at")],
)
def test_one_bad_row_goes_to_quarantine(mapped, file, column):
    case = mapped("one_bad_row")
    assert case.map(file)
    ingested = case.ingest()
    assert ingested.manifest["tables"]["transactions"]["rows"] >= 300
    (reason,) = ingested.unreadable("transactions").column
    assert column in reason
