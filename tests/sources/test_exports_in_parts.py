"""Exports in several files and sheets, and numbers and moments with what says nothing: countries, clocks."""

import zipfile

from mapping_exports import Mapped, total, write
from workbooks import write_workbook


def _months(project: Mapped, *, overlapping: bool) -> float:
    """Write an archive of three months; each begins with the last orders of the month before, whose state changed."""
    months = []
    for month in range(3):
        first = month * 20 - (6 if overlapping and month else 0)
        lines = ["Buyer ID,Order ID,Order date,Paid amount,Status"]
        for i in range(first, month * 20 + 20):
            state = "pending" if i >= month * 20 + 14 and month < 2 and overlapping else "completed"
            lines.append(f"B{i % 9},{70000 + i},2024-0{1 + i // 20}-{1 + i % 20:02},{30 + i * 7 % 23}.40,{state}")
        months.append("\n".join(lines) + "\n")
    with zipfile.ZipFile(project.raw / "orders.zip", "w") as archive:
        for number, text in enumerate(months, start=1):
            archive.writestr(f"export/2024-0{number}.csv", text)
    return round(sum(30.4 + i * 7 % 23 for i in range(60)), 2)


def test_orders_in_several_files_of_an_archive_are_asked_about_once(project: Mapped):
    due = _months(project, overlapping=True)
    (asked,) = project.draft()
    assert "Orders stand in several of 3 files (12 times" in asked
    assert project.draft(same_orders="once") == []
    assert total(project) == due


def test_files_of_an_archive_without_orders_in_common_are_read_at_once(project: Mapped):
    due = _months(project, overlapping=False)
    assert project.map("orders.zip", currency="USD"), project.printed
    assert "export/*.csv" in project.mapping
    assert total(project) == due


def test_sheet_with_purchases_is_read_where_another_is_fuller(project: Mapped):
    sold = [["Club", None], [None, None], ["Member no", "Contract no", "Date", "Net amount"]]
    sold += [[f"M{i % 11}", f"C{i}", f"2024-04-{1 + i % 28:02}", 40 + i + 0.5] for i in range(40)]
    paid = [["Contract no", "Instalment", "Due", "Amount due", "State", "Method"]]
    paid += [[f"C{i // 4}", i % 4 + 1, f"2024-0{5 + i % 4}-01", 10.5, "paid", "card"] for i in range(160)]
    write_workbook(project.raw / "club.xlsx", {"Sold": sold, "Instalments": paid})
    assert project.draft(customer="Member no", amount="Net amount") == []
    assert total(project) == sum(40.5 + i for i in range(40))


def test_country_before_a_tax_number_makes_no_other_customer(project: Mapped):
    lines = ["Invoice number;Invoice date;VAT number;Net amount"]
    for i in range(90):
        firm = 810400100 + 17 * (i % 15)
        number = (f"BE{firm}", f"{firm}", f"{str(firm)[:3]}.{str(firm)[3:6]}.{str(firm)[6:]}")[i // 15 % 3]
        lines.append(f"{i};2024-06-{1 + i % 28:02};{number if i % 15 else f'AT{firm}'};{50 + i},25")
    write(project, "invoices.csv", lines)
    assert project.draft(customer="VAT number") == []
    rows = project.ingest().table("transactions")
    assert rows.customer_id.nunique() == 15
    assert {who[:2] for who in rows.customer_id if who[0].isalpha()} == {"AT"}


def test_months_in_words_before_the_name_of_a_clock(project: Mapped):
    months = ("ene.", "abr.", "ago.", "dic.")
    lines = ["id comprador,numero de pedido,fecha y hora,importe"]
    lines += [f"C{i % 7},P{i},{1 + i % 28} {months[i % 4]} 2023 10:0{i % 10}:30 UTC,{20 + i}.10" for i in range(40)]
    write(project, "informe.csv", lines)
    assert project.draft() == []
    rows = project.ingest().table("transactions")
    assert sorted(rows.ordered_at.dt.month.unique()) == [1, 4, 8, 12]


def test_orders_in_two_files_that_write_days_and_customers_otherwise_are_asked_about(project: Mapped):
    amounts = [20 + i * 7 % 23 for i in range(60)]
    first = [f"{5000 + i},ACC{i % 9:02},{1 + i % 28:02}/{1 + i // 28:02}/2024,{amounts[i]}.40" for i in range(40)]
    second = [f"{5000 + i},acc{i % 9:02},2024-{1 + i // 28:02}-{1 + i % 28:02},{amounts[i]}.40" for i in range(30, 60)]
    write(project, "ledger.csv", ["Order,Customer,Date,Amount", *first])
    write(project, "activity.csv", ["Order,Customer,Posted on,Amount,Page", *(f"{line},1" for line in second)])
    asked = project.draft()
    assert any("10 orders stand in ledger.csv and in activity.csv" in each for each in asked), asked
    answers = {"rows_of_activity_csv": "sales"} if any("rows_of_activity_csv" in each for each in asked) else {}
    assert project.draft(same_orders_ledger_csv="once", **answers) == []
    assert total(project) == round(sum(amounts) + 0.4 * 60, 2)


def test_heads_lines_and_payments_in_one_file_are_told_apart_by_the_column_that_names_them(project: Mapped):
    """Returns are marked on heads alone, so that a note tells a few heads from their lines, too."""
    lines, due = ["Date,Receipt Number,Line Type,Customer Code,Note,Quantity,Subtotal,Paid,Details"], 0
    for i in range(90):
        day, who, sign = f"2024-0{1 + i // 28}-{1 + i % 28:02}", f"C{i % 13:02}", -1 if i % 9 == 5 else 1
        parts = [sign * (11 + (i * (k + 3)) % 17) for k in range(1 + (i % 3 == 0))]
        note = "Return" if sign < 0 else ""
        lines.append(f"{day},{300 + i},Sale,{who},{note},{len(parts) * sign},{sum(parts)}.00,{sum(parts)}.00,goods")
        lines += [f"{day},{300 + i},Sale Line,{who},,{sign},{part}.00,,good {part % 5}" for part in parts]
        lines.append(f"{day},{300 + i},Payment,{who},,,,{sum(parts)}.00,Card")
        due += sum(parts)
    write(project, "sales.csv", lines)
    asked = "\n".join(project.draft())
    assert "In 90 of 90 orders, the rows in which Line Type is Sale Line and Sale come to" in asked
    assert project.draft(counts_by_line_type="Sale Line") == []
    assert total(project) == due
