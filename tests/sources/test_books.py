"""Revenue by the company's own books beside what a mapping reads: agrees, differs with its reason, or stops a run."""

import pytest
from mapping_exports import run_map
from typer.testing import CliRunner

from crmwb import params
from crmwb.cli import app
from crmwb.errors import CrmwbError
from crmwb.sources import books

HEADER = "customer_id,order_id,date,amount,kind,gross\n"


def rows(n=300):
    """Lines of two years: every tenth is of the kind B, every seventeenth of the kind C."""
    for i in range(n):
        kind = "B" if i % 10 == 0 else "C" if i % 17 == 0 else "A"
        amount = 20 + (i * 7919 % 4_001) / 100
        yield f"c{i % 40}", f"o{i}", f"{2023 + i % 2}-{1 + i % 12:02d}-15", amount, kind


def text(each):
    customer, order, day, amount, kind = each
    return f"{customer},{order},{day},{amount:.2f},{kind},{amount * 1.19 + 0.5:.2f}\n"


def total(year="", kinds="ABC"):
    """What lines of a year and of some kinds come to."""
    return round(sum(each[3] for each in rows() if each[2].startswith(year) and each[4] in kinds), 2)


@pytest.fixture
def mapped(project):
    """Write the export and run `crmwb map` with control totals; return how it ended and what it printed."""

    def run(*stated, **answers):
        project.raw.joinpath("sales.csv").write_text(HEADER + "".join(map(text, rows())), encoding="utf-8")
        options = [part for each in stated for part in ("--control-total", each)]
        given = [part for key, answer in answers.items() for part in ("--answer", f"{key}={answer}")]
        done = run_map("data/raw/sales.csv", "--yes", "--answer", "currency=EUR", *given, *options)
        return done.exit_code, done.output

    return run


def test_books_that_agree_are_kept_and_hold_every_run(project, mapped):
    code, printed = mapped(f"2023={total('2023')}", f"2023/2024={total() - 0.5}", kinds_of_kind="sales")
    assert code == 0, printed
    assert printed.count("They agree.") == 2
    kept = params.load(project.root / "params.yaml").source
    assert kept.control_totals == {"2023": total("2023"), "2023/2024": total() - 0.5}
    ingested = project.ingest()
    assert ingested.table("transactions").revenue_cents.sum() == round(100 * total())
    stated, read = round(100 * total("2023")), round(100 * total())
    assert ingested.manifest["control_totals"] == [
        {"period": "2023", "stated_cents": stated, "revenue_cents": stated},
        {"period": "2023/2024", "stated_cents": read - 50, "revenue_cents": read},
    ]
    with project.raw.joinpath("sales.csv").open("a", encoding="utf-8") as file:
        file.write("c1,o999,2023-05-05,400.00,A,476.00\n")
    with pytest.raises(CrmwbError, match=r"2023: the books say EUR .* 400\.00 more\. Nothing was written"):
        project.ingest()


@pytest.mark.parametrize(
    ("stated", "reason"),
    [
        (total("2023", "AC"), "rows that count with kind B: "),
        (total("2023", "A"), "rows that count with kind B, C: "),
        (total("2023", "AC") - total("2023", "B"), "they may have to be taken off instead of added"),
        (total("2023") / 1.07, "a tax of 7% that only one of the two includes"),
        (total("2023") * 100, "amounts in units 100 times as large or as small"),
        (total("2023") + 333, "nothing that stands in these files"),
    ],
)
def test_a_difference_names_what_comes_to_it(mapped, stated, reason):
    code, printed = mapped(f"2023={stated:.2f}", kinds_of_kind="sales")
    assert code == 1
    assert "source.control_totals: 2023: the books say EUR" in printed
    assert reason in printed


def test_books_are_compared_later_where_not_all_rows_are_read(mapped):
    code, _ = mapped(f"2023={total('2023')}", kinds_of_kind="sales")
    assert code == 0
    done = CliRunner().invoke(app, ["check", "--rows", "50"])
    assert done.exit_code == 0
    assert "compared where all rows are read" in done.output
    assert "They agree." in CliRunner().invoke(app, ["check"]).output


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ("2024=a lot", "'a lot' is no amount"),
        ("last year=5", "'last year' is no period: write a year, a month, or both ends"),
        ("2024-05/2024-04=5", "ends before it begins"),
    ],
)
def test_what_is_no_control_total_is_refused(given, why):
    with pytest.raises(CrmwbError, match=why):
        books.parse([given])


def test_params_refuse_what_is_no_period(project):
    path = project.root / "params.yaml"
    stated = path.read_text(encoding="utf-8").replace("control_totals: {}", "control_totals: {2024-13: 5}")
    path.write_text(stated, encoding="utf-8")
    with pytest.raises(CrmwbError, match=r"source\.control_totals.*'2024-13' is no period"):
        params.load(path)
