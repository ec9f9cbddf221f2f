"""Workbooks kept by hand: numbers typed as text numbers of orders that begin again, tax within amounts."""

import datetime as dt

import pytest
from mapping_exports import Mapped
from workbooks import write_workbook

from crmwb.sources.drafting.reading import typed_numbers

HEADER = ["Belegnr", "Datum", "Kundennummer", "Menge", "Betrag"]


@pytest.fixture
def project(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return Mapped(tmp_path)


def cents(i):
    return 120_000 + 37 * i if i % 11 == 4 else 1_250 + 35 * i


def row(i, amount, year=2024):
    return [i + 1, dt.date(year, 1 + i % 12, 1 + i % 28), f"K{10 + i % 17}", 1.5 if i % 9 == 2 else 1 + i % 3, amount]


def euros(amount):
    whole, rest = divmod(amount, 100)
    return f"{whole:,}".replace(",", ".") + f",{rest:02} €"


def total(project):
    return int(project.ingest().table("transactions").revenue_cents.sum())


def test_amounts_typed_as_text_among_numbers_are_read_with_them(project):
    rows = [row(i, euros(cents(i)) if i % 13 == 4 else cents(i) / 100) for i in range(120)]
    write_workbook(project.raw / "verkauf.xlsx", {"2024": [HEADER, *rows]})
    assert project.draft() == []
    assert total(project) == sum(map(cents, range(120)))
    assert not (project.root / "data" / "canonical" / "unreadable").exists()


def test_a_number_of_a_workbook_is_one_however_its_column_is_written(exports):
    rows = [[f"c{i}", f"o{i}", dt.date(2024, 1, 1 + i), 1.5, a] for i, a in enumerate([12.25, "1.250,50 €", 7])]
    write_workbook(exports.raw / "sales.xlsx", {"Sales": [["customer", "order", "day", "units", "amount"], *rows]})
    own = {"column": "amount", "decimal": ",", "thousands": ".", "currency_sign": "€"}
    exports.map({"revenue_cents": own, "is_return": {"constant": False}}, file="sales.xlsx")
    read = exports.ingest().table("transactions")
    assert list(read.revenue_cents) == [1225, 125050, 700]
    assert list(read.quantity) == [1.5, 1.5, 1.5]


@pytest.mark.parametrize(
    ("cells", "decimal", "unclear"),
    [
        ([12.5, "1.250,00"], ",", ""),
        ([12.5, "1,250.00"], ".", ""),
        ([12.5, "CHF 3.5"], ".", ""),
        ([12.5, "0,125"], ",", ""),
        ([12.5, "€ 1.250"], ",", "€ 1.250"),
        ([12.5, "$ 1,250"], ".", "$ 1,250"),
        ([12.5, "€ 1.250", "7,5"], ",", ""),
        (["1.250,00", "12,5"], ".", ""),
        ([12.5, "1.2.24"], ".", ""),
        ([True, "1.250,00"], ".", ""),
    ],
)
def test_how_numbers_are_typed_among_others(cells, decimal, unclear):
    assert typed_numbers.of_rows([cell] for cell in cells) == typed_numbers.Typed(decimal, unclear)


def test_typed_thousands_that_could_be_decimals_are_asked(project):
    rows = [row(i, f"{1 + i % 5}.{100 + i} €" if i % 13 == 4 else cents(i) / 100) for i in range(120)]
    write_workbook(project.raw / "verkauf.xlsx", {"2024": [HEADER, *rows]})
    left = project.draft()
    assert [text.partition("--answer ")[2].partition("=")[0] for text in left] == ["typed_in_verkauf_xlsx"]
    assert project.draft(typed_in_verkauf_xlsx="thousands") == []
    typed = sum(100_000 * (1 + i % 5) + 100 * (100 + i) for i in range(120) if i % 13 == 4)
    assert total(project) == typed + sum(cents(i) for i in range(120) if i % 13 != 4)


def test_numbers_of_orders_that_begin_again_in_each_sheet_are_told_apart(project):
    sheets = {}
    for year, names in ((2023, HEADER), (2024, ["Belegnr", "Kundennummer", "Datum", "Menge", "Betrag", "Vertreter"])):
        rows = [
            dict(zip(HEADER, row(i * (1 if year == 2024 else 5) % 120, cents(i) / 100, year), strict=True))
            for i in range(120)
        ]
        for i, each in enumerate(rows):
            each |= {
                "Belegnr": 1 + i // 2,
                "Kundennummer": f"K{(7 * (i // 2) + year) % 19}",
                "Vertreter": ("Anna", "Otto", "Uwe")[i % 3],
            }
        sheets[str(year)] = [names, *([each[name] for name in names] for each in rows)]
    write_workbook(project.raw / "verkauf.xlsx", sheets)
    rows_of = {f"rows_of_verkauf_xlsx_{year}": "sales" for year in (2023, 2024)}
    asked = {key: given for key, given in rows_of.items() if any(key in text for text in project.draft())}
    assert project.draft(**asked) == []
    rows = project.ingest().table("transactions")
    assert rows.order_id.nunique() == 120
    assert set(rows.order_id[rows.order_id.str.endswith("-7")]) == {"2023-7", "2024-7"}


def test_orders_that_go_on_in_another_file_are_not_told_apart(project):
    for part in range(2):
        lines = ["Belegnr,Datum,Kundennummer,Menge,Betrag"]
        for i in range(60 * part, 60 * part + 60):
            order = (i + 3) // 7  # one order has lines in both files
            lines.append(f"{order},2024-0{1 + order % 9}-11,K{order % 5},1,{12 + i}.50")
        (project.raw / f"seite{part}.csv").write_text("\n".join(lines) + "\n")
    project.draft()
    assert "begin again" not in project.mapping


def test_italian_invoices_with_tax_in_amounts_are_read_without_it(project):
    rows, sold = [], 0
    for i in range(90):
        net, rate = 1_000 + 50 * i, (22, 10, 4)[i % 3]
        gross = round(net * (1 + rate / 100))
        sold += round(gross / (1 + rate / 100))
        rows.append([f"{i // 2}/A", dt.date(2024, 1 + i // 2 % 12, 3), f"C{i // 2 % 14}", 1, gross / 100, rate])
    header = ["N. fatt.", "Data", "Cod. cliente", "Q.tà", "Importo ivato", "IVA %"]
    write_workbook(project.raw / "vendite.xlsx", {"Foglio1": [header, *rows]})
    assert project.draft() == []
    assert total(project) == sold
    assert project.ingest().table("transactions").order_id.nunique() == 45
