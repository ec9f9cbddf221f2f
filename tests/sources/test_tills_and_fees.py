"""Sums that numbers tell: receipts beside payments, fees in place of a price, pieces of packs, costs beside sums."""

import pytest
from mapping_exports import total


@pytest.mark.parametrize(
    ("head", "cash", "change", "card"),
    [
        ("Bonnr;Datum;Klantkaart;Omschrijving;Aantal;Bedrag", "CONTANT", "WISSELGELD", "PIN"),
        ("Receipt;Date;Loyalty card;Item;Quantity;Amount", "CASH", "CHANGE", "CARD"),
    ],
)
def test_what_a_receipt_was_paid_with_is_asked_apart_from_what_was_bought(project, head, cash, change, card):
    lines, sold = [head], 0
    for i in range(60):
        start, bought = f"{2000 + i};2024-03-{i % 28 + 1:02d};K{i % 12:03d}", 0
        for j in range(1 + i % 3):
            cents = (450, 1290, 2375, 690)[(i + j) % 4]
            bought += cents
            lines.append(f"{start};{('Bread', 'Cake', 'Tea', 'Jam')[(i + j) % 4]};1;{cents / 100:.2f}")
        given = -(-bought // 1000) * 1000
        if i % 2:
            lines += [f"{start};{cash};;{given / 100:.2f}", f"{start};{change};;{(bought - given) / 100:.2f}"]
        else:
            lines.append(f"{start};{card};;{bought / 100:.2f}")
        sold += bought
    (project.raw / "till.csv").write_text("\n".join(lines))
    key = "sides_by_omschrijving" if cash == "CONTANT" else "sides_by_item"
    assert project.draft(**{key: "others"}) == []
    assert key in project.printed
    assert total(project) == sold / 100


def test_a_word_for_fees_does_not_leave_out_the_largest_part_of_what_is_sold(project):
    lines, sold = ["Kundennummer;Rechnungsnr.;Rechnungsdatum;Positionsart;Netto EUR"], 0
    for i in range(40):
        head = f"K-{i % 9};R{i};{i % 28 + 1:02d}.04.2024"
        lines += [f"{head};Grundgebühr;19,99", f"{head};Verbindungen;{5 + i},00"]
        sold += 1999 + 100 * (5 + i)
        if i % 8 == 0:
            lines.append(f"{head};Gutschrift;3,00")
            sold -= 300
    (project.raw / "bills.csv").write_text("\n".join(lines), encoding="utf-8")
    assert project.draft(kinds_of_positionsart="sales") == []
    assert "'Grundgebühr' or 'Verbindungen'" in project.printed
    assert total(project) == sold / 100


def test_pieces_that_are_packs_times_what_one_holds_are_multiplied_once(project):
    lines, sold = ["Sales order,Order date,Account,SKU,Cases,Units per case,Units,Unit price"], 0
    for i in range(40):
        cases, size, cents = (1, 2, 4)[i % 3], (6, 12, 24)[i // 3 % 3], (95, 120, 250)[i % 3]
        pieces = cases * size
        lines.append(f"SO{i},2024-05-{i % 28 + 1:02d},A{i % 7},S{i % 5},{cases},{size},{pieces},{cents / 100:.2f}")
        sold += pieces * cents
    (project.raw / "lines.csv").write_text("\n".join(lines))
    assert project.draft() == []
    assert total(project) == sold / 100


def test_a_fee_paid_for_what_was_cancelled_is_revenue_where_a_person_says_so(project):
    lines, sold = ["Booking,Guest ID,Arrival,Nights,Total,Status,Cancellation fee"], 0
    for i in range(60):
        is_off = i % 10 == 0
        amount, fee = 8900 * (1 + i % 3), 5000 if i % 20 == 0 else 0
        status = "Cancelled" if is_off else "Confirmed"
        paid = f"{fee / 100:.2f}" if fee else ""
        lines.append(f"B{i},G{i % 15},2024-06-{i % 28 + 1:02d},{1 + i % 3},{amount / 100:.2f},{status},{paid}")
        sold += fee if is_off else amount
    (project.raw / "stays.csv").write_text("\n".join(lines))
    assert project.draft(off_by_cancellation_fee="instead") == []
    assert total(project) == sold / 100


def test_what_goods_cost_is_not_taken_for_what_they_were_sold_for(project):
    lines, sold = ["单据编号,单据日期,单据类型,客户编码,存货编码,数量,含税单价,税率,价税合计,成本金额"], 0
    for i in range(40):
        n, kind = 1 + i % 5, "销售退货单" if i % 10 == 9 else "销售出库单"
        head = f"XS{i:04d},2024-05-{i % 28 + 1:02d},{kind},KH{i % 7},LJ{i % 4}"
        lines.append(f"{head},{n},113.00,13%,{113 * n}.00,{60 * n}.00")
        sold += (-1 if i % 10 == 9 else 1) * 10000 * n
    (project.raw / "销售明细.csv").write_text("\n".join(lines), encoding="utf-8")
    assert project.draft() == []
    assert total(project) == sold / 100


@pytest.mark.parametrize("n_treatments", [5, 36])
def test_what_an_insurer_pays_is_asked_although_it_stands_among_treatments(project, n_treatments):
    """Its rows are below zero as returns are; a value of an answer may hold a comma."""
    lines, sold = ["Visit,Date,Client,Treatment,Amount"], 0
    for i in range(300):
        cents = 4_000 + 300 * (i * 7 % n_treatments)
        sold += cents
        start = f"{7000 + i},2024-{i % 12 + 1:02d}-{i % 28 + 1:02d},C{i % 60:03d}"
        lines.append(f"{start},Therapy {i * 7 % n_treatments},{cents / 100:.2f}")
        if i % 3 == 0:
            lines.append(f'{start},"Insurer, paid to us",-{cents / 500:.2f}')
    (project.raw / "visits.csv").write_text("\n".join(lines))
    assert project.draft(kinds_of_treatment="Insurer, paid to us=none") == []
    assert "'Insurer, paid to us' in 100 rows" in project.printed
    assert total(project) == sold / 100


def test_products_that_often_come_back_are_no_kind_of_row(project):
    lines, sold = ["Order,Date,Customer,Product,Amount"], 0
    for i in range(400):
        start = f"{7000 + i},2024-{i % 12 + 1:02d}-{i % 28 + 1:02d},C{i % 60:03d}"
        cents = 4_000 + 300 * (i * 7 % 36)
        is_back = i % 36 == 0 or i % 10 == 0
        sold += -cents if is_back else cents
        lines.append(f"{start},Dress {i * 7 % 36},{'-' if is_back else ''}{cents / 100:.2f}")
    (project.raw / "sales.csv").write_text("\n".join(lines))
    assert project.draft() == []
    assert total(project) == sold / 100
