"""Lines beside a file with the heads of their orders: what alone stands there says which lines are no sales."""

from mapping_exports import total, write

N = 60
CREDITED = 12  # invoices that were cancelled by a credit note


def day(i: int) -> str:
    return f"2024-{i % 12 + 1:02d}-{i % 27 + 1:02d}"


def amounts(i: int) -> list[int]:
    return [30 + 2 * (i % 17) + 2 * k for k in range(1 + i % 3)]


def ledger(project) -> dict[str, float]:
    """Write posted invoices and credit memos, each as heads and lines, and return what invoices and memos come to."""
    sums = {"invoice": 0.0, "internal": 0.0, "cancelled": 0.0, "memo": 0.0}
    columns = "no,customer_no,posting_date,currency_code,currency_factor,amount,cancelled,customer_group"
    of_lines = (
        "document_no,line_no,customer_no,item_code,quantity,unit_price,line_discount,invoice_discount,line_amount"
    )
    heads, lines = (
        {"invoices": [columns], "credit_memos": [columns]},
        {"invoices": [of_lines], "credit_memos": [of_lines]},
    )
    for i in range(N + CREDITED):
        is_memo = i >= N
        file, of = ("credit_memos", i - N) if is_memo else ("invoices", i)
        group = "INTERNAL" if of % 20 == 19 else "DOMESTIC"
        code, factor = ("EUR", 1.25) if of % 4 == 1 else ("", 0)
        number, who, every = f"S-{file[:3].upper()}{1000 + of}", f"C{10 + of % 9}", amounts(of)
        is_cancelled = not is_memo and of < CREDITED
        head = (number, who, day(i), code, factor, sum(every), "Yes" if is_cancelled else "No", group)
        heads[file].append(",".join(map(str, head)))
        for k, amount in enumerate(every):
            price = f"{amount / 2 + 2:.2f}"  # of two, less 1 for the line and 3 for the invoice
            lines[file].append(f"{number},{10000 * (k + 1)},{who},P{(of + k) % 8},2,{price},1.00,3.00,{amount}.00")
        worth = sum(every) / (factor or 1)
        sums["memo" if is_memo else "internal" if group == "INTERNAL" else "invoice"] += worth
        sums["cancelled"] += worth if is_cancelled else 0
    for file, rows in heads.items():
        write(project, f"posted_{file}.csv", rows)
        write(project, f"posted_{file}_lines.csv", lines[file])
    return sums


ANSWERS = {
    "currency": "GBP",
    "by_currency_factor": "divide",
    "customer_group_own": "leave_out",
    "rows_of_posted_credit_memos_lines_csv": "returns",
}


def test_lines_join_heads_by_their_numbers_and_what_heads_say_leaves_lines_out(project):
    sums = ledger(project)
    left = project.draft(**ANSWERS, cancelled_by_cancelled="credited")
    assert left == []
    assert round(total(project), 2) == round(sums["invoice"] - sums["memo"], 2)
    assert "which are left out, and posted_credit_memos_lines.csv holds credit notes" in project.printed


def test_what_was_cancelled_stays_out_where_no_credit_note_tells_it(project):
    sums = ledger(project)
    assert project.draft(**ANSWERS, cancelled_by_cancelled="leave_out") == []
    assert round(total(project), 2) == round(sums["invoice"] - sums["cancelled"] - sums["memo"], 2)


def sold_by_themselves(project) -> tuple[float, float, float]:
    """Write orders and their lines, each of them sales by itself; return all, own use and cancelled."""
    heads = ["order_no,order_date,customer_no,customer_name,total_amount,cancelled"]
    lines, sums = ["document_no,order_date,customer_no,item_code,quantity,unit_price,line_amount"], [0.0, 0.0, 0.0]
    for i in range(N):
        who, every = i % 9, amounts(i)
        name = "Keller AG - own use" if who == 8 else f"Firm {'ABCDEFGH'[who]} Ltd"
        is_cancelled = i % 10 == 3 and who != 8
        start = f"{4000 + i},{day(i)},{100 + who}"
        heads.append(f"{start},{name},{sum(every)}.00,{'Yes' if is_cancelled else 'No'}")
        lines += [f"{start},P{(i + k) % 8},2,{amount / 2:.2f},{amount}.00" for k, amount in enumerate(every)]
        sums = [total + sum(every) * n for total, n in zip(sums, (1, who == 8, is_cancelled), strict=True)]
    write(project, "orders.csv", heads)
    write(project, "order_lines.csv", lines)
    return sums[0], sums[1], sums[2]


def test_lines_that_are_sales_by_themselves_follow_their_orders(project):
    every, own, cancelled = sold_by_themselves(project)
    answers = {
        "currency": "EUR",
        "rows_of_orders_csv": "leave_out",
        "same_orders_order_lines_csv": "twice",
        "own_places_by_customer_name": "leave_out",
    }
    left = project.draft(**answers)
    assert any("orders.csv are no sales by cancelled" in each for each in left), left
    assert project.draft(**answers, no_sales_of_order_lines_csv="leave_out") == []
    assert total(project) == every - own - cancelled
    assert project.draft(**answers, no_sales_of_order_lines_csv="keep") == []
    assert total(project) == every - own


def test_orders_of_another_shop_with_the_same_numbers_are_no_heads(project):
    sold_by_themselves(project)
    lines = ["order_no,order_date,customer_no,customer_name,total_amount,cancelled"]
    lines += [
        f"{4000 + i},{day(i + 5)},{700 + i % 7},Shop {'ABCDEFG'[i % 7]},{20 + i}.00,{'Yes' if i % 9 else 'No'}"
        for i in range(N)
    ]
    write(project, "orders.csv", lines)
    assert not any("are no sales by cancelled" in each for each in project.draft(currency="EUR"))
