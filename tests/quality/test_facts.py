"""Keys that several rows have, read off a sorted file."""

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from crmwb import storage
from crmwb.quality.facts import neighbours_with_one_key

KEY = ["order_id", "line_no"]


@pytest.fixture
def keys_of_several(tmp_path):
    def find(*keys):
        orders, lines = zip(*keys, strict=True) if keys else ((), ())
        table = pa.table({"order_id": pa.array(orders, pa.string()), "line_no": pa.array(lines, pa.int64())})
        pq.write_table(table, tmp_path / "rows.parquet")
        several = neighbours_with_one_key(tmp_path / "rows.parquet", KEY)
        return None if several is None else [tuple(row[name] for name in KEY) for row in several.to_pylist()]

    return find


def test_neighbours_with_one_key_are_found_once(keys_of_several):
    assert keys_of_several(("a", 1), ("a", 2), ("a", 2), ("a", 2), ("b", 1), ("b", 1)) == [("a", 2), ("b", 1)]


def test_one_row_or_none_has_no_twin(keys_of_several):
    assert keys_of_several(("a", 1)) == []
    assert keys_of_several() == []


def test_twins_in_two_batches_are_found(keys_of_several, monkeypatch):
    monkeypatch.setattr(storage, "ROW_GROUP_ROWS", 2)
    assert keys_of_several(("a", 1), ("a", 2), ("a", 2), ("b", 1), ("b", 2)) == [("a", 2)]


@pytest.mark.parametrize(
    "keys", [[("b", 1), ("a", 1)], [("a", 2), ("a", 1)], [("a", 1), ("a", None)], [(None, 1), ("a", 1)]]
)
def test_of_an_unsorted_file_or_unknown_keys_nothing_is_said(keys, keys_of_several):
    assert keys_of_several(*keys) is None
