"""Exports of clubs, charities, schools, clinics and hotels, whose customers and amounts have names of their own."""

import pytest
from mapping_exports import revenue
from typer.testing import CliRunner

from crmwb.cli import app
from crmwb.sources.drafting.reading.vocabulary import TRANSACTIONS, matches


def written(project, header, row, n=24, name="export.csv"):
    """Write rows of six customers; return what each brought, in whole units."""
    lines, truth = [header], {}
    for i in range(n):
        who, amount = f"{i % 6 + 101}", 20 + 7 * (i % 5)
        day = f"{i + 1:02d}"
        lines.append(row.format(i=i + 9001, who=who, amount=amount, day=day, person=f"Person {i % 3}"))
        truth[who] = truth.get(who, 0) + amount
    (project.raw / name).write_text("\n".join(lines) + "\n", encoding="utf-8")
    return truth


@pytest.mark.parametrize(
    ("header", "row"),
    [
        ("Gift ID,Donor,Donor ID,Gift Date,Gift Amount", "{i},{person},{who},2024-05-{day},{amount}.00"),
        ("Receipt No,Student Name,Student ID,Fee Paid,Date Paid", "{i},{person},{who},{amount}.00,2024-05-{day}"),
        ("Mitglied;Mitgliedsnr.;Beitrag;Bezahlt am;Beleg", "{person};{who};{amount},00;{day}.05.2024;{i}"),
        ("N° adhérent;Nom;Cotisation;Date de paiement;N° reçu", "{who};{person};{amount},00 €;{day}/05/2024;{i}"),
        ("Socio;Nº socio;Cuota;Fecha de cobro;Nº recibo", "{person};{who};{amount},00;{day}/05/2024;R{i}"),
        ("Visit ID,Patient ID,Visit Date,Charges", "{i},{who},2024-05-{day},{amount}.00"),
        ("Guest,Guest No,Folio No,Posting Date,Charge Amount", "2,{who},{i},2024-05-{day},{amount}.00"),
        ("学号,姓名,学费,缴费日期,收据编号", "{who},{person},{amount}.00,2024-05-{day},{i}"),
        ("会員番号,会員名,会費,支払日,領収書番号", "{who},{person},{amount},2024-05-{day},{i}"),
        ("Auftraggeber;Faktura;Fakturadatum;Nettowert", "{who};{i};{day}.05.2024;{amount},00"),
        ("Deal - ID,Deal - Client ID,Deal - Date,Deal - Amount", "{i},{who},2024-05-{day},{amount}.00"),
    ],
)
def test_customers_are_read_by_their_numbers(project, header, row):
    truth = written(project, header, row)
    assert project.draft() == []
    ingested = project.ingest()
    assert revenue(ingested) == truth
    assert ingested.table("transactions").order_id.nunique() == 24


@pytest.mark.parametrize(
    "name",
    [
        "member_no",
        "mitgliedsnummer",
        "schulernummer",
        "n adherent",
        "no socio",
        "guest id",
        "患者番号",
        "学号",
        "会员号",
    ],
)
def test_a_number_of_whom_they_serve_is_a_customer(name):
    assert matches(name.replace("_", " "), TRANSACTIONS["customer_id"]) == 2


@pytest.mark.parametrize("name", ["guest", "guests", "number of guests", "adults"])
def test_how_many_came_is_no_customer(name):
    assert matches(name, TRANSACTIONS["customer_id"]) == 0


def test_a_promise_is_no_sale(project):
    types = ["Cash", "Pledge", "Pay-Cash", "Gift-in-Kind"]
    lines = ["Gift ID,Donor ID,Gift Date,Gift Amount,Gift Type"]
    lines += [f"{i},{i % 6},2024-05-{i + 1:02d},50.00,{types[i % 4]}" for i in range(24)]
    (project.raw / "gifts.csv").write_text("\n".join(lines))
    asked = project.draft(gift_type_gifts_in_kind="leave_out", kinds_of_gift_type="sales", customer_0="customer")
    assert asked == []
    assert "gift_type_gifts_in_kind" in project.printed
    assert sum(revenue(project.ingest()).values()) == 12 * 50


def test_where_deals_end_their_status_tells_what_was_won(project):
    lines = ["Deal - ID,Deal - Organization ID,Deal - Stage,Deal - Status,Deal - Value,Deal - Currency,Deal - Won time"]
    for i in range(24):
        status = ("Won", "Lost", "Open")[i % 3]
        won = f"2024-05-{i + 1:02d}" if status == "Won" else ""
        lines.append(f"{i},{i % 6 + 1},{('Proposal', 'Talks')[i % 2]},{status},100,EUR,{won}")
    (project.raw / "deals.csv").write_text("\n".join(lines))
    assert project.draft() == []
    assert sum(revenue(project.ingest()).values()) == 800


def test_rows_that_sum_up_an_order_are_asked_about(project):
    lines = ["Order Number,Buyer Username,Item Title,Quantity,Sold For,Sale Date"]
    for i in range(10):
        head, rest = f"{i},u{i % 4}", f"2024-05-{i + 1:02d}"
        prices = [10 + i, 25 + 2 * i]
        lines.append(f"{head},,2,{sum(prices)}.00,{rest}")
        lines += [f"{head},Item {p},1,{p}.00,{rest}" for p in prices]
    (project.raw / "orders.csv").write_text("\n".join(lines))
    asked = project.draft(sums_by_item_title="leave_out")
    assert asked == []
    assert "sums_by_item_title" in project.printed
    assert sum(revenue(project.ingest()).values()) == sum(35 + 3 * i for i in range(10))


def test_few_amounts_that_are_the_same_on_every_line_of_an_order_are_asked_about(project):
    lines = ["Order #,Attendee #,Buyer Email,Order Date,Order Total,Currency"]
    seats = [1 + i % 3 for i in range(30)]
    for i, n in enumerate(seats):
        lines += [f"{i},{i}{s},b{i % 8}@example.com,2024-05-{i % 28 + 1:02d},{25 * n}.00,USD" for s in range(n)]
    (project.raw / "attendees.csv").write_text("\n".join(lines))
    assert project.draft(repeated_order_total="once") == []
    assert "repeated_order_total" in project.printed
    assert sum(revenue(project.ingest()).values()) == 25 * sum(seats)


def test_a_corrected_amount_takes_the_place_of_the_first(project):
    lines = ["Order ID,Customer ID,Order Date,Order Value,Adjusted Order Value,Currency"]
    lines += [
        f"{i},{i % 5 + 1},2024-05-{i + 1:02d},{30 + i * 7 % 20}.50,{'12.25' if i % 5 == 2 else ''},EUR"
        for i in range(25)
    ]
    (project.raw / "orders.csv").write_text("\n".join(lines))
    assert project.draft(beside_adjusted_order_value="instead") == []
    assert sum(revenue(project.ingest()).values()) == sum(12.25 if i % 5 == 2 else 30.5 + i * 7 % 20 for i in range(25))


@pytest.mark.parametrize("since", ["Joined", "Date"])
def test_a_column_for_each_month_is_refused_whatever_date_stands_beside_it(project, since):
    months = [f"{month} 2024" for month in ("Jan", "Feb", "Mar", "Apr", "May")]
    lines = [",".join(["Member No", since, *months, "Total"])]
    lines += [f"{i + 1},2023-05-{i + 1:02d},10.5,20.5,30.5,40.5,{i}.5,{102 + i}.5" for i in range(20)]
    (project.raw / "dues.csv").write_text("\n".join(lines))
    (refused,) = project.draft()
    assert "a row for each customer and period" in refused


def test_a_column_without_a_name_is_read_by_its_place(project):
    lines = [",Date,Num,Amount,", *(f"Firm {i % 3},2024-05-{i + 1:02d},{i},{5 + i}.50," for i in range(9))]
    (project.raw / "report.csv").write_text("\n".join(lines))
    assert project.draft(customer="column 1", order="Num") == []
    assert "column 1 has no name in the header and is called so" in project.mapping
    assert set(revenue(project.ingest())) == {"Firm 0", "Firm 1", "Firm 2"}


def test_names_below_names_without_totals_of_their_own_are_refused_with_what_to_export(project):
    lines = [
        ",Date,Num,Amount",
        "North,,,",
        "Adler,,,",
        ",2024-05-01,1,5.00",
        ",2024-05-02,2,6.00",
        "Total for Adler,,,11.00",
    ]
    lines += [
        "Becker,,,",
        ",2024-05-03,3,7.00",
        ",2024-05-04,4,8.00",
        "Total for North,,,26.00",
    ]
    (project.raw / "report.csv").write_text("\n".join(lines))
    (refused,) = project.draft()
    assert "column 1 has no name in the header" in refused
    assert "export a list that has them in each row" in refused


def test_without_a_currency_in_the_files_a_draft_stops(project):
    written(project, "Order ID,Customer ID,Order Date,Amount", "{i},{who},2024-05-{day},{amount}.50")
    done = CliRunner().invoke(app, ["map", "data/raw/export.csv", "--yes"])
    assert done.exit_code == 1
    assert "--answer currency=" in done.output
    assert not list(project.root.glob("mappings/*"))
    assert project.map("export.csv", currency="EUR")
    assert project.source.currency == "EUR"


def test_a_customer_who_is_new_in_every_row_is_asked_about(project):
    lines = ["Order ID,Member No,E-Mail,Order Date,Amount,Currency"]
    lines += [f"{i},{i + 500},m{i % 9}@example.com,2024-05-{i % 28 + 1:02d},{20 + i % 7}.50,EUR" for i in range(36)]
    (project.raw / "orders.csv").write_text("\n".join(lines))
    (asked,) = project.draft()
    assert "Member No would be the customer" in asked
    assert project.draft(customer="E-Mail") == []
    assert project.ingest().table("transactions").customer_id.nunique() == 9


def test_whoever_comes_with_a_buyer_is_no_customer():
    assert matches("attendee", TRANSACTIONS["customer_id"]) == 0


@pytest.mark.parametrize(("sold", "back", "is_asked"), [("收费", "退费", False), ("Zug", "Abg", True)])
def test_kinds_of_bookings_are_known_or_asked(project, sold, back, is_asked):
    lines = ["Buchungsnr.,Patientennr.,Datum,Buchungsart,Betrag,Währung"]
    lines += [f"{i},{i % 6 + 1},2024-05-{i + 1:02d},{back if i % 8 == 7 else sold},10.50,EUR" for i in range(24)]
    (project.raw / "kasse.csv").write_text("\n".join(lines))
    answers = {"kinds_of_buchungsart": f"{back}=return"} if is_asked else {}
    assert project.draft(**answers) == []
    assert sum(revenue(project.ingest()).values()) == 18 * 10.5


def test_names_of_those_served_are_no_customers(project):
    lines = ["Receipt No,Student,Fee Paid,Date Paid"]
    lines += [f"{i},{('Ann Lee', 'Bo Day')[i % 2]},10.50,2024-05-{i + 1:02d}" for i in range(20)]
    (project.raw / "fees.csv").write_text("\n".join(lines))
    (refused,) = project.draft()
    assert "no customer (could be Student)" in refused


@pytest.mark.parametrize(
    "words", ["n items", "n pieces", "qty shipped", "quantity invoiced", "number of rolls", "volume"]
)
def test_a_count_may_be_the_quantity(words):
    assert matches(words, TRANSACTIONS["quantity"]) >= 1
