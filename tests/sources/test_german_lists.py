"""Lists of a German ERP: shortened names, lines beside their heads, sheets of credit notes beside those of invoices."""

from datetime import date

import pytest
from mapping_exports import total
from workbooks import write_workbook

from crmwb.sources.drafting.customers import own_places
from crmwb.sources.drafting.reading.names import plain_words

HEAD = [
    "Nr.",
    "Verk. an Deb.-Nr.",
    "Rech. an Deb.-Nr.",
    "Buchungsdatum",
    "Auftragsnr.",
    "Zlg.-Bedingungscode",
    "Verkäufercode",
    "Betrag",
]
LINE = [
    "Belegnr.",
    "Zeilennr.",
    "Verk. an Deb.-Nr.",
    "Buchungsdatum",
    "Nr.",
    "Beschreibung",
    "Menge",
    "Einheitencode",
    "VK-Preis",
]
AMOUNTS = ["Zeilenrabattbetrag", "Betrag", "Betrag inkl. MwSt."]


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("Verk. an Deb.-Nr.", "sell to customer no"),
        ("Deb.-Nr.", "customer no"),
        ("Kred.-Nr.", "vendor no"),
        ("Beschr.", "description"),
        ("Betrag exkl. MwSt.", "amount excl tax"),
        ("Betrag inkl. MwSt.", "amount incl tax"),
        ("Zlg.-Bed.", "payment terms code"),
        ("Verkäufercode", "salesperson code"),
    ],
)
def test_shortened_names_are_understood(name, words):
    assert plain_words(name) == words


def documents(prefix: str, n: int) -> tuple[list[list], list[list], float]:
    """Return heads and lines of documents, and what their lines come to."""
    heads, lines, every = [HEAD], [[*LINE, *AMOUNTS]], 0
    for i in range(n):
        number, who, day, whole = (
            f"{prefix}{100 + i}",
            f"{10_010 + 10 * (i % 9)}",
            date(2024, i % 12 + 1, i % 28 + 1),
            0,
        )
        for line in range(1 + i % 3):
            cents, units = 1_950 + 130 * ((i + line) % 7), 1 + (i + line) % 4
            off = cents * units // 10 if i % 4 == 0 else 0
            own = cents * units - off
            whole += own
            goods = [f"70{line}-K", "Schraube", units, ("ST", "PACK")[line % 2], cents / 100]
            lines.append([number, 10_000 * (line + 1), who, day, *goods, off / 100, own / 100, round(own * 1.19) / 100])
        every += whole
        heads.append([number, who, who, day, f"AU{i}", ("30T", "SOFORT")[i % 2], "MS" if i % 3 else None, whole / 100])
    return heads, lines, every / 100


def test_lines_that_come_to_the_totals_of_their_orders_are_read_with_these(project):
    heads, lines, every = documents("RE", 60)
    write_workbook(project.raw / "nav.xlsx", {"Rechnungskopf": heads, "Rechnungszeile": lines})
    assert project.draft() == []
    assert total(project) == every
    assert "join" in project.mapping


def test_a_sheet_of_credit_notes_is_no_table_with_that_of_invoices(project):
    heads, lines, every = documents("RE", 60)
    credited, notes, back = documents("GS", 20)
    sheets = {
        "Verkaufsrechnungskopf": heads,
        "Verkaufsrechnungszeile": lines,
        "Verkaufsgutschriftskopf": credited,
        "Verkaufsgutschriftszeile": notes,
    }
    write_workbook(project.raw / "nav.xlsx", sheets)
    (asked,) = project.draft()
    key = asked.rpartition("--answer ")[2].partition("=")[0]
    assert "verkaufsgutschriftszeile" in key
    assert project.draft(**{key: "returns"}) == []
    assert total(project) == round(every - back, 2)


def test_orders_that_come_to_something_else_than_their_lines_are_asked_about(project):
    heads, lines, _ = documents("RE", 60)
    other = [[*row[:-1], row[-1] + 5.0] if i % 3 else row for i, row in enumerate(heads[1:])]
    write_workbook(project.raw / "nav.xlsx", {"Rechnungskopf": [HEAD, *other], "Rechnungszeile": lines})
    assert any("both taken as purchases" in question for question in project.draft())


def test_a_name_that_begins_with_own_use_is_the_company_itself():
    assert own_places.is_own_use("Eigenbedarf Werkstatt")
    assert own_places.is_own_use("Internal use, workshop")
    assert not own_places.is_own_use("Eigen & Söhne GmbH")
