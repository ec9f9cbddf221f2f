"""Exports in layouts that mislead: what is left after fees, before discounts, in cents, on two sides of the books …

Each function writes files and returns the revenue in cents, net of refunds, and what a person has to answer.
"""
# ruff: noqa: E501 - headers and rows are easier to compare in one line

import json
import random
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

from book import comma, point, write

Truth = tuple[int, dict[str, str]]
PAID, GONE = ("paid", "paid", "shipped"), ("cancelled", "refunded", "unpaid", "failed")


def sales(draw: random.Random) -> Iterator[tuple[int, int, datetime, int, int]]:
    """Yield an order's number, customer, time, quantity and price in cents."""
    at = datetime(2024, 1, 5, 9)  # noqa: DTZ001 - each export has its own zone
    for i in range(1, 41):
        at += timedelta(hours=draw.randint(5, 60))
        yield i, draw.randint(1, 9), at, draw.randint(1, 3), draw.randrange(500, 9000, 5)


def by_status(raw: Path, head: str, row: str, statuses: dict[str, str], seed: int) -> int:
    """Write sales with statuses, each a word for one of PAID or GONE; return the revenue of those paid."""
    draw, total, lines = random.Random(seed), 0, [head]
    for i, who, at, n, price in sales(draw):
        kind = draw.choice([*PAID, *GONE])
        values = {"i": i, "who": who, "at": at, "n": n, "price": comma(price), "total": comma(n * price)}
        lines.append(row.format(**values, status=statuses[kind]))
        total += n * price if kind in PAID else 0
    write(raw / "orders.csv", lines)
    return total


def dutch(raw: Path) -> Truth:
    words = {
        "paid": "Afgerond",
        "shipped": "Verzonden",
        "cancelled": "Geannuleerd",
        "refunded": "Terugbetaald",
        "unpaid": "Wacht op betaling",
        "failed": "Mislukt",
    }
    head = "Bestelnummer;Klantnummer;Besteldatum;Aantal;Prijs per stuk;Totaalbedrag;Status"
    return by_status(raw, head, "B{i};K{who};{at:%d-%m-%Y};{n};{price};{total};{status}", words, 1), {}


def italian(raw: Path) -> Truth:
    words = {
        "paid": "Completato",
        "shipped": "Spedito",
        "cancelled": "Annullato",
        "refunded": "Rimborsato",
        "unpaid": "In attesa di pagamento",
        "failed": "Fallito",
    }
    head = "Numero ordine;Codice cliente;Data ordine;Quantità;Prezzo unitario;Importo totale;Stato ordine"
    return by_status(raw, head, "{i};C{who:03};{at:%d/%m/%Y};{n};{price};{total};{status}", words, 2), {}


def portuguese(raw: Path) -> Truth:
    words = {
        "paid": "Pago",
        "shipped": "Enviado",
        "cancelled": "Cancelado",
        "refunded": "Reembolsado",
        "unpaid": "Aguardando pagamento",
        "failed": "Devolvido",
    }
    head = "Pedido;Código do cliente;Data do pedido;Quantidade;Valor total;Situação"
    return by_status(raw, head, "{i};C{who:03};{at:%d/%m/%Y};{n};R$ {total};{status}", words, 3), {}


def french(raw: Path) -> Truth:
    words = {
        "paid": "Paiement accepté",
        "shipped": "Livré",
        "cancelled": "Annulé",
        "refunded": "Remboursé",
        "unpaid": "En attente du paiement par chèque",
        "failed": "Erreur de paiement",
    }
    head = "ID;Référence;Client ID;Total;Paiement;État;Date"
    return by_status(raw, head, "{i};REF{i:05};{who};{total} €;Carte;{status};{at:%d/%m/%Y %H:%M:%S}", words, 4), {}


def words_of_no_language(raw: Path) -> Truth:
    words = {
        "paid": "Komplett bezahlt",
        "shipped": "Versandt",
        "cancelled": "Storniert",
        "refunded": "Komplett erstattet",
        "unpaid": "ZZ9",
        "failed": "Q-17",
    }
    head = "Bestellnummer;Kundennummer;Bestelldatum;Zahlstatus;Warenwert netto;Versandkosten"
    total = by_status(raw, head, "{i};K{who};{at:%d.%m.%Y};{status};{total};4,90", words, 5)
    return total, {"no_sales_by_zahlstatus": "ZZ9,Q-17"}


def after_fees(raw: Path) -> Truth:
    draw, total = random.Random(6), 0
    lines = [
        "Date,Time,TimeZone,Name,Type,Status,Currency,Gross,Fee,Net,From Email Address,To Email Address,Transaction ID,Reference Txn ID"
    ]
    for i, who, at, n, price in sales(draw):
        gross, status = n * price, draw.choice(["Completed", "Completed", "Pending", "Denied"])
        fee, when = round(gross * 0.03) + 30, f"{at:%m/%d/%Y},{at:%H:%M:%S},PST"
        lines.append(
            f"{when},N,Express Checkout Payment,{status},USD,{point(gross)},{point(-fee)},{point(gross - fee)},c{who}@x.com,shop@x.com,T{i},"
        )
        if status == "Completed":
            total += gross
        if status == "Completed" and i % 5 == 0:
            lines.append(
                f"{when},N,Payment Refund,Completed,USD,{point(-gross)},{point(fee)},{point(fee - gross)},shop@x.com,c{who}@x.com,R{i},T{i}"
            )
            total -= gross
        if i % 10 == 0:
            lines.append(f"{when},,General Withdrawal,Completed,USD,-500.00,0.00,-500.00,shop@x.com,,W{i},")
    write(raw / "payments.csv", lines)
    return total, {}


def with_shipping(raw: Path) -> Truth:
    draw, total = random.Random(7), 0
    lines = [
        "",
        "Sales Record Number,Order Number,Buyer Username,Item Number,Quantity,Sold For,Shipping And Handling,Total Price,Sale Date",
        "",
    ]
    for i, who, at, n, price in sales(draw):
        lines.append(
            f'{100 + i},12-{i:05}-99,buyer{who},77{i},{n},${point(price)},$4.99,"${(n * price + 499) / 100:,.2f}",{at:%b-%d-%y}'
        )
        total += n * price
    write(raw / "orders.csv", [*lines, "", "40,record(s) downloaded,,,,,,,"])
    return total, {}


def before_discounts(raw: Path) -> Truth:
    draw, total = random.Random(8), 0
    lines = [
        "Sale Date,Order ID,Buyer User ID,Number of Items,Currency,Order Value,Discount Amount,Shipping,Sales Tax,Order Total,Card Processing Fees,Order Net"
    ]
    for i, who, at, n, price in sales(draw):
        value, off = n * price, draw.choice([0, 0, 150])
        tax = round(value * 0.08)
        whole = value - off + 500 + tax
        lines.append(
            f"{at:%m/%d/%y},{3_000_000 + i},buyer{who},{n},USD,{point(value)},{point(off)},5.00,{point(tax)},{point(whole)},1.00,{point(whole - 100)}"
        )
        total += value - off
    write(raw / "orders.csv", lines)
    return total, {}


def refunds_with_shipping(raw: Path) -> Truth:
    draw, total = random.Random(9), 0
    lines = ["ID,Purchase Date,Grand Total (Base),Status,Customer Email,Subtotal,Shipping and Handling,Total Refunded"]
    for i, who, at, n, price in sales(draw):
        value, status = n * price, draw.choice(["complete", "complete", "processing", "closed", "canceled", "fraud"])
        back = value + 500 if status == "closed" else 0
        lines.append(
            f'{i},"{at:%b %d, %Y %I:%M:%S %p}",{point(value + 500)},{status},c{who}@x.com,{point(value)},5.00,{point(back)}'
        )
        total += value if status in {"complete", "processing"} else 0
    write(raw / "orders.csv", lines)
    return total, {"no_sales_by_status": "none"}


def two_sides(raw: Path) -> Truth:
    draw, total = random.Random(10), 0
    lines = ["Belegnummer;Debitor;Belegdatum;Buchungstext;Betrag;S/H"]
    for i, who, at, n, price in sales(draw):
        lines.append(f"R{i};{10_000 + who};{at:%d.%m.%Y};Rechnung;{comma(n * price)};S")
        total += n * price
        if i % 5 == 0:
            lines.append(f"G{i};{10_000 + who};{at:%d.%m.%Y};Korrektur;{comma(price)};H")
            total -= price
    write(raw / "belege.csv", lines)
    return total, {"side": "H"}


def credit_memos(raw: Path) -> Truth:
    draw, total = random.Random(11), 0
    lines = ["Doc Number,Doc Type,Customer No,Posting Date,Item No,Qty,Line Amount"]
    for i, who, at, n, price in sales(draw):
        lines.append(f"INV{i},Invoice,C{who},{at:%Y-%m-%d},I{i % 6},{n},{point(n * price)}")
        total += n * price
        if i % 5 == 0:
            lines.append(f"CM{i},Credit Memo,C{who},{at:%Y-%m-%d},I{i % 6},{n},{point(n * price)}")
            total -= n * price
    write(raw / "lines.csv", lines)
    return total, {}


def refunds_in_a_file_of_their_own(raw: Path) -> Truth:
    draw, total = random.Random(12), 0
    lines, back = ["order_id,customer_id,order_date,amount"], ["refund_id,order_id,refund_date,refund_amount"]
    for i, who, at, n, price in sales(draw):
        lines.append(f"O{i},C{who},{at:%Y-%m-%d},{point(n * price)}")
        total += n * price
        if i % 5 == 0:
            back.append(f"F{i},O{i},{at + timedelta(days=3):%Y-%m-%d},{point(price)}")
            total -= price
    write(raw / "orders.csv", lines)
    write(raw / "refunds.csv", back)
    return total, {}


def in_cents(raw: Path) -> Truth:
    draw, total, lines = random.Random(13), 0, []
    for i, who, at, n, price in sales(draw):
        is_paid = draw.random() < 0.7
        back = price if is_paid and i % 5 == 0 else 0
        lines.append(json.dumps({
            "id": f"ch_{i}", "object": "charge", "amount": n * price, "amount_refunded": back, "created": int(at.timestamp()), "currency": "usd",
            "customer": f"cus_{who}", "livemode": True, "paid": is_paid, "refunded": back == n * price, "status": "succeeded" if is_paid else "failed",
        }))  # fmt: skip
        total += n * price - back if is_paid else 0
    write(raw / "charges.jsonl", lines)
    return total, {}


def refund_status_beside_the_orders(raw: Path) -> Truth:
    draw, total = random.Random(14), 0
    lines = ["订单编号,买家会员名,订单创建时间,买家实际支付金额,订单状态,退款状态,宝贝标题"]
    for i, who, at, n, price in sales(draw):
        status = draw.choice(["交易成功", "交易成功", "交易成功", "交易关闭"])
        back = draw.choice(["没有申请退款"] * 4 + ["退款成功", "退款关闭"])
        lines.append(f"{88_000 + i},u{who},{at:%Y-%m-%d %H:%M:%S},{point(n * price)},{status},{back},衣服")
        total += n * price if status == "交易成功" and back != "退款成功" else 0
    write(raw / "订单.csv", lines, "gb18030")
    return total, {}


EVERY = (
    dutch, italian, portuguese, french, words_of_no_language, after_fees, with_shipping, before_discounts, refunds_with_shipping,
    two_sides, credit_memos, refunds_in_a_file_of_their_own, in_cents, refund_status_beside_the_orders,
)  # fmt: skip
