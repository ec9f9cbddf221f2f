"""Exports in which rows, signs or files are not what they seem: each writes files and returns the truth.

The truth is the revenue in cents, net of returns, and what a person has to answer.
"""
# ruff: noqa: E501 - headers and rows are easier to compare in one line

import random
import zipfile
from datetime import date, timedelta
from pathlib import Path

from book import comma, point, write
from odd_exports import Truth
from workbooks import write_workbook

Order = tuple[int, int, date, int]


def orders(seed: int, n: int = 36) -> list[Order]:
    """Return orders: number, customer, day, cents."""
    draw = random.Random(seed)
    return [
        (500 + i, draw.randint(1, 9), date(2024, 1, 3) + timedelta(days=4 * i), draw.randrange(900, 40000))
        for i in range(n)
    ]


def total(rows: list[Order]) -> int:
    return sum(cents for *_, cents in rows)


def signs_of_two_currencies(raw: Path) -> Truth:
    rows, lines = orders(1), ["Order,Customer,Date,Amount"]
    for i, (no, who, day, cents) in enumerate(rows):
        lines.append(f"{no},K{who},{day},{'$' if i % 3 == 0 else '€'}{point(cents)}")
    write(raw / "sales.csv", lines)
    return sum(2 * cents if i % 3 == 0 else cents for i, (*_, cents) in enumerate(rows)), {"rate_USD": "2"}


def two_tables_on_one_sheet(raw: Path) -> Truth:
    rows = orders(2)
    sheet: list[list[object]] = [["Order", "Customer", "Order date", "Net amount"]]
    sheet += [[no, f"K{who}", day, cents / 100] for no, who, day, cents in rows]
    sheet += [[], ["Payment", "Customer", "Paid on", "Paid amount"]]
    sheet += [[f"P{no}", f"K{who}", day + timedelta(9), cents / 100] for no, who, day, cents in rows[:20]]
    write_workbook(raw / "report.xlsx", {"Export": sheet})
    return total(rows), {}


def units_below_zero_and_amounts_without_a_sign(raw: Path) -> Truth:
    rows, lines = orders(3), ["Order,Customer,Date,Quantity,Amount"]
    back = [i % 8 == 0 for i in range(len(rows))]
    lines += [
        f"{no},K{who},{day},{-2 if b else 2},{point(cents)}"
        for (no, who, day, cents), b in zip(rows, back, strict=True)
    ]
    write(raw / "sales.csv", lines)
    return sum(-cents if b else cents for (*_, cents), b in zip(rows, back, strict=True)), {}


def a_mode_of_tests(raw: Path) -> Truth:
    rows, lines = orders(4), ["Order,Customer,Date,Mode,Amount"]
    lines += [f"{no},K{who},{day},live,{point(cents)}" for no, who, day, cents in rows]
    write(raw / "sales.csv", [*lines, "9,K1,2024-02-01,test,9999.99"])
    return total(rows), {}


def parts_of_a_price_as_rows(raw: Path) -> Truth:
    rows, lines = orders(5, 20), ["order-id\tbuyer-id\tposted-date\tamount-type\tamount-description\tamount"]
    for no, who, day, cents in rows:
        for kind, what, amount in (
            ("ItemPrice", "Principal", cents),
            ("ItemPrice", "Tax", cents // 10),
            ("ItemPrice", "Shipping", 399),
            ("ItemFees", "Commission", -cents // 7),
        ):
            lines.append(f"{no}\tK{who}\t{day}\t{kind}\t{what}\t{point(amount)}")
    write(raw / "settlement.txt", lines)
    return total(rows), {}


def exports_that_overlap(raw: Path) -> Truth:
    rows = orders(6)
    for name, some in (("first.csv", rows[:22]), ("second.csv", rows[15:])):
        write(
            raw / name,
            ["Order,Customer,Date,Amount", *(f"{no},K{who},{day},{point(cents)}" for no, who, day, cents in some)],
        )
    return total(rows), {"same_orders_first_csv": "once"}


def sales_below_zero(raw: Path) -> Truth:
    rows, lines = orders(7), ["Document,Customer,Posting date,Amount"]
    lines += [
        f"{no},K{who},{day},{point(cents if i % 12 == 11 else -cents)}" for i, (no, who, day, cents) in enumerate(rows)
    ]
    write(raw / "ledger.csv", lines)
    return sum(-cents if i % 12 == 11 else cents for i, (*_, cents) in enumerate(rows)), {"below_zero": "sales"}


def offers_orders_and_invoices(raw: Path) -> Truth:
    rows, lines = orders(8, 20), ["Belegnummer;Belegart;Kunde;Belegdatum;Nettobetrag"]
    for no, who, day, cents in rows:
        kinds = ("Angebot", "Auftrag", "Rechnung")
        lines += [f"{kind[:2]}{no};{kind};K{who};{day:%d.%m.%Y};{comma(cents)}" for kind in kinds]
    write(raw / "belege.csv", lines, "cp1252")
    return total(rows), {"documents": "invoices"}


def kinds_of_no_known_word(raw: Path) -> Truth:
    rows, lines = orders(9), ["Documento;Cliente;Data;Tipo;Importo"]
    lines += [
        f"{no};K{who};{day:%d/%m/%Y};{'Xy' if i % 7 == 6 else 'Vendita'};{comma(cents)}"
        for i, (no, who, day, cents) in enumerate(rows)
    ]
    write(raw / "vendite.csv", lines)
    return sum(-cents if i % 7 == 6 else cents for i, (*_, cents) in enumerate(rows)), {"kinds_of_tipo": "Xy=return"}


def in_thousands(raw: Path) -> Truth:
    rows, lines = orders(10), ["Auftrag;Kunde;Datum;Umsatz in TEUR"]
    lines += [f"{no};K{who};{day:%d.%m.%Y};{cents // 1000},{cents % 1000 // 100}" for no, who, day, cents in rows]
    write(raw / "umsatz.csv", lines)
    return sum(cents // 100 * 10_000 for *_, cents in rows), {}


def in_shift_jis(raw: Path) -> Truth:
    rows, lines = orders(11), ["注文番号,顧客コード,注文日,数量,金額,ステータス"]
    words = ("発送済", "配送完了", "キャンセル")
    lines += [
        f"{no},K{who},{day:%Y年%m月%d日},1,{cents},{words[i % 3]}" for i, (no, who, day, cents) in enumerate(rows)
    ]
    write(raw / "juchu.csv", lines, "shift_jis")
    return sum(100 * cents for i, (*_, cents) in enumerate(rows) if i % 3 < 2), {}


def months_in_an_archive(raw: Path) -> Truth:
    rows = orders(12)
    with zipfile.ZipFile(raw / "export.zip", "w") as archive:
        for month in sorted({day.month for _, _, day, _ in rows}):
            lines = [f"{no},K{who},{day},{point(cents)}\n" for no, who, day, cents in rows if day.month == month]
            archive.writestr(f"export/2024-{month:02}.csv", "Order,Customer,Date,Amount\n" + "".join(lines))
    return total(rows), {}


def prices_for_many_units(raw: Path) -> Truth:
    rows, lines = orders(13), ["Auftrag;Debitor;Auftragsdatum;Menge;Preis;Preiseinheit"]
    lines += [
        f"{no};K{who};{day:%d.%m.%Y};{3 * 10 ** (i % 3)};{comma(cents)};{10 ** (i % 3)}"
        for i, (no, who, day, cents) in enumerate(rows)
    ]
    write(raw / "sap.csv", lines)
    return 3 * total(rows), {}


def a_share_off_the_list_price(raw: Path) -> Truth:
    rows, lines = orders(14), ["Order,Customer,Date,Quantity,List price,Discount %"]
    lines += [
        f"{no},K{who},{day},2,{point(cents // 100 * 100)},{25 * (i % 2)}"
        for i, (no, who, day, cents) in enumerate(rows)
    ]
    write(raw / "sales.csv", lines)
    return sum(cents // 100 * (200 - 50 * (i % 2)) for i, (*_, cents) in enumerate(rows)), {
        "discount_share": "take_off"
    }


def reversals_that_name_what_they_reverse(raw: Path) -> Truth:
    rows, lines = orders(15), ["Beleg;Kunde;Datum;Code;Betrag;Bezug"]
    for i, (no, who, day, cents) in enumerate(rows):
        lines.append(f"{no};K{who};{day:%d.%m.%Y};A;{comma(cents)};")
        lines += [f"{no}R;K{who};{day:%d.%m.%Y};B;{comma(cents)};{no}"] if i % 9 == 0 else []
    write(raw / "fibu.csv", lines)
    return sum(cents for i, (*_, cents) in enumerate(rows) if i % 9), {"refers_bezug": "return"}


def fees_with_one_rise(raw: Path) -> Truth:
    """Amounts that never fall within a customer, yet are no running total."""
    lines, cents = ["receipt,customer,date,amount"], 0
    for i in range(12 * 20):
        who, month = i % 20, i // 20
        fee = (1990, 2990, 4990)[who % 3] * (115 if month > 6 else 100) // 100
        lines.append(f"{9000 + i},C{who:03d},2023-{month + 1:02d}-01,{point(fee)}")
        cents += fee
    write(raw / "fees.csv", lines)
    return cents, {}


EVERY = (
    fees_with_one_rise, prices_for_many_units, a_share_off_the_list_price, reversals_that_name_what_they_reverse,
    signs_of_two_currencies, two_tables_on_one_sheet, units_below_zero_and_amounts_without_a_sign, a_mode_of_tests,
    parts_of_a_price_as_rows, exports_that_overlap, sales_below_zero, offers_orders_and_invoices, kinds_of_no_known_word,
    in_thousands, in_shift_jis, months_in_an_archive,
)  # fmt: skip
