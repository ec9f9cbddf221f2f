"""Exports of marketplaces, payment services, registers and ledgers, in their own layouts."""
# ruff: noqa: E501 - headers and rows are easier to read in one line

from datetime import timedelta
from itertools import groupby

from book import Book, comma, point, sales

Answers = dict[str, str]


def order_heads_beside_their_lines(b: Book) -> Answers:
    """Orders of several items have a row of their own with their sum, as in eBay's report, with a blank row and a footer."""
    lines = [
        '"Order Number","Buyer Username","Item Number","Quantity","Sold For","Total Price","Sale Date"',
        '"","","","","","",""',
    ]
    for i, s in enumerate(sales(501)):
        day = f'"{s.day:%b-%d-%y}"'
        items = [s.cents, 1500 + 10 * i, 700][: 1 + i % 3]
        if len(items) > 1:
            total = f'"${point(sum(items))}"'
            lines.append(f'"{s.no}","u_{s.who}","","{1 + len(items)}",{total},{total},{day}')
        for j, cents in enumerate(items):
            lines.append(f'"{s.no}","u_{s.who}","25{j}{s.no}","{1 + (j == 0)}","${point(cents)}","",{day}')
        b.sold(f"u_{s.who}", sum(items), s.day)
    b.write("orders.csv", [*lines, "", '40,record(s) downloaded,"from ,Jan-02-24"', "Seller ID : us"])
    return {"sums_by_item_number": "leave_out"}


def order_numbers_on_first_lines(b: Book) -> Answers:
    """The order's number, day, customer and total stand on its first line, and are blank below, as in Odoo."""
    lines = [
        "Order Reference,Order Date,Customer,Total,Status,Order Lines/Product,Order Lines/Quantity,Order Lines/Subtotal"
    ]
    for i, s in enumerate(sales(502)):
        state = ["Sales Order", "Quotation", "Sales Order", "Cancelled"][i % 4]
        items = [s.cents, 1500, 700][: 1 + i % 3]
        head = f"S{s.no},{s.day} 09:00:00,Firm {s.who} Ltd,{point(round(sum(items) * 1.21))},{state}"
        for j, cents in enumerate(items):
            lines.append(f"{',,,,' if j else head},P{j},{s.n if j == 0 else 1}.0,{point(cents)}")
        if state == "Sales Order":
            b.sold(f"Firm {s.who} Ltd", sum(items), s.day)
    b.write("sale.order.csv", lines)
    return {"fill_down": "yes"}


def donations_after_fees_in_two_currencies(b: Book) -> Answers:
    """An amount of each row's currency, converted ones beside it, and what is left after fees of two kinds."""
    lines = [
        "Donor's Email,Amount,Currency,Amount in USD,Processing Fee,Platform Fee,Net Amount,Donated At,Amount Refunded,Donation Status"
    ]
    for i, s in enumerate(sales(503)):
        code, usd = ("CAD", round(s.cents * 0.74)) if s.who % 3 == 0 else ("USD", s.cents)
        state = ["paid", "paid", "refunded", "failed"][i % 4]
        fee, own = round(usd * 0.029) + 30, round(usd * 0.015)
        back = usd if state == "refunded" else 0
        lines.append(
            f"d{s.who}@mail.example,{point(s.cents)},{code},{point(usd)},{point(fee)},{point(own)},{point(usd - fee - own)},"
            f"{s.day:%m/%d/%Y} 10:00:00,{point(back)},{state}"
        )
        if state != "failed":
            b.sold(f"d{s.who}@mail.example", usd, s.day)
            b.back(f"d{s.who}@mail.example", back)
    b.write("donations.csv", lines)
    return {}


def both_sides_of_payments(b: Book) -> Answers:
    """Refunds name the company as the sender, as PayPal has them; what the company pays itself is a kind of its own."""
    lines = ["Date,Name,Type,Status,Currency,Gross,Fee,Net,From Email Address,To Email Address,Transaction ID,Balance"]
    us, balance = "shop@us.example", 0
    for i, s in enumerate(sales(504)):
        who = f"p{s.who}@mail.example"
        rows = [(s.day, "Website Payment", s.cents, who, us, f"T{s.no}")]
        if i % 6 == 2:
            rows.append((s.day + timedelta(1), "Payment Refund", -s.cents, us, who, f"R{s.no}"))
            b.back(who, s.cents)
        if i % 9 == 4:
            rows.append((s.day, "PreApproved Payment Bill User Payment", -2900, us, "bills@host.example", f"B{s.no}"))
        for day, kind, cents, sender, receiver, number in rows:
            balance += cents
            lines.append(
                f"{day:%m/%d/%Y},N{s.who},{kind},Completed,USD,{point(cents)},0.00,{point(cents)},{sender},{receiver},{number},{point(balance)}"
            )
        b.sold(who, s.cents, s.day)
    b.write("Download.CSV", lines)
    return {"kinds_of_type": "PreApproved Payment Bill User Payment=none"}


def delivery_notes_of_an_erp(b: Book) -> Answers:
    """A Chinese list of deliveries: not approved ones, a mark in few rows, a total, in GB 18030."""
    lines = ["日期,单据编号,客户编码,客户,物料编码,实发数量,单价,金额,税额,价税合计,单据状态,备注"]
    for i, s in enumerate(sales(505)):
        state, sign = ["已审核", "已审核", "创建", "审核中"][i % 4], -1 if i % 7 == 1 else 1
        tax = round(s.cents * 0.13)
        lines.append(
            f"{s.day:%Y/%m/%d},XS{s.no},K{s.who:03},公司{s.who},A{i % 3},{sign * s.n},{point(s.price)},{point(sign * s.cents)},"
            f"{point(sign * tax)},{point(sign * (s.cents + tax))},{state},{'退货' if sign < 0 else ''}"
        )
        if state == "已审核":
            b.sold(f"K{s.who:03}", sign * s.cents, s.day)
    b.write("销售出库单.csv", [*lines, "合计,,,,,100,,1000.00,130.00,1130.00,,"], "gb18030")
    return {"kinds_of_备注": "退货=return"}


def notas_fiscais(b: Book) -> Answers:
    """A Brazilian register of invoices: discount, freight and tax beside the goods, returns by kind, denied ones."""
    lines = [
        "Número;Data de Emissão;Natureza da Operação;CNPJ Destinatário;Valor dos Produtos;Valor do Frete;Valor do Desconto;Valor do ICMS;Valor do IPI;Valor Total da Nota;Situação"
    ]
    for i, s in enumerate(sales(506)):
        goods = s.cents * 20
        state, is_back = ["Autorizada", "Autorizada", "Cancelada", "Denegada"][i % 4], i % 9 == 5
        off, freight, ipi = (goods // 20 if i % 3 else 0), 3500 * (i % 2), round(goods * 0.05)
        kind = "Devolução de venda" if is_back else "Venda de mercadoria"
        every = (goods, freight, off, round(goods * 0.18), ipi, goods - off + freight + ipi)
        lines.append(
            f"{s.no};{s.day:%d/%m/%Y} 10:00;{kind};112223{s.who:02}/0001-10;{';'.join(f'R$ {comma(c)}' for c in every)};{state}"
        )
        if state == "Autorizada":
            (
                b.back(f"112223{s.who:02}/0001-10", goods - off)
                if is_back
                else b.sold(f"112223{s.who:02}/0001-10", goods - off, s.day)
            )
    b.write("notas.csv", lines, "cp1252")
    return {"no_sales_by_situacao": "none"}


def register_of_taxed_values(b: Book) -> Answers:
    """An Indian register of invoices: a row for each rate, the invoice's value on each, a summary above the header."""
    lines = ["Summary For B2B,,,,,,", "No. of Invoices,,Total Value,,,,", "40,,123456.78,,,,"]
    lines.append("GSTIN/UIN of Recipient,Receiver Name,Invoice Number,Invoice date,Invoice Value,Rate,Taxable Value")
    for i, s in enumerate(sales(507)):
        rates = [(18, s.cents), (5, 2500 + i)][: 1 + i % 2]
        value = sum(c + round(c * rate / 100) for rate, c in rates)
        for rate, cents in rates:
            lines.append(
                f"27AAB{s.who}C1Z,Firm {s.who},M/{s.no},{s.day:%d-%b-%y},{point(value)},{rate}.00,{point(cents)}"
            )
        b.sold(f"27AAB{s.who}C1Z", sum(c for _, c in rates), s.day)
    b.write("b2b.csv", lines)
    return {}


def goods_whose_names_sound_like_fees(b: Book) -> Answers:
    """Coffee, a transfer and a reserve are goods here; the ledger's account is no customer."""
    lines = ["ContactName,InvoiceNumber,InvoiceDate,Description,Quantity,LineAmount,AccountCode,TaxAmount,Status"]
    names = ["Coffee beans", "Iron-on transfer", "Grand Reserve", "Mug"]
    for i, s in enumerate(sales(508)):
        lines.append(
            f"Firm {s.who},INV-{s.no},{s.day:%d/%m/%Y},{names[i % 4]},{s.n}.0000,{point(s.cents)},{200 + 10 * (i % 5)},{point(round(s.cents * 0.2))},Paid"
        )
        b.sold(f"Firm {s.who}", s.cents, s.day)
    b.write("invoices.csv", lines)
    return {"customer": "ContactName", "description_no_money": "keep", "kinds_of_account_code": "sales"}


def amounts_with_their_tax(b: Book) -> Answers:
    """The amount holds the tax beside it, as only the rates show; refunds hold it too; voided invoices are none."""
    lines = [
        "Invoice Number,Customer Id,Invoice Date,Due Date,Status,Amount,Tax Total,Amount Paid,Refunded Amount,Currency"
    ]
    for i, s in enumerate(sales(509)):
        cents = s.cents - s.cents % 100 + 2500
        gross, state, who = cents * 12 // 10, ["Paid", "Paid", "Voided"][i % 3], f"Az{s.who}"
        back = gross if i % 8 == 1 and state == "Paid" else 0
        lines.append(
            f"{s.no},{who},{s.day:%d-%b-%Y},{s.day:%d-%b-%Y},{state},{point(gross)},{point(gross - cents)},"
            f"{point(gross if state == 'Paid' else 0)},{point(back)},EUR"
        )
        if state == "Paid":
            b.sold(who, cents, s.day)
            b.back(who, cents if back else 0)
    b.write("Invoices.csv", lines)
    return {"invoices": "sales"}


def names_above_their_rows(b: Book) -> Answers:
    """Customers stand in rows of their own with a column's name, and totals below, without titles."""
    lines = ["Kunde;Datum;Beleg;Menge;Betrag"]
    for who, rows in groupby(sorted(sales(510), key=lambda s: s.who), key=lambda s: s.who):
        own = list(rows)
        lines.append(f"Firma {who};;;;")
        for s in own:
            lines.append(f";{s.day:%d.%m.%Y};R{s.no};{s.n};{comma(s.cents)}")
            b.sold(f"Firma {who}", s.cents, s.day)
        lines.append(f"Summe;;;;{comma(sum(s.cents for s in own))}")
    b.write("umsatz.csv", lines, "cp1252")
    return {"fill_down": "yes"}


def discounts_beside_line_amounts(b: Book) -> Answers:
    """Line amounts are quantity times price, before the discount beside them, as Etsy lists sold items."""
    lines = ["Sale Date,Item Name,Buyer,Quantity,Price,Discount Amount,Order Shipping,Item Total,Currency,Order ID"]
    for i, s in enumerate(sales(511)):
        for j, (n, price) in enumerate([(s.n, s.price), (1, 1500)][: 1 + i % 2]):
            off = n * price // 10 if i % 3 == 0 else 0
            lines.append(
                f"{s.day:%m/%d/%y},Item {j},buyer{s.who},{n},{point(price)},{point(off)},5.99,{point(n * price)},USD,{s.no}"
            )
            b.sold(f"buyer{s.who}", n * price - off, s.day)
    b.write("SoldOrderItems.csv", lines)
    return {}


def flags_of_refunded_sales(b: Book) -> Answers:
    """A flag on the sale says that it was refunded; what was refunded in part stands beside it."""
    lines = [
        "Purchase ID,Purchase Email,Purchase Date,Subtotal ($),Fees ($),Net Total ($),Refunded?,Partial Refund ($)"
    ]
    for i, s in enumerate(sales(512)):
        is_back, part, who = i % 9 == 3, (s.cents // 2 if i % 7 == 2 else 0), f"g{s.who}@mail.example"
        fee = round(s.cents * 0.1) + 50
        lines.append(
            f"p{s.no},{who},{s.day},{point(s.cents)},{point(fee)},{point(s.cents - fee)},{int(is_back)},{point(0 if is_back else part)}"
        )
        if not is_back:
            b.sold(who, s.cents, s.day)
            b.back(who, part)
    b.write("sales.csv", lines)
    return {"flag_refunded": "nothing", "off_by_partial_refund": "take_off"}


def line_amounts_without_tax(b: Book) -> Answers:
    """Posted lines with an amount without and one with tax; customers by the number that was sold to."""
    lines = [
        "Document Type,Document No.,Posting Date,Sell-to Customer No.,Sell-to Customer Name,No.,Quantity,Unit Price Excl. VAT,Line Amount Excl. VAT,Amount Including VAT"
    ]
    for i, s in enumerate(sales(513)):
        kind = "Credit Memo" if i % 9 == 4 else "Invoice"
        lines.append(
            f"{kind},PS-{s.no},{s.day},C{s.who:03},Firm {s.who} Ltd,I{i % 4},{s.n},{point(s.price)},{point(s.cents)},{point(round(s.cents * 1.21))}"
        )
        (b.back if kind == "Credit Memo" else lambda who, cents, day=s.day: b.sold(who, cents, day))(
            f"C{s.who:03}", s.cents
        )
    b.write("lines.csv", lines)
    return {}


EVERY = (
    order_heads_beside_their_lines, order_numbers_on_first_lines, donations_after_fees_in_two_currencies, both_sides_of_payments, delivery_notes_of_an_erp, notas_fiscais, register_of_taxed_values, goods_whose_names_sound_like_fees, amounts_with_their_tax, names_above_their_rows, discounts_beside_line_amounts, flags_of_refunded_sales, line_amounts_without_tax,
)  # fmt: skip
