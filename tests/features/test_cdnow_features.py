"""CDNOW's sample, against pandas doing the same sums its own way."""

from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from builders import customers_of

from crmwb.contract.canonical import TABLES

SAMPLE = Path(__file__).parents[1] / "fixtures" / "cdnow_sample.txt"
AS_OF = date(1997, 10, 1)


@pytest.fixture(scope="module")
def log() -> pd.DataFrame:
    columns = ["master", "customer_id", "day", "units", "dollars"]
    frame = pd.read_csv(SAMPLE, sep=r"\s+", names=columns, dtype={"customer_id": str, "day": str})
    frame["day"] = pd.to_datetime(frame["day"], format="%Y%m%d")
    frame["cents"] = (frame["dollars"] * 100).round().astype("int64")
    return frame


@pytest.fixture
def described(describe, log):
    lines = pd.DataFrame({
        "customer_id": log["customer_id"],
        "order_id": [f"o{i:05d}" for i in range(len(log))],
        "line_no": 1,
        "ordered_at": log["day"],
        "quantity": log["units"].astype("float64"),
        "revenue_cents": log["cents"],
        "is_return": False,
    })  # fmt: skip
    schema = TABLES["transactions"].schema
    table = pa.Table.from_pandas(lines.reindex(columns=schema.names), schema=schema, preserve_index=False)
    rows = describe(AS_OF, transactions=table, customers=customers_of(table))
    return pd.DataFrame({c: vars(row) for c, row in rows.items()}).T.sort_index()


def test_the_purchase_summary_equals_pandas(described, log):
    past = log[log["day"] < pd.Timestamp(AS_OF)]
    days = past.groupby(["customer_id", "day"])["cents"].sum().reset_index()
    days = days[days["cents"] > 0]  # a free order is no purchase occasion
    by = days.groupby("customer_id")
    first, last, n = by["day"].min(), by["day"].max(), by.size()
    repeats = days[days["day"] > days["customer_id"].map(first)].groupby("customer_id")["cents"]
    gaps = by["day"].diff().dt.days.groupby(days["customer_id"])
    orders = past.groupby("customer_id")["cents"]
    expected = {
        "frequency": n - 1,
        "recency_days": (last - first).dt.days,
        "age_days": (pd.Timestamp(AS_OF) - first).dt.days,
        "days_since_last": (pd.Timestamp(AS_OF) - last).dt.days,
        "revenue_cents": orders.sum(),
        "n_orders": orders.size(),
        "monetary_cents": repeats.mean(),
        "mean_gap_days": gaps.mean(),
        "std_gap_days": gaps.std(ddof=1),
        "longest_gap_days": gaps.max(),
        "median_order_cents": orders.median(),
        "silence_ratio": (pd.Timestamp(AS_OF) - last).dt.days / gaps.mean(),
    }
    for column, values in expected.items():
        mine, theirs = described[column].astype("float64"), values.reindex(described.index).astype("float64")
        np.testing.assert_allclose(mine, theirs, rtol=1e-12, err_msg=column)


def test_it_is_the_sample_of_the_literature_but_for_its_free_first_orders(described, log):
    free = log.loc[log["cents"] == 0, "customer_id"]
    assert len(described) == 2357
    assert len(free) == 8
    assert described["frequency"].isna().sum() == 8  # they ordered nothing else, and never paid
    assert (described["frequency"] > 0).sum() == 946  # the customers of Fader & Hardie's Gamma-Gamma note
