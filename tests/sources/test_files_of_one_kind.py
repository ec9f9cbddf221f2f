"""Several files of one kind beside several of another, and totals beside subtotals."""

from mapping_exports import total, write

YEARS = (2023, 2024)


def day(year: int, i: int) -> str:
    return f"{year}-{i % 12 + 1:02d}-{i % 27 + 1:02d}"


def test_files_of_one_kind_are_asked_about_and_left_out_together(project):
    sold = 0
    for year in YEARS:
        orders, paid = ["order_no,order_date,member_no,order_total"], ["sale_id,sale_date,client_no,amount"]
        for i in range(40):
            sold += 20 + i % 13
            orders.append(f"{year}{i:03},{day(year, i)},M{i % 9},{20 + i % 13}.00")
            paid += [f"T{year}{i},{day(year, i)},B{i % 7},{21 + i % 13}.50"] if i < 30 else []
        write(project, f"orders_{year}.csv", orders)
        write(project, f"payouts_{year}.csv", paid)
    (asked,) = project.draft()
    assert "and 1 more with the same columns" in asked
    key = asked.rpartition("--answer ")[2].partition("=")[0]
    assert project.draft(**{key: "leave_out"}) == []
    assert total(project) == sold


def test_a_grand_total_beside_a_subtotal_is_asked_about_and_what_came_back_follows_the_answer(project):
    lines = ["ID,Purchased On,Customer Email,Subtotal,Grand Total (Base),Grand Total (Purchased),Total Refunded"]
    sold = 0.0
    for i in range(60):
        goods, whole = 20 + i % 17, 31 + (5 * i) % 41
        back = whole * 1.25 if i % 6 == 0 else 0.0
        sold += 0 if back else whole
        head = f"{9000 + i},{day(2024, i)},buyer{i % 11}@mail.example"
        lines.append(f"{head},{goods}.00,{whole}.00,{whole * 1.25:.2f},{back:.2f}")
    write(project, "export.csv", lines)
    asked = project.draft()
    assert any(each.startswith("Grand Total (Base) holds money in 60 rows beside Subtotal") for each in asked)
    assert project.draft(beside_grand_total_base="instead", beside_grand_total_purchased="leave_out") == []
    assert total(project) == sold


def test_lines_that_come_to_a_total_lose_nothing_else_of_their_order(project):
    lines = ["code;date;state;email;billHouseNumber;deliveryHouseNumber;itemName;itemTotal;orderTotal;paid"]
    sold = 0.0
    for i in range(80):
        amounts = [30.5 + (7 * i) % 23 + k for k in range(1 + i % 3)]
        house, other = 3 + i % 40, 9 if i == 7 else 3 + i % 40
        head = f"{2024000 + i};{day(2024, i)};shipped;buyer{i % 13}@mail.example;{house};{other}"
        sold += sum(amounts)
        flag = "0" if i % 9 == 0 else "1"
        lines += [f"{head};Thing {k};{a:.2f};{sum(amounts):.2f};{flag}" for k, a in enumerate(amounts)]
    write(project, "orders.csv", lines)
    named = {"order": "code", "amount": "itemTotal"}
    (asked,) = project.draft(**named)
    assert "paid says of" in asked
    assert project.draft(**named, unpaid_by_paid="sales") == []
    assert "HouseNumber" not in project.mapping.replace("# ", "").partition("columns:")[2]
    assert total(project) == sold


def test_an_amount_that_makes_a_total_of_a_price_is_asked_about(project):
    lines = ["order_no,order_date,customer_no,product,itemAmount,priceToPay,itemUnitPrice,itemTotalPrice"]
    sold = 0.0
    for i in range(60):
        pieces, price = 1 + i % 4, 12.25 + i % 19
        sold += pieces * price
        head = f"{7000 + i},{day(2024, i)},{100 + i % 9},P{i % 5}"
        lines.append(f"{head},{pieces},{pieces * price + 4.9:.2f},{price:.2f},{pieces * price:.2f}")
    write(project, "lines.csv", lines)
    assert any("as pieces times a price are" in each for each in project.draft())
    named = {"quantity": "itemAmount", "amount": "itemTotalPrice"}
    assert not any("amount_is" in each for each in project.draft(**named))
    assert total(project) == sold
    assert "priceToPay" not in project.mapping.partition("columns:")[2]
