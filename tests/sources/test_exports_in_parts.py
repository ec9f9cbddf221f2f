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
