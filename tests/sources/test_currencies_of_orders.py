"""Amounts whose rows name no currency: blank beside others that do, and lines of orders whose file says it."""

from mapping_exports import total, write

N = 60


def test_rows_without_a_currency_beside_others_are_asked_about_and_are_in_that_of_the_results(project):
    lines, sold = ["invoice_no,posting_date,customer_no,net_amount,currency_code"], 0.0
    for i in range(N):
        code, worth = (("", 1.0), ("EUR", 7.5), ("", 1.0), ("SEK", 0.5))[i % 4]
        sold += (40 + 2 * (i % 13)) * worth
        lines.append(f"{800 + i},2024-{i % 12 + 1:02d}-{i % 27 + 1:02d},{100 + i % 9},{40 + 2 * (i % 13)}.00,{code}")
    write(project, "invoices.csv", lines)
    project.draft(currency="DKK")
    assert "currency_code is blank in 30 rows with money and EUR or SEK in others" in project.printed
    assert project.draft(currency="DKK", rate_EUR="7.5", rate_SEK="0.5") == []
    assert project.source.currency == "DKK"
    assert total(project) == sold


def test_blanks_on_further_lines_of_an_order_are_no_currency_of_their_own(project):
    lines = ["order_no,order_date,customer_no,item,line_total,currency"]
    for i in range(N):
        day = f"2024-{i % 12 + 1:02d}-{i % 27 + 1:02d}"
        lines += [f"{800 + i},{day},{100 + i % 9},P{i % 7},{40 + i % 13}.00,{('EUR', 'GBP')[i % 2]}"]
        lines += [f"{800 + i},{day},{100 + i % 9},P{i % 5 + 10},{20 + i % 11}.00,"]
    write(project, "orders.csv", lines)
    assert not any("is blank" in each and "with money" in each for each in project.draft())


def books(project) -> tuple[float, float]:
    """Write invoices and credit notes as heads, which name currencies, and lines; return what both come to in DKK."""
    worth, sums = {"": 1.0, "EUR": 7.5}, [0.0, 0.0]
    for kind, (file, first, n) in enumerate((("invoice", 1000, N), ("salgskreditnota", 5000, 9))):
        heads = ["document_no,posting_date,customer_no,total_net,currency_code"]
        lines = ["document_no,posting_date,customer_no,item_no,quantity,unit_price,amount"]
        for i in range(n):
            code = ("", "EUR")[i % 2]
            start = f"{first + i},2024-{i % 12 + 1:02d}-{i % 27 + 1:02d},{100 + i % 9}"
            amounts = [30 + 2 * (i % 17) + k for k in range(1 + i % 3)]
            sums[kind] += sum(amounts) * worth[code]
            heads.append(f"{start},{sum(amounts)}.00,{code}")
            lines += [f"{start},P{(i + k) % 8},2,{amount / 2:.2f},{amount}.00" for k, amount in enumerate(amounts)]
        write(project, f"{file}_heads.csv", heads)
        write(project, f"{file}_lines.csv", lines)
    return sums[0], sums[1]


def test_lines_take_the_currency_of_their_order_and_credit_notes_of_the_same_columns_are_asked_about(project):
    sold, back = books(project)
    answers = {
        "currency": "DKK",
        "rate_EUR": "7.5",
        "currency_of_invoice_lines_csv": "order",
        "currency_of_salgskreditnota_lines_csv": "order",
        "rows_of_invoice_heads_csv": "leave_out",
        "rows_of_salgskreditnota_heads_csv": "leave_out",
        "rows_of_salgskreditnota_lines_csv": "returns",
        "same_orders_invoice_heads_csv": "once",
        "same_orders_salgskreditnota_heads_csv": "once",
    }
    assert project.draft(**answers) == []
    assert total(project) == sold - back
