"""What exports of shop systems, ledgers and marketplaces have in common, each in an export of its own."""

import pytest
from mapping_exports import total


def day(i: int) -> str:
    return f"2024-{i % 12 + 1:02d}-{i % 28 + 1:02d}"


def start(i: int) -> str:
    return f"{4000 + i},{day(i)},C{i % 37:03d}"


def write(project, name: str, lines: list[str]) -> None:
    (project.raw / name).write_text("\n".join(lines))


def test_rows_with_an_amount_and_no_price_count(project):
    lines, sold = ["Num,Date,Customer ID,Item,Qty,Sales Price,Amount"], 0
    for i in range(200):
        n, price = 1 + i % 5, 1200 + 50 * (i % 7)
        sold += n * price
        lines.append(f"{start(i)},Mulch {i % 7},{n},{price / 100:.2f},{n * price / 100:.2f}")
        if i % 4 == 0:
            lines.append(f"{start(i)},Discount,,,-{n * price // 10 / 100:.2f}")
            sold -= n * price // 10
    write(project, "sales.csv", lines)
    assert project.draft() == []
    assert total(project) == sold / 100


def test_discounts_of_items_and_of_orders_are_both_taken_off(project):
    lines, sold = ["Pedido;Data;ID cliente;Item;Quantidade;Valor unitário;Desconto item"], 0
    for i in range(200):
        n, price, off = 1 + i % 3, 1290 + 10 * (i % 9), (0, 0, 200, 500)[i % 4]
        sold += n * price - off
        amounts = f"{price / 100:.2f};{off / 100:.2f}".replace(".", ",")
        lines.append(f"{start(i).replace(',', ';')};Vela {i % 9};{n};{amounts}")
    write(project, "pedidos.csv", lines)
    assert project.draft() == []
    assert total(project) == sold / 100


def test_a_file_of_returns_takes_off_what_orders_returned_by_their_status_brought(project):
    lines, back, sold = ["Order ID,Order date,Customer ID,Total,Status"], ["Return,Date,Customer ID,Total"], 0
    for i in range(200):
        cents, is_back = 2000 + 110 * (i % 41), i % 9 == 2
        lines.append(f"{start(i)},{cents / 100:.2f},{'Returned' if is_back else 'Delivered'}")
        sold += 0 if is_back else cents
        if is_back:
            back.append(f"R{i},2025-01-{i % 28 + 1:02d},C{i % 37:03d},{cents / 100:.2f}")
    write(project, "orders.csv", lines)
    write(project, "returned.csv", back)
    assert project.draft(rows_of_returned_csv="returns") == []
    assert total(project) == sold / 100


@pytest.mark.parametrize("answer", ["sales", "leave_out"])
def test_orders_without_the_day_of_their_payment_are_asked(project, answer):
    lines, sold = ["Order Number,Sale Date,Customer ID,Total,Paid On Date"], 0
    for i in range(200):
        cents, is_paid = 2000 + 110 * (i % 41), i % 23 != 3
        sold += cents if is_paid or answer == "sales" else 0
        lines.append(f"{start(i)},{cents / 100:.2f},{f'2024-12-{i % 28 + 1:02d}' if is_paid else ''}")
    write(project, "orders.csv", lines)
    assert project.draft(without_paid_on_date=answer) == []
    assert "Paid On Date is blank in 9 orders that count" in project.printed
    assert total(project) == sold / 100


def test_who_bought_is_the_buyer_and_not_who_came(project):
    lines = ["Order no,Order Date,Email,Buyer Email,Total Paid"]
    lines += [f"{4000 + i},{day(i)},guest{i}@example.org,buyer{i % 29}@example.org,{20 + i % 7}.50" for i in range(120)]
    write(project, "tickets.csv", lines)
    assert project.draft() == []
    assert project.ingest().table("transactions").customer_id.nunique() == 29


def test_what_was_refunded_with_tax_is_taken_off_without(project):
    lines, sold = ["ID,Purchase Date,Customer ID,Grand Total,Subtotal,Total Refunded"], 0.0
    for i in range(200):
        net = 2000 + 100 * (i % 41)
        gross, share = net * 121 // 100, (0, 0, 0, 1, 0.5)[i % 5]
        sold += net * (1 - share)
        lines.append(f"{start(i)},{gross / 100:.2f},{net / 100:.2f},{f'{gross * share / 100:.2f}' if share else ''}")
    write(project, "orders.csv", lines)
    assert project.draft() == []
    assert total(project) == pytest.approx(sold / 100, abs=0.5)


def test_a_corrected_total_takes_its_difference_off_another_amount(project):
    lines, sold = ["Order ID,Sale Date,Customer ID,Order Value,Shipping,Order Total,Adjusted Order Total"], 0
    for i in range(200):
        cents, shipping, back = 2000 + 110 * (i % 41), 695, 700 if i % 13 == 4 else 0
        sold += cents - back
        whole = cents + shipping
        adjusted = f"{(whole - back) / 100:.2f}" if back else ""
        lines.append(f"{start(i)},{cents / 100:.2f},{shipping / 100:.2f},{whole / 100:.2f},{adjusted}")
    write(project, "orders.csv", lines)
    assert project.draft(beside_adjusted_order_total="instead") == []
    assert total(project) == sold / 100


@pytest.mark.parametrize(("answer", "sign"), [("nothing", 0), ("returns", -1)])
def test_rows_of_returns_without_their_sales_are_asked(project, answer, sign):
    lines, sold = ["Order ID,Order date,Customer ID,Product,Amount,Outcome of line"], 0
    for i in range(200):
        cents, is_back = 2000 + 137 * i, i % 9 == 2
        sold += (sign if is_back else 1) * cents
        lines.append(f"{start(i)},Sheet {i % 97},{cents / 100:.2f},{'Returned' if is_back else 'Kept'}")
    write(project, "lines.csv", lines)
    answers = {"returned_by_outcome_of_line": answer, "kinds_of_outcome_of_line": "sales"}
    assert project.draft(**answers) == []
    assert "of them have no sale of the customer beside them" in project.printed
    assert total(project) == sold / 100


def test_payments_without_an_invoice_are_orders_by_their_own_number(project):
    lines = ["id,Created date,Customer ID,Amount,Invoice ID"]
    lines += [
        f"ch_{i:04},{day(i)},C{i % 37:03d},{20 + i % 7}.50,{'' if i % 20 == 3 else f'in_{i}'}" for i in range(200)
    ]
    write(project, "payments.csv", lines)
    assert project.draft() == []
    assert project.ingest().table("transactions").order_id.nunique() == 200


def test_what_was_refunded_in_few_rows_is_no_number_of_units(project):
    lines, sold = ["id,Created date,Customer ID,Converted Amount,Amount Refunded,Converted Amount Refunded"], 0.0
    for i in range(600):
        cents, back = 1900 + 1000 * (i % 3), 19 if i % 24 == 5 else 0
        sold += cents - 87 * back
        lines.append(f"{start(i)},{cents * 0.87 / 100:.2f},{back}.00,{back * 0.87:.2f}")
    write(project, "charges.csv", lines)
    assert project.draft() == []
    rows = project.ingest().table("transactions")
    assert rows[~rows.is_return].revenue_cents.sum() == sum(round((1900 + 1000 * (i % 3)) * 0.87) for i in range(600))


def test_a_number_that_is_mostly_the_amount_is_asked_whatever_its_name(project):
    lines, sold = ["Order ID,Order date,Customer ID,Quantity,Unit price,Kvarst"], 0
    for i in range(200):
        n, price = 1 + i % 3, 1290 + 10 * (i % 9)
        left = n * price - (150 if i % 5 == 1 else 0)
        sold += left
        lines.append(f"{start(i)},{n},{price / 100:.2f},{left / 100:.2f}")
    write(project, "orders.csv", lines)
    assert project.draft(beside_kvarst="instead") == []
    assert total(project) == sold / 100
