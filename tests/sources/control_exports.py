"""Exports of shops, billing systems and member accounts that only their numbers tell how to read: as in `tool_exports`."""
# ruff: noqa: E501 - headers and rows are easier to compare in one line

from datetime import timedelta

from book import Book, comma, point, sales


def accounts_of_members(b: Book) -> dict[str, str]:
    """Charges stand below zero beside what was paid of them; texts of charges end in their month."""
    lines, balance = ["Mitgliedsnummer;Buchungsdatum;Buchungstext;Betrag;Saldo"], dict.fromkeys(range(10), 0)
    for i, s in enumerate(sales(601, 60)):
        rows = [(s.day, f"Mitgliedsbeitrag {s.day:%m/%Y}", -s.cents)]
        b.sold(f"M{s.who}", s.cents, s.day)
        if i % 9 == 4:
            rows.append((s.day + timedelta(1), "Storno Mitgliedsbeitrag", s.cents))
            b.back(f"M{s.who}", s.cents)
        elif i % 10:
            rows.append((s.day + timedelta(3), "Lastschrift", s.cents))
        for day, text, cents in rows:
            balance[s.who] += cents
            lines.append(f"M{s.who};{day:%d.%m.%Y};{text};{comma(cents)};{comma(balance[s.who])}")
    b.write("konten.csv", lines)
    kinds = "Lastschrift=none,Storno Mitgliedsbeitrag=return"
    return {"kinds_of_buchungstext": kinds, "below_zero": "sales"}


def charges_and_payments_without_a_text(b: Book) -> dict[str, str]:
    lines = ["Account ID,Date,Document,Amount"]
    for i, s in enumerate(sales(602, 60)):
        lines.append(f"A{s.who},{s.day},{s.no},{point(s.cents)}")
        b.sold(f"A{s.who}", s.cents, s.day)
        if i % 8:
            lines.append(f"A{s.who},{s.day + timedelta(20)},P{s.no},{point(-s.cents)}")
    b.write("ledger.csv", lines)
    return {"sides_of_amount": "above"}


def prices_of_whole_lines(b: Book) -> dict[str, str]:
    """What is called a price is that of all units, discounts stand below zero, and prices rise in the middle."""
    lines = ["shipment-id\tpurchase-date\tbuyer-id\tsku\tquantity\titem-price\titem-promotion-discount"]
    for i, s in enumerate(sales(603, 90)):
        each = [799, 1299, 2499, 3150][i % 4] + (200 if i > 45 else 0)
        cents, off = each * s.n, -round(each * s.n / 10) if i % 5 == 0 else 0
        lines.append(f"{s.no}\t{s.day}\tB{s.who}\tSKU-{i % 4}\t{s.n}\t{point(cents)}\t{point(off)}")
        b.sold(f"B{s.who}", cents + off, s.day)
    b.write("shipments.txt", lines)
    return {"amount_of_item_price": "all"}


def states_by_numbers(b: Book) -> dict[str, str]:
    """Only what was really paid, nothing for some, shows which of the numbered states are no sales."""
    lines = ["id_order;id_customer;date_order;current_state;total_paid;total_paid_real;total_products;total_shipping"]
    for i, s in enumerate(sales(604, 60)):
        state, ship = [5, 4, 5, 6, 5, 8, 2][i % 7], 490 if i % 3 else 0
        paid = 0 if state in {6, 8} else s.cents + ship
        lines.append(
            f"{s.no};{100 + s.who};{s.day};{state};{point(s.cents + ship)};{point(paid)};{point(s.cents)};{point(ship)}"
        )
        if paid:
            b.sold(str(100 + s.who), s.cents, s.day)
    b.write("orders.csv", lines)
    return {"kinds_of_current_state": "6=none,8=none"}


def discounts_of_orders_on_each_line(b: Book) -> dict[str, str]:
    lines = ["Invoice Date,Invoice ID,Customer ID,Entity Discount Amount,Item Name,Item Total"]
    for i, s in enumerate(sales(605, 60)):
        items = [s.cents, 1500 + i * 10, 990][: 1 + i % 3]
        off = round(sum(items) / 20) + i if i % 2 else 0
        for k, cents in enumerate(items):
            lines.append(f"{s.day},I{s.no},K{s.who},{point(off)},Thing {k},{point(cents)}")
        b.sold(f"K{s.who}", sum(items) - off, s.day)
    b.write("invoices.csv", lines)
    return {"beside_entity_discount_amount": "take_off"}


def an_amount_due_on_each_line(b: Book) -> dict[str, str]:
    """Two questions on one amount: which column it is, and that it is of the whole order. Both answers hold."""
    lines = ["订单号,商品名称,订购数量,下单时间,客户编号,订单金额,优惠金额,应付金额,订单状态"]
    for i, s in enumerate(sales(606, 60)):
        off = [0, 500, 1000][i % 3] if s.cents > 2000 else 0
        due, state = point(s.cents - off), ["完成", "等待确认收货"][i % 2]
        lines += [
            f"{s.no},商品{(3 * i + 2 * k) % 17},1,{s.day},K{s.who},{point(s.cents)},{point(off)},{due},{state}"
            for k in range(1 + i % 3)
        ]
        b.sold(f"K{s.who}", s.cents - off, s.day)
    b.write("订单.csv", lines)
    return {"amount_订单金额": "应付金额", "repeated_订单金额": "once"}


def invoices_adjusted_in_full(b: Book) -> dict[str, str]:
    """What was adjusted agrees with the invoice where it is known, which is in few rows."""
    lines = ["Invoice Number,Customer Id,Invoice Date,Sub Total,Tax Total,Amount,Amount Adjusted"]
    for i, s in enumerate(sales(607, 60)):
        adjusted = s.cents if i % 8 == 3 else 0
        lines.append(f"{s.no},C{s.who},{s.day},{point(s.cents)},0.00,{point(s.cents)},{point(adjusted)}")
        b.sold(f"C{s.who}", s.cents, s.day)
        if adjusted:
            b.back(f"C{s.who}", adjusted)
            b.days.discard((f"C{s.who}", s.day))
    b.write("invoices.csv", lines)
    return {"beside_amount_adjusted": "take_off"}


def discounts_as_lines_below_zero(b: Book) -> dict[str, str]:
    """A line with a price below zero is taken off, and not set aside as a sale that brings nothing."""
    lines = ["orderId;customerId;orderTime;articleName;price;quantity"]
    for i, s in enumerate(sales(608, 60)):
        lines.append(f"{s.no};K{s.who};{s.day:%d.%m.%Y} 10:00;Artikel {i % 5};{comma(s.price)};{s.n}")
        b.sold(f"K{s.who}", s.cents, s.day)
        if i % 6 == 1:
            lines.append(f"{s.no};K{s.who};{s.day:%d.%m.%Y} 10:00;Warenkorbrabatt;{comma(-s.price // 10)};1")
            b.back(f"K{s.who}", -(-s.price // 10))
    b.write("bestellungen.csv", lines)
    return {}


def totals_in_the_shops_own_currency(b: Book) -> dict[str, str]:
    """A currency and its value stand beside totals that are in the shop's own; states have an id and no name."""
    lines = ["order_id,customer_id,date_ordered,total,order_status_id,currency_code,currency_value"]
    for i, s in enumerate(sales(609, 60)):
        state, (code, value) = [5, 3, 0, 5, 7][i % 5], [("USD", "1.00000000"), ("EUR", "0.91200000")][i % 4 == 1]
        lines.append(f"{s.no},{20 + s.who},{s.day},{point(s.cents)},{state},{code},{value}")
        if state in {3, 5}:
            b.sold(str(20 + s.who), s.cents, s.day)
    b.write("oc_order.csv", lines)
    return {"by_currency_value": "neither", "kinds_of_order_status_id": "0=none,7=none"}


def trials_that_bring_nothing(b: Book) -> dict[str, str]:
    """Rows that bring nothing by their own amount are nothing to ask about, whatever a flag says."""
    lines = ["Purchase ID,Buyer ID,Purchase Date,Subtotal,Sale Price,Free trial purchase?"]
    for i, s in enumerate(sales(610, 60)):
        cents = 0 if i % 6 == 2 else s.cents
        lines.append(f"{s.no},B{s.who},{s.day},{point(cents)},{point(cents)},{int(not cents)}")
        b.sold(f"B{s.who}", cents, s.day)
    b.write("sales.csv", lines)
    return {}


def taxes_on_top_by_a_total(b: Book) -> dict[str, str]:
    """At 8.875%, tax looks like 9.75% within the amount: the total shows that it is on top. Cash stands beside cards."""
    lines = ["Transaction ID,Customer ID,Date,Net Sales,Tax,Total Collected,Card,Cash,Till"]
    for i, s in enumerate(sales(611, 60)):
        tax = round(s.cents * 0.08875)
        total, is_cash = s.cents + tax, i % 4 == 1
        paid = f"{point(0 if is_cash else total)},{point(total if is_cash else 0)}"
        lines.append(
            f"{s.no},C{s.who},{s.day},{point(s.cents)},{point(tax)},{point(total)},{paid},{'front' if is_cash else 'back'}"
        )
        b.sold(f"C{s.who}", s.cents, s.day)
    b.write("transactions.csv", lines)
    return {}


def vouchers_of_orders_by_their_totals(b: Book) -> dict[str, str]:
    """What a seller gives stands on each line of an order; only its total shows that it is taken off."""
    lines = ["Order ID,Order Date,Buyer ID,SKU,Deal Price,Quantity,Seller Voucher,Buyer Paid Shipping,Grand Total"]
    for i, s in enumerate(sales(612, 60)):
        items = [(s.price, s.n), (1990 + 10 * i, 1), (2450, 2)][: 1 + i % 3]
        whole, off, ship = sum(p * n for p, n in items), [0, 150, 250, 300][i % 4], [0, 199][i % 2]
        lines += [
            f"O{s.no},{s.day},B{s.who},S{(i + k) % 17},{point(p)},{n},{point(off)},{point(ship)},{point(whole - off + ship)}"
            for k, (p, n) in enumerate(items)
        ]
        b.sold(f"B{s.who}", whole - off, s.day)
    b.write("orders.csv", lines)
    return {"currency": "USD"}


def earnings_after_a_fee(b: Book) -> dict[str, str]:
    """The amount is after a fee, which a third column shows; adjustments are asked about; names are hidden by numbers."""
    lines = ["Date,Type,Confirmation code,Guest ID,Amount,Service fee,Gross earnings"]
    for i, s in enumerate(sales(613, 60)):
        back, fee = i % 15 == 14, 0 if i % 15 == 14 else round(s.cents * 0.03)
        gross = -s.cents if back else s.cents
        kind = "Adjustment" if back else "Reservation"
        lines.append(f"{s.day},{kind},H{s.no},Guest {s.who},{point(gross - fee)},{point(fee)},{point(gross)}")
        b.back(f"Guest {s.who}", s.cents) if back else b.sold(f"Guest {s.who}", s.cents, s.day)
    b.write("earnings.csv", lines)
    return {"amount_amount": "gross_earnings", "kinds_of_type": "sales"}


EVERY = [
    accounts_of_members,
    charges_and_payments_without_a_text,
    prices_of_whole_lines,
    states_by_numbers,
    discounts_of_orders_on_each_line,
    an_amount_due_on_each_line,
    invoices_adjusted_in_full,
    discounts_as_lines_below_zero,
    totals_in_the_shops_own_currency,
    trials_that_bring_nothing,
    taxes_on_top_by_a_total,
    vouchers_of_orders_by_their_totals,
    earnings_after_a_fee,
]
