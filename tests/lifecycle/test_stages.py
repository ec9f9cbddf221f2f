"""The stage of each customer, from the own rhythm and what was known then."""

from datetime import date

import numpy as np
import pandas as pd
import pytest
from builders import canonical
from lives import build, every, log

from crmwb.lifecycle.customers import FEWER_ORDERS, LATE
from crmwb.lifecycle.months import write_customer_months
from crmwb.lifecycle.names import STAGES, UNKNOWN
from crmwb.lifecycle.rhythm import PooledGaps, pool, rhythm
from crmwb.lifecycle.trend import Orders, deviations

NEVER_BOUGHT = ("nobody", "contacted", "answered", "deal")
WEEKLY = every(7, "2023-01-02", "2024-12-30")


@pytest.fixture
def shop(con):
    return build(
        con,
        {
            "transactions": log(
                weekly=WEEKLY,
                **{f"steady{i:02d}": WEEKLY for i in range(20)},
                yearly=["2022-12-31", "2023-12-30", "2024-09-01"],
                gone=every(7, "2023-01-02", "2024-05-27"),
                late=every(7, "2023-01-02", "2024-10-28"),
                once_late=every(7, "2023-01-02", "2024-11-25"),
                back=[*every(7, "2023-01-02", "2024-02-05"), *every(7, "2024-10-07", "2024-12-30")],
                new=["2024-12-20"],
                more=[*every(14, "2023-01-02", "2024-09-08"), *every(2, "2024-09-20", "2024-12-30")],
            )
        },
        date(2025, 1, 1),
    )


def test_each_customer_is_judged_by_the_own_rhythm(shop):
    stage = shop.customers.set_index("customer_id")["stage"].to_dict()
    assert stage["weekly"] == "maturity"
    assert stage["gone"] == "lapsed"  # seven months of silence after weekly purchases
    assert stage["yearly"] != "lapsed"  # four months are nothing to one who buys once a year
    assert stage["late"] == "decline"  # late at two month ends in a row: 34 and 65 days
    assert stage["once_late"] == "maturity"  # late for the first time, after 37 days: not confirmed yet
    assert stage["back"] == "won_back"
    assert stage["new"] == "introduction"
    assert stage["more"] == "growth"


def test_the_reason_is_the_condition_that_held(shop):
    by_customer = shop.customers.set_index("customer_id")
    assert by_customer["stage_reason"][["gone", "late", "more"]].tolist() == ["lapsed", LATE, "growth"]
    row = by_customer.loc["gone"]
    assert row["previous_stage"] == "decline"
    assert row["stage_since"] == pd.Timestamp("2024-09-01")  # silent for 66 days by August, for 97 by September
    assert row["lapsed_after_days"] < 219
    assert set(by_customer["stage_reason"]) <= {*STAGES, LATE, FEWER_ORDERS}


def test_who_lapsed_is_won_back_for_the_stated_months_only(con):
    days = [*every(7, "2023-01-02", "2023-08-07"), *every(7, "2024-02-05", "2024-12-30")]
    built = build(con, {"transactions": log(back=days, weekly=WEEKLY)}, date(2025, 1, 1), won_back_months=3)
    back = [STAGES[code] for code in built.timeline.stages[:, 0]]
    ends = [end.isoformat() for end in built.timeline.ends]
    held = [end for end, stage in zip(ends, back, strict=True) if stage == "won_back"]
    assert held == ["2024-03-01", "2024-04-01", "2024-05-01"]
    assert back[ends.index("2024-02-01")] == "lapsed"
    assert "introduction" not in back[ends.index("2024-02-01") :]


def test_a_stage_at_a_month_end_does_not_know_the_future(con):
    rng = np.random.default_rng(7)
    bought = {
        f"c{i:03d}": [str(d.date()) for d in pd.Timestamp("2023-01-05") + pd.to_timedelta(
            np.unique(rng.integers(0, 700, rng.integers(1, 40))), unit="D")]
        for i in range(60)
    }  # fmt: skip
    contacts = canonical(
        "interactions",
        "interaction_id customer_id occurred_at responded\ni1 c001 2023-02-01 true\ni2 c002 2024-06-01 true",
    )
    whole = build(con, {"transactions": log(**bought), "interactions": contacts}, date(2024, 12, 1))
    for end in (date(2023, 9, 1), date(2024, 5, 1)):
        cut = {who: [d for d in days if d < end.isoformat()] for who, days in bought.items()}
        everybody = canonical("customers", "customer_id\n" + "\n".join(bought))
        then = build(con, {"customers": everybody, "transactions": log(**cut), "interactions": contacts}, end)
        at = whole.timeline.ends.index(end)
        np.testing.assert_array_equal(then.timeline.stages[-1], whole.timeline.stages[at])
        flows = ["ends", "component", "n_customers"]  # kept ones are split over a window that grows with the history
        flows_then = [
            built.bucket[~built.bucket["component"].isin(["grown", "same", "shrunk"])][flows] for built in (then, whole)
        ]
        pd.testing.assert_frame_equal(flows_then[0], flows_then[1][flows_then[1]["ends"] <= end])


def test_accounts_become_targets_and_prospects(con):
    built = build(
        con,
        {
            "customers": canonical(
                "customers",
                "customer_id acquired_on\nknown 2023-01-10\n" + " -\n".join([*NEVER_BOUGHT, "buyer", "other", ""]),
            ),
            "transactions": log(
                buyer=every(10, "2023-01-02", "2023-12-20"), other=every(10, "2023-01-02", "2023-12-20")
            ),
            "interactions": canonical(
                "interactions",
                """
                interaction_id customer_id occurred_at responded direction
                i1 contacted 2023-11-01 false outbound
                i2 answered 2023-10-01 true outbound
                """,
            ),
            "opportunities": canonical(
                "opportunities",
                "opportunity_id customer_id opened_on closed_on stage\no1 deal 2023-06-01 2023-09-15 lost",
            ),
        },
        date(2024, 1, 1),
    )
    stage = built.customers.set_index("customer_id")["stage"].to_dict()
    assert stage == {
        "known": "account", "nobody": "account", "contacted": "target", "answered": "prospect", "deal": "account",
        "buyer": "maturity", "other": "maturity",  # 14 days, where ten are usual: nobody is late within a month
    }  # fmt: skip
    codes = dict(zip(built.customers["customer_id"], built.timeline.stages.T, strict=True))
    ends = [end.isoformat() for end in built.timeline.ends]
    assert STAGES[codes["deal"][ends.index("2023-07-01")]] == "prospect"
    assert codes["deal"][ends.index("2023-05-01")] == UNKNOWN
    since = built.customers.set_index("customer_id")["stage_since"]
    assert pd.isna(since["nobody"])
    assert since["answered"] == pd.Timestamp("2023-11-01")


def test_a_source_without_transactions_ends_with_prospects(con):
    built = build(
        con,
        {
            "customers": canonical("customers", "customer_id\na\nb\nc"),
            "interactions": canonical(
                "interactions",
                "interaction_id customer_id occurred_at responded\ni1 a 2023-11-01 true\ni2 b 2024-01-05 false",
            ),
        },
    )
    assert built.customers["stage"].tolist() == ["prospect", "target", "account"]
    assert built.bucket["n_customers"].sum() == 0
    assert built.cohorts.empty
    assert built.facts["not_available"] == ["transactions", "campaign_members", "opportunities"]


def test_one_month_of_single_purchases_is_all_introduction(con):
    built = build(con, {"transactions": log(a=["2023-01-03"], b=["2023-01-09"])})
    assert built.customers["stage"].tolist() == ["introduction", "introduction"]
    assert built.customers["lapsed_after_days"].isna().all()
    assert built.facts["rates"]["lost_share"] is None


def test_pooling_splits_the_variance_of_gaps():
    logs = np.log(np.array([[10.0, 10.0, 10.0], [40.0, 40.0, 40.0]]))
    n = np.array([3, 3])
    pooled = pool(n, (logs.sum(1) * 1e6).astype(int), ((logs**2).sum(1) * 1e6).astype(int))
    assert pooled.centre == pytest.approx(np.log(20.0), abs=1e-6)  # the geometric mean of 10 and 40
    assert pooled.within == pytest.approx(0.05**2)  # regular to the day: the least that is allowed
    assert pooled.between == pytest.approx(np.log(2) ** 2 * 2, rel=0.01)


def test_quantiles_of_gaps_are_those_of_the_gamma_distribution():
    """An exponential gap has Var ln = π²/6; its quantiles are -mean·ln(1 - q)."""
    pooled = PooledGaps(np.log(30.0) - np.euler_gamma, 1e-9, np.pi**2 / 6)
    own = rhythm(pooled, *(np.zeros(1, dtype=int),) * 3)
    for quantile in (0.5, 0.8, 0.95, 0.99):
        assert own.next_gap(quantile)[0] == pytest.approx(-30 * np.log(1 - quantile), rel=0.07)


def test_the_season_of_everyone_is_no_trend_of_anyone():
    n = 50
    double = Orders(np.full(n, 8.0), np.full(n, 4.0), np.full(n, 1000.0))
    assert np.abs(deviations(double, 90)).max() == 0
    one_stopped = Orders(np.r_[double.recent, 0.0], np.r_[double.previous, 8.0], np.full(n + 1, 1000.0))
    assert deviations(one_stopped, 90)[-1] < -2


def test_customer_months_are_sorted_and_add_up(shop, tmp_path):
    path = tmp_path / "months.parquet"
    n = write_customer_months(shop.timeline, shop.purchases, shop.ids, path)
    rows = pd.read_parquet(path)
    assert len(rows) == n
    assert rows.equals(rows.sort_values(["as_of", "customer_id"], ignore_index=True))
    whole = rows.groupby(["as_of", "stage"])["revenue_cents"].sum()
    counted = shop.stages[shop.stages["n_customers"] > 0].set_index(["as_of", "stage"])["revenue_cents"]
    assert whole.to_dict() == counted.to_dict()
