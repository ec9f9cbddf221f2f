"""Registers of documents by code, parts of totals, converted amounts, packages used up, and fees for cancelling."""

import pytest
from mapping_exports import revenue, total, write


def day(i: int) -> str:
    return f"2024-{i // 28 % 12 + 1:02d}-{i % 28 + 1:02d}"


def test_codes_of_documents_are_asked_although_one_of_them_marks_the_total(project):
    lines, sold, every = ["Doc;Invoice no;Invoice date;Customer no;Material;Net amount"], 0, 0
    for i in range(90):
        kind = "CR" if i % 9 == 8 else "PF" if i % 9 == 7 else "IV"
        for line in range(2):
            cents = 4_000 + 310 * (i % 7) + 90 * line
            every += cents
            sold += {"IV": cents, "CR": -cents, "PF": 0}[kind]
            lines.append(f"{kind};{9000 + i};{day(i)};C{i % 12:03d};M-{i % 5};{cents / 100:.2f}")
    write(project, "register.csv", [*lines, f"*;;;;;{every / 100:.2f}"])
    assert project.draft(sums_by_doc="leave_out", kinds_of_doc="IV=sale,CR=return,PF=none") == []
    assert total(project) == sold / 100


def test_parts_are_taken_where_their_total_stands_on_each_row_of_an_order(project):
    lines, given = ["Donor ID,Gift ID,Gift date,Gift amount,Fund,Split amount"], 0
    for i in range(60):
        parts = (2_000 + 100 * (i % 8), 1_500) if i % 4 == 0 else (2_500 + 100 * (i % 9),)
        given += sum(parts)
        for fund, part in zip(("General", "Library"), parts, strict=False):
            lines.append(f"D{i % 15:03d},G{i},{day(i)},{sum(parts) / 100:.2f},{fund},{part / 100:.2f}")
    write(project, "gifts.csv", lines)
    assert project.draft() == []
    assert "Split amount" in project.mapping
    assert total(project) == given / 100


def test_a_total_with_one_row_for_each_order_stays_the_amount(project):
    lines, given = ["Donor ID,Gift ID,Gift date,Gift amount,Pledged"], 0
    for i in range(60):
        given += (cents := 2_500 + 100 * (i % 9))
        lines.append(f"D{i % 15:03d},G{i},{day(i)},{cents / 100:.2f},{cents / 100:.2f}")
    write(project, "gifts.csv", lines)
    project.draft()
    assert total(project) == given / 100


@pytest.mark.parametrize("converted", [True, False])
def test_amounts_in_several_currencies_are_converted_although_the_rate_stands_on_the_first_line_only(
    project, converted
):
    lines, worth = ["单据编号,日期,客户,币别,汇率,商品,数量,金额" + (",金额(本位币)" if converted else "")], 0.0
    for i in range(60):
        rate, name = (7.1 + 0.01 * (i % 5), "美元") if i % 4 == 0 else (1, "人民币")
        for line in range(1 + i % 3):
            amount = 120 + 7.5 * (i % 6) + line
            worth += round(amount * rate, 2)
            head = f"AR{i:04d},{day(i)},客户{i % 9}公司,{name},{rate:g}" if line == 0 else ",,,,"
            own = f",{round(amount * rate, 2):.2f}" if converted else ""
            lines.append(f"{head},G{line},1,{amount:.2f}{own}")
    write(project, "应收.csv", lines)
    answers = {"fill_down": "yes"} | ({} if converted else {"by_汇率": "multiply"})
    assert project.draft(currency="CNY", **answers) == []
    assert total(project) == pytest.approx(worth, abs=0.02)


def test_what_a_package_paid_for_before_is_asked(project):
    lines, sold = ["Invoice,Date,Patient ID,Item,Qty,Amount,Settlement"], 0
    for i in range(120):
        method = ("CASH", "VISA", "PKG")[i % 3]
        cents = 8_000 + 500 * (i % 6)
        sold += cents if method != "PKG" else 0
        lines.append(f"INV{i:04d},{day(i)},P{i % 17:03d},Session {i % 6},1,{cents / 100:.2f},{method}")
    write(project, "clinic.csv", lines)
    assert project.draft(settlement_what_was_paid_before="leave_out") == []
    assert total(project) == sold / 100


def test_orders_that_were_cancelled_and_billed_are_asked(project):
    lines, billed = ["Load,Status,Customer code,Pickup date,Total charges,Invoice no"], 0
    for i in range(120):
        status, invoice, cents = "COMPLETED", f"{88_000 + i}", 150_000 + 1_000 * (i % 11)
        if i % 10 == 9:
            status, invoice, cents = "CANCELLED", (f"{88_000 + i}" if i % 20 == 9 else ""), 25_000
        billed += cents if invoice else 0
        lines.append(f"{5_000 + i},{status},CUST{i % 13:02d},{day(i)},{cents / 100:.2f},{invoice}")
    write(project, "loads.csv", lines)
    assert project.draft(billed_by_invoice_no="keep") == []
    assert total(project) == billed / 100


def test_cancelled_orders_that_all_have_an_invoice_are_no_sales(project):
    lines, sold = ["Order,Status,Customer code,Date,Total,Invoice no"], 0
    for i in range(60):
        status, cents = ("CANCELLED" if i % 10 == 9 else "COMPLETED"), 15_000 + 1_000 * (i % 11)
        sold += cents if status == "COMPLETED" else 0
        lines.append(f"{5_000 + i},{status},CUST{i % 13:02d},{day(i)},{cents / 100:.2f},{88_000 + i}")
    write(project, "orders.csv", lines)
    assert project.draft() == []
    assert total(project) == sold / 100


def test_prices_that_hold_tax_for_some_customers_only_are_asked(project):
    lines, net = ["order;date;customer;group;net;item;price;quantity;tax_rate"], 0.0
    for i in range(80):
        is_trade = i % 4 == 0
        price, units, rate = (12.5, 8.4, 30.0)[i % 3], 1 + i % 4, (7, 19)[i % 2]
        worth = round(units * price if is_trade else units * price / (1 + rate / 100), 2)
        net += worth
        who = f"C{i % 11 + (100 if is_trade else 0):03d}"
        group = "trade" if is_trade else "home"
        lines.append(f"{700 + i};{day(i)};{who};{group};{int(is_trade)};A{i % 3};{price:.2f};{units};{rate}")
    write(project, "lines.csv", lines)
    assert project.draft(tax_by_net="take_off") == []
    assert total(project) == pytest.approx(net, abs=0.02)


def test_an_amount_before_several_discounts_is_asked_although_returns_are_below_zero(project):
    lines, left = ["Receipt,Date,Member,Subtotal,Discount,Points discount,Total"], 0
    for i in range(90):
        sign = -1 if i % 15 == 14 else 1
        subtotal = sign * (3_000 + 170 * (i % 9))
        off, points = sign * (200 if i % 3 == 0 else 0), sign * (100 if i % 5 == 0 else 0)
        left += subtotal - off - points
        cells = (f"{cents / 100:.2f}" for cents in (subtotal, off, points, subtotal - off - points))
        lines.append(f"{8_000 + i},{day(i)},M{i % 14:03d},{','.join(cells)}")
    write(project, "receipts.csv", lines)
    project.draft(amount_subtotal="total")
    assert total(project) == left / 100


def test_a_discount_is_taken_off_where_only_so_the_amount_comes_to_the_total(project):
    lines, net = ["Folio,Fecha,RFC Cliente,SubTotal,Descuento,IVA,Total"], 0
    for i in range(80):
        subtotal, off = 40_000 + 900 * (i % 13), (2_000 if i % 3 == 0 else 0)
        tax = round(0.16 * (subtotal - off))
        net += subtotal - off
        cells = (f"{cents / 100:.2f}" for cents in (subtotal, off, tax, subtotal - off + tax))
        lines.append(f"A{i},{day(i)},R{i % 16:03d},{','.join(cells)}")
    write(project, "cfdi.csv", lines)
    project.draft(customer="RFC Cliente", date="Fecha")
    assert total(project) == net / 100


def test_wages_among_documents_are_asked_and_payments_of_what_was_billed_are_no_orders(project):
    lines, billed = ["Document,Date,Partner,Concept,Subtotal,Monto pago"], 0
    for i in range(90):
        cents = 50_050 + 1_010 * (i % 9)
        billed += cents
        lines += [
            f"F{i},{day(i)},R{i % 10:03d},Tools,{cents / 100:.2f},",
            f"N{i},{day(i)},E{i % 4:03d},Payroll,9000.00,",
            f"P{i},{day(i + 20)},R{i % 10:03d},Tools,0.00,{cents / 100:.2f}",
        ]
    write(project, "documents.csv", lines)
    assert project.draft(customer="Partner", concept_wages="leave_out", money_in_monto_pago="leave_out") == []
    assert total(project) == billed / 100
    assert project.ingest().table("transactions")["order_id"].nunique() == 90


def test_the_smaller_of_two_files_is_asked_about_and_months_in_words_of_any_language_are_read(project):
    months = ["Jan", "Feb", "Mar", "Apr", "Mei", "Jun", "Jul", "Agu", "Sep", "Okt", "Nov", "Des"]
    lines, back, sold = ["No. Faktur;Tanggal;Kode Pelanggan;Jumlah"], ["No. Kembali;Tanggal;Kode Pelanggan;Jumlah"], 0
    for i in range(96):
        amount = 1_000_000 + 25_000 * (i % 7)
        sold += amount
        lines.append(f"F{i};{i % 27 + 1:02d} {months[i % 12]} 2024;P.{i % 13:03d};{amount}")
        if i % 8 == 0:
            sold -= 300_000
            back.append(f"R{i};{i % 27 + 1:02d} {months[i % 12]} 2024;P.{i % 13:03d};300000")
    write(project, "faktur.csv", lines)
    write(project, "barang_kembali.csv", back)
    answers = {"customer": "Kode Pelanggan", "date": "Tanggal", "amount": "Jumlah"}
    assert project.draft(currency="IDR", rows_of_barang_kembali_csv="returns", **answers) == []
    assert total(project) == sold


def test_corrections_of_both_states_count_with_the_invoice_that_they_name(project):
    head = "Nr faktury;Typ;Data wystawienia;Nr klienta;Stan;Wartość netto;Dok. powiązany"
    lines, right = [head], 0
    for i in range(60):
        net = 10_000 + 321 * i
        rows = [(f"FV/{i}", "FV", "", net, "")]
        right += net
        if i % 5 == 0:
            rows += [(f"KOR/{i}", "KOR", "było", net, f"FV/{i}"), (f"KOR/{i}", "KOR", "jest", net - 500, f"FV/{i}")]
            right -= 500
        for number, kind, state, cents, of in rows:
            amount = f"{cents / 100:.2f}".replace(".", ",")
            lines.append(f"{number};{kind};{i % 28 + 1:02d}.03.2024;K{i % 6};{state};{amount};{of}")
    write(project, "rejestr.csv", lines)
    answers = {"kinds_of_typ": "sales", "kinds_of_stan": "było=return,jest=sale", "amount": "Wartość netto"}
    assert project.draft(**answers) == []
    ingested = project.ingest()
    assert round(sum(revenue(ingested).values()), 2) == right / 100
    assert ingested.table("transactions")["order_id"].nunique() == 60


def test_goods_and_bonds_are_no_visits_of_a_shop(project):
    goods = ["Scissor lift", "Add-on bucket", "Page heater", "Generator", "Refundable bond"]
    rows = [f"{700 + i},{day(i)},ACC{i % 13:02d},{goods[i % 5]},{40 + i % 7}.50" for i in range(90)]
    write(project, "hire.csv", ["Invoice No,Inv Date,Account,Description,Line Amount", *rows])
    project.draft()
    assert "and the others left out" not in project.printed
    assert len(project.ingest().table("transactions")) >= 72


def test_codes_of_documents_are_asked_although_products_may_have_them_as_category(project):
    lines, sold = ["Date;N° pièce;Type;Code tiers;Code article;Montant HT"], 0
    for i in range(90):
        kind = ("FA", "VE", "AP")[i % 3]
        cents = 30_000 + 1_100 * (i % 8)
        sold += cents if kind != "AP" else 0
        amount = f"{cents / 100:.2f}".replace(".", ",")
        lines.append(f"{i % 27 + 1:02d}/04/2024;P{i};{kind};T{i % 11:03d};A{i % 5};{amount}")
    write(project, "mouvements.csv", lines)
    assert project.draft(kinds_of_type="FA=sale,VE=sale,AP=none") == []
    assert total(project) == sold / 100


def test_a_discount_in_per_cent_with_a_short_name_is_asked(project):
    lines, net = ["Beleg;Datum;Kunden-Nr.;Artikel;Menge;Preis;Rab.%"], 0.0
    for i in range(90):
        units, price, off = 1 + i % 7, (12.4, 3.85, 27.0)[i % 3], (0, 10, 33)[i % 3]
        net += round(units * price * (100 - off) / 100, 2)
        each = f"{price:.2f}".replace(".", ",")
        lines.append(f"R{i};{i % 27 + 1:02d}.04.2024;K{i % 12:03d};A{i % 5};{units};{each};{off}")
    write(project, "positionen.csv", lines)
    assert project.draft(discount_share="take_off") == []
    assert total(project) == pytest.approx(net, abs=0.5)


def test_an_order_is_told_by_a_number_of_any_name_although_names_and_clocks_differ_within_it(project):
    lines, sold = ["Booking,Booked at,Booker mail,Participant,Booking total"], 0
    for i in range(80):
        cents, n = 20_000 + 2_000 * (i % 9), 1 + i % 3
        sold += cents
        for k in range(n):
            mail = f"booker{i % 17}@example.com"
            who = mail if k == 0 else mail.title()
            lines.append(f"B{i},{day(i)} {9 + k}:15,{who},Person {i * 3 + k},{cents / 100:.2f}")
    write(project, "bookings.csv", lines)
    answers = {"customer": "Booker mail", "amount": "Booking total", "date": "Booked at"}
    left = project.draft(**answers)
    assert any("is it the amount of the whole order" in text for text in left), left


def test_purchases_that_come_to_less_than_nothing_are_a_mistake(project):
    rows = [f"D{i},{day(i)},C{i % 9:03d},{'SB'[i % 2]},{90 + 40 * (i % 2)}.25" for i in range(60)]
    write(project, "ledger.csv", ["Document,Date,Customer no,Side,Amount", *rows])
    assert not project.map("ledger.csv", kinds_of_side="S=sale,B=return")
    assert "at least as much as what was sold" in project.printed


def test_purchases_that_come_to_nothing_are_a_mistake(project):
    rows = [f"D{i},{day(i)},C{i % 9:03d},0.00" for i in range(60)]
    write(project, "orders.csv", ["Document,Date,Customer no,Amount", *rows])
    assert not project.map("orders.csv", currency="EUR")
    assert "what was sold comes to EUR 0.00" in project.printed


def test_goods_paid_by_weight_are_asked(project):
    lines, net = ["BelegNr;Datum;KdNr;Artikel;Menge;Gewicht;Preis;PreisME"], 0.0
    for i in range(90):
        price, weight = (8.95, 16.4, 3.2)[i % 3], 10.4 + i % 7
        units, unit = 2 + i % 5, "KG" if i % 3 else "STK"
        net += round((weight if unit == "KG" else units) * price, 2)
        cells = (f"{x:.2f}".replace(".", ",") for x in (weight, price))
        own, each = cells
        own = own if unit == "KG" else ""
        lines.append(f"R{i};{i % 27 + 1:02d}.04.2024;K{i % 11:03d};A{i % 6};{units};{own};{each};{unit}")
    write(project, "fakturapos.csv", lines)
    assert project.draft(price_by_gewicht="weight") == []
    assert total(project) == pytest.approx(net, abs=0.5)


def test_a_dollar_sign_may_be_that_of_another_dollar_and_rand_are_read(project):
    rows = [f"G{i},{day(i)},D{i % 13:03d},${20 + i % 9}.50" for i in range(60)]
    write(project, "gifts.csv", ["Gift ID,Gift date,Donor ID,Gift amount", *rows])
    assert project.draft(currency="AUD") == []
    assert total(project) == sum(20.5 + i % 9 for i in range(60))
    rows = [f"I{i};2024/03/{i % 28 + 1:02d};ACC{i % 13:02d};R 1 {200 + i % 9},50" for i in range(60)]
    (project.raw / "gifts.csv").unlink()
    write(project, "lines.csv", ["Document No;Date;Account;Total (Excl)", *rows])
    answers = {"amount": "Total (Excl)", "customer": "Account", "date": "Date"}
    assert project.draft(currency="ZAR", **answers) == []
    assert total(project) == sum(1200.5 + i % 9 for i in range(60))


def test_numbers_with_an_r_are_no_rand():
    from crmwb.sources.drafting.reading.number_notation import signs_of

    assert signs_of("R1024") == ()
    assert signs_of("R 1 024,50") == ("R",)


def test_czech_letters_are_read_in_their_code_page(project):
    lines = ["Doklad;Datum;Odběratel;Základ"]
    lines += [f"FV{i};{i % 27 + 1}.3.2024;Řeznictví U Třešně {i % 9};{100 + i},50" for i in range(60)]
    (project.raw / "doklady.csv").write_text("\n".join(lines) + "\n", encoding="cp1250")
    project.draft(customer="Odběratel", amount="Základ", date="Datum")
    assert "cp1250" in project.mapping


def test_what_waits_to_be_paid_and_has_an_invoice_is_asked(project):
    lines = ["N° facture,Date,N° client,Montant,Statut"]
    lines += [
        f"F{i},{day(i)},C{i % 12:03d},{40 + i % 9}.50,{'En attente' if i % 8 == 7 else 'Réglé'}" for i in range(80)
    ]
    write(project, "journal.csv", lines)
    assert any("En attente" in text and "no_sales_by_statut" in text for text in project.draft())
