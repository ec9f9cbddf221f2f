"""What stops the pipeline, and what it says."""

import json
from dataclasses import replace

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from builders import canonical
from validating import LENIENT, run, unreadable, write_canonical

from crmwb.contract import Rule, Severity
from crmwb.contract.canonical import TABLES
from crmwb.errors import CrmwbError
from crmwb.quality.validation import validate

PEOPLE = canonical("customers", "customer_id\na\nb")


def sales(n_good, n_bad):
    rows = [f"a o{i} 2024-01-01 1.00" for i in range(n_good)] + [f"- x{i} 2024-01-01 1.00" for i in range(n_bad)]
    return canonical("transactions", "\n".join(["customer_id order_id ordered_at revenue", *rows]))


def stopped(validated, tables, *args, **params):
    with pytest.raises(CrmwbError) as error:
        validated(tables, *args, **params)
    return str(error.value)


def test_too_much_quarantined_stops_and_says_what_to_set(validated):
    message = stopped(validated, {"customers": PEOPLE, "transactions": sales(6, 4)}, max_quarantined_share=0.05)
    assert "canonical/transactions.parquet: 4 of 10 rows (40.0%) would be quarantined" in message
    assert "quality.max_quarantined_share allows 5.0%" in message
    assert "column customer_id, rule customer_id_is_known: customer_id (who bought) is unknown: 4 rows" in message
    assert message.count("(order_id x") == 3
    assert "row 7 (order_id x0, line_no 1, customer_id unknown)" in message
    assert "set quality.max_quarantined_share in params.yaml to 0.4 or more" in message


def test_what_the_message_tells_to_set_is_enough(con, tmp_path):
    tables = {"customers": PEOPLE, "transactions": sales(193, 64)}  # 24.9%, as Online Retail has lines without customer
    with pytest.raises(CrmwbError, match=r"to 0\.25 or more"):
        run(con, tmp_path / "strict", tables, max_quarantined_share=0.05)
    assert len(run(con, tmp_path / "lenient", tables, max_quarantined_share=0.25).clean("transactions")) == 193


def test_just_the_share_allowed_does_not_stop(validated):
    outcome = validated({"customers": PEOPLE, "transactions": sales(3, 1)}, max_quarantined_share=0.25)
    assert len(outcome.quarantine("transactions")) == 1


def test_unreadable_rows_count_into_the_share_and_are_explained(validated):
    lost = unreadable(
        [
            ("orders.csv", 9, "customer_id", "no customer", "{}"),
            ("orders.csv", 1007, "customer_id", "no customer", "{}"),
            ("orders.csv", 5, "ordered_at", "not a date", "{}"),
        ]
    )
    tables = {"customers": PEOPLE, "transactions": sales(7, 0)}
    message = stopped(validated, tables, {"transactions": lost}, max_quarantined_share=0.2)
    assert "3 of 10 rows (30.0%)" in message
    assert "3 rows could not be read as what the contract says, most often:" in message
    assert (
        "    2 rows: customer_id: no customer (first: orders.csv row 9)\n    1 row: ordered_at: not a date" in message
    )
    assert "params.yaml to 0.3 or more" in message


def test_no_usable_transaction_stops_whatever_is_allowed(validated):
    message = stopped(validated, {"customers": PEOPLE, "transactions": sales(0, 2)}, max_quarantined_share=1.0)
    assert "canonical/transactions.parquet: none of 2 rows is usable" in message
    assert "customer_id_is_known" in message


@pytest.mark.parametrize("empty", ["customers", "transactions"])
def test_an_empty_table_that_all_rests_on_stops(validated, empty):
    tables = {"customers": PEOPLE, "transactions": sales(1, 0)}
    message = stopped(validated, tables | {empty: tables[empty].slice(0, 0)})
    assert f"{empty}.parquet: the table has no rows" in message


def test_another_empty_table_does_not_stop(validated):
    campaigns = canonical("campaigns", "campaign_id starts_on\nc 2024-01-01").slice(0, 0)
    outcome = validated({"customers": PEOPLE, "transactions": sales(1, 0), "campaigns": campaigns})
    assert outcome.summary["tables"]["campaigns"]["ingested"] == 0
    assert outcome.summary["tables"]["campaigns"]["columns"]["name"] is None
    json.dumps(outcome.summary, allow_nan=False)


def test_no_table_at_all_stops(validated):
    assert "the source has no table" in stopped(validated, {})


def test_a_missing_column_stops_and_is_named(validated):
    message = stopped(validated, {"customers": PEOPLE, "transactions": sales(1, 0).drop_columns("revenue_cents")})
    assert "transactions.parquet: 1 column not as the contract" in message
    assert "revenue_cents (what we received, net of discount; negative for returns) must be a column" in message
    assert "of type int64, but is missing" in message


def test_a_column_of_another_type_stops_and_is_named(validated):
    table = sales(1, 0)
    place = table.column_names.index("quantity")
    message = stopped(
        validated, {"customers": PEOPLE, "transactions": table.set_column(place, "quantity", pa.array(["one"]))}
    )
    assert "quantity (how many units; negative for returns) must be a column of type double, but is string" in message


def test_a_truncated_file_stops(con, tmp_path):
    folder = write_canonical(tmp_path / "canonical", {"customers": PEOPLE})
    file = folder / "customers.parquet"
    file.write_bytes(file.read_bytes()[:-20])
    with pytest.raises(CrmwbError, match=r"customers\.parquet: not readable as Parquet"):
        validate(con, folder, tmp_path, tmp_path, LENIENT)


def test_a_file_that_is_not_what_the_manifest_tells_stops(con, tmp_path):
    folder = write_canonical(tmp_path / "canonical", {"customers": PEOPLE})
    pq.write_table(PEOPLE.slice(0, 1), folder / "customers.parquet")
    with pytest.raises(CrmwbError, match="1 rows and 0 unreadable ones, but the manifest beside it tells of 2 and 0"):
        validate(con, folder, tmp_path, tmp_path, LENIENT)


def test_a_critical_rule_stops_at_the_first_row(monkeypatch, validated):
    table = TABLES["transactions"]
    rule = Rule(
        "is_in_our_time", "an order is of this century", lambda t: t.ordered_at.year() >= 2000, Severity.CRITICAL
    )
    monkeypatch.setitem(TABLES, "transactions", replace(table, rules=(*table.rules, rule)))
    old = canonical(
        "transactions", "customer_id order_id ordered_at revenue\na o1 2024-01-01 1.00\nb o2 1924-01-01 1.00"
    )
    message = stopped(validated, {"customers": PEOPLE, "transactions": old}, max_quarantined_share=1.0)
    assert "transactions.parquet: 1 critical rule broken" in message
    assert "rule is_in_our_time: not so: an order is of this century: 1 row" in message
    assert "for example row 2 (order_id o2, line_no 1, ordered_at 1924-01-01)" in message
