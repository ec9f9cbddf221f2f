"""Orders, invoices, credit memos and lines of one system, each numbered for itself and with several amounts."""

import re

import pytest
from mapping_exports import total, write

from crmwb.sources.drafting.guess import Part

N = 60
TAX = 0.2


def day(i: int) -> str:
    return f"2024-{i // 6 + 1:02d}-{i % 6 + 1:02d}"


def net(i: int) -> float:
    return 20 + 3.5 * ((7 * i) % 31)


def gross(i: int) -> float:
    """Return an order with tax and shipping."""
    return round(net(i) * (1 + TAX), 2) + 4.90


def shop(project) -> dict[str, float]:
    """Write orders, their invoices and credit memos; return what remains of orders by the column of their amount."""
    orders = ["ID,Purchase Date,Customer Email,Status,Subtotal,Grand Total,Total Refunded"]
    invoices = ["Invoice,Invoice Date,Order #,Email,Status,Subtotal,Grand Total"]
    memos = ["Credit Memo,Created,Order,Email,Subtotal,Grand Total,Refunded"]
    left, n_invoices = {"Subtotal": 0.0, "Grand Total": 0.0}, 0
    for i in range(N):
        who = f"c{i % 13}@example.com"
        is_out, back, net_back = i % 20 == 3, 0.0, 0.0
        if i % 6 == 1 and not is_out:  # in whole each second time
            back = gross(i) if i % 12 == 1 else round(gross(i) / 4, 2)
            net_back = net(i) if i % 12 == 1 else round(net(i) / 4, 2)
            memos.append(
                f"{len(memos):06},{day(i)[:-2]}{i % 6 + 11},{i + 1:06},{who},{net_back:.2f},{gross(i):.2f},{back:.2f}"
            )
        status = "Canceled" if is_out else "Closed" if back == gross(i) else "Complete"
        orders.append(f"{i + 1:06},{day(i)},{who},{status},{net(i):.2f},{gross(i):.2f},{back or '':.4}")
        if not is_out:
            n_invoices += 1
            invoices.append(f"{n_invoices:06},{day(i)},{i + 1:06},{who},Paid,{net(i):.2f},{gross(i):.2f}")
            left["Subtotal"] += net(i) - net_back
            left["Grand Total"] += gross(i) - back
    for name, lines in (("orders.csv", orders), ("invoices.csv", invoices), ("memos.csv", memos)):
        write(project, name, lines)
    return {name: round(amount, 2) for name, amount in left.items()}


ANSWERS = {
    "beside_grand_total": "leave_out",
    "rows_of_invoices_csv": "leave_out",
    "rows_of_memos_csv": "returns",
    "no_sales_by_status": "none",
}


def answered(project, **more: str) -> list[str]:
    """Draft with the answers to what is asked."""
    asked = {match[1] for each in project.draft(**more) for match in re.finditer(r"--answer (\w+)=", each)}
    return project.draft(**{key: given for key, given in ANSWERS.items() if key in asked}, **more)


@pytest.mark.parametrize("amount", ["Subtotal", "Grand Total"])
def test_credit_memos_are_read_in_the_terms_of_the_orders_and_once(project, amount):
    left = shop(project)
    assert answered(project, amount=amount) == [], project.printed
    assert total(project) == left[amount], project.printed
    assert ("Refunded is what came back" in project.printed) == (amount == "Grand Total")
    assert "Total Refunded of orders.csv tells too" in project.printed


def test_numbers_of_orders_and_of_invoices_are_not_taken_for_the_same_orders(project):
    shop(project)
    assert not any("same_orders" in each for each in project.draft())


def test_orders_left_to_a_file_that_is_left_out_itself_count(project):
    lines = ["order_no,order_date,customer_no,amount"]
    bills = ["order_no,order_date,customer_no,net,amount,due"]
    for i in range(N):
        lines.append(f"{i + 1000},{day(i)},K{i % 13},{gross(i):.2f}")
        bills.append(f"{i + 1000},{day(i)},K{i % 13},{net(i):.2f},{gross(i):.2f},{day(i)}")
    write(project, "orders.csv", lines)
    write(project, "z_bills.csv", [bills[0], *bills[N // 2 + 1 :]])
    asked = " ".join(project.draft())
    files = dict(re.findall(r"(same_orders_(\w+)_csv)=", asked))
    (key, older), (rows, left_out) = next(iter(files.items())), re.search(r"(rows_of_(\w+)_csv)=", asked).groups()
    assert project.draft(**{key: "once", rows: "leave_out"}) == [], project.printed
    kept = {"orders": sum(map(gross, range(N))), "z_bills": sum(map(gross, range(N // 2, N)))}
    del kept[left_out]
    assert total(project) == round(sum(kept.values()), 2), older


def test_an_order_total_less_a_discount_is_found_among_many_columns_and_not_twice(project):
    ids = (
        "id_order,id_cart,id_shop,id_carrier,id_address,id_currency,id_state,id_lang,id_group,id_zone,id_theme,id_stock"
    )
    head = [f"{ids},customer_no,order_date,goods,discount,shipping,total"]
    lines = ["id_order,product_name,quantity,line_total"]
    left = 0.0
    for i in range(N):
        off = 2.5 if i % 3 == 0 else 0.0
        own = f"{i + 1},{i + 501},{i % 2},{i % 3},{i % 7},{i % 2},{i % 5},{i % 4},{i % 6},{i % 8},{i % 9},{i % 11}"
        head.append(f"{own},K{i % 13},{day(i)},{2 * net(i) + 1:.2f},{off:.2f},4.90,{2 * net(i) + 1 - off + 4.90:.2f}")
        lines += [f"{i + 1},Item {(i + k) % 9},1,{net(i) + k:.2f}" for k in range(2)]
        left += 2 * net(i) + 1 - off
    write(project, "orders.csv", head)
    write(project, "order_lines.csv", lines)
    answers = {"kinds_of_id_state": "sales"}
    asked = {match[1] for each in project.draft() for match in re.finditer(r"--answer (\w+)=", each)}
    assert project.draft(**{k: v for k, v in answers.items() if k in asked}) == [], project.printed
    assert total(project) == round(left, 2), project.printed


@pytest.mark.parametrize("with_tax", [True, False])
def test_discounts_of_lines_are_taken_off_once_though_the_order_sums_them_up(project, with_tax):
    more = ",tax_amount,total" if with_tax else ""
    head = [f"invoice_no,customer_no,invoice_date,sub_total,discount{more or ',total'}"]
    lines, left = [f"invoice_no,description,quantity,amount,discount{more}"], 0.0

    def taxed(amount: float) -> str:
        return f",{amount * TAX:.2f},{amount + round(amount * TAX, 2):.2f}" if with_tax else ""

    for i in range(N):
        off = [1.25 if (i + k) % 3 == 0 else 0.0 for k in range(2)]
        paid = 2 * net(i) + 5 - sum(off)
        result = taxed(paid) if with_tax else f",{paid:.2f}"
        head.append(f"R{i},K{i % 13},{day(i)},{2 * net(i) + 5:.2f},{sum(off):.2f}{result}")
        for k, each in enumerate(off):
            amount = net(i) + 5 * k
            lines.append(f"R{i},Item {(i + k) % 9},1,{amount:.2f},{each:.2f}{taxed(amount - each)}")
        left += paid
    write(project, "invoices.csv", head)
    write(project, "line_items.csv", lines)
    assert project.draft() == [], project.printed
    assert total(project) == round(left, 2), project.printed


def test_a_file_that_is_joined_through_another_stands_behind_it():
    part = Part("transactions", {}, {})
    part.join("customers", {"file": "customers.csv", "key": "customer"})
    part.join("invoices", {"file": "invoices.csv", "key": "invoice"})
    part.join("customers", {"file": "customers.csv", "key": {"invoices.customer": "customer"}})
    assert list(part.options["join"]) == ["invoices", "customers"]


def warehouse(project) -> float:
    """Write lines, customers in versions and what is known of each customer; return the revenue."""
    people = ["customer_key,customer_id,email,segment,valid_from,is_current"]
    lines = ["order_line_id,order_id,customer_key,product_key,order_ts,quantity,net_amount"]
    known = ["customer_id,first_order_date,last_order_date,orders,lifetime_revenue"]
    key, keys = 0, {}
    for i in range(30):
        for version in range(1 + i % 3 // 2):
            key += 1
            keys[i, version] = key
            since = f"2023-0{1 + version}-01"
            people.append(f"{key},{500 + i},p{i}@a.example,RETAIL,{since},{int(version == i % 3 // 2)}")
        known.append(f"{500 + i},2023-01-02,2023-12-30,{1 + i % 5},{100 + i}.50")
    for i in range(N):
        own = keys[i % 30, (i // 30) * (i % 30 % 3 // 2)]
        lines += [f"L{2 * i + k},{9000 + i},{own},{k + i % 7},{day(i)} 10:00:00,1,{net(i) + k:.2f}" for k in range(2)]
    for name, rows in (("dim_customer", people), ("fct_order_lines", lines), ("mart_customer_summary", known)):
        write(project, f"{name}.csv", rows)
    return sum(2 * net(i) + 1 for i in range(N))


def test_versions_of_customers_are_one_customer_where_a_person_says_so(project):
    sold = warehouse(project)
    assert [each for each in project.draft() if "customers_by_customer_id" not in each] == [], project.printed
    assert project.draft(customers_by_customer_id="same") == [], project.printed
    ingested = project.ingest()
    rows, people = ingested.table("transactions"), ingested.table("customers")
    assert rows.revenue_cents.sum() == round(100 * sold)
    assert rows.customer_id.nunique() == len(people) == people.customer_id.nunique() == 30
    assert project.draft(customers_by_customer_id="else") == [], project.printed
    assert project.ingest().table("transactions").customer_id.nunique() == 40


def test_no_day_of_customers_is_taken_for_that_of_their_orders(project):
    warehouse(project)
    project.draft(customers_by_customer_id="same")
    days = project.ingest().table("transactions").ordered_at.astype(str).str[:10]
    assert set(days) == {day(i) for i in range(N)}
