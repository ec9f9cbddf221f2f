"""`crmwb forget` where customers are named by what is joined, or on the first line of an order only."""

import pytest
import yaml
from exporting import PEOPLE, Exports
from project import PROJECT
from typer.testing import CliRunner

from crmwb import layout
from crmwb.cli import app
from crmwb.sources.privacy import secret

ONLY_SALES = {"quantity": {"constant": 1}, "is_return": {"constant": False}}


@pytest.fixture
def company(exports, monkeypatch):
    """A company with a secret key, whose source is its files."""
    monkeypatch.setenv(secret.VARIABLE, "0123456789abcdef0123456789abcdef")
    content = yaml.safe_load((PROJECT / "params.yaml").read_text(encoding="utf-8"))
    content["source"] |= {"kind": "files", "mapping": "mappings/sales.yaml"}
    (exports.root / "params.yaml").write_text(yaml.safe_dump(content), encoding="utf-8")
    (exports.root / "dvc.yaml").touch()
    layout.FORGOTTEN.write_text("code\n")
    return exports


def forget(company: Exports, customer: str) -> str:
    company.ingest()
    done = CliRunner().invoke(app, ["forget", customer])
    assert done.exit_code == 0, done.output
    return done.output


def test_the_row_that_names_them_goes_and_their_lines_are_told(company):
    company.write("order,amount\no1,10.00\no2,7.00\n", "items.csv")
    company.write("id,customer,day\no1,anna,2024-01-01\no2,bert,2024-01-02\n", "orders.csv")
    company.map(
        ONLY_SALES | {"customer_id": "head.customer", "ordered_at": "head.day"},
        file="items.csv",
        join={"head": {"file": "orders.csv", "key": {"order": "id"}}},
    )
    output = forget(company, "anna")
    assert "orders.csv: 1 row removed." in output
    assert (company.raw / "orders.csv").read_text() == "id,customer,day\no2,bert,2024-01-02\n"
    assert "items.csv: " in output
    assert "delete its rows that now meet none" in output


def test_lines_that_are_theirs_by_the_line_above_go_too(company):
    company.write(
        "customer,order,day,amount\nanna,o1,2024-01-01,10.00\n,o1,,5.00\nbert,o2,2024-01-02,7.00\n,o2,,8.00\n"
    )
    company.map(ONLY_SALES, {"customers": PEOPLE}, fill_down={"columns": ["customer", "day"], "within": "order"})
    assert "sales.csv: 2 rows removed." in forget(company, "anna")
    assert (company.raw / "sales.csv").read_text() == "customer,order,day,amount\nbert,o2,2024-01-02,7.00\n,o2,,8.00\n"


def test_a_customer_known_by_one_of_two_coded_columns_goes(company):
    company.write(
        "login,mail,order,day,amount\nanna,a+1@m.example,o1,2024-01-01,10.00\n,bert@m.example,o2,2024-01-02,7.00\n"
    )
    coded = {"expression": "coalesce(login, mail)", "pseudonym": True}
    company.map(ONLY_SALES | {"customer_id": coded}, {"customers": PEOPLE})
    assert "sales.csv: 1 row removed." in forget(company, "bert@m.example")
    assert (company.raw / "sales.csv").read_text().splitlines()[1:] == ["anna,a+1@m.example,o1,2024-01-01,10.00"]
