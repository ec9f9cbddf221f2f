"""JSON whose rows hold lists of lines: read where one of their columns is wanted, or no other is an amount."""

import json
from pathlib import Path

import pytest
from mapping_exports import Mapped

FORTY = range(40)


@pytest.fixture
def company(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Mapped:
    monkeypatch.chdir(tmp_path)
    return Mapped(tmp_path)


def _bill(i: int, **also: object) -> dict[str, object]:
    lines = [{"code": "RENT", "charge": 20 + i % 7}, {"code": "USE", "charge": 3 + i % 5, "units": {"n": 2}}]
    return {
        "bill_no": f"B{i}", "bill_date": f"2024-03-{1 + i % 28:02}", "account": {"number": f"K{i % 9}"},
        "entries": [{"code": line["code"], "amount": line["charge"]} for line in lines[: 1 + i % 2]], **also,
    }  # fmt: skip


def test_lines_are_the_rows_where_nothing_else_is_an_amount(company: Mapped) -> None:
    bills = [_bill(i, balance=100 + i) for i in FORTY]
    (company.raw / "bills.json").write_text(json.dumps({"n": 40, "bills": bills}))
    assert company.map("bills.json", currency="EUR"), company.printed
    assert "its rows are the lines that entries holds" in company.printed
    rows = company.ingest().table("transactions")
    lines = [line["amount"] for bill in bills for line in bill["entries"]]
    assert (int(rows.revenue_cents.sum()), len(rows)) == (100 * sum(lines), len(lines))
    assert (rows.order_id.nunique(), rows.customer_id.nunique()) == (40, 9)


def test_totals_of_whole_objects_go_before_their_lines(company: Mapped) -> None:
    bills = [_bill(i, total=50 + i) for i in FORTY]
    (company.raw / "bills.jsonl").write_text("\n".join(map(json.dumps, bills)))
    assert company.map("bills.jsonl", currency="EUR"), company.printed
    assert "entries holds lists: left out; to read lines" in company.printed
    rows = company.ingest().table("transactions")
    assert (int(rows.revenue_cents.sum()), len(rows)) == (100 * sum(50 + i for i in FORTY), 40)


def test_lines_are_read_where_a_column_of_theirs_is_named(company: Mapped) -> None:
    bills = [_bill(i, total=50 + i, paid=[{"day": "2024-04-01", "sum": 1}]) for i in FORTY]
    (company.raw / "bills.jsonl").write_text("\n".join(map(json.dumps, bills)))
    assert company.map("bills.jsonl", currency="EUR", amount="entries.amount"), company.printed


def test_an_object_without_lines_is_one_row(exports) -> None:
    rows = [
        {"customer": "a", "order": "1", "day": "2024-01-05", "lines": [{"n": 1, "sum": 2}, {"n": 2, "sum": 3}]},
        {"customer": "b", "order": "2", "day": "2024-01-06", "lines": []},
        {"customer": "c", "order": "3", "day": "2024-01-07", "lines": [{"n": 1, "sum": 7}, "no line"]},
    ]
    exports.write("\n".join(map(json.dumps, rows)), "sales.jsonl")
    exports.map(
        {"revenue_cents": "lines.sum", "quantity": "lines.n", "is_return": {"constant": False}}, file="sales.jsonl"
    )
    ingested = exports.ingest()
    read = ingested.table("transactions")
    assert read[["customer_id", "revenue_cents"]].values.tolist() == [["a", 200], ["a", 300], ["c", 700]]
    assert ingested.unreadable("transactions").source_row.tolist() == [3, 5]


def test_lines_of_two_lists_are_refused(exports) -> None:
    row = {"customer": "a", "order": "1", "day": "2024-01-05", "lines": [{"sum": 2}], "paid": [{"n": 1}, {"n": 2}]}
    exports.write("\n".join([json.dumps(row)] * 2), "sales.jsonl")
    exports.map(
        {"revenue_cents": "lines.sum", "quantity": "paid.n", "is_return": {"constant": False}}, file="sales.jsonl"
    )
    with pytest.raises(Exception, match="lines and paid are lists beside one another"):
        exports.ingest()


@pytest.mark.parametrize("refunds", [True, False])
def test_a_customer_two_files_away_is_joined_and_refunds_stay(company: Mapped, refunds: bool) -> None:
    people = [{"id": f"CU{i}", "email": f"someone{i}@example.org"} for i in range(12)]
    mandates = [
        {"id": f"MD{i}", "status": "cancelled" if i % 5 == 0 else "active", "links": {"customer": f"CU{i % 12}"}}
        for i in range(15)
    ]
    payments = [
        {
            "id": f"PM{i}", "charge_date": f"2024-03-{1 + i % 28:02}", "amount": 4100 + i * 37 % 61,
            "status": ["paid_out", "paid_out", "failed"][i % 3], "amount_refunded": 500 * (i % 20 == 0) * refunds,
            "links": {"mandate": f"MD{i % 15}"},
        }
        for i in range(90)
    ]  # fmt: skip
    for name, rows in {"customers": people, "mandates": mandates, "payments": payments}.items():
        (company.raw / f"{name}.json").write_text(json.dumps({name: rows}))
    company.draft(decimals_of_amount="hundredths")
    rows = company.ingest().table("transactions")
    paid = [each for each in payments if each["status"] == "paid_out"]
    assert int(rows.revenue_cents.sum()) == sum(each["amount"] - each["amount_refunded"] for each in paid)
    assert rows.order_id.nunique() == len(paid)
    assert rows.customer_id.nunique() == len({int(str(each["links"]["mandate"])[2:]) % 12 for each in paid})
