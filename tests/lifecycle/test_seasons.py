"""Stages and risk of a company that sells in winter: silence in summer is none."""

from datetime import date, timedelta

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from lives import build, log
from test_risk import PARAMS, entries

from crmwb.calendar import day_number, month_ends
from crmwb.features.purchase_days import PurchaseDays
from crmwb.features.seasonal_time import EVEN, DailyCounts
from crmwb.history.month_days import MonthDays
from crmwb.lifecycle.risk import build as build_risk
from crmwb.lifecycle.seasons import Seasons, follow

WINTER = np.array([2.6, 2.4, 1.8, 0.6, 0.1, 0.05, 0.05, 0.05, 0.1, 0.3, 1.4, 2.55])
FIRST, NOW, LAST = date(2020, 9, 1), date(2023, 6, 1), date(2024, 6, 1)


def winter_days(n: int, seed: int, until: date = LAST) -> dict[int, list[int]]:
    """Draw customers who come, buy twice a year and leave after two years on average; days counted from FIRST."""
    rng = np.random.default_rng(seed)
    day = np.arange((LAST - FIRST).days)
    of_day = WINTER[[(FIRST + timedelta(int(at))).month - 1 for at in day]]
    begins = rng.choice(len(day), n, p=of_day / of_day.sum())
    leaves, rate = begins + rng.exponential(730, n), rng.gamma(2.0, 1.2, n) / 365
    bought = (rng.random((n, len(day))) < rate[:, None] * of_day) & (day > begins[:, None]) & (day < leaves[:, None])
    bought[np.arange(n), begins] = True
    kept = {who: np.flatnonzero(bought[who]).tolist() for who in range(n)}
    return {who: [at for at in own if at < (until - FIRST).days] for who, own in kept.items()}


def seasons_of(days: dict[int, list[int]]) -> Seasons:
    customer = np.repeat(np.arange(len(days)), [len(own) for own in days.values()])
    day = np.concatenate([np.array(own, dtype=np.int64) for own in days.values()]) + day_number(FIRST)
    return follow(days_of(customer, day), len(days))[1]


def days_of(customer: np.ndarray, day: np.ndarray) -> list[MonthDays]:
    """Return purchase days, given by customer, then day, month by month."""
    gap = np.where(np.append(False, customer[1:] == customer[:-1]), np.diff(day, prepend=0), 0)
    months = day.astype("datetime64[D]").astype("datetime64[M]").astype(int) + 12 * 1970
    bought, columns = np.ones(len(day), dtype=bool), (customer, day, np.full(len(day), 100))
    return [
        MonthDays(int(month), *(values[months == month] for values in (*columns, bought, gap)))
        for month in np.unique(months)
    ]


def shifted(days: dict[int, list[int]]) -> dict[int, list[int]]:
    """Count the days from where `test_risk.entries` does."""
    off = (FIRST - date(2022, 1, 1)).days
    return {who: [at + off for at in own] for who, own in days.items()}


def risk_of(days: dict[int, list[int]], now: date, *, in_season: bool = True):
    known = {who: own for who, own in days.items() if own}
    ids = pd.DataFrame({"customer_id": [f"{who:05d}" for who in known], "clv_cents": 1_000})
    numbered = dict(enumerate(known.values()))
    seasons = seasons_of(numbered) if in_season else None
    return list(known), build_risk(
        entries(shifted(numbered)), month_ends(FIRST, now), ids, FIRST, PARAMS, seasons=seasons
    )


@pytest.fixture(scope="module")
def winter():
    return winter_days(4_000, 5), winter_days(4_000, 5, NOW)


def test_gaps_in_plain_days_are_those_of_the_entries():
    days = winter_days(50, 1)
    end = date(2023, 1, 1)
    counted = seasons_of(days).gaps(EVEN).until(end)
    before = entries(shifted(winter_days(50, 1, end)))
    for name, values in zip(("n_gaps", "log_gaps", "squared_log_gaps"), counted, strict=True):
        assert values.tolist() == np.bincount(before.customer, before.of[name], 50).astype(int).tolist()


def test_days_counted_month_by_month_are_those_counted_at_once():
    own = [np.array(days) for days in winter_days(50, 1).values()]
    customer, day = np.repeat(np.arange(50), [len(days) for days in own]), np.concatenate(own)
    counts = follow(days_of(customer, day), 50)[1].counts
    at_once = DailyCounts.of(PurchaseDays(np.arange(50), customer, day, day))
    every = np.arange(-10, 3000)
    for name in ("purchases", "repeats", "ends"):
        counted = (each.until(getattr(each, name), every).tolist() for each in (counts, at_once))
        assert next(counted) == next(counted)


def test_gaps_are_added_up_as_time_goes_on_and_anew_where_it_goes_back():
    gaps = seasons_of(winter_days(50, 1)).gaps(EVEN)
    ends = [date(2023, 1, 1), date(2022, 3, 1), date(2023, 1, 1)]
    late, early, again = ([values.tolist() for values in gaps.until(end)] for end in ends)
    assert late == again
    assert sum(early[0]) < sum(late[0])


def test_after_winter_the_risk_of_winter_customers_is_that_of_the_next_winter(winter):
    later, known = winter
    who, risk = risk_of(known, NOW)
    frame = risk.customers[risk.customers["risk"].notna()]
    assert len(frame) > 1_000
    today = (NOW - FIRST).days
    wait = np.array([min((at - today for at in later[who[i]] if at >= today), default=10**6) for i in frame.index])
    silent = wait >= frame["risk_horizon_days"].to_numpy()
    assert abs(frame["risk"].mean() - silent.mean()) < 0.05
    assert (frame["risk_horizon_days"] > 180).all()  # all reach into the winter
    apart = [silent[frame["risk_class"].to_numpy() == name].mean() for name in ("low", "likely_lost")]
    assert apart[1] - apart[0] > 0.3


def test_in_plain_days_the_same_history_gives_no_risk(winter):
    assert risk_of(winter[1], NOW, in_season=False)[1].not_available is not None


def test_nothing_after_the_moment_counts_for_the_season(winter):
    early = date(2023, 3, 1)
    cut = {who: [at for at in own if at < (early - FIRST).days] for who, own in winter[1].items()}
    cut = {who: own for who, own in cut.items() if own}
    _, alone = risk_of(cut, early)
    numbered = dict(enumerate(winter[0][who] for who in cut))
    ids = alone.customers[["customer_id"]].assign(clv_cents=1_000)
    ends = month_ends(FIRST, early)
    known = entries(shifted(dict(enumerate(cut.values()))))
    with_future = build_risk(known, ends, ids, FIRST, PARAMS, seasons=seasons_of(numbered))
    pd.testing.assert_frame_equal(alone.customers, with_future.customers)


def test_winter_customers_are_not_lapsed_each_summer_and_won_back_each_winter(con, winter):
    tables = {"transactions": _lines(winter[1])}
    stages = build(con, tables, NOW).stages.astype({"as_of": "datetime64[s]"})
    counts = stages.pivot_table(index="as_of", columns="stage", values="n_customers", aggfunc="sum").fillna(0)
    summer, spring = counts.loc["2022-11-01"], counts.loc["2022-04-01"]
    assert summer["decline"] <= 1.3 * spring["decline"]
    assert counts["won_back"].max() < 0.05 * counts.sum(axis=1).max()


def test_a_stage_is_that_of_what_was_known_once_the_season_is(con, winter):
    end = date(2023, 2, 1)
    cut = {who: [at for at in own if at < (end - FIRST).days] for who, own in winter[1].items()}
    both = []
    for days, as_of in ((winter[1], NOW), ({who: own for who, own in cut.items() if own}, end)):
        stages = build(con, {"transactions": _lines(days)}, as_of).stages.astype({"as_of": "datetime64[s]"})
        known = stages[(stages["as_of"] >= pd.Timestamp("2022-10-01")) & (stages["as_of"] < pd.Timestamp(end))]
        both.append(known.set_index(["as_of", "stage"])["n_customers"])
    pd.testing.assert_series_equal(*both)


def _lines(days: dict[int, list[int]]) -> pa.Table:
    of = {f"k{who:05d}": [str(FIRST + timedelta(at)) for at in own] for who, own in days.items() if own}
    return log(**of)
