"""Cross-tables: every cell by hand, and no trend out of noise."""

from datetime import date

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from crmwb import engine
from crmwb.segmentation import multiview


def frame(n: int, seed: int, **columns) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    money = {f"{when}_revenue_cents": rng.integers(0, 10_000, n) for when in ("recent", "previous")}
    regions = [f"r{i}" for i in range(8)]
    return pd.DataFrame(
        {
            "region": rng.choice(regions, n),
            "top_channel": rng.choice(["web", "store", "phone"], n),
            "tier": rng.choice(["vip", "small"], n),
            **money,
            "revenue_cents": money["recent_revenue_cents"] + money["previous_revenue_cents"],
        }
    ).assign(**columns)


def test_cells_are_those_of_a_plain_groupby():
    customers = frame(2000, 1)
    cells = multiview.crossings(customers, ["region", "top_channel"])
    pair = cells.dropna(subset="other_dimension").set_index(["level", "other_level"])
    expected = customers.groupby(["region", "top_channel"]).agg(n=("tier", "size"), cents=("revenue_cents", "sum"))
    assert len(pair) == len(expected) == 24
    assert (pair["n_customers"].reindex(expected.index) == expected["n"]).all()
    assert (pair["revenue_cents"].reindex(expected.index) == expected["cents"]).all()
    assert pair["revenue_share"].sum() == pytest.approx(1)


def test_noise_has_no_trend_and_a_region_that_doubles_has_one():
    trends = [
        multiview.crossings(frame(2000, seed), multiview.DIMENSIONS)["trend"].value_counts() for seed in range(20)
    ]
    assert sum(bool(each.get("growing", 0) + each.get("shrinking", 0)) for each in trends) <= 2
    customers = frame(2000, 1)
    customers.loc[customers["region"] == "r3", "recent_revenue_cents"] *= 2
    first = multiview.growing(multiview.crossings(customers, ["region", "top_channel"])).iloc[0]
    assert "r3" in {first["level"], first["other_level"]}


def test_what_is_made_from_the_purchases_themselves_has_no_trend():
    cells = multiview.crossings(frame(500, 2), ["tier", "region"])
    assert cells.loc[(cells["dimension"] == "tier") | (cells["other_dimension"] == "tier"), "trend"].isna().all()


def test_dimensions_that_are_not_known_are_named():
    customers = frame(50, 3, country=None, kind="person")
    usable, missing = multiview.available(customers, ["region", "country", "kind", "industry"])
    assert usable == ["region"]
    assert missing["kind"] == "constant"
    assert missing["country"] == missing["industry"] == "absent"
    assert multiview.crossings(customers, ["country", "kind"]).empty


def test_rare_levels_are_other_and_null_is_unknown():
    cut = multiview.levels(pd.Series(["a", "a", "b", "b", "c", None]), max_levels=2)
    assert cut.tolist() == ["a", "a", "b", "b", "(other)", "(unknown)"]


def test_cells_through_time_and_their_changes(con):
    who = [
        (date(2024, month, 1), "lapsed" if i < 10 * month else "maturity") for month in range(1, 7) for i in range(200)
    ]
    table = pa.table({"as_of": [w[0] for w in who], "stage": [w[1] for w in who], "revenue_cents": [5] * len(who)})
    query = multiview.through_time(engine.open_arrow(con, table, "months"), ["stage"])
    cells = engine.batches(con, query).read_all().to_pandas()
    assert cells["n_customers"].tolist()[:2] == [10, 190]
    compared = multiview.changes(cells, ["stage"], n_months=3).set_index("stage")
    assert compared.loc["lapsed", "n_customers"] == 50  # 40, 50 and 60
    assert compared.loc["lapsed", "n_customers_before"] == 20
    assert compared.loc["lapsed", "change"] == pytest.approx(1.5)
    assert compared.loc["lapsed", "trend"] == "growing"
    assert multiview.changes(cells, ["stage"], n_months=4).empty
