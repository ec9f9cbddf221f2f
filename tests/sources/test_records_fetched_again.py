"""Records of orders with lists of lines that were fetched again when they changed: the last of each may count."""

import json

import pytest
from mapping_exports import Mapped, total


@pytest.fixture
def project(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return Mapped(tmp_path)


def record(i, state, hour, prices, total=None):
    lines = [{"sku": f"s{n}", "quantity": 1, "price": price} for n, price in enumerate(prices)]
    own = {"id": f"o{i}", "state": state, "changedAt": f"2024-03-{1 + i % 27:02}T{hour:02}:00:00Z"}
    whole = {} if total is None else {"total": total}
    return {
        **own,
        "placedAt": f"2024-03-{1 + i % 27:02}T08:00:00Z",
        "buyer": {"id": f"b{i % 17}"},
        **whole,
        "lines": lines,
    }


def orders(in_order):
    rows, kept = [], 0
    for i in range(90):
        prices = [12.5 + i, 7.25]
        if i % 6 == 1:
            rows.append(record(i, "paid", 9, [12.5 + i]))
        rows.append(record(i, "cancelled" if i % 18 == 1 else "paid", 11, prices))
        kept += 0 if i % 18 == 1 else sum(prices)
    return (rows if in_order else rows[::-1]), kept


def test_the_last_record_of_each_order_counts_where_a_person_says_so(project):
    rows, kept = orders(in_order=True)
    (project.raw / "orders.jsonl").write_text("\n".join(map(json.dumps, rows)))
    assert any("records_of_orders_jsonl=all|last" in text for text in project.draft())
    assert project.draft(records_of_orders_jsonl="last") == []
    assert total(project) == kept


def test_records_that_do_not_stand_in_their_order_are_refused(project):
    rows, _ = orders(in_order=False)
    (project.raw / "orders.jsonl").write_text("\n".join(map(json.dumps, rows)))
    assert not project.map("orders.jsonl", records_of_orders_jsonl="last", currency="EUR")
    assert "keep the last record of each number" in project.printed.replace("\n", " ")
