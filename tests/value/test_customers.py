"""What is said of customers in several frames, side by side."""

import pandas as pd
import pytest

from crmwb.value.customers import _joined


@pytest.mark.parametrize("ids", [["a", "b", "c"], ["b", "a", "c"], ["a", "c"], []])
def test_frames_are_set_side_by_side_as_a_join_does(ids):
    customers = pd.DataFrame({"customer_id": ["a", "b", "c"], "n": [1, 2, 3]})
    part = pd.DataFrame(
        {"customer_id": pd.Series(ids, dtype=object), "cents": pd.Series(range(len(ids)), dtype="int64")}
    )
    pd.testing.assert_frame_equal(_joined(customers, part), customers.merge(part, on="customer_id", how="left"))


def test_of_the_same_customers_nothing_is_joined(monkeypatch):
    monkeypatch.delattr(pd.DataFrame, "merge")
    customers = pd.DataFrame({"customer_id": ["a", "b"]})
    assert _joined(customers, customers.assign(cents=[1, 2]))["cents"].tolist() == [1, 2]


def test_nobody_is_said_two_things_of():
    customers = pd.DataFrame({"customer_id": ["a", "a"]})
    with pytest.raises(pd.errors.MergeError):
        _joined(customers, customers.assign(cents=[1, 2]))
