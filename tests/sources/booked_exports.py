"""Exports of ledgers, hotels, laboratories and shops that sell by weight or number, in which a sale stands more than once or at a price for many.

Each writes files, enters the truth into the book, and returns what a person has to answer.
"""
# ruff: noqa: E501 - headers and rows are easier to compare in one line

from datetime import timedelta

from book import Book, comma, point, sales

Answers = dict[str, str]


def journal_of_double_entry(b: Book) -> Answers:
    lines = ["Date,Entry,Account,Partner,Debit,Credit,Memo"]
    for s in sales(701, 60):
        who, tax, paid_on = f"P{s.who:03}", round(s.cents * 0.2), s.day + timedelta(12)
        is_back = s.no % 11 == 0
        sides = [(1200, s.cents + tax, 0), (4000, 0, s.cents), (2200, 0, tax)]
        for account, debit, credit in sides:
            pair = (credit, debit) if is_back else (debit, credit)
            lines.append(f"{s.day},E{s.no},{account},{who},{point(pair[0])},{point(pair[1])},inv {s.no}")
        if is_back:
            b.back(who, s.cents)
            continue
        b.sold(who, s.cents, s.day)
        if s.no % 4:
            lines += [
                f"{paid_on},B{s.no},1000,{who},{point(s.cents + tax)},0.00,receipt",
                f"{paid_on},B{s.no},1200,{who},0.00,{point(s.cents + tax)},receipt",
            ]
    b.write("journal.csv", lines)
    return {"revenue_accounts": "4000"}


def postings_with_a_sign(b: Book) -> Answers:
    lines = ["Belegnr;Buchungsdatum;Konto;Debitor;Betrag in Hauswährung;Text"]
    for s in sales(702):
        tax = round(s.cents * 0.19)
        revenue = 800000 + s.no % 2 * 1000
        for account, cents in ((140000, s.cents + tax), (revenue, -s.cents), (175000, -tax)):
            lines.append(f"{s.no};{s.day:%d.%m.%Y};{account};D{s.who};{comma(cents)};RE {s.no}")
        b.sold(f"D{s.who}", s.cents, s.day)
    b.write("posten.csv", lines)
    return {"revenue_accounts": "800000,801000", "currency": "EUR"}


def vouchers_of_a_chinese_ledger(b: Book) -> Answers:
    lines, total = ["日期,凭证字号,摘要,科目编码,科目名称,客户,借方金额,贷方金额"], 0
    for s in sales(703):
        tax = round(s.cents * 0.13)
        total += s.cents + tax
        head = f"{s.day},记-{s.no},销售商品"
        lines += [
            f"{head},1122,应收账款,客户{s.who:03},{point(s.cents + tax)},",
            f"{head},6001,主营业务收入,客户{s.who:03},,{point(s.cents)}",
            f"{head},2221,应交税费,客户{s.who:03},,{point(tax)}",
        ]
        lines += [f",,本页小计,,,,{point(total)},{point(total)}"] if s.no % 20 == 0 else []
        b.sold(f"客户{s.who:03}", s.cents, s.day)
    b.write("凭证.csv", [*lines, f",,合计,,,,{point(total)},{point(total)}"])
    return {"revenue_accounts": "6001", "currency": "CNY"}


def customers_on_the_first_line_of_entries(b: Book) -> Answers:
    lines = ["Entry No;Posting Date;G/L Account;Customer No;Debit;Credit"]
    for s in sales(704):
        lines += [
            f"{s.no};{s.day};1400;K{s.who};{point(s.cents + 190)};",
            f"{s.no};{s.day};8400;;;{point(s.cents)}",
            f"{s.no};{s.day};1776;;;1.90",
        ]
        b.sold(f"K{s.who}", s.cents, s.day)
    b.write("entries.csv", lines)
    return {"revenue_accounts": "8400"}


def prices_per_hundred_and_thousand_by_letter(b: Book) -> Answers:
    lines = ["Order No,Order Date,Cust No,Part,Qty Shipped,Price,Per"]
    for s in sales(705, 60):
        letter, size = (("E", 1), ("C", 100), ("M", 1000))[s.no % 3]
        lines.append(f"{s.no},{s.day:%m/%d/%Y},{s.who},hex bolt {s.no % 7},{s.n * size},{point(s.price)},{letter}")
        b.sold(str(s.who), s.cents, s.day)
    b.write("fasteners.csv", lines)
    return {}


def grams_at_a_price_per_kilogram(b: Book) -> Answers:
    lines = ["Bon;Datum;Kundenkarte;Artikel;Gewicht g;EUR/kg"]
    for s in sales(706, 60):
        lines.append(f"{s.no};{s.day:%d.%m.%Y};{s.who};Käse {s.no % 4};{s.n * 200};{comma(s.price)}")
        b.sold(str(s.who), s.n * s.price // 5, s.day)
    b.write("waage.csv", lines)
    return {"quantity": "Gewicht g"}


def a_total_of_the_stay_on_each_night(b: Book) -> Answers:
    lines = ["Confirmation,Profile ID,Arrival,Departure,Business Date,Room,Stay Total"]
    for s in sales(707, 60):
        head = f"{s.no},{s.who},{s.day},{s.day + timedelta(s.n)}"
        lines += [f"{head},{s.day + timedelta(i)},{100 + s.no % 30},{point(s.cents)}" for i in range(s.n)]
        b.sold(str(s.who), s.cents, s.day)
    b.write("nights.csv", lines)
    return {"customer": "Profile ID", "amount": "Stay Total", "date": "Arrival", "repeated_amount": "once"}


def deposits_in_columns_and_rows(b: Book) -> Answers:
    lines = ["Lieferschein;Datum;Kunde;Artikel;Menge;EP;Pfand je Kasten;Warenwert;Pfandwert;Gesamt"]
    for s in sales(708, 60):
        held, head = (330 if s.no % 4 else 0), f"{s.no};{s.day:%d.%m.%Y};{s.who}"
        lines.append(
            f"{head};Helles;{s.n};{comma(s.price)};{comma(held)};{comma(s.cents)};{comma(s.n * held)};{comma(s.cents + s.n * held)}"
        )
        lines += [f"{head};Leergut;-2;0,00;3,30;0,00;-6,60;-6,60"] if s.no % 6 == 0 else []
        b.sold(str(s.who), s.cents, s.day)
    b.write("getraenke.csv", lines)
    return {"artikel_deposits": "leave_out"}


def material_beside_work(b: Book) -> Answers:
    lines = ["Rg-Nr;Rg-Datum;Praxis-Nr;Praxis;Arbeit;Leistung EUR;Material EUR;Edelmetall EUR;MwSt 7%;Endbetrag EUR"]
    for s in sales(709, 60):
        parts = (s.cents, s.no % 5 * 350, s.no % 3 * 2110)
        tax = round(sum(parts) * 0.07)
        lines.append(
            f"L{s.no};{s.day:%d.%m.%Y};{s.who:03};Praxis Dr. {'ABCDEFGHIJ'[s.who]}.;{'Krone' if s.no % 2 else 'Brücke'};"
            f"{';'.join(map(comma, parts))};{comma(tax)};{comma(sum(parts) + tax)}"
        )
        b.sold(f"{s.who:03}", sum(parts), s.day)
    b.write("labor.csv", lines)
    return {"amount": "Leistung EUR", "revenue_beside_amount": "add", "kinds_of_arbeit": "sales"}


EVERY = (
    journal_of_double_entry,
    postings_with_a_sign,
    vouchers_of_a_chinese_ledger,
    customers_on_the_first_line_of_entries,
    prices_per_hundred_and_thousand_by_letter,
    grams_at_a_price_per_kilogram,
    a_total_of_the_stay_on_each_night,
    deposits_in_columns_and_rows,
    material_beside_work,
)
