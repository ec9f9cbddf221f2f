"""Amounts, statuses and rates that orders have and their lines have not; orders and rows that stand in files twice."""

from pathlib import Path

import pandas as pd
import pytest
from mapping_exports import Mapped, of_orders, total, write

N = 60


def day(i: int) -> str:
    return f"2024-{i % 12 + 1:02d}-{i % 28 + 1:02d}"


def goods(i: int, k: int) -> int:
    """Return the cents of a line of an order."""
    return 1000 + 190 * ((7 * i + 3 * k) % 31)


def comma(cents: float) -> str:
    return f"{cents / 100:.2f}".replace(".", ",")


def test_what_stands_on_each_line_of_an_order_counts_once(project):
    amounts = (
        "Order Subtotal Amount,Order Shipping Amount,Order Refund Amount,Order Total Amount,Order Total Tax Amount"
    )
    lines = [f"Order Number,Date,Email,{amounts},SKU"]
    sold = 0
    for i in range(N):
        net, shipping = sum(goods(i, k) for k in range(1 + i % 3)), (0, 905)[i % 2]
        tax = round((net + shipping) * 0.1)
        whole, back = net + shipping + tax, net + shipping + tax if i % 10 == 4 else 0
        sold += 0 if back else net
        for k in range(1 + i % 3):
            each = ",".join(f"{cents / 100:.2f}" for cents in (net, shipping, back, whole, tax))
            lines.append(f"{1000 + i},{day(i)},c{i % 17}@x.org,{each},S{(i + k) % 9}")
    write(project, "orders.csv", lines)
    assert project.draft() == []
    assert total(project) == sold / 100


@pytest.mark.parametrize(("name", "asked"), [("orderkorting", False), ("afgetrokken", True)])
def test_orders_that_are_less_than_their_lines_in_another_file(project, name, asked):
    orders, lines, sold = (
        [f"order_nr;klant_nr;orderdatum;{name};totaal"],
        ["order_nr;artikel;aantal;prijs;regelbedrag"],
        0,
    )
    for i in range(N):
        n = 1 + i % 3
        cents, off = [n * goods(i, k) for k in range(n)], (0, 0, 500)[i % 3]
        sold += sum(cents) - off
        orders.append(f"{i};{100 + i % 17:05};{day(i)};{comma(off)};{comma(sum(cents) - off)}")
        lines += [f"{i};A{k};{n};{comma(each / n)};{comma(each)}" for k, each in enumerate(cents)]
    write(project, "orders.csv", orders)
    write(project, "orderregels.csv", lines)
    left = project.draft()
    assert [key for key in left if f"orders.{name}" in key] == left
    assert bool(left) == asked
    if asked:
        assert project.draft(**{f"orders_less_{name}": "take_off"}) == []
    assert total(project) == sold / 100


def test_several_amounts_taken_off_orders_are_asked_one_by_one(project):
    lines, sold = ["Order ID,Date,Customer ID,SKU,Line total,Seller Voucher,Site Voucher,Grand Total"], 0
    for i in range(N):
        cents, own, other = [goods(i, k) for k in range(1 + i % 3)], (0, 300)[i % 2], (0, 0, 450)[i % 3]
        sold += sum(cents) - own
        amounts = ",".join(f"{each / 100:.2f}" for each in (own, other, sum(cents) - own - other))
        lines += [f"{i},{day(i)},C{i % 17},S{k},{each / 100:.2f},{amounts}" for k, each in enumerate(cents)]
    write(project, "orders.csv", lines)
    assert len(project.draft()) == 2
    assert project.draft(orders_less_seller_voucher="take_off", orders_less_site_voucher="leave") == []
    assert total(project) == sold / 100


def test_flags_and_rates_of_invoices_hold_for_their_lines(project):
    heads = ["Fakturanr;Kundnr;Fakturadatum;Valuta;Valutakurs;Makulerad;Bokförd"]
    lines, sold = ["Fakturanr;Artikelnr;Antal;Summa"], 0.0
    for i in range(N):
        is_out, is_draft, rate = i % 11 == 3, i % 13 == 5, 11.5 if i % 5 == 0 else 1.0
        flags = f"{'Ja' if is_out else 'Nej'};{'Nej' if is_draft else 'Ja'}"
        code, shown = ("EUR", "11,5000") if rate > 1 else ("SEK", "1,0000")
        heads.append(f"{i};{100 + i % 17};{day(i)};{code};{shown};{flags}")
        for k in range(2):
            lines.append(f"{i};A{k};1;{comma(goods(i, k))}")
            sold += 0 if is_out or is_draft else goods(i, k) * rate
    write(project, "fakturor.csv", heads)
    write(project, "rader.csv", lines)
    assert any("multiplying it with" in asked for asked in project.draft(currency="SEK"))
    assert project.draft(currency="SEK", by_exchange_rate="multiply") == []
    assert total(project) == pytest.approx(sold / 100, abs=0.02)


def test_states_by_number_and_rates_without_codes_are_asked(project):
    heads = ["id_order;id_customer;id_currency;conversion_rate;current_state;date_add;date_upd"]
    lines, sold = ["id_order;product_reference;product_quantity;total_price_tax_excl"], 0.0
    for i in range(N):
        rate, state = 0.94 if i % 6 == 0 else 1.0, (2, 4, 5, 6)[i % 4]
        heads.append(f"{i};{100 + i % 17};{2 if rate < 1 else 1};{rate:.6f};{state};{day(i)};{day(i + 1)}")
        lines += [f"{i};P{k};1;{goods(i, k) / 100:.2f}" for k in range(2)]
        sold += 0 if state == 6 else sum(goods(i, k) for k in range(2)) / rate
    write(project, "ps_orders.csv", heads)
    write(project, "ps_order_detail.csv", lines)
    answers = {"by_conversion_rate": "divide", "kinds_of_current_state": "6=none"}
    assert len(project.draft()) == len(answers)
    assert project.draft(**answers) == []
    assert total(project) == pytest.approx(sold / 100, abs=0.3)


@pytest.mark.parametrize("answer", ["once", "twice"])
def test_orders_that_stand_in_a_file_again_are_asked(project, answer):
    lines, sold, n_again = ["Order,Date,Customer ID,Item,Line total,Disc,Order total"], 0, 3
    for i in range(N):
        cents, off = [goods(i, k) for k in range(1 + i % 3)], (0, 200)[i % 2]
        rows = [
            f"{i},{day(i)},C{i % 17},I{k},{each / 100:.2f},{off / 100:.2f},{(sum(cents) - off) / 100:.2f}"
            for k, each in enumerate(cents)
        ]
        times = 2 if i in {8, 20, 33} else 1
        lines += rows * times
        sold += sum(cents) * (1 if answer == "once" else times) - off
    write(project, "orders.csv", lines)
    assert any(f"{n_again} Order (8, 20" in asked for asked in project.draft())
    assert project.draft(rows_again_order=answer) == []
    if answer == "once":
        assert total(project) == sold / 100
        assert len(of_orders(project.ingest(), ["8"])) == 3


def test_the_same_item_twice_on_a_receipt_is_no_order_again(project):
    lines = ["Receipt,Date,Customer ID,Item,Amount"]
    for i in range(N):
        lines += [f"{i},{day(i)},C{i % 17},I{i % 5},{goods(i, 0) / 100:.2f}"] * (1 + (i % 4 == 0))
        lines.append(f"{i},{day(i)},C{i % 17},I9,3.00")
    write(project, "receipts.csv", lines)
    assert project.draft() == []


def test_what_was_paid_out_of_credit_notes_is_not_taken_off_again(project):
    bills, notes, sold = (
        ["Invoice Number,Customer Id,Date,Sub Total"],
        ["Credit Note Number,Customer Id,Date,Status,Sub Total,Amount Refunded"],
        0,
    )
    for i in range(N):
        bills.append(f"INV-{i},C{i % 17},{day(i)},{goods(i, 0) / 100:.2f}")
        sold += goods(i, 0)
    for i in range(0, N, 5):
        back = goods(i, 0) // 2
        status, paid_out = ("Refunded", back) if i % 2 else ("Refund Due", 0)
        notes.append(f"CN-{i},C{i % 17},{day(i + 1)},{status},{back / 100:.2f},{paid_out / 100:.2f}")
        sold -= back
    write(project, "Invoices.csv", bills)
    write(project, "CreditNotes.csv", notes)
    answers = {"rows_of_creditnotes_csv": "returns"}
    left = project.draft(**answers)
    assert [each for each in left if "Status" not in each] == []
    assert project.draft(**answers, **({"no_sales_by_status": "none"} if left else {})) == []
    assert total(project) == sold / 100


def test_a_status_asked_of_two_files_takes_values_of_either(project):
    for name, states in (("a", ["Paid", "Zurp"]), ("b", ["Paid", "Quib", "Cancelled"])):
        lines = ["Order,Date,Customer ID,Amount,Order Status"]
        lines += [f"{name}{i},{day(i)},C{i % 17},{goods(i, 5) / 100:.2f},{states[i % len(states)]}" for i in range(N)]
        write(project, f"{name}.csv", lines)
    (asked,) = project.draft()
    assert "'Zurp'" in asked
    assert "where it is 'Quib' too" in asked
    assert project.draft(no_sales_by_order_status="Quib") == []
    kept = project.ingest().table("transactions")
    assert len(kept) == N + N // 3
    assert project.draft(no_sales_by_order_status="Quib,Zurp") == []
    assert len(project.ingest().table("transactions")) == N // 2 + N // 3


def test_a_cancellation_that_only_a_sentence_tells_is_asked(project):
    lines, sold = ["Order,Date,Customer ID,Amount,Estado,Descripción del estado"], 0
    for i in range(N):
        state, sentence = ("Entregado", f"Llegó el {i % 28 + 1} de mayo a las {i}")
        if i % 9 == 2:
            sentence = "Venta cancelada"
        else:
            sold += goods(i, 0)
        lines.append(f"{i},{day(i)},C{i % 17},{goods(i, 0) / 100:.2f},{state},{sentence}")
    write(project, "ventas.csv", lines)
    (asked,) = project.draft()
    assert "Venta cancelada" in asked
    assert project.draft(descripcion_del_estado_no_sales="leave_out") == []
    assert total(project) == sold / 100


def test_deposits_beside_a_net_amount_are_asked(project):
    lines, sold = ["Číslo dokladu;Datum vystavení;Odběratel;Základ;DPH 21 %;Vratné obaly;Celkem s DPH"], 0
    for i in range(N):
        net, kegs = goods(i, 0), (0, 2000)[i % 2]
        tax = round(net * 0.21)
        sold += net
        lines.append(
            f"F{i};{day(i)};Hospoda {i % 17};{comma(net)};{comma(tax)};{comma(kegs)};{comma(net + tax + kegs)}"
        )
    write(project, "doklady.csv", lines)
    assert any("Vratné obaly" in asked for asked in project.draft())
    assert project.draft(revenue_beside_zaklad="leave_out") == []
    assert total(project) == sold / 100


def test_thai_files_are_read_in_their_code_page(project):
    lines = ["เลขที่บิล,วันที่,รหัสลูกค้า,ชื่อลูกค้า,ยอดรวม,สถานะ"]
    states = ["ยกเลิก", "ชำระแล้ว", "ชำระแล้ว"]
    lines += [f"IV{i},{day(i)},{i % 17:04},ร้านเจริญพร {i},{goods(i, 0) / 100:.2f},{states[i % 3]}" for i in range(N)]
    write(project, "บิล.csv", lines, encoding="cp874")
    project.draft()
    assert "cp874" in project.mapping
    assert "ยกเลิก" in project.mapping


def test_guests_by_number_are_told_apart_by_their_address(project):
    lines = ["Order ID,Customer ID,Customer Name,Customer Email,Order Date,Total"]
    for i in range(N):
        buyer = i % 17
        who = 0 if buyer % 4 == 0 else 30 + buyer
        lines.append(f"{i},{who},Name {buyer},n{buyer}@x.org,{day(i)},{goods(i, 0) / 100:.2f}")
    write(project, "orders.csv", lines)
    assert any("Customer ID is '0' in" in asked for asked in project.draft())
    assert project.draft(without_customer_id="name") == []
    assert len(project.ingest().table("transactions")) == N


@pytest.fixture
def company(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Mapped:
    monkeypatch.chdir(tmp_path)
    return Mapped(tmp_path)


NAMES = [f"{first} {last}" for first in ("Ana", "Bo", "Cem", "Dora") for last in ("Díaz", "Li", "Kaya", "O'Neill")]


@pytest.mark.parametrize("kind", ["person", "company"])
def test_names_of_people_become_codes_and_those_of_companies_stay(company, kind):
    rows = [(i, day(i), NAMES[i % len(NAMES)], goods(i, 0) / 100) for i in range(N)]
    pd.DataFrame(rows, columns=["Order ID", "Date", "Customer", "Amount"]).to_csv(
        company.raw / "sales.csv", index=False
    )
    assert company.map("sales.csv", currency="EUR", **({"kind": kind} if kind == "company" else {})), company.printed
    customers = set(company.ingest().table("transactions").customer_id)
    assert len(customers) == len(NAMES)
    assert (customers == set(NAMES)) == (kind == "company")
    assert any(name in customers for name in NAMES) == (kind == "company")


def test_of_columns_with_one_name_the_one_that_is_known_is_taken(project):
    lines = ["Order,Date,Customer ID,Units,Price,Units"]
    lines += [f"{i},{day(i)},C{i % 17},{1 + i % 3},{goods(i, 0) / 100:.2f},{i % 9 // 8 or ''}" for i in range(N)]
    write(project, "orders.csv", lines)
    assert project.draft() == []
    assert total(project) == sum(goods(i, 0) * (1 + i % 3) for i in range(N)) / 100


def test_sheets_whose_titles_are_not_the_same_are_asked(project):
    with pd.ExcelWriter(project.raw / "bookings.xlsx") as book:
        for year, unit in ((2022, "amounts in kuna"), (2023, "amounts in euro")):
            rows = [[f"Bookings {year}", unit, None, None], ["Order", "Date", "Customer ID", "Amount"]]
            rows += [[f"{year}-{i}", f"{year}{day(i)[4:]}", f"C{i % 17}", goods(i, 0) / 100] for i in range(N)]
            pd.DataFrame(rows).to_excel(book, sheet_name=str(year), header=False, index=False)
    (asked,) = project.draft()
    assert "amounts in kuna" in asked
    assert project.draft(titles_bookings_xlsx="same") == []


def test_whole_numbers_beside_moments_of_a_program_may_be_cents(project):
    lines = ["transaction_id,billed_at,customer_id,total"]
    lines += [f"t{i},{day(i)}T10:{i % 60:02d}:00Z,c{i % 17},{goods(i, 0) * 100}" for i in range(N)]
    write(project, "transactions.csv", lines)
    assert any("counted in cents" in asked for asked in project.draft())
    assert project.draft(decimals_of_total="hundredths") == []
    assert total(project) == sum(goods(i, 0) for i in range(N))


def test_japanese_files_with_a_full_width_sign_before_amounts_are_read(project):
    lines = ["受注番号,受注日,顧客コード,金額,状態"]
    lines += [f"J{i},{day(i)},{i % 17:06},￥{goods(i, 0)},発送済" for i in range(N)]
    write(project, "受注.csv", lines, encoding="cp932")
    project.draft()
    assert "cp932" in project.mapping
