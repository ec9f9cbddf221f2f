"""Sums of order lines to which those of later months are added are those of all lines, summed anew."""

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from crmwb import engine, storage
from crmwb.contract.canonical import TRANSACTIONS
from crmwb.quality import kept_sums, sums

SUMMED = [f"transactions{each.name}" for each in sums.SUMS]


def lines(month: int) -> pd.DataFrame:
    """Return order lines of a month: returns, copies, an order there twice, one of two customers, a gift."""
    rows = [
        # customer, order, line, day, product, units, cents, is a return
        ("a", "1", 1, 2, "p", 1.0, 100, False), ("a", "1", 2, 2, "q", 2.0, 250, False),
        ("a", "2", 1, 2, "p", 1.0, 100, False), ("a", "2", 2, 2, "q", 2.0, 250, False),
        ("b", "3", 1, 5, None, 1.0, 70, False), ("b", "3", 2, 5, "p", 1.5, 0, False),
        ("b", "4", 1, 6, "p", 1.0, 90, False), ("b", "4", 2, 6, "p", 1.0, 90, False),
        ("b", "5", 1, 7, "q", 1.0, 30, False), ("c", "5", 2, 7, "q", 1.0, 30, False),
        ("a", "6", 1, 9, "p", -1.0, -100, True), ("b", "7", 1, 9, "r", -1.0, -50, True),
        (f"only in {month}", "8", 1, 20, "r", 3.0, 40 + month, False),
    ]  # fmt: skip
    names = ["customer_id", "order_id", "line_no", "day", "product_id", "quantity", "revenue_cents", "is_return"]
    frame = pd.DataFrame(rows, columns=names)
    at = pd.Timestamp(2024, month, 1) + pd.to_timedelta(frame.pop("day") - 1, unit="D")
    frame = frame.assign(ordered_at=at, order_id=f"{month}-" + frame["order_id"], channel="web")
    # what is returned in a month was bought before by some
    return frame.assign(customer_id=frame["customer_id"].where(~frame["is_return"] | (month % 2 == 0), "c"))


@pytest.fixture
def company(con, tmp_path, monkeypatch):
    """Return a company whose lines are in a file for each month, and which of them were summed."""

    class Company:
        def __init__(self):
            self.months = {month: lines(month) for month in (1, 2, 3)}
            self.summed = []

        def sums(self, kept):
            folder = tmp_path / "clean"
            folder.mkdir(exist_ok=True)
            for file in folder.iterdir():
                file.unlink()
            for month, rows in self.months.items():
                whole = rows.sort_values(["order_id", "line_no"]).reindex(columns=TRANSACTIONS.schema.names)
                table = pa.Table.from_pandas(whole, TRANSACTIONS.schema, preserve_index=False)
                pq.write_table(table, folder / f"2024-{month:02}.parquet")
            with engine.keeping(con) as keep:
                tables = kept_sums.summed(con, folder, keep, kept)
                return {
                    each.name: tables[f"transactions{each.name}"].order_by(list(each.keys)).to_pyarrow()
                    if each.keys
                    else tables[f"transactions{each.name}"].to_pyarrow()
                    for each in sums.SUMS
                }

    by_order, one = sums.by_order, Company()
    monkeypatch.setattr(sums, "by_order", lambda rows: one.summed.append(rows) or by_order(rows))
    return one


def come(months):
    months[4] = lines(4)


def two_come(months):
    months |= {4: lines(4), 5: lines(5)}


def come_before(months):
    months[4] = months.pop(1).assign(ordered_at=lines(4)["ordered_at"])
    months[1] = lines(1).assign(order_id="anew " + lines(1)["order_id"])


def be_corrected(months):
    months[2].loc[3, "revenue_cents"] = 700


def leave(months):
    months.pop(2)


def return_under_the_number_of_the_order(months):
    months[4] = lines(4)
    months[4].loc[10, ["order_id", "line_no"]] = ["1-1", 3]


def lie_in_another_month(months):
    months[4] = lines(4)
    months[4].loc[0, "ordered_at"] = pd.Timestamp(2024, 1, 3)


@pytest.mark.parametrize(
    ("change", "n_summed"),
    [
        (lambda _: None, []),
        (come, [13]),
        (two_come, [26]),
        (come_before, [52]),
        (be_corrected, [39]),
        (leave, [26]),
        (return_under_the_number_of_the_order, [52]),
        (lie_in_another_month, [52]),
    ],
)
def test_sums_of_months_that_came_are_added_and_all_else_is_summed_anew(company, tmp_path, change, n_summed):
    before = company.sums(tmp_path / "kept")
    assert before[sums.CUSTOMERS.name].num_rows == 6
    assert all(table.num_rows for table in before.values())
    change(company.months)
    company.summed.clear()
    stepped = company.sums(tmp_path / "kept")
    assert [rows.count().to_pyarrow().as_py() for rows in company.summed] == n_summed
    kept = storage.content_hash(tmp_path / "kept")
    (tmp_path / "kept").rename(tmp_path / "stepped")
    assert stepped == company.sums(tmp_path / "kept")
    assert storage.content_hash(tmp_path / "kept") == kept


def test_damaged_sums_and_those_of_other_code_are_not_used(company, tmp_path, monkeypatch):
    kept = tmp_path / "kept"
    first = company.sums(kept)
    (kept / "customer.parquet").write_bytes(b"")
    assert company.sums(kept) == first
    monkeypatch.setattr("crmwb.quality.kept_findings.MODULES", ("calendar.py",))
    assert company.sums(kept) == first
    (kept / "months.json").write_text("{")
    assert company.sums(kept) == first
    assert len(company.summed) == 4
