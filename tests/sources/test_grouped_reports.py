"""Reports whose customers stand in rows of their own above their sales, some below others, with totals of each."""

import pytest
from mapping_exports import revenue, total, write

TITLES = [
    "Firm;;;;;",
    "Sales detail;;;;;",
    "January - December 2024;;;;;",
    ";;;;;",
    ";Date;Invoice no;Product;Quantity;Amount",
]
FOOTER = ["", "Accrual basis Friday 3 January 2025;;;;;"]


class Report:
    """Lines of a report, and what was sold."""

    def __init__(self) -> None:
        self.lines = list(TITLES)
        self.n, self.cents = 0, 0

    def sales(self, n_rows: int) -> int:
        """Add rows of sales; return what they bring."""
        cents = 0
        for _ in range(n_rows):
            self.n += 1
            own = -1_500 if self.n % 9 == 0 else 4_000 + 137 * self.n
            day = f"2024-{self.n % 12 + 1:02d}-{self.n % 28 + 1:02d}"
            units = -1 if own < 0 else 1 + self.n % 3
            self.lines.append(f";{day};R{1000 + self.n // 2};Item {self.n % 4};{units};{own / 100:.2f}")
            cents += own
        self.cents += cents
        return cents

    def heading(self, name: str) -> None:
        self.lines.append(f"{name};;;;;")

    def total(self, name: str, cents: int) -> None:
        self.lines.append(f"{name};;;;9;{cents / 100:.2f}")

    def write(self, project, *footer: str) -> None:
        self.total("TOTAL", self.cents)
        write(project, "report.csv", [*self.lines, *footer])


def nested(totals: str, *, direct: bool = False) -> Report:
    """Return a report in which every third name stands above two others."""
    report = Report()
    for i in range(12):
        report.heading(f"Firm {i} Ltd")
        cents = report.sales(3) if i % 3 or direct else 0
        for place in ("North", "South") if i % 3 == 0 else ():
            report.heading(f"   {place} {i} Ltd")
            own = report.sales(2)
            report.total(f"   {totals.format(f'{place} {i} Ltd')}", own)
            cents += own
        more = " with sub-customers" if i % 3 == 0 and totals.startswith("Total for") else ""
        report.total(totals.format(f"Firm {i} Ltd") + more, cents)
    return report


@pytest.mark.parametrize(
    "totals", ["Total for {}", "Total {}", "Summe {}", "{} 合计", "{} Total", "Suma dla {}", "Итого по {}", "Totaal {}"]
)
@pytest.mark.parametrize("direct", [False, True])
def test_rows_take_the_nearest_name_above_them_where_names_stand_below_others(project, totals, direct):
    report = nested(totals, direct=direct)
    report.write(project, *FOOTER)
    assert not any("Total" in question or "kinds_of" in question for question in project.draft())
    assert project.draft(fill_down="yes") == []
    assert total(project) == report.cents / 100
    sold = revenue(project.ingest())
    assert {"North 0 Ltd", "South 9 Ltd", "Firm 1 Ltd"} <= set(sold)
    assert len(sold) == 8 + 8 + 4 * direct


def test_what_stands_above_other_names_is_shown_in_the_question(project):
    nested("Total for {}").write(project)
    (asked,) = project.draft()
    assert "'Firm 0 Ltd' stands above 'North 0 Ltd' too" in asked


def test_a_name_below_several_others_is_shown_in_the_question(project):
    report = Report()
    for i in range(4):
        report.heading(f"Firm {i} Ltd")
        report.heading("Head office")
        cents = report.sales(3)
        report.total("Total for Head office", cents)
        report.total(f"Total for Firm {i} Ltd", cents)
    report.heading("Firm 9 Ltd")
    report.total("Total for Firm 9 Ltd", report.sales(3))
    report.write(project)
    assert any("'Head office' stands below several names" in question for question in project.draft())


@pytest.mark.parametrize("kind", ["telephone numbers below names", "rows below a total", "totals of another name"])
def test_rows_without_a_sure_name_are_refused(project, kind):
    report = Report()
    for i in range(6):
        report.heading(f"Firm {i} Ltd")
        if kind == "telephone numbers below names":
            report.heading(f"Phone 555-010{i}")
        cents = report.sales(3)
        report.total(f"Total for Firm {i} Ltd" if kind != "totals of another name" else "Total for Other Ltd", cents)
        if kind == "rows below a total":
            report.sales(1)
        if kind == "totals of another name":
            report.heading("Place")
            report.heading("Unit")
            report.total("Total for Unit", report.sales(1))
    report.write(project)
    (refused,) = project.draft()
    assert "stand in rows of their own" in refused


def test_a_customer_called_total_is_a_customer_and_its_short_rows_are_sales(project):
    report = Report()
    for name in ("Acme Ltd", "Total Clean Ltd", "Bolt Ltd", "Sub Total Records Ltd"):
        report.heading(name)
        cents = report.sales(4)
        report.lines.append(f";2024-03-0{len(name) % 9 + 1};R{len(report.lines)};;;10.00")
        report.cents += 1_000
        report.total(f"Total for {name}", cents + 1_000)
    report.write(project)
    assert project.draft(fill_down="yes") == []
    assert total(project) == report.cents / 100
    assert len(revenue(project.ingest())) == 4


def test_orders_without_a_number_are_one_for_each_customer_and_day(project):
    lines, cents = ["Date;Invoice no;Customer no;Amount"], 0
    for i in range(100):
        own = 2_000 + 31 * (i * 7 % 40)
        cents += own
        number = "" if i in {40, 41, 77} else f"R{100 + i // 2}"
        lines.append(f"2024-{i // 10 + 1:02d}-0{i // 2 % 9 + 1};{number};C{i // 2 % 17};{own / 100:.2f}")
    write(project, "sales.csv", lines)
    assert project.draft() == []
    assert total(project) == cents / 100
    assert "on one Date is one order" in project.mapping
