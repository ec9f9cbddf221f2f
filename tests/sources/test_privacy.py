"""Secret keys, and customers who asked to be forgotten."""

import hmac
import json
import stat
from pathlib import Path

import pyarrow as pa
import pytest
from builders import canonical

from crmwb import engine, layout
from crmwb.errors import CrmwbError
from crmwb.sources.delivery import Delivery, Origin
from crmwb.sources.privacy import forgotten, secret

KEY = "0123456789abcdef0123456789abcdef"


@pytest.fixture(autouse=True)
def project(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv(secret.VARIABLE, raising=False)
    Path("data").mkdir()
    return tmp_path


@pytest.fixture
def with_key(monkeypatch):
    monkeypatch.setenv(secret.VARIABLE, KEY)


def test_a_code_is_the_first_half_of_the_hmac():
    expected = hmac.new(KEY.encode(), b"C 17", "sha256").hexdigest()[:32]
    assert secret.codes(["C 17", "C 17", "D"], KEY.encode())[:2] == [expected, expected]
    assert secret.codes(["C 17"], b"another" * 5) != [expected]


def test_a_key_is_made_once_for_its_owner_only_and_read_back():
    secret.make_key()
    assert stat.S_IMODE(secret.KEY_FILE.stat().st_mode) == 0o600
    assert secret.key() == secret.KEY_FILE.read_text().strip().encode()
    with pytest.raises(CrmwbError, match="another would change every code"):
        secret.make_key()


def test_the_environment_goes_before_dotenv_and_dotenv_before_the_file(monkeypatch):
    secret.make_key()
    secret.ENV_FILE.write_text(f"{secret.VARIABLE}={'b' * 40}\n")
    assert secret.key() == b"b" * 40
    monkeypatch.setenv(secret.VARIABLE, "a" * 40)
    assert secret.key() == b"a" * 40


def test_without_a_key_with_a_short_one_or_with_one_that_others_read_it_is_said(monkeypatch):
    with pytest.raises(CrmwbError, match=r"no secret key: set CRMWB_KEY .* or run `crmwb key`"):
        secret.key()
    secret.make_key()
    secret.KEY_FILE.chmod(0o644)
    with pytest.raises(CrmwbError, match=r"others may read it; run chmod 600 \.crmwb_key"):
        secret.key()
    monkeypatch.setenv(secret.VARIABLE, "short")
    with pytest.raises(CrmwbError, match="5 characters; it needs at least 32"):
        secret.key()


def delivered(con) -> Delivery:
    customers = canonical("customers", "customer_id referred_by\na -\nb a\nc b")
    log = canonical(
        "transactions", "customer_id ordered_at revenue\na 2024-01-01 1.00\nb 2024-01-02 2.00\na 2024-02-01 3.00"
    )
    bad = pa.table(
        {
            "source_file": ["x.csv"] * 2,
            "source_row": [7, 8],
            "column": ["revenue_cents"] * 2,
            "reason": ["no amount"] * 2,
            "values": [json.dumps({"id": "a", "price": "x"}), json.dumps({"id": "c", "price": None})],
        }
    )
    return Delivery(
        Origin("shop", None, None, None, []),
        {
            "customers": engine.open_arrow(con, customers, "customers"),
            "transactions": engine.open_arrow(con, log, "log"),
        },
        {"transactions": engine.open_arrow(con, bad, "bad")},
    )


def ids(table):
    return sorted(table.customer_id.to_pyarrow().to_pylist())


def test_nobody_forgotten_changes_nothing_and_asks_for_no_key(con):
    given = delivered(con)
    kept, left_out = forgotten.without(con, given)
    assert kept is given
    assert left_out == {}


@pytest.mark.usefixtures("with_key")
def test_a_forgotten_customer_is_in_no_table_and_named_by_nobody(con):
    assert forgotten.add(["a"]) == 1
    assert forgotten.add(["a"]) == 0
    kept, left_out = forgotten.without(con, delivered(con))
    assert ids(kept.tables["customers"]) == ["b", "c"]
    assert ids(kept.tables["transactions"]) == ["b"]
    by_id = kept.tables["customers"].order_by("customer_id").referred_by.to_pyarrow().to_pylist()
    assert by_id == [None, "b"]
    assert [row["source_row"] for row in kept.unreadable["transactions"].to_pyarrow().to_pylist()] == [8]
    assert left_out == {"customers": 1, "transactions": 3}
    assert "a" not in layout.FORGOTTEN.read_text().splitlines()


@pytest.mark.usefixtures("with_key")
def test_without_the_key_nothing_is_read_for_it_could_bring_them_back(con, monkeypatch):
    forgotten.add(["a"])
    monkeypatch.delenv(secret.VARIABLE)
    with pytest.raises(CrmwbError, match="no secret key"):
        forgotten.without(con, delivered(con))


@pytest.mark.parametrize("content", ["", "code\na\n", "name\n" + "0" * 32])
def test_a_list_that_was_tampered_with_is_refused(content):
    layout.FORGOTTEN.write_text(content)
    with pytest.raises(CrmwbError, match=r"forgotten\.csv: must be a column code"):
        forgotten.listed()
