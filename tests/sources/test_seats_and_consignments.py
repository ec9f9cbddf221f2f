"""Seats sold with a fee, sales that a day of return marks, and tax within amounts whose returns have no sign."""

from itertools import groupby

from mapping_exports import write


def seats(n=120):
    """Orders of one to three seats: some exchanged, some with a donation or without a day of performance."""
    for order in range(n):
        own = [("Ticket", "2024-05-01", 20.0 + order % 7, 1.5)] * (1 + order % 3)
        own += [("Donation", "", 5.0, 0.0)] if order % 10 == 0 else []
        total = sum(price + fee for *_, price, fee in own)
        for kind, show, price, fee in own:
            status = "Sold" if kind != "Ticket" else {4: "Exchanged", 5: "Returned to credit"}.get(order % 9, "Sold")
            yield f"B{order}", kind, show, price, fee, total, status


def boxoffice():
    yield "Order Ref,Order Date,Item Type,Performance,Price,Booking Fee,Order Total,Seat Status,Account"
    for order, kind, show, price, fee, total, status in seats():
        i = int(order[1:])
        day, account = f"2024-{1 + i % 4:02d}-11", f"A{i % 30}"
        yield f"{order},{day},{kind},{show},{price:.2f},{fee:.2f},{total:.2f},{status},{account}"


def test_fees_donations_and_exchanged_seats_are_asked_about(project):
    write(project, "seats.csv", boxoffice())
    answers = {"with_booking_fee": "add", "item_type_donations": "leave_out", "no_sales_by_seat_status": "Exchanged"}
    asked = project.draft(currency="GBP")
    assert len(asked) == len(answers)
    assert all(f"{key}=" in str(asked) for key in answers)
    assert project.map("seats.csv", currency="GBP", **answers), project.printed
    sold = [row for row in seats() if row[1] == "Ticket" and row[6] == "Sold"]
    lines = project.ingest().table("transactions")
    assert lines.revenue_cents.sum() == round(100 * sum(price + fee for _, _, _, price, fee, *_ in sold))
    assert lines.order_id.nunique() == sum(1 for _ in groupby(sold, key=lambda row: row[0]))


def test_a_day_of_return_is_no_day_of_sale_and_is_asked_about(project):
    rows = [
        f"{1 + i % 12:02d}/{1 + i % 28:02d}/2023,R{i},C{i % 30},{10 + i % 9}.50,{'12/20/2023' if i % 11 == 0 else ''}"
        for i in range(300)
    ]
    write(project, "items.csv", ["Sold,Receipt,Customer No,Sold Price,Returned On", *rows])
    kept = sum(10.5 + i % 9 for i in range(300) if i % 11)
    assert not project.map("items.csv", currency="USD")
    assert "returned_on=nothing|sales" in project.printed
    assert project.map("items.csv", currency="USD", returned_on="nothing"), project.printed
    assert project.ingest().table("transactions").revenue_cents.sum() == round(100 * kept)


def test_tax_within_amounts_is_taken_off_where_returns_are_printed_above_zero(project):
    rows, net = [], 0
    for i in range(300):
        rate, gross = (1, 10, 20)[i % 3], 1_000 + 137 * (i % 41)  # in hundredths
        tax = round(gross * rate / (100 + rate))
        is_back = i % 13 == 0
        net += (tax - gross) if is_back else (gross - tax)
        kind, day = "İADE" if is_back else "SATIŞ", f"{1 + i % 28:02d}.03.2023"
        amounts = f"{gross / 100:.2f};{rate};{tax / 100:.2f}".replace(".", ",")
        rows.append(f"{day};F{i};{kind};M{i % 25};{amounts}")
    write(project, "fis.csv", ["Tarih;Fiş No;İşlem;Müşteri Kodu;Tutar;KDV %;KDV Tutarı", *rows])
    assert project.map("fis.csv", currency="TRY"), project.printed
    assert project.ingest().table("transactions").revenue_cents.sum() == net
