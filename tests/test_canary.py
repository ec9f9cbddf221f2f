"""Canaries: names, addresses, numbers and national ids planted all over a source are in nothing that is made of it."""

import sys

import pytest
import yaml
from finding import traces
from in_process import printed, run_stages
from project import CDNOW_SAMPLE, STAGES, change_params, make_project, run, run_stage

from crmwb import layout, storage
from crmwb.actions import ledger
from crmwb.sources.privacy import secret

KEY = "0123456789abcdef0123456789abcdef"
READING = ("ingest", "validate")  # what people wrote passes through them: each in a process of its own, as DVC runs it
GONE = "00050"  # is forgotten before anything is made
CANARIES = ("canarybird", "secret.example", "9481726", "zq-id-")
HEADER = "E-Mail,Name,Phone,National id,Order,Day,Contact,Pieces,Amount,Remark\n"
MAPPING = {
    "name": "Canaries",
    "tables": {
        "transactions": {
            "file": "orders *.csv",
            "columns": {
                "customer_id": {"column": "E-Mail", "pseudonym": True},
                "order_id": "Order",
                "ordered_at": {"column": "Day", "format": "%Y%m%d"},
                "channel": "Contact",  # by mistake: some have an address there
                "quantity": "Pieces",
                "revenue_cents": "Amount",
                "is_return": {"constant": False},
            },
        },
        "customers": {
            "file": "people.csv",
            "delimiter": ";",
            "columns": {
                "customer_id": {"column": "mail", "pseudonym": True},
                "referred_by": {"column": "friend", "pseudonym": True},
                "city": "city",
                "contactable": "may write",
                "kind": {"constant": "person"},
            },
        },
    },
}
KEEP_NOTEBOOK = """
import nbformat
from crmwb import params
from crmwb.reporting import make
execute_all = make.execute_all
def kept(*arguments):
    for place, notebook in execute_all(*arguments):
        nbformat.write(notebook, "executed.ipynb")
        yield place, notebook
make.execute_all = kept
make.reports(params.load(), ["data_quality"])
"""


def use_canaries(content):
    content["source"]["mapping"] = "mappings/canaries.yaml"
    content["features"]["n_snapshots"] = 3
    content["value"]["n_bootstrap"] = 20
    content["value"]["backtest"]["n_origins"] = 1
    content["value"]["equity"] |= {"n_months": 3, "n_origins": 1}


def may_write(customer: str) -> bool:
    """Whether a planted customer may be contacted: every third may not."""
    return int(customer) % 3 > 0


def code(customer: str) -> str:
    return secret.codes([mail(customer)], KEY.encode())[0]


def mail(customer: str) -> str:
    return f"canarybird{customer}@secret.example"


def order(line: str, i: int, contact: str = "web") -> str:
    """A purchase of the CDNOW sample, with who made it."""
    customer, _, day, pieces, amount = line.split()
    person = f'{mail(customer)},"Canarybird, {customer}",+49 170 9481726{customer},ZQ-ID-{customer}'
    return f"{person},o{i},{day},{contact},{pieces},{amount},ask Canarybird {customer}\n"


@pytest.fixture(scope="module")
def chain(tmp_path_factory):
    """A project on the planted source, with every stage run; and everything that the stages printed."""
    folder = make_project(tmp_path_factory.mktemp("canary") / "project")
    raw = folder / "data" / "raw"
    (raw / CDNOW_SAMPLE.name).unlink()
    lines = [line for line in CDNOW_SAMPLE.read_text().splitlines() if line.split()[1] <= "0700"]
    orders = [order(line, i) for i, line in enumerate(lines)]
    first = lines[0].split()[0]
    orders[10:10] = [
        order(lines[0], 90_001, contact=mail(first)),
        order(lines[0], 90_002, contact=f"+49 170 9481726{first}"),
        order(lines[0], 90_003).replace('"', ""),  # a name with a comma and no quotes: a field too many
        order(lines[0], 90_004).replace(",19970101,", ","),  # a field too few
        order(lines[0], 90_005).replace(",19970101,", f",{mail(first)},"),
        order(lines[0], 90_006).replace(",29.33,", f",Canarybird <{mail(first)}>,"),
        order(lines[0], 90_007).replace(",29.33,", ",-29.33,"),  # readable, and against the contract
        order(lines[0], 90_008).replace(mail(first), "", 1),
    ]
    (raw / "orders 1.csv").write_text(HEADER + "".join(orders))
    people = dict.fromkeys(line.split()[0] for line in lines)
    rows = [
        f"{mail(c)};Canarybird {c};ZQ-ID-{c};Bonn;{mail(first) if c > '00500' else ''};{may_write(c)}\n" for c in people
    ]
    (raw / "people.csv").write_text("mail;name;id;city;friend;may write\n" + "".join(rows))
    (raw / "Canarybird canarybird@secret.example.vcf").write_text("TEL:+49 170 9481726\n")
    (folder / "mappings" / "canaries.yaml").write_text(yaml.safe_dump(MAPPING))
    change_params(folder, use_canaries)
    (folder / secret.ENV_FILE).write_text(f"{secret.VARIABLE}={KEY}\n")
    forgotten = run(folder, "crmwb", "forget", mail(GONE), "--yes")
    assert forgotten.returncode == 0, forgotten.stderr
    output = ""
    for stage in READING:
        done = run_stage(folder, stage)
        assert done.returncode == 0, f"{stage}: {done.stderr}"
        output += done.stdout + done.stderr
    with pytest.MonkeyPatch.context() as patch, printed(folder.parent / "printed.txt") as file:
        patch.chdir(folder)
        run_stages(folder, stages=tuple(stage for stage in STAGES if stage not in READING))
    output += file.read_text(encoding="utf-8")
    for command in (["pipeline/report.py", "executive_summary"], ["-c", KEEP_NOTEBOOK]):
        done = run(folder, sys.executable, *command)
        assert done.returncode == 0, done.stderr
        output += done.stdout + done.stderr
    issued = run(folder, "crmwb", "issue")
    assert issued.returncode == 0, issued.stderr
    done = run(folder, "crmwb", "quarantine")
    assert "quarantined" in done.stdout
    return folder, output + done.stdout + done.stderr


def test_the_planted_are_really_there(chain):
    folder, _ = chain
    traces_there = " ".join(traces(folder / "data" / "raw", *CANARIES))
    for canary in CANARIES:
        assert canary in traces_there


def test_the_chain_worked(chain):
    folder, output = chain
    assert (folder / "reports" / "data_quality.html").is_file()
    assert (folder / "executed.ipynb").is_file()
    assert "an e-mail address or a phone number" in output
    assert "fitting models and valuing customers" in output
    assert traces(folder / "data" / "marts", secret.codes([mail("00004")], KEY.encode())[0])


def test_no_canary_is_in_any_artefact_report_or_notebook(chain):
    folder, _ = chain
    places = [p for p in folder.iterdir() if p.is_dir() and p.name != "data"]
    places += [p for p in (folder / "data").iterdir() if p.is_dir() and p.name != "raw"]
    artefacts = {"canonical", "quality", "features", "segments", "value", "marts", "actions", "lists", "reports"}
    assert {p.name for p in places} >= artefacts
    assert not [trace for place in places for trace in traces(place, *CANARIES)]
    assert not [c for c in CANARIES if c in (folder / "executed.ipynb").read_text(encoding="utf-8").lower()]


def test_who_is_forgotten_is_in_no_artefact_list_ledger_or_export(chain):
    folder, _ = chain
    again = secret.codes([code(GONE)], KEY.encode())[0]  # as the ledger would name them
    places = ("data", "reports", "metrics", "plots")
    traces_there = [trace for place in places for trace in traces(folder / place, code(GONE), again)]
    assert traces_there == [f"forgotten.csv: {again}"]  # which every later ingest leaves out by it


def test_who_may_not_be_contacted_is_on_no_list_that_contacts(chain):
    folder, _ = chain
    refused = {code(f"{n:05}") for n in range(0, 30_000, 3)}
    known = set(storage.read_frame(folder / layout.CUSTOMER_MART, columns=["customer_id"])["customer_id"])
    listed = storage.read_frame(folder / layout.ACTION_LIST)
    assert len(ledger.read(folder / layout.ACTION_LEDGER)) == len(listed) > 0
    assert not refused & set(listed["customer_id"])
    assert not traces(folder / "data" / "lists", *sorted(refused & known))


def test_no_canary_is_in_what_the_stages_said(chain):
    _, output = chain
    assert not [c for c in CANARIES if c in output.lower()]


def test_the_key_is_nowhere_but_where_it_was_put(chain):
    folder, output = chain
    assert traces(folder, KEY) == [f".env: {KEY}"]
    assert KEY not in output


def test_check_and_forget_say_nothing_of_them_either(chain):
    folder, _ = chain
    for arguments in (["check", "mappings/canaries.yaml"], ["forget", mail("00004")]):
        done = run(folder, "crmwb", *arguments)
        assert done.returncode == 0, done.stderr
        assert done.stdout
        assert not [c for c in CANARIES if c in (done.stdout + done.stderr).lower()]
    assert not traces(folder / "data" / "raw", mail("00004"))
