"""`crmwb map`: a draft for files that nobody has described, which reads them as a person would."""

import shutil

import pandas as pd
import pytest
import yaml
from exporting import Ingested, project_params
from mapping_exports import run_map
from project import PROJECT
from workbooks import write_workbook

from crmwb import params
from crmwb.errors import CrmwbError
from crmwb.sources import ingest
from crmwb.sources.drafting import drafted as marks
from crmwb.sources.drafting import session
from crmwb.sources.drafting.ask import ask_about
from crmwb.sources.drafting.draft import draft
from crmwb.sources.drafting.guess import Sure

GERMAN = (
    "Umsatzliste Januar\r\n\r\n"
    "Kundennr;Rechnungsnr;Rechnungsdatum;Artikelnr;Menge;Betrag;Ort;E-Mail\r\n"
    '10;R1;31.01.2024;A1;2;"1.234,50 €";Köln;a@x.org\r\n'
    "11;R2;01.02.2024;A2;1;20,00 €;Bonn;b@x.org\r\n"
    "10;R3;02.02.2024;A1;-1;-617,25 €;Köln;a@x.org\r\n"
)


@pytest.fixture
def map_files(tmp_path, monkeypatch):
    """Run the command in a project of its own; return it and what it printed."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "data" / "raw").mkdir(parents=True)
    for name in ("params.yaml", "dvc.yaml"):
        shutil.copy(PROJECT / name, tmp_path)

    def run(*arguments):
        done = run_map(*map(str, arguments))
        return done.exit_code, done.stdout + done.stderr

    return run


@pytest.fixture
def drafted(map_files, tmp_path):
    """Draft a mapping of files and ingest them by it."""

    def read(*files):
        code, output = map_files(*files, "--yes")
        assert code == 0, output
        source = params.load(tmp_path / "params.yaml").source
        ingest(project_params(**source.model_dump(include={"kind", "currency", "mapping", "directory"})))
        return Ingested(tmp_path / "data" / "canonical")

    return read


def shipped(name, directory, folder):
    source = {"kind": "files", "mapping": str(PROJECT / "mappings" / f"{name}.yaml"), "directory": str(directory)}
    ingest(project_params(**source), folder)
    return Ingested(folder)


@pytest.mark.parametrize(
    ("name", "files", "tables"),
    [
        ("online_retail", ["online_retail.csv.gz"], ["transactions", "customers", "products"]),
        ("superstore", ["superstore.csv"], ["transactions", "customers", "products"]),
        ("ibm_receivables", ["accounts_receivable.csv"], ["invoices", "customers"]),
        ("cdnow", ["CDNOW_master.txt"], ["transactions", "customers"]),
        ("maven_crm", ["sales_teams.csv", "accounts.csv", "products.csv", "sales_pipeline.csv"],
         ["transactions", "opportunities", "customers", "products"]),
        ("hillstrom", ["hillstrom.csv.gz"], ["campaign_members", "customers"]),
    ],
)  # fmt: skip
def test_a_draft_reads_what_the_shipped_mapping_reads(drafted, shared_data, tmp_path, name, files, tables):  # noqa: PLR0917
    directory = shared_data / name
    ingested = drafted(*(directory / file for file in files))
    expected = shipped(name, directory, tmp_path / "expected")
    assert set(ingested.manifest["tables"]) >= set(tables)
    for table in tables:
        ours, theirs = ingested.manifest["tables"][table], expected.manifest["tables"][table]
        assert {k: ours[k] for k in ("rows", "unreadable", "filtered")} == {
            k: theirs[k] for k in ("rows", "unreadable", "filtered")
        }
    for table in {"transactions", "invoices", "campaign_members"} & set(tables):
        ours, theirs = ingested.table(table), expected.table(table)
        # a share of discount becomes no amount in a draft: it is not sure what it is a share of
        known = [c for c in theirs if c.endswith("_cents") and theirs[c].notna().any()]
        for amount in sorted({*known} - {"gross_cents", "discount_cents"}):
            assert ours.groupby("customer_id")[amount].sum().equals(theirs.groupby("customer_id")[amount].sum())


def test_a_german_export(drafted, tmp_path):
    (tmp_path / "data" / "raw" / "umsatz.csv").write_bytes(GERMAN.encode("cp1252"))
    ingested = drafted("data/raw/umsatz.csv")
    rows = ingested.table("transactions")
    assert rows.revenue_cents.tolist() == [123450, 2000, -61725]
    assert rows.ordered_at.tolist() == [pd.Timestamp(2024, 1, 31), pd.Timestamp(2024, 2, 1), pd.Timestamp(2024, 2, 2)]
    assert rows.is_return.tolist() == [False, False, True]
    assert rows.product_id.tolist() == ["A1", "A2", "A1"]
    assert ingested.table("customers").city.tolist() == ["Köln", "Bonn"]
    assert ingested.manifest["currency"] == "EUR"
    text = (tmp_path / "mappings" / "umsatz.yaml").read_text(encoding="utf-8")
    options = yaml.safe_load(text)["tables"]["transactions"]
    assert {k: v for k, v in options.items() if k != "columns"} == {
        "file": "umsatz.csv", "encoding": "cp1252", "delimiter": ";", "skip_rows": 2, "decimal": ",",
        "thousands": ".", "currency_sign": "€",
    }  # fmt: skip
    assert "x.org" not in text
    assert "1.234" not in text  # nothing of the data stands in it


def test_a_workbook_and_json_lines_and_parquet(drafted, tmp_path):
    raw = tmp_path / "data" / "raw"
    rows = [["customer", "order date", "total"], ["a", "2024-01-31", 10.5], ["b", "2024-02-01", 3]]
    table = pd.DataFrame(rows[1:], columns=rows[0])
    write_workbook(raw / "sales.xlsx", {"Notes": [["x"]], "Sales": [["Report"], *rows]})
    table.to_json(raw / "lines.jsonl", orient="records", lines=True)
    table.to_parquet(raw / "parts", partition_cols=["customer"])
    for name in ("sales.xlsx", "lines.jsonl", "parts"):
        ingested = drafted(raw / name).table("transactions")
        assert ingested.groupby("customer_id").revenue_cents.sum().to_dict() == {"a": 1050, "b": 300}
        assert ingested.order_id.tolist() == ["a 2024-01-31", "b 2024-02-01"]


AMBIGUOUS = "client,created,amount,paid\na,03/04/2024,5,1\nb,05/06/2024,6,2\n"


def test_what_is_not_sure_is_asked_and_the_answer_counts(tmp_path):
    (tmp_path / "sales.csv").write_text(AMBIGUOUS)
    proposal = draft([tmp_path / "sales.csv"])
    (sales,) = [part for part in proposal.parts if part.table == "transactions"]
    assert sales.guesses["customer_id"].sure is Sure.SURE
    assert sales.guesses["ordered_at"].sure is Sure.GUESS
    assert "day and month could be the other way round" in sales.guesses["ordered_at"].why
    answers = {"Enter, or the name": ["no such", "created"], "day or the month": ["day"], "people": ["companies"]}

    def answer(question, default):
        for part, given in answers.items():
            if part in question and given:
                return given.pop(0)
        return default

    lines = []
    ask_about(proposal, answer, lines.append)
    assert sales.guesses["ordered_at"].value == {"column": "created", "format": "%d/%m/%Y"}
    (people,) = [part for part in proposal.parts if part.table == "customers"]
    assert people.guesses["kind"].value == {"constant": "company"}
    assert any("There is no column 'no such'; there are client, created, amount, paid." in line for line in lines)


def test_a_mapping_is_never_overwritten_unasked(map_files, tmp_path):
    (tmp_path / "sales.csv").write_text(AMBIGUOUS)
    (tmp_path / "mappings").mkdir()
    (tmp_path / "mappings" / "sales.yaml").write_text("mine")
    code, output = map_files("sales.csv", "--yes")
    assert code == 1
    assert "mappings/sales.yaml: is there already" in output
    assert (tmp_path / "mappings" / "sales.yaml").read_text() == "mine"
    assert map_files("sales.csv", "--output", "mappings/other.yaml")[0] == 0


def test_a_draft_that_nobody_edited_is_replaced(map_files, tmp_path):
    (tmp_path / "data" / "raw" / "sales.csv").write_text(AMBIGUOUS)
    path = tmp_path / "mappings" / "sales.yaml"
    code, output = map_files("data/raw/sales.csv")  # with an open question
    assert (code, "params.yaml was left as it is" in output) == (0, True)
    assert "# QUESTION" in path.read_text()
    answered = ("--answer", "day_or_month=day", "--answer", "currency=USD")
    code, output = map_files("data/raw/sales.csv", *answered)
    assert (code, "Written. Now run make report" in output) == (0, True)
    assert "# QUESTION" not in path.read_text()
    path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))  # as git may do
    assert map_files("data/raw/sales.csv", "--yes", *answered)[0] == 0

    edited = path.read_text().replace("name: sales", "name: Our sales")
    path.write_text(edited)
    code, output = map_files("data/raw/sales.csv", "--yes", *answered)
    assert (code, "replace it with --force" in " ".join(output.split())) == (1, True)
    assert path.read_text() == edited
    assert map_files("data/raw/sales.csv", "--yes", "--force", *answered)[0] == 0
    assert "Our sales" not in path.read_text()


def test_on_a_terminal_a_draft_is_replaced_and_an_edited_one_asked_about(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "sales.yaml"
    path.write_text(marks.signed("name: x\n"))
    asked = []
    monkeypatch.setattr(session.typer, "confirm", lambda text, **_: asked.append(text) or False)
    session._refuse_edited(path, talks=True, force=False)
    assert asked == []
    path.write_text("name: mine\n")
    with pytest.raises(CrmwbError, match="--force"):
        session._refuse_edited(path, talks=True, force=False)
    assert len(asked) == 1
    session._refuse_edited(path, talks=True, force=True)
    assert len(asked) == 1


def test_params_are_left_alone_unless_a_person_agrees(map_files, tmp_path):
    (tmp_path / "data" / "raw" / "sales.csv").write_text(AMBIGUOUS)
    before = (tmp_path / "params.yaml").read_text()
    code, output = map_files("data/raw/sales.csv")
    assert code == 0
    assert "  mapping: mappings/sales.yaml\n  directory: data/raw" in output
    assert (tmp_path / "params.yaml").read_text() == before
    answer = ("--answer", "day_or_month=day")
    map_files("data/raw/sales.csv", "--output", "mappings/my sales.yaml", "--yes", *answer)
    after = (tmp_path / "params.yaml").read_text()
    changed = [line for line in after.splitlines() if line not in before.splitlines()]
    assert [line.split("#")[0].strip() for line in changed] == ["kind: files", "mapping: mappings/my sales.yaml"]
    assert after.count("#") == before.count("#")


def test_files_that_are_nothing_are_refused_with_what_they_hold(map_files, tmp_path):
    (tmp_path / "x.csv").write_text("a,b\n1,2\n")
    code, output = map_files("x.csv")
    assert code == 1
    assert "x.csv has a, b" in output
    assert not (tmp_path / "mappings").exists()


def test_another_currency_than_the_files_say_is_no_answer(map_files, tmp_path):
    path = tmp_path / "data" / "raw" / "umsatz.csv"
    path.write_bytes(GERMAN.encode())
    code, output = map_files(path, "--yes", "--answer", "currency=USD")
    assert code == 1
    assert "amounts are in EUR; results in USD need what each is worth" in " ".join(output.split())
    assert not (tmp_path / "mappings").exists()
    assert map_files(path, "--yes", "--answer", "currency=EUR")[0] == 0


def test_a_missing_file(map_files):
    code, output = map_files("nowhere.csv")
    assert (code, "nowhere.csv: no such file." in output) == (1, True)


def test_names_and_addresses_are_never_mapped(drafted, tmp_path):
    header = "Customer Name,Customer Email,customer id,order date,amount\n"
    (tmp_path / "data" / "raw" / "sales.csv").write_text(header + "Ann Lee,a@x.org,7,2024-01-31,5\n")
    drafted("data/raw/sales.csv")
    text = (tmp_path / "mappings" / "sales.yaml").read_text()
    assert "Name" not in text
    assert "Email" not in text


@pytest.mark.parametrize("name", ["Rabatt %", "Discount percent"])
def test_a_discount_in_percent_is_no_amount(drafted, tmp_path, name):
    (tmp_path / "orders.csv").write_text(
        f"customer;order;day;amount;{name}\na;1;2024-01-31;90;10\nb;2;2024-02-01;80;20\n"
    )
    read = drafted(tmp_path / "orders.csv")
    assert read.table("transactions")["discount_cents"].isna().all()
