"""Exports of ticket sales, restaurants, ledgers, marketplaces and lists for printing, each with a trap of its own: as in `tool_exports`."""
# ruff: noqa: E501 - headers and rows are easier to compare in one line

from datetime import date, timedelta

from book import Book, comma, point, sales


def tickets_with_fees_of_buyers(b: Book) -> dict[str, str]:
    lines = ["Buchung;Kundennr;Datum;Karten;Vorverkaufsgebühr;Bezahlt;Status der Teilnahme"]
    for i, s in enumerate(sales(501, 60)):
        price = [1200, 2500, 4500][i % 3] * s.n
        fee = round(price * 0.05) + 99
        state = ["eingecheckt", "angemeldet", "nicht erschienen"][0 if i % 7 else 2]
        lines.append(f"{s.no};K{s.who};{s.day:%d.%m.%Y};{s.n};{comma(fee)};{comma(price + fee)};{state}")
        b.sold(f"K{s.who}", price, s.day)
    b.write("tickets.csv", lines)
    return {"amount": "Bezahlt", "kinds_of_status_der_teilnahme": "sales"}


def checks_with_tips(b: Book) -> dict[str, str]:
    lines = ["Ticket,Member No,Closed Date,Sales Tax,Gratuity,Amount Charged"]
    for i, s in enumerate(sales(502, 60)):
        net = s.cents + 2507
        tax, tip = round(net * 0.0825), [0, round(net * 0.18), 300 + i][i % 3]
        lines.append(f"{s.no},M{s.who},{s.day:%m/%d/%Y},{point(tax)},{point(tip)},{point(net + tax + tip)}")
        b.sold(f"M{s.who}", net, s.day)
    b.write("checks.csv", lines)
    return {"amount": "Amount Charged"}


def seller_fees_within_round_prices(b: Book) -> dict[str, str]:
    lines = ["Order ID,Buyer ID,Order Date,Order Total,Final value fee"]
    for i, s in enumerate(sales(503, 60)):
        price = [1500, 2500, 3250][i % 3] * s.n
        lines.append(f"{s.no},B{s.who},{s.day},{point(price)},{point(round(price * 0.127) + 30)}")
        b.sold(f"B{s.who}", price, s.day)
    b.write("orders.csv", lines)
    return {"currency": "USD"}


def ledger_of_a_financial_year(b: Book) -> dict[str, str]:
    rows = ["Umsatz;Soll/Haben;Konto;Gegenkonto;Belegdatum;Belegnummer;Text"]
    first = date(2023, 7, 1)
    for i, s in enumerate(sales(504, 60)):
        day = first + timedelta((s.day - date(2024, 1, 1)).days % 360)
        back = i % 9 == 4
        rows.append(f"{comma(s.cents)};{'H' if back else 'S'};{10000 + s.who};8400;{day:%d%m};{s.no};Rechnung")
        if i % 3 == 0:
            paid = min(day + timedelta(14), date(2024, 6, 30))
            rows.append(f"{comma(s.cents)};S;1800;{10000 + s.who};{paid:%d%m};{s.no};Zahlung")
        b.back(str(10000 + s.who), s.cents) if back else b.sold(str(10000 + s.who), s.cents, day)
    titles = ["Buchungsliste 01.07.2023 bis 30.06.2024"]
    b.write("ledger.csv", [*titles, *rows])
    return {"accounts_of_revenue": "8400"}


def days_of_the_year_in_the_name(b: Book) -> dict[str, str]:
    lines = ["Pedido;Cliente;Fecha;Importe"]
    for s in sales(505):
        day = s.day if s.day.year == 2024 else s.day.replace(year=2024)
        lines.append(f"{s.no};C{s.who};{day:%d/%m};{comma(s.cents)}")
        b.sold(f"C{s.who}", s.cents, day)
    b.write("ventas_2024.csv", lines)
    return {"currency": "EUR"}


def money_by_kinds_of_amount(b: Book) -> dict[str, str]:
    lines = ["settlement,order,buyer number,posted,kind of amount,units,amount"]
    for i, s in enumerate(sales(506, 60)):
        rows = [("Goods", s.n, s.cents), ("Referral", "", -round(s.cents * 0.15)), ("Fulfilment", "", -322)]
        b.sold(f"B{s.who}", s.cents, s.day)
        if i % 6 == 2:
            rows.append(("Rebate", "", -s.price))
            b.back(f"B{s.who}", s.price)
        lines += [f"77,{s.no},B{s.who},{s.day},{kind},{units},{point(cents)}" for kind, units, cents in rows]
    b.write("settlement.csv", lines)
    return {"kinds_of_kind_of_amount": "Referral=none,Fulfilment=none", "below_zero": "returns"}


def list_for_printing(b: Book) -> dict[str, str]:
    header, bar = "|Kunde   |Beleg |Datum     |     Betrag|", "-" * 40
    lines = ["Liste der Belege                 Seite 1", ""]
    for i, s in enumerate(sales(507, 80)):
        if i % 12 == 0:
            lines += [*([bar, "", f"Seite {i // 12 + 1}"] if i else []), bar, header, bar]
        c = -s.cents if i % 10 == 3 else s.cents
        text = comma(abs(c)) + ("-" if c < 0 else "")
        lines.append(f"|{'K' + str(s.who):<8}|{s.no:<6}|{s.day:%d.%m.%Y}|{text:>11}|")
        b.sold(f"K{s.who}", c, s.day)
    b.write("liste.txt", [*lines, bar], "cp1252")
    return {"currency": "EUR"}


def french_months(b: Book) -> dict[str, str]:
    names = [
        "janvier",
        "février",
        "mars",
        "avril",
        "mai",
        "juin",
        "juillet",
        "août",
        "septembre",
        "octobre",
        "novembre",
        "décembre",
    ]
    lines = ["N° commande;Client;Date de commande;Montant"]
    for s in sales(508):
        first = "1er" if s.day.day == 1 else str(s.day.day)
        lines.append(f"{s.no};C{s.who};{first} {names[s.day.month - 1]} {s.day.year} à 14h05;{comma(s.cents)}")
        b.sold(f"C{s.who}", s.cents, s.day)
    b.write("commandes.csv", lines)
    return {"currency": "EUR"}


def credit_lines_with_discounts(b: Book) -> dict[str, str]:
    lines = [
        "invoice_no,client_code,invoice_date,document_type,line_item_unit_amount,line_item_quantity,line_item_subtotal,line_item_discount,line_item_tax,line_item_total"
    ]
    for i, s in enumerate(sales(509, 60)):
        sign = -1 if i % 8 == 5 else 1
        off = round(s.cents * 0.15) if i % 3 == 0 or sign < 0 else 0
        tax = round((s.cents - off) * 0.21)
        money = ",".join(point(sign * c) for c in (s.cents, off, tax, s.cents - off + tax))
        whole, _, rest = money.partition(",")
        kind = "credit note" if sign < 0 else "invoice"
        lines.append(f"{s.no},C{s.who},{s.day},{kind},{point(sign * s.cents)},1,{whole},{rest}")
        b.sold(f"C{s.who}", sign * (s.cents - off), s.day)
    b.write("lines.csv", lines)
    return {"currency": "EUR"}


def whole_thousands_with_points(b: Book) -> dict[str, str]:
    lines = ["Order No,Customer ID,Order Date,Amount"]
    for s in sales(510):
        thousands = s.n * (s.price // 200 + 1)
        lines.append(f"{s.no},C{s.who},{s.day},{thousands}.000")
        b.sold(f"C{s.who}", thousands * 100_000, s.day)
    b.write("orders.csv", lines)
    return {"decimal": ",", "currency": "IDR"}


def flags_beside_refunds_in_part(b: Book) -> dict[str, str]:
    lines = ["Sale No,Buyer ID,Sale Date,Subtotal,Refunded?,Partial Refund,Fully Refunded?,Charged back?"]
    for i, s in enumerate(sales(511, 60)):
        kind = {4: "part", 7: "full", 9: "charged back"}.get(i % 11, "")
        part = round(s.cents * 0.4) if kind == "part" else 0
        flags = [int(kind in {"part", "full"}), point(part), int(kind == "full"), int(kind == "charged back")]
        lines.append(f"{s.no},B{s.who},{s.day},{point(s.cents)},{','.join(map(str, flags))}")
        if kind in {"", "part"}:
            b.sold(f"B{s.who}", s.cents - part, s.day)
    b.write("sales.csv", lines)
    return {
        "flag_refunded": "sales",
        "off_by_partial_refund": "take_off",
        "kinds_of_fully_refunded": "1=none",
        "kinds_of_charged_back": "1=none",
    }


def rebates_without_units(b: Book) -> dict[str, str]:
    lines = ["Beleg;Kunde;Datum;Menge;Betrag"]
    for i, s in enumerate(sales(512, 60)):
        lines.append(f"{s.no};K{s.who};{s.day:%d.%m.%Y};{s.n};{comma(s.cents)}")
        b.sold(f"K{s.who}", s.cents, s.day)
        if i % 7 == 3:
            lines.append(f"{s.no};K{s.who};{s.day:%d.%m.%Y};;{comma(-s.price // 2)}")
            b.back(f"K{s.who}", -(-s.price // 2))
    b.write("belege.csv", lines)
    return {"currency": "EUR"}


def amounts_after_fees(b: Book) -> dict[str, str]:
    lines = ["Payment ID,Customer ID,Payment Date,Amount,Processing fee"]
    for i, s in enumerate(sales(513, 60)):
        price = [1500, 2400, 3950, 8000][i % 4] * s.n
        fee = round(price * 0.029) + 31
        lines.append(f"{s.no},C{s.who},{s.day},{point(price - fee)},{point(fee)}")
        b.sold(f"C{s.who}", price, s.day)
    b.write("payments.csv", lines)
    return {"currency": "EUR"}


def totals_with_shipping_and_tax(b: Book) -> dict[str, str]:
    lines = ["Order No,Customer ID,Order Date,VAT,Postage,Order Total"]
    for i, s in enumerate(sales(514, 60)):
        net, postage = s.cents + 2013, [0, 495, 990][i % 3]
        vat = round(net * 0.2)
        lines.append(f"{s.no},C{s.who},{s.day},{point(vat)},{point(postage)},{point(net + vat + postage)}")
        b.sold(f"C{s.who}", net, s.day)
    b.write("orders.csv", lines)
    return {"currency": "GBP"}


EVERY = (
    tickets_with_fees_of_buyers, checks_with_tips, seller_fees_within_round_prices, ledger_of_a_financial_year, days_of_the_year_in_the_name, money_by_kinds_of_amount, list_for_printing, french_months, credit_lines_with_discounts, whole_thousands_with_points, flags_beside_refunds_in_part, rebates_without_units, amounts_after_fees, totals_with_shipping_and_tax,
)  # fmt: skip
