"""What flows in and out: the leaky bucket, conversions and cohorts."""

from datetime import date

import numpy as np
import pandas as pd
import pytest
from builders import canonical
from lives import build, every, log

from crmwb.lifecycle.conversions import conversions
from crmwb.lifecycle.history import Moment
from crmwb.lifecycle.names import INTRODUCTION, LAPSED, MATURITY, UNKNOWN, WON_BACK
from crmwb.lifecycle.timeline import Timeline


@pytest.fixture
def random_shop(con):
    rng = np.random.default_rng(3)
    rows = []
    for i in range(80):
        start, gap = rng.integers(0, 500), rng.integers(3, 90)
        days = start + np.cumsum(rng.integers(1, 2 * gap, rng.integers(1, 30)))
        for day in np.unique(days[days < 720]):
            when = (pd.Timestamp("2023-01-05") + pd.Timedelta(int(day), "D")).date()
            cents = int(rng.integers(-500, 5000))
            rows.append(f"c{i:02d} {when} {cents / 100:.2f} {'true' if cents < 0 else 'false'}")
    text = "customer_id ordered_at revenue is_return\n" + "\n".join(rows)
    return build(con, {"transactions": canonical("transactions", text)}, date(2025, 1, 1))


def test_the_bucket_adds_up_every_month_in_customers_and_money(random_shop):
    wide = random_shop.bucket.pivot(index="ends", columns="component", values=["n_customers", "revenue_cents"])
    n, cents = wide["n_customers"], wide["revenue_cents"]
    assert min(n["lost"].sum(), n["won_back"].sum()) > 0
    assert (n.opening + n.new + n.won_back - n.lost == n.closing).all()
    assert (cents.opening + cents.new + cents.won_back + cents.grown + cents.shrunk + cents.lost == cents.closing).all()
    assert (n.closing.iloc[:-1].to_numpy() == n.opening.iloc[1:].to_numpy()).all()
    assert (cents.closing.iloc[:-1].to_numpy() == cents.opening.iloc[1:].to_numpy()).all()


def test_the_bucket_of_a_month_by_hand(con):
    built = build(
        con,
        {"transactions": log(a=every(7, "2023-01-02", "2023-12-31"), b=["2023-05-29"])},
        date(2024, 1, 1),
        money_months=1,
    )
    may = built.bucket[built.bucket["begins"] == date(2023, 5, 1)].set_index("component")
    assert may["n_customers"].to_dict() == {
        "opening": 1, "new": 1, "won_back": 0, "grown": 1, "same": 0, "shrunk": 0, "lost": 0, "closing": 2,
    }  # fmt: skip
    assert may.loc["new", "revenue_cents"] == 100
    assert may.loc["grown", "revenue_cents"] == 100  # four Mondays in April, five in May
    assert may["month_revenue_cents"].loc[["new", "won_back", "grown", "same", "shrunk"]].sum() == 600


def test_a_stay_that_goes_on_is_censored():
    """Four newcomers: one matures after a month, one after two; one lapses after two; one is still new after three."""
    new, ripe, gone = INTRODUCTION, MATURITY, LAPSED
    stages = np.array(
        [[new] * 4, [ripe, new, new, new], [ripe, ripe, gone, new], [ripe, ripe, gone, new]], dtype=np.int8
    )
    ends = tuple(date(2024, month, 1) for month in (1, 2, 3, 4))
    nothing = np.zeros(4)
    timeline = Timeline(ends, stages, Moment(ends[-1], stages[-1], stages[-1], *(nothing,) * 4), (0,) * 4)
    stays = conversions(timeline, begins_before=False)
    stays["next_stage"] = stays["next_stage"].fillna("any")
    rows = stays[stays["stage"] == "introduction"].set_index("next_stage")
    assert rows.loc["any", ["n_stays", "n_moves"]].tolist() == [4, 3]
    assert rows.loc["any", "share_within_1_months"] == pytest.approx(0.25)
    assert rows.loc["any", "share_within_3_months"] == pytest.approx(0.75)
    assert rows.loc["any", "median_months"] == 2
    assert rows.loc["maturity", "share_within_3_months"] == pytest.approx(0.5)
    assert rows.loc["lapsed", "share_within_3_months"] == pytest.approx(0.25)
    assert pd.isna(rows.loc["any", "share_within_6_months"])  # nobody was watched for so long
    cut = conversions(timeline, begins_before=True)
    assert "introduction" not in set(cut["stage"])  # how long they had been new is not known


def test_runs_look_back_to_the_last_change():
    stages = np.array([[UNKNOWN, LAPSED], [MATURITY, LAPSED], [MATURITY, WON_BACK]], dtype=np.int8)
    ends = (date(2024, 1, 1), date(2024, 2, 1), date(2024, 3, 1))
    timeline = Timeline(ends, stages, Moment(ends[-1], stages[-1], stages[-1], *(np.zeros(2),) * 4), (0,) * 3)
    since, before = timeline.runs()
    assert since.tolist() == [1, 2]
    assert before.tolist() == [UNKNOWN, LAPSED]


def test_cohorts_have_no_cell_for_what_is_not_over(con):
    built = build(
        con,
        {
            "transactions": log(
                a=["2023-01-05", "2023-02-10", "2023-04-11"], b=["2023-01-20"], c=["2023-03-01", "2023-04-02"],
                d=["2023-04-18"],
            )
        },
        date(2023, 4, 20),
    )  # fmt: skip
    cells = built.cohorts.set_index(["cohort", "months_since"])
    assert list(cells.index) == [
        (date(2023, 1, 1), 0), (date(2023, 1, 1), 1), (date(2023, 1, 1), 2), (date(2023, 3, 1), 0),
    ]  # fmt: skip
    january = cells.loc[date(2023, 1, 1)]
    assert january["n_customers"].tolist() == [2, 2, 2]
    assert january["n_active"].tolist() == [2, 1, 0]
    assert january["cumulative_revenue_cents"].tolist() == [200, 300, 300]
    assert january["is_left_edge"].all()


def test_cohorts_add_up_to_all_revenue_of_whole_months(random_shop):
    rows = random_shop.purchases
    first, cents = set(), 0
    for of_month in rows.months.values():
        first |= set(rows.customer[of_month][rows.of["n_purchases"][of_month] > 0].tolist())
        net = zip(rows.customer[of_month].tolist(), rows.of["net_cents"][of_month].tolist(), strict=True)
        cents += sum(c for who, c in net if who in first)
    assert random_shop.cohorts["revenue_cents"].sum() == cents
