"""Customers by their places, and what is read of them by month."""

from datetime import date

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from crmwb.calendar import month_of
from crmwb.contract.history import DAYS
from crmwb.history.month_days import KeptDays
from crmwb.history.places import Places, month_end_rows

IDS = [f"c{number:04d}" for number in range(0, 2000, 2)]
MARCH, APRIL = date(2024, 3, 1), date(2024, 4, 1)


@pytest.mark.parametrize(
    "texts",
    [IDS[3:7], IDS[7:3:-1], ["a", "c0001", "c0002", "c0002", "z"], [None, "c0004"], [None], []],
    ids=["in order", "backwards", "some unknown", "one not there", "none there", "nothing"],
)
def test_places_are_those_of_a_plain_look_up(texts):
    places = Places(pa.array(IDS)).of(pa.array(texts, pa.string()))
    assert places.tolist() == [IDS.index(text) if text in IDS else -1 for text in texts]
    assert places.dtype == np.int32


def test_ids_in_pieces_are_one_list():
    whole = Places.among(pd.concat([pd.Series(IDS[:3], dtype="str"), pd.Series(IDS[3:5], dtype="str")]))
    assert whole.ids.equals(pa.array(IDS[:5]))
    assert whole.of(pa.array(IDS[1:5])).tolist() == [1, 2, 3, 4]


@pytest.mark.parametrize("in_folder", [True, False])
def test_rows_of_a_month_end_are_read_from_its_file_or_from_that_of_all(tmp_path, in_folder):
    rows = pa.table({"as_of": [MARCH, APRIL, APRIL], "customer_id": ["a", "a", "b"], "n": [1, 2, 3]})
    if in_folder:
        for end, part in ((MARCH, rows.slice(0, 1)), (APRIL, rows.slice(1))):
            pq.write_table(part, tmp_path / f"{end}.parquet")
    else:
        pq.write_table(rows, tmp_path / "all.parquet")
    path = tmp_path if in_folder else tmp_path / "all.parquet"
    assert [batch.to_pylist() for batch in month_end_rows(path, APRIL, ["n"])] == [[{"n": 2}, {"n": 3}]]
    assert list(month_end_rows(path, date(2024, 5, 1), ["n"])) == []


def test_kept_days_come_month_by_month_without_unknown_customers(tmp_path):
    rows = [
        ("c0002", MARCH, 500, 100, True, None),
        ("c0003", MARCH, 700, 0, True, None),
        ("c0004", date(2024, 3, 9), 0, 300, False, None),
        ("c0002", APRIL, 200, 0, True, 31),
    ]
    names = ("customer_id", "day", "sales_cents", "returned_cents", "is_purchase", "gap_days")
    filled = [dict.fromkeys(DAYS.names, 0) | dict(zip(names, row, strict=True)) for row in rows]
    for month, own in (("2024-03", filled[:3]), ("2024-04", filled[3:])):
        pq.write_table(pa.Table.from_pylist(own, DAYS.schema), tmp_path / f"{month}.parquet")
    march, april = KeptDays(Places(pa.array(IDS)), tmp_path)
    assert (march.month, april.month) == (month_of(MARCH), month_of(APRIL))
    assert (march.customer.tolist(), march.cents.tolist()) == ([1, 2], [400, -300])
    assert (march.is_purchase.tolist(), april.gap.tolist()) == ([True, False], [31])
    assert april.day.tolist() == [(APRIL - date(1970, 1, 1)).days]
