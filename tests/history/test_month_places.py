"""Customers at month ends by their places: those of every row, however many rows are looked up at a time."""

from datetime import date

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from crmwb.history import month_places
from crmwb.history.month_places import month_places as looked_up

MARCH, APRIL, MAY = date(2024, 3, 1), date(2024, 4, 1), date(2024, 5, 1)


@pytest.fixture
def artefacts(tmp_path):
    folder, file = tmp_path / "snapshots", tmp_path / "stages.parquet"
    folder.mkdir()
    months = {MARCH: ["b"], APRIL: ["c", "b"], MAY: ["a", "b", "c"]}
    for end, ids in months.items():
        pq.write_table(pa.table({"as_of": [end] * len(ids), "customer_id": ids}), folder / f"{end}.parquet")
    pq.write_table(pa.table({"as_of": [MARCH, MARCH, MAY], "customer_id": ["z", "b", "c"]}), file, row_group_size=1)
    return folder, file


@pytest.mark.parametrize("rows", [1, 2, 100])
def test_places_do_not_depend_on_how_many_rows_are_looked_up_at_a_time(artefacts, monkeypatch, rows):
    monkeypatch.setattr(month_places, "BLOCK_ROWS", rows)
    folder, file = artefacts
    places = looked_up([folder, file], [MARCH, APRIL, MAY])
    assert places.ids.to_pylist() == ["a", "b", "c", "z"]
    assert {key: place.tolist() for key, place in places.of.items()} == {
        (folder, MARCH): [1],
        (folder, APRIL): [2, 1],
        (folder, MAY): [0, 1, 2],
        (file, MARCH): [3, 1],
        (file, MAY): [2],
    }


def test_only_the_month_ends_asked_for_are_looked_up_and_who_is_not_listed_has_no_place(artefacts):
    folder, file = artefacts
    places = looked_up([folder, file], [APRIL], pa.array(["a", "b"]))
    assert {key: place.tolist() for key, place in places.of.items()} == {(folder, APRIL): [-1, 1]}


def test_what_is_not_there_has_no_months(tmp_path):
    places = looked_up([tmp_path / "none.parquet"], [MARCH])
    assert (places.ids.to_pylist(), places.of) == ([], {})
