"""Who may be contacted, as files of customers say it in a column or several."""

import shutil

import pytest
from contact_exports import write
from exporting import Ingested, project_params
from mapping_exports import run_map
from project import PROJECT

from crmwb import params
from crmwb.sources import ingest
from crmwb.sources.drafting.customers.consent import AGREED, REFUSED
from crmwb.sources.drafting.reading.names import plain_words

SALES = (
    ("Order No", "Customer No", "Order Date", "Amount EUR"),
    [[f"S{k}", f"K{k % 9}", f"2024-0{1 + k % 9}-11", 10.5 + 37 * k % 91] for k in range(60)],
)


@pytest.mark.parametrize(
    ("head", "flags", "contactable"),
    [
        (["email_consent"], ["y n y n y n y n y"], "TFTFTFTFT"),
        (["Email Consent", "Do Not Contact"], ["y n y n y n y n y", "y y n n n n n n n"], "FFTFTFTFT"),
        (["Consent", "HasOptedOutOfEmail"], ["y y y y y y n n n", "y - n - - - - - y"], "FTTTTTFFF"),
        (["Accepts Email Marketing", "Accepts SMS Marketing"], ["y y y y y y n n n", "y n y n y n y n y"], "TFTFTFFFF"),
        (["DoNotCall"], ["y n n n n n n n n"], "FTTTTTTTT"),
        (["Werbesperre"], ["y n n n n n n n n"], "FTTTTTTTT"),
    ],
)
def test_who_agreed_and_did_not_refuse_may_be_contacted(tmp_path, monkeypatch, head, flags, contactable):
    monkeypatch.chdir(tmp_path)
    for name in ("params.yaml", "dvc.yaml"):
        shutil.copy(PROJECT / name, tmp_path)
    written = {"y": "yes", "n": "no", "-": ""}
    rows = [[f"K{k}", "North" if k < 4 else "South", *(written[f.split()[k]] for f in flags)] for k in range(9)]
    write(tmp_path / "data" / "raw" / "orders.csv", *SALES)
    write(tmp_path / "data" / "raw" / "customers.csv", ["Customer No", "Region", *head], rows)
    done = run_map("data/raw", "--yes", "--answer", "currency=EUR")
    assert done.exit_code == 0, done.stdout + done.stderr
    source = params.load(tmp_path / "params.yaml").source
    ingest(project_params(**source.model_dump(include={"kind", "currency", "mapping", "directory"})))
    customers = Ingested(tmp_path / "data" / "canonical").table("customers").set_index("customer_id")
    assert "".join("T" if agreed else "F" for agreed in customers["contactable"].sort_index()) == contactable


@pytest.mark.parametrize("name", ["Customer", "Contact", "Phone", "Blocked", "Allowed", "Delivery allowed", "Active"])
def test_other_flags_say_nothing_of_consent(name):
    assert AGREED.fullmatch(plain_words(name)) is None
    assert REFUSED.fullmatch(plain_words(name)) is None
