"""Files of branches, ledgers with costs, columns that only their numbers explain, hundredths, and fees taken off."""

import json

import pytest
from mapping_exports import revenue, total, write

from crmwb.errors import CrmwbError
from crmwb.sources.drafting.questions import Question, of_files
from crmwb.sources.drafting.reading.words import Outcome, outcome


def branch(shift: int) -> tuple[list[str], int]:
    """Return an Italian branch's documents and its net revenue in cents; customers' numbers begin anew in each."""
    head = "Data;N. doc.;Caus.;Cod. cliente;Ragione sociale;Articolo;Q.tà;Prezzo un.;Sc. %;Imponibile;IVA;Totale"
    lines, sold = [head], 0
    for i in range(60):
        units, price, share = 2 * (1 + i % 5), (150, 890, 2200)[i % 3], (0, 10, 20)[i % 3]
        net = units * price * (100 - share) // 100
        vat = round(net * 0.22)
        kind, sign = ("RES", -1) if i % 9 == 8 else ("VEN", 1)
        sold += sign * net
        who = i % 8
        cents = [f"{cent // 100},{cent % 100:02d}" for cent in (price, net, vat, net + vat)]
        start = f"{(i + shift) % 28 + 1:02d}/03/2024;{i + 1};{kind};{who + 1:04d};Edilizia {chr(65 + who + shift)} srl"
        lines.append(f"{start};P{i % 3};{units};{cents[0]};{share};{cents[1]};{cents[2]};{cents[3]}")
    return lines, sold


def test_branches_are_kept_apart_and_an_answer_counts_in_each_of_their_files(project):
    both = 0
    for name, shift in (("milano.csv", 0), ("torino.csv", 10)):
        lines, sold = branch(shift)
        write(project, name, lines, "cp1252")
        both += sold
    asked = project.draft(kinds_of_caus="VEN=sale,RES=return", customers_by_file="apart")
    assert asked == []
    assert "The same is asked of 1 more file" in project.printed
    ingested = project.ingest()
    assert round(sum(revenue(ingested).values()), 2) == both / 100
    lines = ingested.table("transactions")
    assert lines["customer_id"].nunique() == 16
    assert lines["is_return"].sum() == 12


def test_the_same_customers_in_monthly_files_are_not_asked_about(project):
    for name, shift in (("march.csv", 0), ("april.csv", 0)):
        write(project, name, [line.replace("/03/", f"/0{3 + (name == 'april.csv')}/") for line in branch(shift)[0]])
    assert not any("customers_by_file" in text for text in project.draft(kinds_of_caus="VEN=sale,RES=return"))


def test_values_that_stand_in_one_file_only_may_be_answered():
    given: dict[str, str] = {}

    def question(file: str, *values: str) -> Question:
        return Question("kinds", "What?", lambda text: given.update({file: text}), default="sales", values=values)

    (one,) = of_files({"a": [question("a", "V", "R")], "b": [question("b", "V", "X")], "c": [question("c", "V")]})
    assert "where it is 'X' too" in one.text
    one.settle("R=return,X=none")
    assert given == {"a": "R=return", "b": "X=none", "c": "sales"}
    with pytest.raises(CrmwbError, match="'Q'"):
        one.settle("Q=none")


def test_what_suppliers_bill_stands_beside_sales_and_is_asked(project):
    lines, sold = ["Job,Ledger,Trn Type,Org Code,Organisation,Description,Inv Date,Local Amount"], 0
    for i in range(60):
        job, day = f"S{2600 + i}", f"2024-05-{i % 28 + 1:02d}"
        for what, cents in (("Freight", 90_000 + 700 * i), ("Documentation", 4_500)):
            lines.append(f"{job},AR,INV,CUST{i % 7},Buyer {i % 7} Ltd,{what},{day},{cents / 100:.2f}")
            sold += cents
        lines.append(f"{job},AP,INV,LINE{i % 3},Shipping Line {i % 3},Freight,{day},{(60_000 + 300 * i) / 100:.2f}")
    write(project, "jobs.csv", lines)
    answers = {"amount": "Local Amount", "ledger_what_suppliers_bill_you": "leave_out", "kinds_of_description": "sales"}
    assert project.draft(**answers) == []
    assert total(project) == sold / 100


def test_a_price_is_for_so_many_units_as_the_column_of_units_says(project):
    lines, sold = ["Faktura;Fakturadatum;Pos;Auftraggeber;Material;Fakt.Menge;ME;Nettopreis;PE"], 0.0
    for i in range(60):
        units, price, per = 100 * (1 + i % 6), (6.95, 4.5, 120)[i % 3], (1, 100, 1000)[i % 3]
        back = i % 10 == 9
        sold += (-1 if back else 1) * units * price / per
        start = f"90{i:03d};{i % 28 + 1:02d}.02.2024;10;00{10 + i % 9};60-{i % 3}"
        each = f"{price:.2f}".replace(".", ",")
        lines.append(f"{start};{units},000{'-' if back else ''};ST;{each};{per}")
    write(project, "fakturen.csv", lines)
    assert project.draft() == []
    assert total(project) == round(sold, 2)


def test_what_was_billed_and_what_should_have_been_is_asked(project):
    lines, right = (
        ["Nr faktury;Typ;Data wystawienia;Nr klienta;Odbiorca;Wiersz korekty;Wartość netto;Kwota VAT;Wartość brutto"],
        0,
    )
    for i in range(60):
        net = 10_000 + 321 * i
        rows = [("FV", f"FV/{i}", "", net)]
        right += net
        if i % 5 == 0:
            rows += [("KOR", f"KOR/{i}", "było", net), ("KOR", f"KOR/{i}", "powinno być", net - 500)]
            right -= 500
        for kind, number, row, cents in rows:
            vat = round(0.23 * cents)
            written = ";".join(f"{c // 100},{c % 100:02d}" for c in (cents, vat, cents + vat))
            site = f"Tartak {'ABCDEFGHIJKL'[i % 12]}"
            lines.append(f"{number};{kind};2024-06-{i % 28 + 1:02d};{500 + i % 6};{site};{row};{written}")
    write(project, "rejestr.csv", lines, "cp1250")
    answers = {"kinds_of_typ": "sales", "kinds_of_wiersz_korekty": "było=return,powinno być=sale"}
    assert project.draft(**answers) == []
    ingested = project.ingest()
    assert round(sum(revenue(ingested).values()), 2) == right / 100
    assert ingested.table("transactions")["customer_id"].nunique() == 6  # the number, not the name of each site


def test_invoices_of_an_interface_are_in_hundredths(project):
    rows = []
    for i in range(60):
        net = 2_900 + 100 * (i % 4)
        head = {"id": f"in_{i}", "object": "invoice", "status": "paid", "created": 1_700_000_000 + 86_400 * i}
        money = {"currency": "eur", "subtotal": net, "tax": net * 19 // 100, "total": net + net * 19 // 100}
        rows.append({**head, "customer": {"id": f"cus_{i % 9}"}, **money})
    (project.raw / "invoices.json").write_text("\n".join(map(json.dumps, rows)))
    assert project.draft(currency="EUR") == []
    assert total(project) == sum(row["subtotal"] for row in rows) / 100


def test_whole_amounts_with_rounded_tax_may_be_hundredths(project):
    lines, sold = ["id,customer_id,date,subtotal,vat,total"], 0
    for i in range(60):
        net = (1_990, 2_999, 12_950, 4_551, 799, 3_333)[i % 6]
        sold += net
        lines.append(f"A{i},C{i % 9},2024-05-{i % 28 + 1:02d},{net},{round(0.19 * net)},{net + round(0.19 * net)}")
    write(project, "orders.csv", lines)
    assert project.draft(decimals_of_subtotal="hundredths") == []
    assert total(project) == sold / 100


def test_a_net_amount_after_fees_of_a_marketplace_is_not_what_was_paid(project):
    head = (
        "Date,Type,Order number,Buyer username,Net amount,Payout status,Quantity,Item subtotal,Final value fee - fixed"
    )
    lines, paid = [f"{head},Final value fee - variable,Gross transaction amount"], 0
    for i in range(60):
        gross = 2_000 + 137 * i
        fee = round(0.09 * gross)
        back = i % 12 == 11
        kind, quantity, sign = ("Refund", "--", -1) if back else ("Order", "1", 1)
        paid += sign * gross
        money = [sign * c / 100 for c in (gross - fee - 30, gross - 395, -30, -fee, gross)]
        status = "Pending" if i > 55 else "Funds sent"
        row = f"2024-03-{i % 28 + 1:02d},{kind},N{i},buyer{i % 8},{money[0]:.2f},{status},{quantity}"
        lines.append(row + "".join(f",{n:.2f}" for n in money[1:]))
    write(project, "report.csv", lines)
    assert project.draft(kinds_of_payout_status="sales") == []
    assert total(project) == paid / 100


def test_what_stands_for_a_whole_order_is_spread_over_its_lines(project):
    lines, billed = ["注文番号,注文日時,会員ID,商品番号,単価,個数,送料,請求金額"], 0
    for i in range(60):
        goods = [(1_100 + 10 * i, 1 + i % 3), (2_300, 1)][: 1 + i % 2]
        whole = sum(price * n for price, n in goods) + 500 - 10 * (i % 7)
        billed += whole
        lines += [
            f"N{i},2024/04/{i % 28 + 1:02d} 10:00,U{i % 9},P{price},{price},{n},500,{whole}" for price, n in goods
        ]
    write(project, "orders.csv", lines)
    assert project.draft(currency="JPY", beside_請求金額="instead") == []
    assert total(project) == billed


def test_the_premium_of_an_auction_is_asked_though_it_is_the_same_share_everywhere(project):
    lines, paid = ["Sale Date,Lot,Client No,Bidder,Last Bid,Buyers Premium,Invoice"], 0
    for i in range(60):
        bid = 4_000 + 500 * (i % 11)
        paid += bid + bid // 4
        lines.append(f"2024-03-{i % 28 + 1:02d},{i},52{i % 9},B. {i % 9},{bid / 100:.2f},{bid / 400:.2f},88{i}")
    write(project, "lots.csv", lines)
    assert project.draft(amount="Last Bid", beside_buyers_premium="add") == []
    assert total(project) == paid / 100


def test_a_tax_for_the_town_is_no_revenue_of_a_hotel(project):
    lines, sold = ["Datum;Res-Nr;Gast-Nr;Text;Menge;Betrag"], 0
    for i in range(60):
        start = f"{i % 28 + 1:02d}.07.2024;R{i};G{i % 9}"
        lines += [f"{start};Logis;1;{89 + i % 5},00", f"{start};Kurtaxe;1;2,40"]
        sold += 89 + i % 5
    write(project, "folio.csv", lines)
    assert project.draft() == []
    assert total(project) == sold


@pytest.mark.parametrize("name", ["Pos.Art", "Pay Type"])
def test_letters_for_kinds_of_lines_are_asked_about_whatever_their_name_says_too(project, name):
    lines, sold = [f"Bel.Nr.;Bel.Dat.;Kd.Nr.;{name};Art.Nr.;Menge;E.-Preis;Ges.Preis"], 0
    for i in range(60):
        start = f"R{i};202403{i % 28 + 1:02d};K{i % 9}"
        whole = 20_000 + 700 * i
        sold += whole
        lines.append(f"{start};S;SET-{i % 12:03d};1;{whole / 100:.2f};{whole / 100:.2f}")
        for j in range(2 + i % 2):  # dearer alone than in the set
            each = 6_000 + 110 * ((i + j) % 12)
            lines.append(f"{start};K;PART-{(i + j) % 12:03d};2;{each / 100:.2f};{each / 50:.2f}")
    write(project, "lines.csv", lines)
    key = "kinds_of_pos_art" if name == "Pos.Art" else "kinds_of_pay_type"
    assert project.draft(**{key: "S=sale,K=none"}) == []
    assert total(project) == sold / 100


def test_what_is_open_stands_on_later_rows_again(project):
    lines, billed = ["Order#,Suf,Ord Dt,Cust#,Prod,Qty Ord,Qty Ship,Qty B/O,Net Prc,Ext Net"], 0
    for i in range(60):
        units, price = 10 + i % 7, 1_940 + 10 * (i % 5)
        first = units if i % 4 else units - 4
        day = f"2024-03-{i % 28 + 1:02d}"
        for suffix, whole, sent in ((0, units, first), (1, units - first, units - first)):
            if whole:
                money = f"{price / 100:.2f},{whole * price / 100:.2f}"
                lines.append(f"22{i:02d},0{suffix},{day},40{i % 9},B{i % 5},{whole},{sent},{whole - sent},{money}")
                billed += sent * price
    write(project, "lines.csv", lines)
    asked = project.draft(shipped_or_ordered="shipped")
    assert [text for text in asked if "versions" not in text] == []
    assert total(project) == billed / 100


def test_an_opportunity_of_several_rows_counts_once(project):
    lines, won = (
        ["Opportunity ID,Account ID,Account Name,Close Date,Stage,Amount,Split Type,Team Member,Split Amount"],
        0,
    )
    for i in range(40):
        cents = 1_300_000 + 2_500 * i
        won += cents
        start = f"006{i:03d},001{i % 9},Firm {i % 9} Ltd,2024-03-{i % 28 + 1:02d},Closed Won,{cents / 100:.2f}"
        lines.append(f"{start},Revenue,A. Doe,{cents / 100:.2f}")
        if i % 3:
            lines.append(f"{start},Overlay,B. Roe,{cents / 200:.2f}")
    write(project, "splits.csv", lines)
    assert project.draft(rows_of_opportunity_id="once") == []
    ingested = project.ingest()
    assert round(sum(revenue(ingested).values()), 2) == won / 100
    assert len(ingested.table("opportunities")) == 40


def test_days_that_stand_in_two_files_without_numbers_of_orders_count_once(project):
    def line(i: int) -> str:
        return f"2024-0{3 + i // 28}-{i % 28 + 1:02d},M{i % 9},Item {i % 6},1,{10 + i % 11}.50"

    head = "Date,Member no,Item,Quantity,Amount"
    twins = [line(50), line(50)]  # bought twice, in the newer file alone
    write(project, "march.csv", [head, *map(line, range(35))])
    write(project, "april.csv", [head, *map(line, range(28, 56)), *twins])
    assert project.draft(same_rows_march_csv="once") == []
    every = [*map(line, range(56)), *twins]
    assert total(project) == sum(float(text.rpartition(",")[2]) for text in every)


def test_former_numbers_of_customers_are_those_of_today(project):
    head = "Fiş No;Tarih;Cari Kod;Stok Kodu;Mik.;Br. Fiyat;Net Tutar"
    cards = ["Cari Kod;Eski Cari Kod;Cari Unvan"] + [f"M{100 + i};120.{i:02d};Firma {i} A.Ş." for i in range(12)]
    write(project, "cards.csv", cards)
    for month, code in ((8, "120.{:02d}"), (9, "M1{:02d}")):
        rows = [
            f"SF{month}{i};{i % 28 + 1:02d}.0{month}.2024;{code.format(i % 12)};ST{i % 5};2;10,50;21,00"
            for i in range(40)
        ]
        write(project, f"sales_{month}.csv", [head, *rows])
    assert project.draft(former_eski_cari_kod="former") == []
    lines = project.ingest().table("transactions")
    assert sorted(set(lines["customer_id"])) == [f"M{100 + i}" for i in range(12)]


def test_a_journal_names_its_customer_on_the_line_of_receivables(project):
    lines, sold = ["JournalCode\tEcritureNum\tEcritureDate\tCompteNum\tCompAuxNum\tCompAuxLib\tDebit\tCredit"], 0
    for i in range(40):
        net = 10_000 + 250 * i
        vat = net // 5
        sold += net
        day, who = f"202403{i % 28 + 1:02d}", f"C{i % 9}\tClient {i % 9}"
        lines += [
            f"VE\tVE{i}\t{day}\t411000\t{who}\t{_comma(net + vat)}\t0,00",
            f"VE\tVE{i}\t{day}\t707000\t\t\t0,00\t{_comma(net)}",
            f"VE\tVE{i}\t{day}\t445710\t\t\t0,00\t{_comma(vat)}",
            f"BQ\tBQ{i}\t{day}\t512000\t\t\t{_comma(net + vat)}\t0,00",
            f"BQ\tBQ{i}\t{day}\t411000\t{who}\t0,00\t{_comma(net + vat)}",
        ]
    write(project, "FEC2024.txt", lines)
    assert project.draft(revenue_accounts="707000") == []
    ingested = project.ingest()
    assert round(sum(revenue(ingested).values()), 2) == sold / 100
    assert ingested.table("transactions")["customer_id"].nunique() == 9


def _comma(cents: int) -> str:
    return f"{cents // 100},{cents % 100:02d}"


def test_rows_without_a_price_count_where_an_amount_stands_in_every_row(project):
    lines, sold = ["伝票No.,売上日,得意先CD,得意先名,商品CD,数量,単価,金額"], 0
    for i in range(60):
        start = f"D{i},2026/04/{i % 28 + 1:02d},0{100 + i % 9},店{i % 9}"
        lines.append(f"{start},P{i % 5},{2 + i % 3},{500 + 10 * (i % 7)},{(2 + i % 3) * (500 + 10 * (i % 7))}")
        sold += (2 + i % 3) * (500 + 10 * (i % 7))
        if i % 8 == 0:
            lines.append(f"{start},NEBIKI,1,,-100")
            sold -= 100
    write(project, "sales.csv", lines)
    assert [text for text in project.draft(currency="JPY") if "kinds" not in text] == []
    ingested = project.ingest()
    assert round(sum(revenue(ingested).values())) == sold
    assert ingested.table("transactions")["customer_id"].str.startswith("01").all()


def test_revisions_of_whole_orders_are_not_added_up(project):
    lines = ["Tilaus;Rev;Rivi;Pvm;Asiakasnro;Asiakas;Nimike;Määrä;À-hinta;Rivisumma"]
    for i in range(60):
        for revision in range(1 + (i % 4 == 0)):
            for row in range(1 + i % 3):
                units, price = 2 + i % 5 - revision, 1_375 + 10 * row
                money = f"{price // 100},{price % 100:02d};{units * price // 100},{units * price % 100:02d}"
                start = f"54{i:03d};{revision};{10 * row + 10 * revision};{i % 28 + 1}.3.2024;12{i % 9};Oy {i % 7}"
                lines.append(f"{start};HK-{row};{units};{money}")
    write(project, "rows.csv", lines)
    assert any("revisions of the whole order" in text for text in project.draft())
    with pytest.raises(CrmwbError, match="the last revision of each order"):
        project.draft(revisions_by_rev="revisions")


def test_prices_with_tax_in_some_rows_are_brought_to_prices_without(project):
    head = "Document No.,Posting Date,Sell-to Customer No.,No.,Quantity,Prices Including VAT"
    lines, net = [f"{head},Line Amount,VAT %"], 0
    for i in range(60):
        cents = 12_300 + 246 * i
        within = i % 3 == 0
        net += cents
        written = round(cents * 1.23) / 100 if within else cents / 100
        lines.append(
            f"PI{i},2024-05-{i % 28 + 1:02d},C{i % 9},ITEM-{i % 5},1,{'Yes' if within else 'No'},{written:.2f},23"
        )
    write(project, "lines.csv", lines)
    assert project.draft() == []
    assert total(project) == pytest.approx(net / 100, abs=0.3)


def test_what_was_done_so_far_in_a_project_is_no_amount_of_its_invoice(project):
    lines = ["Re.-Nr.;Re.-Datum;Kd.-Nr.;Projekt;Leistungsstand netto"]
    for i in range(90):
        site, step = i % 15, i // 15
        done = 1000 + 37 * site + 2100 * (step + 1) + 13 * step * site
        lines.append(f"R{i:03d};{site + 1:02d}.{step + 1:02d}.2024;30{site % 6};P{site:02d};{done},00")
    write(project, "bills.csv", lines)
    asked = project.draft(amount="Leistungsstand netto")
    assert any("running total" in text for text in asked)


def test_discounts_taken_one_after_another_are_not_left_in_amounts(project):
    lines = ["Num. Doc.;Data Doc.;Cod. cliente;Cod. Art.;Q.tà;Prezzo unitario;Sconti %"]
    for i in range(60):
        steps = ("", "40", "50+10+5")[i % 3]
        lines.append(f"{i};{i % 28 + 1:02d}/03/2024;C{i % 9};UT{1000 + i % 12};{2 + i % 5};{13 + i % 4},50;{steps}")
    write(project, "righe.csv", lines)
    assert any("one after another (50+10+5)" in text for text in project.draft())
    with pytest.raises(CrmwbError, match="what is left of each line"):
        project.draft(discounts_of_sconti="before")


def test_answers_that_one_file_does_not_take_are_asked_apart():
    given: list[str] = []
    first, second = (Question("amount", "Which?", given.append, ("x", choice)) for choice in ("y", "z"))
    one, other = of_files({"a.csv": [first], "b.csv": [second]})
    assert (one.key, other.key) == ("amount", "amount_b_csv")
    with pytest.raises(CrmwbError, match="answer x or z"):
        other.settle("y")


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        ("Klösträd", Outcome.UNKNOWN),
        ("closed_lost", Outcome.CANCELLED),
        ("Not paid - cancelled", Outcome.CANCELLED),
        ("not cancelled", Outcome.SALE),
    ],
)
def test_a_word_within_a_word_says_nothing_of_a_sale(status, expected):
    assert outcome(status) is expected


def test_a_refusal_says_that_nothing_was_found(project):
    write(project, "stock.csv", ["Shelf,Height", *(f"S{i},{i % 7}" for i in range(30))])
    (asked,) = project.draft()
    assert "customers or products found: stock.csv has Shelf, Height" in asked
