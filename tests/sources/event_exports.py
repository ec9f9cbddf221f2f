"""Exports of billing, planning, tills and events, each with a trap of its own: as in `tool_exports`."""
# ruff: noqa: B023, E501, PERF401 - headers and rows are easier to compare in one line

import json
from datetime import date, timedelta

from book import Book, comma, point, sales
from tool_exports import Refused


def netsuite_main_line(b: Book) -> dict[str, str]:
    lines = ["Internal ID,Date,Type,Document Number,Entity,Account,Main Line,Item,Amount"]
    for i, s in enumerate(sales(401)):

        def doc(n, day, kind, no, parts, sign=1):  # noqa: PLR0917
            lines.append(
                f"{n},{day:%m/%d/%Y},{kind},{no},CUST-{s.who},1200 Accounts Receivable,*,,{point(sign * sum(parts))}"
            )
            for k, c in enumerate(parts):
                lines.append(f"{n},{day:%m/%d/%Y},{kind},{no},CUST-{s.who},4000 Sales,,ITEM-{k},{point(sign * c)}")

        doc(7000 + i, s.day, "Invoice", f"INV{s.no}", [s.cents, 700], 1)
        b.sold(f"CUST-{s.who}", s.cents + 700, s.day)
        if i % 9 == 4:
            doc(8000 + i, s.day + timedelta(3), "Credit Memo", f"CM{s.no}", [s.price], -1)
            b.back(f"CUST-{s.who}", s.price)
    b.write("TransactionSearchResults.csv", lines)
    return {"customer": "Entity", "sums_by_account": "leave_out"}


def gocardless(b: Book) -> dict[str, str]:
    lines = ["id,created_at,charge_date,amount,currency,status,amount_refunded,reference,links.mandate,customers.id"]
    for i, s in enumerate(sales(402)):
        st = ["paid_out", "confirmed", "failed", "charged_back", "paid_out", "customer_approval_denied", "cancelled"][
            i % 7
        ]
        back = s.price if st == "paid_out" and i % 5 == 0 and s.n > 1 else 0
        lines.append(
            f"PM{s.no},{s.day}T08:00:00.000Z,{s.day + timedelta(4)},{point(s.cents)},GBP,{st},{point(back)},,MD{s.who},CU{s.who}"
        )
        if st in ("paid_out", "confirmed"):
            b.sold(f"CU{s.who}", s.cents, s.day)
            b.back(f"CU{s.who}", back)
    b.write("payments.csv", lines)
    return {"customer": "customers.id"}


def phones(b: Book) -> dict[str, str]:
    lines = ["Bon;Telefon;Datum;Betrag"]
    for i, s in enumerate(sales(403)):
        p = [f"+49 170 55500{s.who}", f"0049170 55500{s.who}", f"0170-55500{s.who}"][i % 3]
        lines.append(f"{s.no};{p};{s.day:%d.%m.%Y};{comma(s.cents)}")
        b.sold(p, s.cents, s.day)
    b.write("kasse.csv", lines)
    return {"customer": "Telefon", "written_telefon": "keep_apart"}


def weeks(b: Book) -> dict[str, str]:
    lines = ["Customer,Article,Week,Units,Net sales"]
    for s in sales(404):
        y, w, _ = s.day.isocalendar()
        lines.append(f"C{s.who},A{s.n},{y}-W{w:02},{s.n},{point(s.cents)}")
        b.sold(f"C{s.who}", s.cents, date.fromisocalendar(y, w, 1))
    b.write("weekly.csv", lines)
    raise Refused("no date")


def ordered_and_invoiced(b: Book) -> dict[str, str]:
    lines = [
        "Order No,Sell-to Customer No,Order Date,Item No,Qty Ordered,Qty Invoiced,Unit Price,Order Amount,Invoiced Amount,Outstanding Amount"
    ]
    for i, s in enumerate(sales(405)):
        inv = s.n if i % 3 else 0
        lines.append(
            f"{s.no},C{s.who},{s.day},I{i % 4},{s.n},{inv},{point(s.price)},{point(s.cents)},{point(inv * s.price)},{point((s.n - inv) * s.price)}"
        )
        if inv:
            b.sold(f"C{s.who}", inv * s.price, s.day)
    b.write("open_orders.csv", lines)
    return {"customer": "Sell-to Customer No", "amount_order_amount": "invoiced_amount"}


def lightspeed_json(b: Book) -> dict[str, str]:
    out = []
    for i, s in enumerate(sales(406)):
        void, tax = i % 8 == 3, round(s.cents * 0.2)
        out.append(
            json.dumps(
                {
                    "saleID": str(s.no),
                    "customerID": str(s.who) if i % 6 else "0",
                    "completeTime": f"{s.day}T12:00:00+00:00",
                    "completed": "true",
                    "voided": "true" if void else "false",
                    "calcSubtotal": point(s.cents),
                    "calcTax1": point(tax),
                    "calcTotal": point(s.cents + tax),
                    "SaleLines": [{"itemID": "7", "unitQuantity": str(s.n), "unitPrice": point(s.price)}],
                }
            )
        )
        if not void and i % 6:
            b.sold(str(s.who), s.cents, s.day)
    b.write("Sale.jsonl", out)
    return {"amount": "calcSubtotal", "customer_0": "guest"}


def plus_and_minus(b: Book) -> dict[str, str]:
    lines = ["Vorgang;Kunde;Datum;VZ;Wert"]
    for i, s in enumerate(sales(407)):
        minus = i % 7 == 2
        lines.append(f"{s.no};K{s.who};{s.day:%d.%m.%Y};{'-' if minus else '+'};{comma(s.cents)}")
        b.back(f"K{s.who}", s.cents) if minus else b.sold(f"K{s.who}", s.cents, s.day)
    b.write("vorgaenge.csv", lines)
    return {"amount": "Wert", "kinds_of_vz": "-=return"}


def returns_that_name_customers(b: Book) -> dict[str, str]:
    o, r = ["order,customer,date,amount"], ["rma,customer,date,reason,amount"]
    for i, s in enumerate(sales(408)):
        o.append(f"{s.no},C{s.who},{s.day},{point(s.cents)}")
        b.sold(f"C{s.who}", s.cents, s.day)
        if i % 6 == 1:
            r.append(f"R{s.no},C{s.who},{s.day + timedelta(8)},damaged,{point(s.price)}")
            b.back(f"C{s.who}", s.price)
    b.write("orders.csv", o)
    b.write("returns.csv", r)
    return {"rows_of_returns_csv": "returns"}


def insurance_premiums(b: Book) -> dict[str, str]:
    lines = [
        "Policy No,Endorsement,Client ID,Transaction Type,Effective Date,Gross Premium,IPT,Total Payable,Commission"
    ]
    for i, s in enumerate(sales(409)):

        def row(e, t, day, c):
            lines.append(
                f"P{s.no},{e},CL{s.who},{t},{day:%d/%m/%Y},{point(c)},{point(round(c * 0.12))},{point(c + round(c * 0.12))},{point(round(c * 0.15))}"
            )

        row(0, ["New Business", "Renewal"][i % 2], s.day, s.cents)
        b.sold(f"CL{s.who}", s.cents, s.day)
        if i % 5 == 2:
            row(1, "Cancellation", s.day + timedelta(20), -s.price)
            b.back(f"CL{s.who}", s.price)
    b.write("premium_bordereau.csv", lines)
    return {"amount": "Gross Premium", "revenue_beside_amount": "leave_out", "kinds_of_transaction_type": "sales"}


def till_lines_with_tender(b: Book) -> dict[str, str]:
    lines = ["Store,Till,Transaction,Date,Loyalty Card,Line,Line Type,Item,Amount"]
    for i, s in enumerate(sales(410)):
        h = f"S1,T1,{s.no},{s.day},LC{s.who}"
        lines.append(f"{h},1,ITEM,I{i % 5},{point(s.cents)}")
        lines.append(f"{h},2,ITEM,I9,{point(250)}")
        off = 100 if i % 3 == 0 else 0
        if off:
            lines.append(f"{h},3,DISC,,{point(-off)}")
        lines.append(f"{h},4,TEND,CARD,{point(s.cents + 250 - off)}")
        b.sold(f"LC{s.who}", s.cents + 250 - off, s.day)
    b.write("tlog.csv", lines)
    return {"sides_by_line_type": "others"}


def french_accounting_entries(b: Book) -> dict[str, str]:
    lines = [
        "JournalCode\tJournalLib\tEcritureNum\tEcritureDate\tCompteNum\tCompteLib\tCompAuxNum\tCompAuxLib\tPieceRef\tEcritureLib\tDebit\tCredit"
    ]
    for i, s in enumerate(sales(411)):
        tva = round(s.cents * 0.2)
        h = f"VE\tVentes\t{s.no}\t{s.day:%Y%m%d}"
        lines += [
            f"{h}\t411000\tClients\tCL{s.who}\tClient {s.who}\tF{s.no}\tFacture\t{comma(s.cents + tva)}\t0,00",
            f"{h}\t706000\tPrestations\t\t\tF{s.no}\tFacture\t0,00\t{comma(s.cents)}",
            f"{h}\t445710\tTVA\t\t\tF{s.no}\tFacture\t0,00\t{comma(tva)}",
        ]
        if i % 2:
            lines += [
                f"BQ\tBanque\t{s.no + 900}\t{s.day + timedelta(9):%Y%m%d}\t512000\tBanque\t\t\tV{s.no}\tReglement\t{comma(s.cents + tva)}\t0,00",
                f"BQ\tBanque\t{s.no + 900}\t{s.day + timedelta(9):%Y%m%d}\t411000\tClients\tCL{s.who}\tClient {s.who}\tV{s.no}\tReglement\t0,00\t{comma(s.cents + tva)}",
            ]
        b.sold(f"CL{s.who}", s.cents, s.day)
    b.write("FEC20241231.txt", lines)
    return {"revenue_accounts": "706000"}


def monthly_snapshots(b: Book) -> dict[str, str]:
    lines, every = ["snapshot_date,order_id,customer_id,order_date,amount,stage"], list(sales(412))
    for m in (2, 3, 4, 5):
        snap = date(2024, m, 1)
        for s in every:
            if s.day < snap:
                lines.append(
                    f"{snap},{s.no},C{s.who},{s.day},{point(s.cents)},{'booked' if (snap - s.day).days < 31 else 'invoiced'}"
                )
    for s in every:
        if s.day < date(2024, 5, 1):
            b.sold(f"C{s.who}", s.cents, s.day)
    b.write("order_book_snapshots.csv", lines)
    return {"counts_by_snapshot_date": "last"}


def cr_and_dr(b: Book) -> dict[str, str]:
    lines = ["Voucher,Party,Date,Amount"]
    for i, s in enumerate(sales(413)):
        cr = i % 8 == 5
        lines.append(f'{s.no},P{s.who},{s.day:%d-%b-%y},"{s.cents / 100:,.2f} {"Cr" if cr else "Dr"}"')
        b.back(f"P{s.who}", s.cents) if cr else b.sold(f"P{s.who}", s.cents, s.day)
    b.write("DayBook.csv", lines)
    raise Refused("no amount")


def splits_between_sellers(b: Book) -> dict[str, str]:
    lines = ["Order ID,Account ID,Close Date,Seller,Split %,Amount"]
    for i, s in enumerate(sales(414)):
        for who, pct in [("Ann", 60), ("Bob", 40)] if i % 2 else [("Ann", 100)]:
            lines.append(f"{s.no},A{s.who},{s.day},{who},{pct},{point(s.cents)}")
        b.sold(f"A{s.who}", s.cents, s.day)
    b.write("splits.csv", lines)
    return {"counts_by_seller": "last"}


def configurable_and_simple(b: Book) -> dict[str, str]:
    lines = ["order_id,customer_id,created_at,item_id,parent_item_id,product_type,sku,qty_ordered,price,row_total"]
    for i, s in enumerate(sales(415)):
        lines.append(
            f"{s.no},{s.who},{s.day} 10:00:00,{2 * i},,configurable,SHIRT-{i % 3},{s.n},{point(s.price)},{point(s.cents)}"
        )
        lines.append(
            f"{s.no},{s.who},{s.day} 10:00:00,{2 * i + 1},{2 * i},simple,SHIRT-{i % 3}-M,{s.n},{point(s.price)},{point(s.cents)}"
        )
        b.sold(str(s.who), s.cents, s.day)
    b.write("sales_order_item.csv", lines)
    return {"counts_by_parent_item_id": "blank"}


def analytics_events(b: Book) -> dict[str, str]:
    lines = [
        "event_date,event_name,user_pseudo_id,transaction_id,currency,purchase_revenue,purchase_revenue_in_usd,refund_value_in_usd"
    ]
    for i, s in enumerate(sales(416)):
        r, cur = (2, "EUR") if i % 3 == 0 else (1, "USD")
        lines.append(f"{s.day:%Y%m%d},purchase,u.{s.who},T{s.no},{cur},{point(s.cents)},{point(s.cents * r)},")
        b.sold(f"u.{s.who}", s.cents * r, s.day)
        if i % 10 == 7:
            lines.append(f"{s.day + timedelta(2):%Y%m%d},refund,u.{s.who},T{s.no},{cur},,,{point(s.cents * r)}")
            b.back(f"u.{s.who}", s.cents * r)
        lines.append(f"{s.day:%Y%m%d},page_view,u.{s.who},,,,,")
    b.write("ga4.csv", lines)
    return {
        "customer": "user_pseudo_id",
        "amount": "purchase_revenue_in_usd",
    }


def tickets(b: Book) -> dict[str, str]:
    lines = ["Ticket Number,FFN,Issue Date,Coupon Status,Fare,Taxes and Carrier Charges,Total Fare,Currency"]
    for i, s in enumerate(sales(417)):
        st = ["FLOWN", "OPEN", "RFND", "EXCH", "VOID", "FLOWN"][i % 6]
        lines.append(
            f"125{s.no},FF{s.who},{s.day:%d%b%y},{st},{point(s.cents)},{point(4200)},{point(s.cents + 4200)},GBP"
        )
        if st in ("FLOWN", "OPEN"):
            b.sold(f"FF{s.who}", s.cents, s.day)
    b.write("tickets.csv", lines)
    return {
        "customer": "FFN",
        "amount": "Fare",
        "date": "Issue Date",
        "kinds_of_coupon_status": "VOID=none,RFND=none,EXCH=none",
    }


def euros_and_cents(b: Book) -> dict[str, str]:
    lines = ["Beleg;Kunde;Datum;Betrag Euro;Betrag Cent"]
    for s in sales(418):
        lines.append(f"{s.no};K{s.who};{s.day:%d.%m.%Y};{s.cents // 100};{s.cents % 100:02}")
        b.sold(f"K{s.who}", s.cents, s.day)
    b.write("belege.csv", lines)
    return {"amount": "Betrag Euro"}


def orders_and_payments(b: Book) -> dict[str, str]:
    o, p = ["order_id,customer_id,order_date,amount"], ["payment_id,customer_id,payment_date,amount,method"]
    for i, s in enumerate(sales(501)):
        o.append(f"{s.no},C{s.who},{s.day},{point(s.cents)}")
        b.sold(f"C{s.who}", s.cents, s.day)
        if i % 4:
            p.append(f"P{s.no},C{s.who},{s.day + timedelta(5)},{point(s.cents)},card")
    b.write("orders.csv", o)
    b.write("payments.csv", p)
    return {"rows_of_payments_csv": "leave_out"}


def cancelled_units(b: Book) -> dict[str, str]:
    lines = ["Order,Customer,Date,SKU,Quantity,Cancelled Quantity,Unit Price,Line Total"]
    for i, s in enumerate(sales(503)):
        c = 1 if i % 4 == 1 else 0
        lines.append(f"{s.no},C{s.who},{s.day},S{i % 5},{s.n + 1},{c},{point(s.price)},{point((s.n + 1) * s.price)}")
        b.sold(f"C{s.who}", (s.n + 1 - c) * s.price, s.day)
    b.write("lines.csv", lines)
    return {"off_by_cancelled_quantity": "take_off"}


def totals_of_all_products(b: Book) -> dict[str, str]:
    lines = ["Customer,Date,Product,Sales"]
    for _i, s in enumerate(sales(505)):
        a = s.cents // 2
        lines += [
            f"C{s.who},{s.day},Tea,{point(a)}",
            f"C{s.who},{s.day},Coffee,{point(s.cents - a)}",
            f"C{s.who},{s.day},All products,{point(s.cents)}",
        ]
        b.sold(f"C{s.who}", s.cents, s.day)
    b.write("sales.csv", lines)
    return {"sums_by_product": "leave_out"}


def complimentary(b: Book) -> dict[str, str]:
    lines = ["Order,Customer,Date,Item,Amount,Complimentary"]
    for i, s in enumerate(sales(506)):
        free = i % 6 == 1
        lines.append(f"{s.no},C{s.who},{s.day},I{i % 4},{point(s.cents)},{'Y' if free else 'N'}")
        if not free:
            b.sold(f"C{s.who}", s.cents, s.day)
    b.write("orders.csv", lines)
    return {"kinds_of_complimentary": "Y=none"}


def only_a_tax_rate(b: Book) -> dict[str, str]:
    lines = ["Order,Customer,Date,Amount incl. VAT,VAT rate"]
    for i, s in enumerate(sales(508)):
        r = (20, 5)[i % 2]
        lines.append(f"{s.no},C{s.who},{s.day},{point(round(s.cents * (100 + r) / 100))},{r}%")
        b.sold(f"C{s.who}", s.cents, s.day)
    b.write("orders.csv", lines)
    return {}


def deposit_and_final_invoices(b: Book) -> dict[str, str]:
    lines = ["Number,Customer,Date,Type,Amount"]
    for i, s in enumerate(sales(510)):
        if i % 3 == 0:
            d = s.cents // 3
            lines += [
                f"D{s.no},C{s.who},{s.day},Deposit invoice,{point(d)}",
                f"F{s.no},C{s.who},{s.day},Final invoice,{point(s.cents - d)}",
            ]
        else:
            lines.append(f"I{s.no},C{s.who},{s.day},Invoice,{point(s.cents)}")
        b.sold(f"C{s.who}", s.cents, s.day)
    b.write("invoices.csv", lines)
    return {"kinds_of_type": "sales"}


def version_of_lines(b: Book) -> dict[str, str]:
    lines = ["Order,Line,Change No,Customer,Order date,SKU,Amount"]
    for i, s in enumerate(sales(511)):
        for v in range(1 + (i % 3 == 0)):
            last = v == (i % 3 == 0)
            lines += [
                f"{s.no},1,{v},C{s.who},{s.day},A,{point(s.cents if last else s.cents + 300)}",
                f"{s.no},2,{v},C{s.who},{s.day},B,{point(450)}",
            ]
        b.sold(f"C{s.who}", s.cents + 450, s.day)
    b.write("lines.csv", lines)
    return {"versions_by_change_no": "last"}


def status_and_reason(b: Book) -> dict[str, str]:
    lines = ["Order,Customer,Date,Amount,Closed reason"]
    for i, s in enumerate(sales(512)):
        r = ["", "", "", "Never collected", "Stock shortage", ""][i % 6]
        lines.append(f"{s.no},C{s.who},{s.day},{point(s.cents)},{r}")
        if not r:
            b.sold(f"C{s.who}", s.cents, s.day)
    b.write("orders.csv", lines)
    return {"kinds_of_closed_reason": "Never collected=none,Stock shortage=none"}


def every_row_twice(b: Book) -> dict[str, str]:
    lines = ["Order,Customer,Date,Amount"]
    for s in sales(507):
        lines += [f"{s.no},C{s.who},{s.day},{point(s.cents)}"] * 2
        b.sold(f"C{s.who}", s.cents, s.day)
    b.write("orders.csv", lines)
    return {"repeated_amount": "last"}


EVERY = (
    netsuite_main_line, gocardless, phones, weeks, ordered_and_invoiced, lightspeed_json, plus_and_minus, returns_that_name_customers, insurance_premiums, till_lines_with_tender, french_accounting_entries, monthly_snapshots, cr_and_dr, splits_between_sellers, configurable_and_simple, analytics_events, tickets, euros_and_cents,
    orders_and_payments, cancelled_units, totals_of_all_products, complimentary, only_a_tax_rate, deposit_and_final_invoices, version_of_lines, status_and_reason, every_row_twice,
)  # fmt: skip
