"""Names of columns and days in more languages, lists within answers of services, invoices that are not paid yet."""

import json
from pathlib import Path

import pytest
from mapping_exports import Mapped

from crmwb.sources.drafting.reading import vocabulary
from crmwb.sources.drafting.reading.date_notation import candidates_of
from crmwb.sources.drafting.reading.names import plain_words


@pytest.mark.parametrize(
    ("header", "row", "currency"),
    [
        ("Fakturanr;Fakturadato;Kundenr;Nettobeløb", "{i};{d:02}-05-2024;{c};{a},00", "DKK"),
        ("Fakturanr;Fakturadatum;Kundnr;Er referens;Netto", "{i};2024-05-{d:02};{c};Chef;{a},00", "SEK"),
        ("Numar factura;Data emiterii;Cod client;Judet;Valoare fara TVA", "{i};{d:02}.05.2024;{c};Cluj;{a},00", "RON"),
        ("Factura;Fecha fact.;Solic.;Valor neto", "{i};{d:02}.05.2024;{c};{a},00", "EUR"),
        ("Factura;Fecha Emisión;Cliente;Subtotal", "{i};{d:02}/05/2024;{c};{a},00", "EUR"),
        ("Laskunro;Laskun päivämäärä;Asiakasnumero;Veroton summa", "{i};{d}.5.2024;{c};{a},00", "EUR"),
        ("Číslo dokladu;Datum vystavení;Zákazník;Celkem bez DPH", "{i};{d:02}. 05. 2024;{c};{a},00", "CZK"),
        ("Számlaszám;Számla kelte;Vevőkód;Nettó összeg", "{i};2024. 05. {d:02}.;{c};{a},00", "HUF"),
        ("Αρ. παραστατικού;Ημερομηνία έκδοσης;Κωδικός πελάτη;Καθαρή αξία", "{i};{d:02}/05/2024;{c};{a},00", "EUR"),
        ("No Faktur;Tanggal Faktur;Kode Pelanggan;DPP", "{i};2024-05-{d:02};{c};{a}", "IDR"),
        ("Số hóa đơn;Ngày hóa đơn;Mã khách hàng;Tiền trước thuế", "{i};{d:02}/05/2024;{c};{a}", "VND"),
        ("เลขที่ใบเสร็จ;วันที่ขาย;รหัสลูกค้า;ยอดขาย", "{i};2024-05-{d:02};{c};{a}", "THB"),
        ("伝票番号;診療日;カルテ番号;金額", "{i};2024-05-{d:02};{c};{a}", "JPY"),
    ],
)
def test_plain_names_of_more_languages_are_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, header: str, row: str, currency: str
) -> None:
    monkeypatch.chdir(tmp_path)
    lines, sold = [header], 0
    for i in range(60):
        amount = 113 + 170 * (i * 37 % 89)
        sold += amount
        lines.append(row.format(i=70100 + i, d=1 + (i * 7) % 28, c=f"K{3000 + i % 17}", a=amount))
    company = Mapped(tmp_path)
    (company.raw / "liste.csv").write_text("\n".join(lines))
    assert company.map("liste.csv", currency=currency), company.printed
    rows = company.ingest().table("transactions")
    assert int(rows.revenue_cents.sum()) == 100 * sold
    assert (rows.customer_id.nunique(), rows.order_id.nunique()) == (17, 60)
    assert set(rows.ordered_at.dt.month) == {5}


@pytest.mark.parametrize("name", ["Forfaldsdato", "Förfallodatum", "Datum splatnosti", "Data scadentei"])
def test_a_day_to_pay_is_no_day_of_the_sale(name: str) -> None:
    assert not vocabulary.matches(plain_words(name), vocabulary.TRANSACTIONS["ordered_at"])


def test_a_number_of_a_document_is_no_month() -> None:
    assert candidates_of("07/2024") == ("%m/%Y",)
    assert candidates_of("13/2024") == ()


def test_fees_of_months_count_on_the_first_day(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    lines = ["Období;Zákazník;Částka"]
    lines += [
        f"{month:02}/2024;P{who};{who * 7 % 53 + month * 5 % 7},50" for month in range(1, 13) for who in range(101, 109)
    ]
    company = Mapped(tmp_path)
    (company.raw / "poplatky.csv").write_text("\n".join(lines))
    assert not company.map("poplatky.csv", currency="CZK")
    assert "and no days" in company.printed
    assert company.map("poplatky.csv", currency="CZK", days_of_obdobi="first_day"), company.printed
    assert "counts as its first day" in company.mapping
    rows = company.ingest().table("transactions")
    assert set(rows.ordered_at.dt.day) == {1}
    assert rows.ordered_at.nunique() == 12


def net(i: int) -> int:
    return 1_900 + 10 * (i * 37 % 89)


def invoices_of_a_service(n: int) -> list[dict[str, object]]:
    states = ["paid", "paid", "paid", "open", "void"]
    return [
        {
            "id": f"in_{i:04}",
            "object": "invoice",
            "customer": f"cus_{i % 13}",
            "created": 1_700_000_000 + 86_400 * i,
            "currency": "gbp",
            "status": states[i % 5],
            "paid": states[i % 5] == "paid",
            "subtotal": net(i) + 100,
            "total_excluding_tax": net(i),
            "total": round(1.2 * (net(i))),
            "amount_remaining": 0 if i % 5 < 3 else round(1.2 * (net(i))),
            "discounts": [] if i % 3 else [{"amount": 100}],
            "lines": {"object": "list", "data": [{"id": f"il_{i}", "amount": net(i)}]},
        }
        for i in range(n)
    ]


@pytest.mark.parametrize("answer", ["sales", "leave_out"])
def test_invoices_in_the_list_of_an_answer_are_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, answer: str
) -> None:
    """Lists within each row are left out; what is not paid is asked, and what is void is no sale."""
    monkeypatch.chdir(tmp_path)
    company = Mapped(tmp_path)
    every = invoices_of_a_service(200)
    (company.raw / "invoices.json").write_text(
        json.dumps({"object": "list", "has_more": False, "data": every}, indent=1)
    )
    assert not company.map("invoices.json", currency="GBP")
    assert "unpaid_by_paid=sales|leave_out" in company.printed
    assert company.map("invoices.json", currency="GBP", unpaid_by_paid=answer), company.printed
    assert "discounts, lines.data hold lists" in company.printed
    wanted = {"sales": {"paid", "open"}, "leave_out": {"paid"}}[answer]
    rows = company.ingest().table("transactions")
    sold = [invoice["total_excluding_tax"] for invoice in every if invoice["status"] in wanted]
    assert (int(rows.revenue_cents.sum()), len(rows)) == (sum(map(int, map(str, sold))), len(sold))
