"""Own documents, work billed again, tax within some rows, shared accounts, customers without a number: asked about."""

from pathlib import Path

import pytest
from mapping_exports import Mapped

from crmwb.errors import CrmwbError

FIRMS = [f"Firm {letter}" for letter in "ABCDEFGHIJKLMN"]


@pytest.fixture
def company(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Mapped:
    monkeypatch.chdir(tmp_path)
    return Mapped(tmp_path)


def _amount(i: int) -> int:
    return 30 + i * 37 % 61


def _write(company: Mapped, lines: list[str]) -> None:
    (company.raw / "rows.csv").write_text("\n".join(lines))


def _cents(company: Mapped) -> int:
    return int(company.ingest().table("transactions").revenue_cents.sum())


@pytest.mark.parametrize("given", ["leave_out", "keep"])
def test_documents_of_a_kind_that_one_customer_has_are_asked_about(company: Mapped, given: str) -> None:
    lines, total = ["Document No;Date;Customer;Net"], 0
    for i in range(90):
        is_own = i % 9 == 0
        total += _amount(i) * (not is_own or given == "keep")
        who = "Our taproom" if is_own else FIRMS[i % 14]
        lines.append(f"{'VN' if is_own else 'FV'}{2400 + i};2024-0{1 + i % 9}-{1 + i % 28:02};{who};{_amount(i)}.00")
    _write(company, lines)
    assert [question.partition(",")[0] for question in company.draft()] == ["10 Document No begin with 'VN'"]
    company.draft(own_documents_vn=given)
    assert _cents(company) == 100 * total


def test_documents_of_several_places_with_many_customers_are_sales(company: Mapped) -> None:
    lines = ["Document No;Date;Customer;Net"]
    lines += [
        f"{'NORTH' if i % 3 else 'WEST'}-{2400 + i};2024-05-{1 + i % 28:02};{FIRMS[i % 14]};{_amount(i)}.00"
        for i in range(90)
    ]
    _write(company, lines)
    assert company.draft() == []


@pytest.mark.parametrize(("note", "is_asked"), [("Refused, see invoice {}", True), ("Ordered by telephone", False)])
def test_rows_that_bill_again_what_another_document_counts_are_asked_about(
    company: Mapped, note: str, is_asked: bool
) -> None:
    lines, total = ["Invoice No;Date;Customer;Net;Remarks"], 0
    for i in range(80):
        is_again = i % 16 == 15
        total += 0 if is_again else _amount(i)
        amount = 20 if is_again else _amount(i)
        text = note.format(5000 + i - 14) if is_again else ""
        lines.append(f"{5000 + i};2024-05-{1 + i % 28:02};{FIRMS[i % 14]};{amount}.00;{text}")
    _write(company, lines)
    assert any("billed again" in question for question in company.draft()) is is_asked
    if is_asked:
        company.draft(billed_again_by_remarks="leave_out")
        assert _cents(company) == 100 * total


@pytest.mark.parametrize(("column", "within", "other"), [("IVA", "Inclusa", "Esclusa"), ("税区分", "内税", "外税")])
@pytest.mark.parametrize("given", ["22", "leave"])
def test_tax_within_amounts_of_some_rows_is_asked_about(
    company: Mapped, column: str, within: str, other: str, given: str
) -> None:
    lines, cents = [f"Order No;Date;Customer;Amount;{column}"], 0
    for i in range(60):
        is_within = i % 3 == 0
        cents += round(10_000 * _amount(i) / 122) if is_within and given == "22" else 100 * _amount(i)
        lines.append(
            f"{700 + i};2024-05-{1 + i % 28:02};{FIRMS[i % 14]};{_amount(i)}.00;{within if is_within else other}"
        )
    _write(company, lines)
    assert len(company.draft()) == 1
    company.draft(**{f"tax_by_{column.lower()}": given})
    assert _cents(company) == cents


def _of_till(i: int, beside: str) -> str:
    is_shared = i % 2 == 0
    who, name = ("C99", beside.format(i % 26)) if is_shared else (f"C{10 + i % 14}", FIRMS[i % 14])
    return f"{700 + i};2024-05-{1 + i % 28:02};{who};{name};{_amount(i)}.00"


def test_an_account_that_many_share_is_asked_about(company: Mapped) -> None:
    _write(company, ["Order No;Date;Customer No;Customer Name;Amount", *(_of_till(i, "Person {}") for i in range(90))])
    asked = [question for question in company.draft() if "many customers share" in question]
    assert len(asked) == 1
    company.draft(shared_customer_no="Customer Name")
    assert company.ingest().table("transactions").customer_id.nunique() == 13 + 7


def test_addresses_of_an_account_that_many_share_are_to_be_in_a_column_of_all_customers(company: Mapped) -> None:
    rows = (_of_till(i, "p{}@example.org") for i in range(90))
    _write(company, ["Order No;Date;Customer No;Reference;Amount", *rows])
    assert any("many customers share" in question for question in company.draft())
    with pytest.raises(CrmwbError, match="add a column to the export"):
        company.draft(shared_customer_no="Reference")


@pytest.mark.parametrize("given", ["name", "nobody"])
def test_customers_without_a_number_are_asked_about(company: Mapped, given: str) -> None:
    lines, total = ["Invoice No;Date;VAT No;Customer Name;Net"], 0
    for i in range(84):
        has_one = i % 14 > 3
        total += _amount(i) * (has_one or given == "name")
        number = f"GB12345678{i % 14}" if has_one else ""
        lines.append(f"{900 + i};2024-05-{1 + i % 28:02};{number};{FIRMS[i % 14]};{_amount(i)}.00")
    _write(company, lines)
    answers = {"customer": "VAT No", "without_vat_no": given}
    assert any("VAT No is blank" in question for question in company.draft(customer="VAT No"))
    company.draft(**answers)
    assert company.ingest().table("transactions").customer_id.nunique() == (14 if given == "name" else 10)
    assert _cents(company) == 100 * total


@pytest.mark.parametrize("name", ["Árfolyam", "Växelkurs", "Döviz kuru"])
def test_rates_of_each_row_are_asked_about_in_more_languages(company: Mapped, name: str) -> None:
    lines, total = [f"Invoice No;Date;Customer No;Currency;{name};Net"], 0
    for i in range(60):
        is_euro = i % 4 == 0
        total += _amount(i) * (400 if is_euro else 1)
        rate, currency = (400, "EUR") if is_euro else (1, "HUF")
        lines.append(f"{900 + i};2024-05-{1 + i % 28:02};K{i % 14};{currency};{rate};{_amount(i)}.00")
    _write(company, lines)
    asked = " ".join(company.draft(currency="HUF"))
    key = next(word.partition("=")[0] for word in asked.split() if word.startswith("by_"))
    company.draft(**{"currency": "HUF", key: "multiply"})
    assert _cents(company) == 100 * total
