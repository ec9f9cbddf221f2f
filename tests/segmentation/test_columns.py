"""Customers read column by column and scored part by part are what they are all at once."""

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from segment_frames import PLANTED_FEATURES, SEED, choices, people, planted

from crmwb import segmentation, storage
from crmwb.contract import Artefact, id_, maybe
from crmwb.contract.columns import Kind
from crmwb.contract.segments import CUSTOMERS
from crmwb.segmentation import artefacts
from crmwb.segmentation.cards import Spending
from crmwb.segmentation.columns import CustomerFiles, Some, frame_of, in_order
from crmwb.segmentation.model import score_in_parts


def artefact(folder, name: str, **columns) -> Artefact:
    """An artefact of numbers of customers, its rows as they are given."""
    frame = pd.DataFrame(columns)
    declared = (
        id_("customer_id", "the customer"),
        *(maybe(c, Kind.NUMBER, "any") for c in frame if c != "customer_id"),
    )
    out = Artefact(name=name, path=folder / f"{name}.parquet", grain="any", key=("customer_id",), columns=declared)
    pq.write_table(pa.Table.from_pandas(frame, schema=out.schema), out.path)
    return out


def test_files_of_customers_stand_side_by_side_whatever_their_order(tmp_path):
    first = artefact(tmp_path, "first", customer_id=["b", "a", "c"], x=[2.0, 1.0, 3.0])
    second = artefact(tmp_path, "second", customer_id=["c", "a", "z"], y=[30.0, 10.0, 0.0])
    customers = CustomerFiles(first, second)
    assert customers["customer_id"].tolist() == customers.ids.to_pylist() == ["a", "b", "c"]
    assert customers["x"].tolist() == [1, 2, 3]
    assert customers["y"].fillna(-1).tolist() == [10, -1, 30]
    assert frame_of(customers, ("y", "w", "x"), np.array([2])).to_dict("list") == {"y": [30], "x": [3]}
    assert Some(customers, np.array([True, False, True]))["x"].tolist() == [1, 3]
    assert customers.get("w") is None


def test_rows_come_in_the_order_of_customers():
    customers = pd.DataFrame({"customer_id": ["a", "b", "c"]})
    segments = pd.DataFrame({"customer_id": ["c", "a"], "cluster": [2, 1]})
    assert in_order(segments, customers)["cluster"].fillna(0).tolist() == [1, 0, 2]


@pytest.fixture(scope="module")
def scored() -> tuple[pd.DataFrame, dict, pd.DataFrame]:
    buyers, _ = planted(n=60)
    never = people("customer_id n_purchase_days days_since_last revenue_cents\nc000000b 0 - 0\nd 0 - 0")
    customers = pd.concat([buyers, never]).sort_values("customer_id", ignore_index=True)
    model = segmentation.fit(customers, "2024-07-01", choices(features=PLANTED_FEATURES), SEED)
    return customers, model, segmentation.score(customers, model)


def test_customers_score_the_same_part_by_part(scored):
    customers, model, whole = scored
    before = whole[["recency_score", "frequency_score", "monetary_score"]].fillna(0)
    expected = segmentation.score(customers, model, rfm_before=before)
    parts = score_in_parts(customers, model, rfm_before=before, n_buyers=7)
    assert parts.columns.tolist() == CUSTOMERS.names
    written = (pa.Table.from_pandas(frame, schema=CUSTOMERS.schema) for frame in (parts, expected))
    assert next(written).equals(next(written))
    assert parts.dtypes[["recency_score", "rfm_segment", "cluster_name"]].tolist() == ["Int8", "category", "category"]


def test_rows_streamed_to_a_file_are_the_bytes_of_all_at_once(scored, tmp_path):
    customers, model, whole = scored
    storage.write(whole, CUSTOMERS, tmp_path / "whole.parquet")
    rows = artefacts.batches_of(score_in_parts(customers, model), CUSTOMERS)
    artefacts.stream(rows, CUSTOMERS, tmp_path / "parts.parquet")
    assert (tmp_path / "parts.parquet").read_bytes() == (tmp_path / "whole.parquet").read_bytes()


def test_shares_of_spend_are_those_of_all_rows_whatever_the_parts():
    rng = np.random.default_rng(SEED)
    pairs = rng.choice(300, 120, replace=False)
    pairs.sort()
    rows = pd.DataFrame({"customer_id": [f"c{i:02d}" for i in pairs // 10], "category": [f"k{i}" for i in pairs % 10]})
    rows["revenue_cents"] = rng.integers(-50, 900, len(rows))
    ids, codes = pa.array([f"c{i:02d}" for i in range(1, 30)]), np.arange(1, 30) % 3 - 1
    some = np.arange(1, 30) < 25
    paid = rows[(rows["revenue_cents"] > 0) & rows["customer_id"].isin(ids.to_pylist())]
    paid = paid.assign(code=codes[paid["customer_id"].str[1:].astype(int) - 1])
    counted = paid[paid["customer_id"] < "c25"]
    share = counted["revenue_cents"] / counted.groupby("customer_id")["revenue_cents"].transform("sum")
    for size in (120, 7):
        spending = Spending([rows.iloc[i : i + size] for i in range(0, 120, size)], ids)
        sizes, shares = spending.shares(some, {"any": (codes, 2)})
        for i, name in enumerate(spending.names):
            assert sizes[i] == (counted["category"] == name).sum()
            for code in (0, 1):
                own = (counted["category"] == name) & (counted["code"] == code)
                assert shares["any"].sums[i, code] == pytest.approx(share[own].sum())
                assert shares["any"].squares[i, code] == pytest.approx((share[own] ** 2).sum())
                own = (paid["category"] == name) & (paid["code"] == code)
                assert spending.money((codes, 2))[i, code] == paid.loc[own, "revenue_cents"].sum()
        known = counted.drop_duplicates("customer_id")["code"].value_counts()
        assert shares["any"].n_customers.tolist() == [known[0], known[1]]
