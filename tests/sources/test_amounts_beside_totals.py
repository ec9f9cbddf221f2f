"""Amounts beside totals, payments, shares and statuses of sending: what is revenue, what is asked."""

import random

from mapping_exports import Mapped, total, write


def test_total_with_tax_in_its_name_is_no_tax_within_the_amount(project: Mapped):
    random.seed(1)
    lines, due = ["会員コード,取引番号,取引日時,小計,割引,合計（税込）"], 0
    for i in range(60):
        subtotal = 10 * random.randint(40, 900)
        off = subtotal // 10 if i % 3 == 0 else 0
        due += subtotal - off
        day = f"2024/0{1 + i % 9}/{1 + i % 28:02} 12:00:00"
        lines.append(f"M{100 + i % 17},R{5000 + i},{day},{subtotal},{off},{subtotal - off}")
    write(project, "till.csv", lines)
    (asked,) = [q for q in project.draft(currency="JPY") if "which of them is revenue" in q]
    assert "小計 is before 割引, and 合計（税込） is what is left" in asked
    assert project.draft(currency="JPY", amount_小計="合計_税込") == []
    assert total(project) == due


def _invoices(n: int) -> tuple[list[str], float]:
    random.seed(2)
    lines = [
        "Customer,InvoiceNumber,InvoiceDate,DueDate,Total,TotalTax,AmountPaid,AmountDue,ItemCode,Quantity,UnitAmount,LineAmount"
    ]
    net = 0.0
    for i in range(n):
        amounts = [(random.randint(1, 9), random.randint(900, 9900) / 100) for _ in range(2)]
        whole = round(sum(a * b for a, b in amounts), 2)
        tax = round(whole * 0.1, 2)
        paid = 0.0 if i >= n - 2 - n // 25 else whole + tax
        for k, (units, price) in enumerate(amounts):
            net += units * price
            head = f"Cafe {i % 13},F-{700 + i},2024-0{1 + i % 9}-{1 + i % 28:02},2024-10-01"
            totals = f"{whole + tax:.2f},{tax:.2f},{paid:.2f},{whole + tax - paid:.2f}"
            lines.append(f"{head},{totals},P{k},{units},{price:.2f},{units * price:.2f}")
    return lines, round(net, 2)


def test_what_is_still_to_be_paid_is_not_taken_off_the_lines(project: Mapped):
    lines, net = _invoices(150)
    write(project, "catering.csv", lines)
    assert project.draft() == []
    assert "AmountDue" not in project.mapping.partition("revenue_cents:")[2].partition("\n")[0]
    assert total(project) == net


def test_share_in_per_cent_is_taken_off_as_a_share_only(project: Mapped):
    lines, due = ["Kundennr;Auftragsnr;Auftragsdatum;Artikelnr;Menge;Einzelpreis;Preiseinheit;Rabatt Prozent"], 0.0
    for i in range(60):
        units, price, per, off = 100 * (1 + i % 7), 4.5 + i % 5, (1, 100)[i % 2], (0, 5, 15)[i % 3]
        due += round(units * price / per * (100 - off) / 100 + 1e-9, 2)
        day = f"{1 + i % 28:02}.0{1 + i % 9}.2024"
        lines.append(
            f"{200 + i % 11};A{900 + i // 2};{day};S{i % 6};{units};{price:.2f};{per};{off}".replace(
                ".50", ",50"
            ).replace(".00", ",00")
        )
    write(project, "auftraege.csv", lines)
    (asked,) = project.draft()
    assert "taken off Menge times Einzelpreis divided by Preiseinheit?" in asked
    assert project.draft(discount_share="take_off") == []
    assert abs(total(project) - due) < 0.5


def _orders(statuses: str, second: str = "") -> list[str]:
    lines = [f"customer_id,order_id,created_at,amount,{statuses}"]
    for i in range(40):
        sending = "Pending" if i % 8 == 0 else "Shipped"
        lines.append(f"{300 + i % 9},{4000 + i},2024-03-{1 + i % 28:02},{10 + i}.50{second},{sending}")
    return lines


def test_what_is_not_sent_yet_is_sold_where_its_payment_is_told(project: Mapped):
    write(project, "orders.csv", _orders("payment status,fulfillment status", ",paid"))
    assert project.draft() == []
    assert total(project) == sum(10.5 + i for i in range(40))


def test_what_is_not_sent_yet_is_asked_about_where_nothing_else_tells(project: Mapped):
    write(project, "orders.csv", _orders("fulfillment status"))
    (asked,) = project.draft()
    assert "'Pending' in 5 rows, and nothing tells whether these are sales" in asked


def test_buyers_without_a_company_are_asked_about_by_their_person(project: Mapped):
    lines = ["Deal ID,Title,Organization,Contact person,Value,Won time"]
    for i in range(40):
        firm = f"Firm {i % 7} Ltd" if i % 3 == 0 else ""
        lines.append(f"{100 + i},Roof {i},{firm},Person {i % 20},{500 + i}.00,2024-02-{1 + i % 28:02}")
    write(project, "deals.csv", lines)
    given = {"customer": "Organization", "amount": "Value", "date": "Won time", "order": "Deal ID"}
    asked = project.draft(**given)
    assert any("which have 20 different Contact person" in each for each in asked)
    assert project.draft(**given, without_organization="name") == []
    assert total(project) == sum(500.0 + i for i in range(40))
    assert "name no customer" not in project.mapping


def test_number_of_an_order_is_no_name_of_a_customer(project: Mapped):
    lines = ["Name,Email,Created at,Lineitem name,Lineitem quantity,Lineitem price"]
    for i in range(40):
        mail = "" if i % 10 == 0 else f"p{i % 12}@example.org"
        lines.append(f"#{1000 + i},{mail},2024-05-{1 + i % 28:02},Tea {i % 5},2,{4 + i % 3}.20")
    write(project, "shop.csv", lines)
    assert project.draft() == []


def test_what_ended_early_and_was_refunded_in_part_is_asked_about(project: Mapped):
    lines = ["member_id,booking_id,booked_at,amount,refunded amount,status"]
    for i in range(60):
        status, back = (("cancelled", 40), ("void", 0), ("completed", 0))[(i % 12 > 0) + (i % 12 > 1)]
        lines.append(f"M{i % 13},{900 + i},2024-07-{1 + i % 28:02},{90 + i * 7 % 31}.00,{back}.00,{status}")
    write(project, "courses.csv", lines)
    (asked,) = project.draft()
    assert "status is 'cancelled' in 5 rows, and nothing tells whether these are sales" in asked
    assert project.draft(no_sales_by_status="none") == []
    assert total(project) == sum(90 + i * 7 % 31 - 40 * (i % 12 == 0) for i in range(60) if i % 12 != 1)


def test_charges_that_only_cancelled_orders_have_are_asked_about(project: Mapped):
    lines, kept = ["guest_id,booking_id,stay_from,item type,amount,status"], 0.0
    for i in range(60):
        head, status = f"G{i % 17},{5000 + i},2024-05-{1 + i % 28:02}", "cancelled" if i % 6 == 0 else "checked out"
        lines += [f"{head},room,{200 + i * 7 % 31}.00,{status}", f"{head},breakfast,{20 + i % 3}.00,{status}"]
        if i % 6 == 0:
            lines.append(f"{head},no refund fee,{50 + i}.00,{status}")
        kept += 50 + i if i % 6 == 0 else 220 + i * 7 % 31 + i % 3
    write(project, "stays.csv", lines)
    given = {"date": "stay_from", "order": "booking_id", "customer": "guest_id"}
    asked = project.draft(**given)
    assert any("'no refund fee' in 10 rows, all of orders whose status is cancelled" in each for each in asked)
    assert project.draft(**given, charged_by_item_type="keep", no_sales_by_status="none") == []
    assert total(project) == kept


def test_customer_that_is_called_a_test_is_asked_about(project: Mapped):
    lines = ["customer_id,customer_name,order_id,order_date,amount"]
    for i in range(90):
        name = "Test Counter" if i % 30 == 0 else f"Guest {chr(64 + i % 30)}{chr(96 + i % 30)}x"
        lines.append(f"C{100 + i % 30},{name},{800 + i},2024-08-{1 + i % 28:02},{15 + i * 7 % 41}.00")
    write(project, "rentals.csv", lines)
    (asked,) = project.draft()
    assert "'Test Counter' in 3 rows, which sounds like a test" in asked
    assert project.draft(customer_name_tests="leave_out") == []
    assert total(project) == sum(15 + i * 7 % 41 for i in range(90) if i % 30)
