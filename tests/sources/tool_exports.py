"""Exports in the layouts of tills, ledgers and shops: each function fills a book and returns what a person answers.

Where nothing but a refusal is right, `Refused` says what it names.
"""
# ruff: noqa: B023, E501 - headers and rows are easier to compare in one line

import random
from datetime import date, timedelta

from book import Book, comma, point, sales


class Refused(Exception):  # noqa: N818 - an answer, not an error
    """What a refusal names."""


def dollars(cents: int) -> str:
    return f"${cents / 100:,.2f}" if cents >= 0 else f"(${-cents / 100:,.2f})"


def spaced(cents: int) -> str:
    return f"{cents / 100:,.2f}".replace(",", "\u00a0").replace(".", ",")


def square_items(b: Book) -> dict[str, str]:
    lines = [
        "Date,Time,Time Zone,Category,Item,Qty,Price Point Name,SKU,Modifiers Applied,Gross Sales,Discounts,Net Sales,Tax,Transaction ID,Payment ID,Device Name,Notes,Details,Event Type,Location,Dining Option,Customer ID,Customer Name,Unit,Count"
    ]
    for i, s in enumerate(sales(101)):
        off = 100 * (i % 3 == 0)

        def row(sign, event, t):
            g, d, n, tax = sign * s.cents, -sign * off, sign * (s.cents - off), sign * round((s.cents - off) * 0.08)
            lines.append(
                f'{s.day:%m/%d/%y},10:{i % 60:02}:00,Eastern Time (US & Canada),Drinks,Tea {i % 5},{sign * s.n}.0,Regular,SKU{i % 5},,"{dollars(g)}","{dollars(d)}","{dollars(n)}","{dollars(tax)}",{t},P{t},iPad 1,,https://squareup.com/x/{t},{event},Main St,For Here,CUST{s.who:04},Name {s.who},ea,{sign * s.n}'
            )

        row(1, "Payment", f"TX{s.no}")
        b.sold(f"CUST{s.who:04}", s.cents - off, s.day)
        if i % 9 == 4:
            row(-1, "Refund", f"TR{s.no}")
            b.back(f"CUST{s.who:04}", s.cents - off)
    b.write("items-2024.csv", lines)
    return {}


def toast_checks(b: Book) -> dict[str, str]:
    lines = [
        "Location,Order Id,Order #,Check Id,Check #,Opened,Server,Table,Dining Option,Guest Id,Amount,Discount,Tax,Tip,Gratuity,Total,Voided,Paid"
    ]
    for i, s in enumerate(sales(102)):
        tax, tip = round(s.cents * 0.07), 300
        void = i % 8 == 5
        lines.append(
            f"Pier,5{s.no},{i + 1},9{s.no},{i + 1},{s.day:%m/%d/%y} 7:{i % 60:02} PM,Ann,{i % 12},Dine In,G{s.who},{point(s.cents)},0.00,{point(tax)},{point(tip)},0.00,{point(s.cents + tax + tip)},{'TRUE' if void else 'FALSE'},{s.day:%m/%d/%y} 8:{i % 60:02} PM"
        )
        if not void:
            b.sold(f"G{s.who}", s.cents, s.day)
    b.write("OrderDetails.csv", lines)
    return {"customer": "Guest Id"}


def xero_lines(b: Book) -> dict[str, str]:
    lines = [
        "ContactName,AccountNumber,InvoiceNumber,Reference,InvoiceDate,DueDate,Total,InvoiceAmountPaid,InvoiceAmountDue,InventoryItemCode,Description,Quantity,UnitAmount,Discount,LineAmount,AccountCode,TaxType,TaxAmount,Currency,Type,Sent,Status"
    ]
    for i, s in enumerate(sales(103)):
        kind = "Sales credit note" if i % 7 == 3 else "Sales invoice"
        status = ["Paid", "Awaiting Payment", "Paid", "Voided", "Draft"][i % 5]
        other = 1500
        tax = round((s.cents + other) * 0.2)
        for code, n, price in (("A", s.n, s.price), ("B", 1, other)):
            lines.append(
                f"Firm {s.who},F{s.who:03},{'CN' if 'credit' in kind else 'INV'}-{s.no},,{s.day:%d/%m/%Y},{s.day + timedelta(30):%d/%m/%Y},{point(s.cents + other + tax)},0.00,{point(s.cents + other + tax)},{code},Thing {code},{n}.0000,{point(price)}00,,{point(n * price)},200,20% (VAT on Income),{point(round(n * price * 0.2))},GBP,{kind},Sent,{status}"
            )
        if status in ("Paid", "Awaiting Payment"):
            (
                b.back(f"F{s.who:03}", s.cents + other)
                if "credit" in kind
                else b.sold(f"F{s.who:03}", s.cents + other, s.day)
            )
    b.write("Sales invoices.csv", lines)
    return {"no_sales_by_status": "Draft"}


def datev_batch(b: Book) -> dict[str, str]:
    lines = [
        "Umsatz (ohne Soll/Haben-Kz);Soll/Haben-Kennzeichen;WKZ Umsatz;Konto;Gegenkonto (ohne BU-Schlüssel);Belegdatum;Belegfeld 1;Buchungstext"
    ]
    for i, s in enumerate(sales(104)):
        k = 10000 + s.who
        lines.append(f'{comma(s.cents)};"S";"EUR";{k};8400;{s.day:%d.%m.%Y};"RE{s.no}";"Ware"')
        b.sold(str(k), s.cents, s.day)
        if i % 3:
            lines.append(f'{comma(s.cents)};"H";"EUR";{k};1200;{s.day + timedelta(14):%d.%m.%Y};"RE{s.no}";"Zahlung"')
        elif i % 6 == 0:
            lines.append(f'{comma(s.price)};"H";"EUR";{k};8400;{s.day + timedelta(5):%d.%m.%Y};"GU{s.no}";"Gutschrift"')
            b.back(str(k), s.price)
    b.write("EXTF_Buchungsstapel.csv", lines, "cp1252")
    return {"accounts_of_revenue": "8400", "kinds_of_buchungstext": "sales"}


def account_statement(b: Book) -> dict[str, str]:
    rows = []
    for i, s in enumerate(sales(105)):
        rows.append((s.who, s.day, f"INV{s.no}", "Invoice", s.cents, 0))
        b.sold(f"C{s.who}", s.cents, s.day)
        if i % 2:
            rows.append((s.who, s.day + timedelta(20), f"PAY{s.no}", "Payment received", 0, s.cents))
        if i % 10 == 6:
            rows.append((s.who, s.day + timedelta(9), f"CRN{s.no}", "Credit note", 0, s.price))
            b.back(f"C{s.who}", s.price)
    lines, bal = ["Customer,Date,Reference,Details,Debit,Credit,Balance"], {}
    for w, d, r, t, deb, cr in sorted(rows, key=lambda x: x[:3]):
        bal[w] = bal.get(w, 0) + deb - cr
        lines.append(f"C{w},{d},{r},{t},{point(deb) if deb else ''},{point(cr) if cr else ''},{point(bal[w])}")
    b.write("statements.csv", lines)
    raise Refused("no amount")


def months_as_columns(b: Book) -> dict[str, str]:
    months = ["Jan", "Feb", "Mrz", "Apr", "Mai", "Jun"]
    draw = random.Random(106)
    lines = ["Kundennummer;Kunde;" + ";".join(f"{m} 2024" for m in months) + ";Summe"]
    for w in range(1, 25):
        v = [draw.choice([0, draw.randrange(1000, 90000)]) for _ in months]
        for m, c in enumerate(v):
            if c:
                b.sold(f"K{w}", c, date(2024, m + 1, 1))
        lines.append(f"K{w};Firma {w};" + ";".join(comma(c) for c in v) + f";{comma(sum(v))}")
    b.write("umsatz_monate.csv", lines)
    raise Refused("no date")


def subtotals(b: Book) -> dict[str, str]:
    rows = sorted(sales(107), key=lambda s: s.who)
    lines, group = ["Customer no,Customer,Invoice,Date,Product,Net amount"], []
    for i, s in enumerate(rows):
        group.append(s)
        lines.append(f"C{s.who},Firm {s.who},{s.no},{s.day},P{i % 4},{point(s.cents)}")
        b.sold(f"C{s.who}", s.cents, s.day)
        if i + 1 == len(rows) or rows[i + 1].who != s.who:
            lines.append(f"C{s.who},Firm {s.who},{s.no},{s.day},Subtotal,{point(sum(g.cents for g in group))}")
            group = []
    b.write("sales_report.csv", lines)
    return {}


def bundles(b: Book) -> dict[str, str]:
    lines = ["Order,Customer,Order date,Line,Bundle line,SKU,Qty,Amount"]
    for i, s in enumerate(sales(108)):
        lines.append(f"{s.no},C{s.who},{s.day},1,,{'SET' if i % 3 == 0 else 'P1'},{s.n},{point(s.cents)}")
        b.sold(f"C{s.who}", s.cents, s.day)
        if i % 3 == 0:
            half = s.cents // 2
            lines.append(f"{s.no},C{s.who},{s.day},2,1,P2,{s.n},{point(half)}")
            lines.append(f"{s.no},C{s.who},{s.day},3,1,P3,{s.n},{point(s.cents - half)}")
    b.write("order_lines.csv", lines)
    return {"sums_by_sku": "leave_out"}


def versions(b: Book) -> dict[str, str]:
    lines = ["Order No,Rev,Customer,Order date,Amount"]
    for i, s in enumerate(sales(109)):
        for rev in range(1 + i % 3):
            last = rev == i % 3
            lines.append(f"{s.no},{rev},C{s.who},{s.day},{point(s.cents if last else s.cents + 500)}")
        b.sold(f"C{s.who}", s.cents, s.day)
    b.write("orders_all_revisions.csv", lines)
    return {"versions_by_rev": "last"}


def deletion_mark(b: Book) -> dict[str, str]:
    lines = ["Verkaufsbeleg;Auftraggeber;Belegdatum;Position;Lösch-Kz;Nettowert"]
    for i, s in enumerate(sales(110)):
        gone = i % 9 == 4
        lines.append(f"{s.no};{s.who:010};{s.day:%d.%m.%Y};10;{'X' if gone else ''};{comma(s.cents)}")
        if not gone:
            b.sold(f"{s.who:010}", s.cents, s.day)
    b.write("vbap.csv", lines, "cp1252")
    return {"kinds_of_losch_kz": "X=none"}


def sap_open_items(b: Book) -> dict[str, str]:
    lines = [
        "Account\tDocument Number\tDocument Type\tDocument Date\tPosting Date\tAmount in doc. curr.\tDocument currency\tAmount in local currency\tLocal Currency\tClearing Document"
    ]

    def amt(c):
        return f"{abs(c) / 100:,.2f}{'-' if c < 0 else ''}"

    for i, s in enumerate(sales(111)):
        usd = i % 4 == 1

        def row(no, kind, day, c):
            lines.append(
                f"{4000 + s.who}\t{no}\t{kind}\t{day:%m/%d/%Y}\t{day:%m/%d/%Y}\t{amt(c * 2 if usd else c)}\t{'USD' if usd else 'EUR'}\t{amt(c)}\tEUR\t"
            )

        row(9000000 + s.no, "RV", s.day, s.cents)
        b.sold(str(4000 + s.who), s.cents, s.day)
        if i % 2:
            row(1400000 + s.no, "DZ", s.day + timedelta(30), -s.cents)
        if i % 8 == 2:
            row(1600000 + s.no, "DG", s.day + timedelta(10), -s.price)
            b.back(str(4000 + s.who), s.price)
    b.write("FBL5N.txt", lines)
    return {"amount": "Amount in local currency", "kinds_of_document_type": "DZ=none,DG=return"}


def split_tenders(b: Book) -> dict[str, str]:
    lines = ["Receipt No,Store,Date,Loyalty ID,Receipt total,Tender,Tender amount"]
    for i, s in enumerate(sales(112)):
        parts = [("Card", s.cents)] if i % 3 else [("Gift card", 300), ("Cash", s.cents - 300)]
        for t, c in parts:
            lines.append(f"R{s.no},S1,{s.day},L{s.who:05},{point(s.cents)},{t},{point(c)}")
        b.sold(f"L{s.who:05}", s.cents, s.day)
    b.write("tenders.csv", lines)
    return {"customer": "Loyalty ID", "amount": "Tender amount"}


def mindbody_sales(b: Book) -> dict[str, str]:
    lines = [
        "Sale Date,Client ID,Client,Sale ID,Item name,Location,Item Price,Quantity,Subtotal,Discount %,Discount amount,Tax,Item Total,Total Paid w/ Payment Method,Payment Method"
    ]
    for i, s in enumerate(sales(113)):
        off = 25 * (i % 4 == 0)
        d = s.cents * off // 100
        tax = round((s.cents - d) * 0.1)
        lines.append(
            f'{s.day:%-m/%-d/%Y},{100000 + s.who},"Doe, J{s.who}",{s.no},10-class card,Studio,{point(s.price)},{s.n},{point(s.cents)},{off}%,{point(d)},{point(tax)},{point(s.cents - d + tax)},{point(s.cents - d + tax)},{["Visa", "Cash"][i % 2]}'
        )
        b.sold(str(100000 + s.who), s.cents - d, s.day)
    b.write("Sales.csv", lines)
    return {}


def loyalty_points(b: Book) -> dict[str, str]:
    lines = ["Txn,Member,Date,Partner,Value,Unit"]
    for _i, s in enumerate(sales(114)):
        lines.append(f"{s.no},M{s.who},{s.day},Shop,{point(s.cents)},GBP")
        b.sold(f"M{s.who}", s.cents, s.day)
        lines.append(f"{s.no}P,M{s.who},{s.day},Shop,{s.cents // 100},PTS")
    b.write("loyalty_ledger.csv", lines)
    return {"kinds_of_unit": "PTS=none"}


def dutch_marketplace(b: Book) -> dict[str, str]:
    lines = ["Bestelnummer;Klantnummer;Datum;Aantal;Verkoopprijs;Commissie;Verzendkosten;Uitbetaling"]
    for s in sales(115):
        com = s.cents * 15 // 100
        lines.append(
            f"B{s.no};{s.who};{s.day:%d-%m-%Y};{s.n};{comma(s.price)};{comma(com)};5,95;{comma(s.cents - com - 595)}"
        )
        b.sold(str(s.who), s.cents, s.day)
    b.write("specificatie.csv", lines)
    return {}


def net_by_tax_rate(b: Book) -> dict[str, str]:
    lines = ["Rechnungsnr.;Kundennr.;Datum;Netto 7%;Netto 19%;USt 7%;USt 19%;Brutto"]
    for i, s in enumerate(sales(116)):
        low = s.price if i % 2 else 0
        t7, t19 = round(low * 0.07), round(s.cents * 0.19)
        lines.append(
            f"{s.no};{20000 + s.who};{s.day:%d.%m.%Y};{comma(low)};{comma(s.cents)};{comma(t7)};{comma(t19)};{comma(low + s.cents + t7 + t19)}"
        )
        b.sold(str(20000 + s.who), low + s.cents, s.day)
    b.write("rechnungsausgang.csv", lines)
    return {}


def year_to_date(b: Book) -> dict[str, str]:
    draw = random.Random(117)
    lines = ["Customer,Period,Sales,Sales YTD"]
    for w in range(1, 9):
        ytd = 0
        for m in range(1, 7):
            c = draw.randrange(1000, 90000)
            ytd += c
            lines.append(f"C{w},2024-{m:02},{point(c)},{point(ytd)}")
            b.sold(f"C{w}", c, date(2024, m, 1))
    b.write("monthly_sales.csv", lines)
    return {"days_of_period": "first_day"}


def korean(b: Book) -> dict[str, str]:
    st = ["배송완료", "구매확정", "취소완료", "반품완료", "배송중"]
    lines = ["주문번호,회원ID,주문일시,상품명,수량,판매가,결제금액,주문상태"]
    for i, s in enumerate(sales(118)):
        x = st[i % 5]
        lines.append(
            f'{s.day:%Y%m%d}-{s.no},m{s.who},{s.day} 13:{i % 60:02},상품{i % 3},{s.n},"{s.price:,}","{s.cents:,}",{x}'
        )
        if x not in ("취소완료", "반품완료"):
            b.sold(f"m{s.who}", s.cents * 100, s.day)
    b.write("orders.csv", lines, "cp949")
    return {}


def polish(b: Book) -> dict[str, str]:
    st = ["Zrealizowane", "Wysłane", "Anulowane", "Zwrócone", "Opłacone"]
    lines = ["Nr zamówienia;Nr klienta;Data zamówienia;Ilość;Cena netto;Wartość netto;VAT;Wartość brutto;Status"]
    for i, s in enumerate(sales(119)):
        x, t = st[i % 5], round(s.cents * 0.23)
        lines.append(
            f"Z/{s.no};{s.who:04};{s.day:%d.%m.%Y};{s.n};{spaced(s.price)};{spaced(s.cents)};{spaced(t)};{spaced(s.cents + t)};{x}"
        )
        if x not in ("Anulowane", "Zwrócone"):
            b.sold(f"{s.who:04}", s.cents, s.day)
    b.write("zamowienia.csv", lines, "cp1250")
    return {}


def turkish(b: Book) -> dict[str, str]:
    st = ["Teslim Edildi", "Kargoda", "İptal Edildi", "İade Edildi"]
    lines = ["Sipariş No;Müşteri Kodu;Sipariş Tarihi;Adet;Birim Fiyat;Tutar;Durum"]
    for i, s in enumerate(sales(120)):
        x = st[i % 4]
        lines.append(f"S{s.no};M{s.who};{s.day:%d.%m.%Y};{s.n};{comma(s.price)} TL;{comma(s.cents)} TL;{x}")
        if i % 4 < 2:
            b.sold(f"M{s.who}", s.cents, s.day)
    b.write("siparisler.csv", lines)
    return {}


def brazilian_invoices(b: Book) -> dict[str, str]:
    lines = ["NF;Cód. Cliente;Emissão;E/S;CFOP;Valor Total"]
    for i, s in enumerate(sales(121)):
        lines.append(f"{s.no};{s.who:04};{s.day:%d/%m/%y};S;5102;{comma(s.cents)}")
        b.sold(f"{s.who:04}", s.cents, s.day)
        if i % 7 == 5:
            lines.append(f"{s.no + 500};{s.who:04};{s.day + timedelta(6):%d/%m/%y};E;1202;{comma(s.price)}")
            b.back(f"{s.who:04}", s.price)
    b.write("notas.csv", lines, "latin-1")
    return {"kinds_of_e_s": "E=return"}


def excel_errors(b: Book) -> dict[str, str]:
    lines = ["Order;Customer;Date;Qty;Unit price;Amount"]
    for i, s in enumerate(sales(122)):
        bad = i in (7, 19)
        lines.append(
            f"{s.no};C{s.who};{s.day};{s.n};{'#N/A' if bad else comma(s.price)};{'#VALUE!' if bad else comma(s.cents)}"
        )
        if not bad:
            b.sold(f"C{s.who}", s.cents, s.day)
    b.write("from_excel.csv", lines)
    return {}


def cases_of_units(b: Book) -> dict[str, str]:
    lines = ["Invoice,Customer,Date,Item,Cases,Units per case,Unit price"]
    for i, s in enumerate(sales(123)):
        per = (6, 12, 24)[i % 3]
        lines.append(f"{s.no},C{s.who},{s.day},I{i % 5},{s.n},{per},{point(s.price)}")
        b.sold(f"C{s.who}", s.cents * per, s.day)
    b.write("wholesale.csv", lines)
    return {"quantity": "Cases"}


def invoices_and_credit_notes(b: Book) -> dict[str, str]:
    inv = [
        "Invoice Number,Customer Id,Subscription Id,Status,Invoice Date,Due Date,Amount,Credits Applied,Amount Paid,Amount Due,Currency Code"
    ]
    cn = ["Credit Note Number,Reference Invoice Number,Customer Id,Type,Status,Credit Note Date,Amount,Currency Code"]
    for i, s in enumerate(sales(124)):
        status = ["PAID", "PAID", "PAYMENT DUE", "VOIDED", "PAID", "PENDING"][i % 6]
        inv.append(
            f"{s.no},cus_{s.who},sub_{s.who},{status},{s.day} 08:00,{s.day},{point(s.cents)},0.00,{point(s.cents if status == 'PAID' else 0)},0.00,USD"
        )
        if status in ("PAID", "PAYMENT DUE"):
            b.sold(f"cus_{s.who}", s.cents, s.day)
            if i % 5 == 2:
                cn.append(
                    f"CN-{s.no},{s.no},cus_{s.who},REFUNDABLE,REFUNDED,{s.day + timedelta(4)} 09:00,{point(s.price)},USD"
                )
                b.back(f"cus_{s.who}", s.price)
    b.write("Invoices.csv", inv)
    b.write("CreditNotes.csv", cn)
    return {"invoices": "sales", "no_sales_by_status": "PENDING"}


def paddle(b: Book) -> dict[str, str]:
    lines = [
        "id,status,created_at,customer_id,currency_code,subtotal,tax,total,fee,earnings,balance_currency,balance_subtotal,balance_tax,balance_total,balance_fee,balance_earnings"
    ]
    for i, s in enumerate(sales(125)):
        st = ["completed", "completed", "billed", "canceled", "past_due"][i % 5]
        r, cur = ((2, "EUR"), (1, "USD"))[i % 2]

        def p(c):
            t, f = round(c * 0.2), round(c * 0.05) + 50
            return f"{point(c)},{point(t)},{point(c + t)},{point(f)},{point(c - f)}"

        lines.append(
            f"txn_{s.no},{st},{s.day}T10:00:00Z,ctm_{s.who},{cur},{p(s.cents * 2)},USD,{p(s.cents * 2 * r)}"
            if 0
            else f"txn_{s.no},{st},{s.day}T10:00:00Z,ctm_{s.who},{cur},{p(s.cents)},USD,{p(s.cents * r)}"
        )
        if st in ("completed", "billed"):
            b.sold(f"ctm_{s.who}", s.cents * r, s.day)
    b.write("transactions.csv", lines)
    return {}


def bigcommerce(b: Book) -> dict[str, str]:
    lines = [
        "Order ID,Customer ID,Order Date,Order Time,Subtotal (inc tax),Subtotal (ex tax),Tax Total,Shipping Cost (ex tax),Coupon Value,Order Total (inc tax),Order Total (ex tax),Refund Amount,Total Quantity,Order Status"
    ]
    for i, s in enumerate(sales(126)):
        st = ["Completed", "Shipped", "Awaiting Payment", "Cancelled", "Declined", "Incomplete", "Completed"][i % 7]
        off = 200 * (i % 4 == 0)
        t = round((s.cents - off) * 0.1)
        lines.append(
            f"{s.no},{s.who},{s.day:%d/%m/%Y},14:{i % 60:02}:00,{point(round(s.cents * 1.1))},{point(s.cents)},{point(t)},7.50,{point(off)},{point(s.cents - off + 750 + t)},{point(s.cents - off + 750)},0.00,{s.n},{st}"
        )
        if st in ("Completed", "Shipped"):
            b.sold(str(s.who), s.cents - off, s.day)
    b.write("orders.csv", lines)
    return {"amount": "Order Total (ex tax)"}


def history_of_states(b: Book) -> dict[str, str]:
    lines = ["order_id,customer_id,status,changed_at,amount"]
    for i, s in enumerate(sales(127)):
        path = [
            ["created", "paid", "shipped"],
            ["created", "cancelled"],
            ["created", "paid", "shipped", "delivered"],
            ["created", "paid", "refunded"],
        ][i % 4]
        for j, st in enumerate(path):
            lines.append(f"{s.no},C{s.who},{st},{s.day} {9 + j:02}:00:00,{point(s.cents)}")
        if i % 4 in (0, 2):
            b.sold(f"C{s.who}", s.cents, s.day)
    b.write("order_events.csv", lines)
    return {"no_sales_by_status": "created", "counts_by_status": "last"}


def grouped_by_customer(b: Book) -> dict[str, str]:
    rows = sorted(sales(128), key=lambda s: s.who)
    lines = [
        "Sales by Customer Detail,,,,,,,,",
        "ACME Inc.,,,,,,,,",
        '"January - December, 2024",,,,,,,,',
        ",,,,,,,,",
        ",Date,Transaction Type,Num,Product/Service,Qty,Sales Price,Amount,Balance",
    ]
    bal = 0
    for i, s in enumerate(rows):
        if i == 0 or rows[i - 1].who != s.who:
            lines.append(f"Customer {s.who},,,,,,,,")
            bal = 0
        credit = i % 11 == 7
        c = -s.cents if credit else s.cents
        bal += c
        lines.append(
            f",{s.day:%m/%d/%Y},{'Credit Memo' if credit else 'Invoice'},{s.no},Design,{-s.n if credit else s.n}.00,{point(s.price)},{point(c)},{point(bal)}"
        )
        b.sold(f"Customer {s.who}", c, s.day)
        if i + 1 == len(rows) or rows[i + 1].who != s.who:
            lines.append(f'Total for Customer {s.who},,,,,,,"${bal / 100:,.2f}",')
    lines += [
        f'TOTAL,,,,,,,"${sum(b.revenue.values()) / 100:,.2f}",',
        "",
        '"Friday, Jan 03, 2025 10:01:02 AM GMT-8 - Accrual Basis"',
    ]
    b.write("Sales by Customer Detail.csv", lines)
    return {"fill_down": "yes"}


def actuals_and_budget(b: Book) -> dict[str, str]:
    lines = ["Document;Customer;Posting date;Scenario;Product;Value"]
    for i, s in enumerate(sales(129)):
        lines.append(f"A{s.no};C{s.who};{s.day};Actual;P{i % 3};{comma(s.cents)}")
        lines.append(f"B{s.no};C{s.who};{s.day};Budget;P{i % 3};{comma(s.cents + 1000)}")
        b.sold(f"C{s.who}", s.cents, s.day)
    b.write("cube.csv", lines)
    return {"kinds_of_scenario": "Budget=none"}


def japanese_slips(b: Book) -> dict[str, str]:
    lines = ["伝票番号,伝票区分,得意先コード,売上日,商品コード,数量,単価,金額"]
    for i, s in enumerate(sales(130)):
        lines.append(f"{s.no},売上,{s.who:05},{s.day:%Y/%m/%d},A{i % 4},{s.n},{s.price},{s.cents}")
        b.sold(f"{s.who:05}", s.cents * 100, s.day)
        if i % 8 == 3:
            lines.append(f"{s.no + 500},返品,{s.who:05},{s.day:%Y/%m/%d},A{i % 4},1,{s.price},{s.price}")
            b.back(f"{s.who:05}", s.price * 100)
        if i % 13 == 6:
            lines.append(f"{s.no + 700},値引,{s.who:05},{s.day:%Y/%m/%d},A{i % 4},1,100,100")
            b.back(f"{s.who:05}", 10000)
    b.write("uriage.csv", lines, "shift_jis")
    return {"kinds_of_伝票区分": "値引=return"}


def rental_with_deposit(b: Book) -> dict[str, str]:
    lines = ["Contract,Renter,From,To,Days,Daily rate,Deposit,Total"]
    for _i, s in enumerate(sales(131)):
        lines.append(
            f"V{s.no},R{s.who},{s.day},{s.day + timedelta(s.n)},{s.n},{point(s.price)},200.00,{point(s.cents + 20000)}"
        )
        b.sold(f"R{s.who}", s.cents, s.day)
    b.write("rentals.csv", lines)
    return {"customer": "Renter", "date": "From"}


EVERY = (
    square_items, toast_checks, xero_lines, datev_batch, account_statement, months_as_columns, subtotals, bundles, versions, deletion_mark, sap_open_items, split_tenders, mindbody_sales, loyalty_points, dutch_marketplace, net_by_tax_rate, year_to_date, korean, polish, turkish, brazilian_invoices, excel_errors, cases_of_units, invoices_and_credit_notes, bigcommerce, history_of_states, grouped_by_customer, actuals_and_budget, japanese_slips, rental_with_deposit,
)  # fmt: skip
