"""What came back, as files and sheets tell it that only name orders; sheets of a workbook, versions, walk-ins."""

import json
import re

import pytest
import yaml
from mapping_exports import run_map, total, write
from workbooks import write_workbook

N = 60


def day(i: int) -> str:
    return f"2024-{i % 12 + 1:02d}-{i % 28 + 1:02d}"


def net(i: int) -> int:
    """Return the cents of an order, without tax."""
    return 2000 + 370 * ((7 * i) % 31)


def money(cents: int) -> str:
    return f"{cents / 100:.2f}"


def orders(project, *, cancelled: int = 0) -> int:
    """Write orders, each `cancelled`th of them cancelled; return the cents of the others."""
    lines, sold = ["order_number,order_date,customer_number,net_amount,tax_amount,order_state"], 0
    for i in range(N):
        is_out = bool(cancelled) and i % cancelled == 1
        sold += 0 if is_out else net(i)
        state = "cancelled" if is_out else "completed"
        lines.append(f"{1000 + i},{day(i)},{100 + i % 17:05},{money(net(i))},{money(round(0.2 * net(i)))},{state}")
    write(project, "orders.csv", lines)
    return sold


def test_returns_that_name_orders_are_asked_about_and_taken_off(project):
    sold, back = orders(project, cancelled=10), 0
    lines = ["return_no,order_number,requested_at,net_amount,state"]
    for i in range(0, N, 6):
        state = ("done", "open", "rejected")[i // 6 % 3]
        back += 500 if state == "done" and i % 10 != 1 else 0
        lines.append(f"R{i},{1000 + i},{day(i)},5.00,{state}")
    write(project, "order_return.csv", lines)
    (asked,) = (each for each in project.draft() if "rows_of_" in each)
    assert "orders of orders.csv" in asked
    assert project.draft(rows_of_order_return_csv="returns", no_money_by_state="open") == []
    assert total(project) == (sold - back) / 100
    assert project.draft(rows_of_order_return_csv="leave_out", no_money_by_state="none") == []
    assert total(project) == sold / 100


def test_returns_without_products_of_orders_with_some_are_checked_without_a_mistake(project):
    lines = ["order_number,order_date,customer_number,article,net_amount"]
    lines += [f"{1000 + i},{day(i)},{100 + i % 17:05},Item {i % 7},{money(net(i))}" for i in range(N)]
    write(project, "orders.csv", lines)
    back = ["credit_no,order_number,credited_on,net_amount"]
    write(project, "credits.csv", [*back, *(f"K{i},{1000 + i},{day(i)},5.00" for i in range(0, N, 6))])
    assert project.map(".", rows_of_credits_csv="returns"), project.printed
    assert total(project) == sum(map(net, range(N))) / 100 - 5 * len(range(0, N, 6))


def test_a_korean_file_of_refunds_that_names_orders(project):
    lines = ["주문번호,주문일시,회원아이디,총 결제금액(KRW)"]
    lines += [f"{1000 + i},{day(i)},u{i % 17},{10 * net(i)}" for i in range(N)]
    write(project, "주문.csv", lines)
    back = ["환불번호,주문번호,접수일,환불완료일,환불상태,실제 환불금액"]
    for i in range(0, N, 5):
        done = i % 10 == 0
        back.append(f'R{i},{1000 + i},{day(i)},{day(i) if done else ""},{"환불완료" if done else "환불전"},"1,500"')
    write(project, "환불.csv", back)
    answers = {"currency": "KRW", "no_money_by_refunded_status": "환불전"}
    left = project.draft(**answers)
    assert left == [], left
    assert total(project) == sum(10 * net(i) for i in range(N)) - 1500 * len(range(0, N, 10))


def _items(n_cancelled: int) -> tuple[list[str], int]:
    """Return lines of orders, two each, with a status per line; and the cents of the orders that are not cancelled."""
    lines, sold = ["order_number,order_date,customer_number,line,net_amount,order_status"], 0
    for i in range(N):
        for k in range(2):
            state = "cancelled" if i < n_cancelled else "exchanged" if i == N - 1 and k else "completed"
            lines.append(f"{1000 + i},{day(i)},{100 + i % 17:05},{k + 1},{money(net(i + k))},{state}")
            sold += net(i + k) if i >= n_cancelled else 0
    return lines, sold


def test_refunds_of_orders_whose_lines_are_left_out_are_left_out_though_some_lines_differ(project):
    lines, sold = _items(8)
    write(project, "orders.csv", lines)
    back = [f"K{i},{1000 + i},{day(i)},{money(net(i) + net(i + 1) if i < 8 else 400)}" for i in range(10)]
    write(project, "refunds.csv", ["refund_no,order_number,refunded_on,refund_amount", *back])
    assert project.draft(no_sales_by_order_status="none") == []
    assert total(project) == (sold - 800) / 100


def test_rows_called_refunded_are_sales_where_a_file_of_refunds_names_their_orders(project):
    kinds = ["Web", "Refunded", "Web", "Partially Refunded", "Web"]
    lines = ["order_number,order_date,customer_number,order_type,net_amount"]
    lines += [f"{1000 + i},{day(i)},{100 + i % 17:05},{kinds[i % 5]},{money(net(i))}" for i in range(N)]
    write(project, "orders.csv", lines)
    rows = [i for i in range(N) if "Refunded" in kinds[i % 5]]
    back = {i: net(i) if kinds[i % 5] == "Refunded" else 300 for i in rows}
    refunds = [f"K{i},{1000 + i},{day(i)},{money(cents)}" for i, cents in back.items()]
    write(project, "refunds.csv", ["refund_no,order_number,refunded_on,refund_amount", *refunds])
    left = project.draft(kinds_of_order_type="sales")
    assert left == [], left
    assert total(project) == (sum(map(net, range(N))) - sum(back.values())) / 100


def test_an_answer_that_rows_called_returned_are_sales_holds(project):
    lines = ["order_number,order_date,customer_number,kind,net_amount"]
    kinds = ["Sale", "Returned stock sold", "Swap"]
    lines += [f"{1000 + i},{day(i)},{100 + i % 17:05},{kinds[i % 3]},{money(net(i))}" for i in range(N)]
    write(project, "orders.csv", lines)
    (asked,) = (each for each in project.draft() if "kinds_of_kind" in each)
    assert "taken as returns" in asked
    answers = {"kinds_of_kind": "Swap=none,Returned stock sold=sale", "returned_by_kind": "returns"}
    project.draft(**answers)
    assert total(project) == sum(net(i) for i in range(N) if i % 3 < 2) / 100


def test_refunds_of_people_without_a_number_go_to_the_customers_of_their_orders(project):
    lines = ["order_number,order_date,customer_number,customer_email,net_amount"]
    for i in range(N):
        who = "" if i % 4 == 0 else f"{100 + i % 17:05}"
        lines.append(f"{1000 + i},{day(i)},{who},person{i % 17}@example.org,{money(net(i))}")
    write(project, "orders.csv", lines)
    back = [f"K{i},{1000 + i},{day(i)},4.00" for i in range(0, N, 3)]
    write(project, "refunds.csv", ["refund_no,order_number,refunded_on,refund_amount", *back])
    assert project.map(".", without_customer_number="name"), project.printed
    assert total(project) == sum(map(net, range(N))) / 100 - 4 * len(back)


def test_tax_of_what_came_back_is_taken_off_where_a_person_says_so(project):
    sold, back = orders(project), 0
    lines = ["credit_no,order_number,credited_on,doc_total,vat_sum"]
    for i in range(0, N, 7):
        back += 1000
        lines.append(f"K{i},{1000 + i},{day(i)},12.00,2.00")
    write(project, "credits.csv", lines)
    left = project.draft()
    assert len(left) == 1
    key = re.search(r"--answer (\w+)=", left[0])[1]
    assert project.draft(**{key: "less_tax" if "less_tax" in left[0] else "returns"}) == []
    assert total(project) == (sold - back) / 100


def test_refunds_among_payments_in_another_sheet(project):
    bookings = [["Booking ID", "Booked on", "Client No", "Client", "Total", "Status"]]
    payments = [["Booking ID", "Date", "Type", "Amount"]]
    sold = 0
    for i in range(N):
        is_out, is_test, is_back = i % 10 == 1, i % 20 == 3, i % 8 == 0
        name = "TEST BOOKING - ignore" if is_test else f"Person {i % 33}"
        status = "Cancelled" if is_out else "Completed"
        bookings.append([f"B{i}", day(i), "99999" if is_test else f"{i % 33:05}", name, net(i) / 100, status])
        payments.append([f"B{i}", day(i), "Deposit", net(i) / 400])
        payments.append([f"B{i}", day(i), "Balance", net(i) / 100 - net(i) / 400])
        payments += [[f"B{i}", day(i), "Refund", -3.0]] if is_back or is_out else []
        sold += 0 if is_out or is_test else net(i) - (300 if is_back else 0)
    write_workbook(project.raw / "bookings.xlsx", {"Bookings": bookings, "Payments": payments})
    assert len(project.draft()) == 2
    assert project.draft(refunds_by_type="Refund=return", customer_tests="leave_out") == []
    assert "sheet: Payments" in project.mapping
    assert total(project) == sold / 100
    assert project.draft(refunds_by_type="none", customer_tests="leave_out") == []
    assert "sheet: Payments" not in project.mapping


def test_payments_of_all_orders_are_the_same_money_unasked(project):
    sold = orders(project)
    write(
        project,
        "payments.csv",
        ["order_number,paid_on,amount", *(f"{1000 + i},{day(i)},{net(i) / 100}" for i in range(N))],
    )
    assert project.draft() == []
    assert total(project) == sold / 100


def test_a_year_whose_sheet_has_another_header_is_read_too(project):
    first = [
        ["Date", "Customer", "Invoice", "Amount"],
        *([day(i), f"K{i % 17}", f"A{i}", net(i) / 100] for i in range(N)),
    ]
    later = [
        ["Date", "Cust. no", "Inv. no", "Net"],
        *([day(i).replace("2024", "2025"), f"K{i % 17}", f"B{i}", 9.5] for i in range(40)),
    ]
    write_workbook(project.raw / "sales.xlsx", {"2024": first, "2025": later, "Notes": [["mind the gap"]]})
    (asked,) = project.draft()
    assert project.draft(**{re.search(r"--answer (\w+)=", asked)[1]: "sales"}) == []
    assert total(project) == sum(map(net, range(N))) / 100 + 40 * 9.5


def test_a_second_currency_by_a_rate_named_for_the_first(project):
    lines = ["Date,Account,Ref,Cur,Net,EUR rate"]
    lines += [
        f"{day(i)},{i % 17:05},SI{i},{'GBP' if i % 4 == 1 else 'EUR'},{money(net(i))},{1.15 if i % 4 == 1 else 1:.4f}"
        for i in range(N)
    ]
    write(project, "ledger.csv", lines)
    (asked,) = project.draft()
    assert project.draft(by_eur_rate="multiply") == [], asked
    assert total(project) == pytest.approx(sum(net(i) * (1.15 if i % 4 == 1 else 1) for i in range(N)) / 100, abs=0.3)


def test_returns_become_the_currency_and_unit_of_their_orders(project):
    lines, sold = ["transaction_id,billed_at,customer_id,currency_code,total,exchange_rate"], 0.0
    for i in range(N):
        code, rate = (("USD", 0.92), ("EUR", 1.0), ("JPY", 0.006))[i % 3]
        amount = net(i)  # cents, but whole yen
        sold += amount * rate * (100 if code == "JPY" else 1)
        lines.append(f"t{i},{day(i)}T08:00:00Z,c{i % 17},{code},{amount},{rate}")
    write(project, "transactions.csv", lines)
    back = ["adjustment_id,transaction_id,action,created_at,currency_code,total"]
    for i in range(0, N, 5):
        code, rate = (("USD", 0.92), ("EUR", 1.0), ("JPY", 0.006))[i % 3]
        action = ("refund", "chargeback", "chargeback_reverse")[i // 5 % 3]
        sold -= 200 * rate * (100 if code == "JPY" else 1) * (-1 if action == "chargeback_reverse" else 1)
        back.append(f"a{i},t{i},{action},{day(i)}T09:00:00Z,{code},200")
    write(project, "adjustments.csv", back)
    answers = {"by_exchange_rate": "multiply", "decimals_of_total": "hundredths"}
    kinds = "refund=return,chargeback=return,chargeback_reverse=sale"
    assert project.draft(**answers, refunds_by_action=kinds) == []
    assert total(project) == pytest.approx(sold / 100, abs=0.5)


def test_drafts_beside_the_version_that_every_order_has(project):
    lines = ["order_number,version_id,order_date,customer_number,net_amount"]
    for i in range(N):
        lines.append(f"{i},live01,{day(i)},{100 + i % 17:05},{money(net(i))}")
        lines += [f"{i},a7{i:02}c,{day(i)},{100 + i % 17:05},{money(net(i) + 500)}"] if i % 9 == 0 else []
    write(project, "orders.csv", lines)
    (asked,) = project.draft()
    assert "live01" in asked
    assert project.draft(versions_by_version_id="leave_out") == []
    assert total(project) == sum(map(net, range(N))) / 100


def test_what_walk_ins_bring_stands_beside_the_total(project):
    rows = (f"{i},{day(i)},{'' if i % 5 == 0 else f'C{i % 17}'},{money(net(i))}" for i in range(N))
    write(project, "till.csv", ["receipt,date,customer_id,amount", *rows])
    result = run_map(str(project.raw), "--output", "mappings/till.yaml", "--yes", "--answer", "currency=USD")
    known, every = (sum(net(i) for i in range(N) if some or i % 5) for some in (False, True))
    printed = " ".join(result.output.split()).replace("\xa0", " ")
    assert f"USD {known / 100:,.2f}" in printed
    assert f"with them it is USD {every / 100:,.2f}" in printed


def test_records_with_lines_that_were_fetched_again_are_asked_about(project):
    records = []
    for i in range(N):
        lines = [{"item": f"I{k}", "quantity": 1 + k, "price": {"amount": money(net(i + k))}} for k in range(1 + i % 3)]
        records.append(
            {"id": f"o-{i}", "buyer": {"id": f"C{i % 17}"}, "boughtAt": f"{day(i)}T10:00:00Z", "lineItems": lines}
        )
    write(project, "orders.jsonl", map(json.dumps, records))
    assert not any("records_of_" in asked for asked in project.draft())
    sold = sum((1 + k) * net(i + k) for i in range(N) for k in range(1 + i % 3))
    assert total(project) == sold / 100
    write(project, "orders.jsonl", map(json.dumps, [*records, *records[:7]]))
    assert sum("records_of_" in asked for asked in project.draft()) == 1


def test_credit_notes_whose_amounts_are_below_zero_whatever_they_are_called_are_asked_about(project):
    sold, back = orders(project), 0
    lines = ["entry,origin,booked_on,excl_signed"]
    for i in range(0, N, 6):
        back += 450
        lines.append(f"RINV/{i:04},{1000 + i},{day(i)},-4.50")
    lines[-1] = lines[-1].replace("-4.50", "-4.75")
    write(project, "entries.csv", lines)
    (asked,) = (each for each in project.draft() if "rows_of_" in each)
    assert "excl_signed of entries.csv" in asked
    assert project.draft(rows_of_entries_csv="returns") == []
    assert total(project) == (sold - back - 25) / 100


def test_a_source_is_named_after_its_sales_and_not_after_what_came_back(project):
    orders(project)
    (project.root / "data/raw/orders.csv").rename(project.root / "data/raw/sales (sale.order).csv")
    refunds = (f"R{i},{1000 + i},{day(i)},5.00" for i in range(9))
    write(project, "a_refunds.csv", ["refund_no,order_number,refunded_at,net_amount", *refunds])
    project.draft(rows_of_a_refunds_csv="returns")
    assert yaml.safe_load(project.mapping)["name"] == "sales (sale.order)"


def test_refunds_that_a_column_tells_in_words_are_asked_about(project):
    back = {i: f"amount:{5 + i % 3}.50|reason:damaged|date:{day(i)} 10:00:00" for i in range(0, N, 6)}
    rows = [f"{1000 + i},{day(i)},{100 + i % 17},{money(net(i))},{back.get(i, '')}" for i in range(N)]
    write(project, "orders.csv", ["order_number,order_date,customer_number,order_total,refund_items", *rows])
    (asked,) = project.draft()
    assert "refund_items tells in words what went back, such as 'amount:5.50|" in asked
    assert "in 10 rows" in asked
    assert project.draft(refund_items_in_words="keep") == []
    assert total(project) == sum(map(net, range(N))) / 100
    assert project.draft(refund_items_in_words="leave_out") == []
    assert total(project) == sum(net(i) for i in range(N) if i not in back) / 100
