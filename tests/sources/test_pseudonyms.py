"""Ids that are direct identifiers: only their codes pass ingest, the same in every table; and what cannot be one."""

import dataclasses
import json

import pytest
from exporting import HEADER, PEOPLE
from finding import traces

from crmwb.contract.canonical import TABLES
from crmwb.errors import CrmwbError
from crmwb.sources import contract
from crmwb.sources.privacy import secret

KEY = "0123456789abcdef0123456789abcdef"
MAIL = {"column": "customer", "pseudonym": True}
ORDERS = (
    HEADER
    + "erika@example.org,o1,2024-01-01,2,10.50\n"
    + " Erika@Example.org ,o2,2024-01-02,1,3.00\n"  # the same address
    + "max@example.org,o3,2024-01-03,1,1.00\n"
    + "max@example.org,o4,yesterday,1,1.00\n"
    + "n/a,o5,2024-01-03,1,1.00\n"
)
ERIKA, MAX = secret.codes(["erika@example.org", "max@example.org"], KEY.encode())


@pytest.fixture(autouse=True)
def key(monkeypatch):
    monkeypatch.setenv(secret.VARIABLE, KEY)


@pytest.fixture
def two_tables(exports):
    """Orders and people, joined by their addresses."""
    exports.write(ORDERS)
    exports.write("mail,land,friend\nERIKA@example.org,DE,max@example.org\nmax@example.org,AT,\n", "people.csv")
    people = {
        "file": "people.csv",
        "columns": {
            "customer_id": {"column": "mail", "pseudonym": True},
            "kind": {"constant": "person"},
            "country": "land",
            "referred_by": {"column": "friend", "pseudonym": True},
        },
    }
    exports.map({"customer_id": MAIL}, {"customers": people}, null_values=["n/a"])
    return exports


def test_a_pseudonym_is_the_same_code_in_every_table(two_tables):
    ingested = two_tables.ingest()
    assert ingested.table("transactions").customer_id.tolist() == [ERIKA, ERIKA, MAX]
    people = ingested.table("customers").set_index("customer_id")
    assert people.country.to_dict() == {ERIKA: "DE", MAX: "AT"}
    assert people.referred_by.dropna().to_dict() == {ERIKA: MAX}


def test_what_it_was_stands_nowhere(two_tables, capsys):
    ingested = two_tables.ingest()
    bad = ingested.unreadable("transactions")
    assert bad.reason.tolist()[1] == "no customer"
    assert [json.loads(values)["customer"] for values in bad["values"]] == [MAX, None]
    assert not traces(ingested.folder, "erika", "max@", "example.org")
    printed = capsys.readouterr()
    assert "example.org" not in printed.out + printed.err


def test_another_key_gives_other_codes_and_none_stops(two_tables, monkeypatch):
    monkeypatch.setenv(secret.VARIABLE, "f" * 32)
    assert set(two_tables.ingest().table("transactions").customer_id).isdisjoint({ERIKA, MAX})
    monkeypatch.delenv(secret.VARIABLE)
    with pytest.raises(CrmwbError, match="no secret key"):
        two_tables.ingest()


def test_numbers_and_replaced_ids_are_coded_as_what_they_become(exports):
    exports.write(HEADER + "17850.0,o1,2024-01-01,1,1\n17850,o2,2024-01-01,1,1\nold,o3,2024-01-01,1,1\n")
    exports.map({"customer_id": MAIL | {"whole_number": True, "replace": {"old": "17850"}}})
    assert exports.ingest().table("customers").customer_id.tolist() == secret.codes(["17850"], KEY.encode())


def test_rows_in_the_mapping_are_coded_too(exports):
    exports.write(ORDERS)
    members = {
        "rows": [{"campaign_id": "x", "who": "MAX@example.org", "arm": "control"}],
        "columns": {"campaign_id": "campaign_id", "customer_id": {"column": "who", "pseudonym": True}, "arm": "arm"},
    }
    exports.map({"customer_id": MAIL}, {"customers": PEOPLE, "campaign_members": members})
    assert exports.ingest().table("campaign_members").customer_id.tolist() == [MAX]


def test_derived_tables_read_codes_and_a_filter_may_ask_whether_there_is_an_id(exports):
    exports.write(ORDERS.replace("n/a", ""))
    people = PEOPLE | {"columns": PEOPLE["columns"] | {"referred_by": MAIL}}
    exports.map({"customer_id": MAIL}, {"customers": people}, filter="customer is not null")
    ingested = exports.ingest()
    assert ingested.table("customers").referred_by.tolist() == ingested.table("customers").customer_id.tolist()
    assert ingested.manifest["tables"]["transactions"]["filtered"] == 1


@pytest.mark.parametrize(
    ("columns", "tables", "options", "words"),
    [
        ({"customer_id": {"expression": "lower(customer)", "pseudonym": True}}, {}, {}, "pseudonym goes with column"),
        ({"customer_id": {"one_per": "row", "pseudonym": True}}, {}, {}, "goes with column, not with one_per"),
        ({"quantity": {"column": "units", "pseudonym": True}}, {}, {}, r"quantity\.pseudonym: does not go"),
        ({"customer_id": MAIL, "channel": {"expression": "split_part(customer, '@', 2)"}}, {}, {},
         r"columns\.channel: 'customer' is a pseudonym in transactions"),
        ({"customer_id": MAIL, "channel": "customer"}, {}, {}, r"columns\.channel: 'customer' is a pseudonym"),
        ({"customer_id": MAIL}, {}, {"filter": "customer like '%@example.org'"}, r"filter: 'customer' is a pseudonym"),
        ({"customer_id": MAIL}, {"customers": PEOPLE | {"columns": PEOPLE["columns"] | {"city": "customer"}}}, {},
         r"customers\.columns\.city: 'customer' is a pseudonym in transactions"),
        ({"customer_id": MAIL}, {"customers": {"file": "p.csv", "columns": {"customer_id": "id", "kind": "kind"}}}, {},
         r"customers\.columns\.customer_id: must be a pseudonym too .* as tables\.transactions\.columns\.customer_id"),
    ],
)  # fmt: skip
def test_mappings_by_which_nothing_could_be_joined_or_read_are_refused(exports, columns, tables, options, words):
    exports.write(ORDERS)
    exports.map(columns, tables, **options)
    with pytest.raises(CrmwbError, match=words):
        exports.ingest()


def test_what_the_contract_flags_as_pii_passes_as_a_pseudonym_only(exports, monkeypatch):
    table = TABLES["transactions"]
    columns = tuple(dataclasses.replace(c, pii=c.name == "channel") for c in table.columns)
    monkeypatch.setitem(contract.TABLES, "transactions", dataclasses.replace(table, columns=columns))
    exports.write(ORDERS.replace("amount", "phone").replace(",10.50", ",+49 171 1234567"))
    exports.map({"channel": "phone", "revenue_cents": {"constant": 1}})
    with pytest.raises(CrmwbError, match=r"channel\.column: says who somebody is: leave it out, or write pseudonym"):
        exports.ingest()
    exports.map(
        {"channel": {"column": "phone", "pseudonym": True}, "revenue_cents": {"constant": 1}, "customer_id": MAIL}
    )
    ingested = exports.ingest()
    assert secret.codes(["+49 171 1234567"], KEY.encode())[0] in set(ingested.table("transactions").channel)


@pytest.mark.parametrize(
    "text", ["erika@example.org", "Erika <erika@example.co.uk>", "+49 171 1234567", "+1 (555) 010-9999"]
)
def test_a_column_mapped_by_mistake_does_not_pass(exports, capsys, text):
    exports.write(HEADER.replace("order", "order,where") + f'a,o1,"{text}",2024-01-01,1,1\nb,o2,Bonn,2024-01-01,1,1\n')
    exports.map({"channel": "where"})
    ingested = exports.ingest()
    assert ingested.table("transactions").channel.tolist() == ["Bonn"]
    assert ingested.unreadable("transactions").reason.tolist() == [
        "an e-mail address or a phone number, which stops here (leave it out, or for an id write pseudonym: true)"
    ]
    assert not traces(ingested.folder, "example", "1234567", "010-9999")
    printed = capsys.readouterr().err
    assert "channel: an e-mail address or a phone number" in printed
    assert text not in printed


def test_addresses_as_ids_need_pseudonyms(exports):
    exports.write(ORDERS.replace("n/a", ""))
    exports.map()
    with pytest.raises(CrmwbError, match="transactions: none of its 5 rows is usable"):
        exports.ingest()


@pytest.mark.parametrize(
    "text", ["2@1.25", "@home", "user@host", "+5 to +9", "+49", "A+B 1234567", "0171 1234567", "a @ b.de"]
)
def test_what_is_no_address_or_number_passes(exports, text):
    exports.write(HEADER.replace("order", "order,where") + f"a,o1,{text},2024-01-01,1,1\n")
    exports.map({"channel": "where"})
    assert exports.ingest().table("transactions").channel.tolist() == [text]


def test_addresses_in_the_values_of_a_row_that_cannot_be_read_are_hidden(exports):
    exports.write(HEADER + "a,o1,2024-01-01,1,1\nb,o2,erika@example.org,+49 171 1234567,Max <max@example.org>\n")
    ingested = exports.ingest()
    (values,) = ingested.unreadable("transactions")["values"]
    assert json.loads(values) == {
        "customer": "b", "order": "o2", "day": "(an e-mail address)", "units": "(a phone number)",
        "amount": "(an e-mail address)",
    }  # fmt: skip


def test_an_address_in_the_name_of_a_file_is_refused_without_showing_it(exports):
    exports.write(ORDERS, "orders of erika@example.org.csv")
    exports.map(file="orders*.csv")
    with pytest.raises(CrmwbError, match="a file's name holds an e-mail address") as error:
        exports.ingest()
    assert "erika" not in str(error.value)
