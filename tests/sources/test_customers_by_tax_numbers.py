"""Customers that a file tells in two ways: tax numbers and addresses beside names and numbers."""

from pathlib import Path

import pytest
from mapping_exports import Mapped

KEY = "which_customer"


@pytest.fixture
def company(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Mapped:
    monkeypatch.chdir(tmp_path)
    return Mapped(tmp_path)


def amount(i: int) -> int:
    return 20 + 3 * (i * 37 % 61)


def customers(company: Mapped, **answers: str) -> tuple[int, float]:
    assert company.map(*(p.name for p in company.raw.iterdir()), currency="EUR", **answers), company.printed
    rows = company.ingest().table("transactions")
    return rows.customer_id.nunique(), rows.revenue_cents.sum() / 100


def write_firms(company: Mapped, *, spellings: bool) -> None:
    """Firms with a tax number that some people write with dashes, and several branches of one that share it."""
    lines = ["Nr;Datum;Kunde;USt-IdNr.;Betrag"]
    for i in range(120):
        firm = i % 20
        number = f"{411000 + firm}-22-{firm:02}" if i % 3 == 0 else f"{411000 + firm}22{firm:02}"
        name = f"Firma {'ABCDEFGHIJKLMNOPQRST'[firm]}" + (
            " Filiale" if spellings and firm < 4 and i % 2 == i // 20 % 2 else ""
        )
        lines.append(f"{i};{i % 28 + 1:02}.04.2024;{name};{number};{amount(i)},00")
    (company.raw / "rechnungen.csv").write_text("\n".join(lines))


def test_names_of_one_tax_number_are_asked_about(company: Mapped) -> None:
    write_firms(company, spellings=True)
    assert not company.map("rechnungen.csv", currency="EUR")
    assert f"{KEY}=Kunde|USt-IdNr." in company.printed
    total = sum(map(amount, range(120)))
    assert customers(company, which_customer="USt-IdNr.") == (20, total)
    assert customers(company, which_customer="Kunde") == (24, total)


def test_a_name_for_each_number_is_not_asked_about(company: Mapped) -> None:
    write_firms(company, spellings=False)
    assert customers(company) == (20, sum(map(amount, range(120))))


def test_a_number_of_many_unlike_names_is_none_of_a_customer(company: Mapped) -> None:
    abroad = ["Windsor Tools Ltd", "Kanto Trading KK", "Ferramenta Ticino SA", "Oulu Rauta Oy"]
    lines = ["Folio;Fecha;RFC Receptor;Nombre Receptor;Subtotal"]
    sold = 0
    for i in range(150):
        who = i % 15
        number, name = f"TAL{700101 + who}QX{who % 10}", f"TALLER {'ABCDEFGHIJKLMNO'[who]}"
        if who < 4:
            number, name = "EXTF900101NI1", abroad[who]
        elif who == 4:
            number, name = "GENE800101000", "PUBLICO EN GENERAL"
        sold += amount(i) * (who != 4)
        lines.append(f"{i};2024-05-{i % 28 + 1:02};{number};{name};{amount(i)}.00")
    (company.raw / "facturas.csv").write_text("\n".join(lines))
    assert not company.map("facturas.csv", currency="EUR")
    assert "EXTF900101NI1 stands for many customers" in company.printed
    assert customers(company, which_customer="RFC Receptor") == (14, sold)


def write_guests(company: Mapped, n_numbers: int) -> None:
    lines = ["order_id,date,customer_id,email,amount"]
    for i in range(120):
        who = i % 12
        number = 5000 + i if who < n_numbers else 100 + who
        address = f"someone{who}@example.org"
        lines.append(
            f"{i},2024-05-{i % 28 + 1:02},{number},{address.upper() if i % 5 == 0 else address},{amount(i)}.00"
        )
    (company.raw / "orders.csv").write_text("\n".join(lines))


def test_an_address_with_a_new_number_for_each_order_is_asked_about(company: Mapped) -> None:
    write_guests(company, 5)
    total = sum(map(amount, range(120)))
    assert not company.map("orders.csv", currency="EUR")
    assert f"{KEY}=customer_id|email" in company.printed
    assert customers(company, which_customer="email") == (12, total)
    assert customers(company, which_customer="customer_id") == (57, total)


def test_an_address_for_each_number_is_not_asked_about(company: Mapped) -> None:
    write_guests(company, 0)
    assert customers(company) == (12, sum(map(amount, range(120))))


def test_a_tax_number_is_one_customer_however_it_is_written(company: Mapped) -> None:
    lines = ["Folio,Fecha,RUT Receptor,Monto Neto"]
    for i in range(90):
        digits = 51_010_730 + 1_111 * (i % 10)
        plain, dotted = f"{digits}-K", f"{digits:,}".replace(",", ".") + "-k"
        lines.append(
            f"{900 + i},2024-{i // 28 % 12 + 1:02d}-{i % 28 + 1:02d},{dotted if i % 3 else plain},{amount(i)}.50"
        )
    (company.raw / "documentos.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    assert company.draft(customer="RUT Receptor", amount="Monto Neto", date="Fecha") == []
    assert company.ingest().table("transactions")["customer_id"].nunique() == 10


@pytest.mark.parametrize("names", [True, False])
def test_tax_numbers_that_lost_zeros_in_front_are_asked_about(company: Mapped, names: bool) -> None:
    lines = ["Nota;Data;CNPJ Tomador;Valor" + (";Nome Tomador" if names else "")]
    for i in range(90):
        number = 7_749_167_000_136 + 1_000_007 * (i % 10)  # of 14 digits, the first of them zero
        plain, written = str(number), f"{number:014d}"
        dotted = f"{written[:2]}.{written[2:5]}.{written[5:8]}/{written[8:12]}-{written[12:]}"
        name = f"Padaria Sao {'ABCDEFGHIJ'[i % 10]}".upper() if i < 45 else f"Padaria São {'ABCDEFGHIJ'[i % 10]}"
        line = f"{900 + i};{1 + i % 28:02d}/{i // 28 % 12 + 1:02d}/2024;{plain if i < 45 else dotted};{amount(i)},50"
        lines.append(line + (f";{name}" if names else ""))
    (company.raw / "notas.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    named = {"customer": "CNPJ Tomador", "amount": "Valor", "date": "Data"}
    asked = " ".join(company.draft(**named))
    answers = {KEY: "CNPJ Tomador"} if names else {"same_customer": "same"}
    assert ("zeros that some have lost" if names else "differ in zeros in front only") in asked
    assert set(answers) <= set(asked.replace("=", " ").split())
    company.draft(**named, **answers)
    assert company.ingest().table("transactions")["customer_id"].nunique() == 10
    if not names:
        company.draft(**named, same_customer="different")
        assert company.ingest().table("transactions")["customer_id"].nunique() == 20
