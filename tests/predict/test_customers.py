"""Who buys, who leaves, who is like the best: measures by hand, noise called noise, nothing later seen."""

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from simulated_deals import PARAMS

from crmwb import storage
from crmwb.calendar import start_of
from crmwb.history.places import Places
from crmwb.lifecycle.rhythm import Rhythm
from crmwb.lifecycle.risk.panel import Known
from crmwb.predict import losses
from crmwb.predict.customers import findings
from crmwb.predict.customers.features import Features
from crmwb.predict.customers.lookalikes import LIKE, RULE, lookalikes
from crmwb.predict.customers.moments import Moment, Present, numbers
from crmwb.predict.customers.newcomers import candidates, newcomers
from crmwb.predict.customers.propensity import BUYS, HIATUS, MEAN, MORE, RISK, Cases, _learned, propensity
from crmwb.predict.logistic import Logistic
from crmwb.predict.rounding import six_digits


def test_measures_by_hand():
    y = np.array([1.0, 0, 1, 0])
    p = np.array([0.9, 0.8, 0.7, 0.1])
    assert losses.auc(p, y) == pytest.approx(3 / 4)  # of four pairs, one is the wrong way round
    assert losses.lift(p, y, share=0.25) == 2.0
    assert losses.lift(np.ones(4), y, share=0.25) == 1.0  # ties count by their mean
    assert losses.losses(p, y) == pytest.approx(-np.log([0.9, 0.2, 0.7, 0.9]))
    same = losses.gain(p, p, y, np.arange(4))
    assert (same.value, same.is_beyond_chance) == (0.0, False)


def test_cases_of_one_customer_count_as_one():
    y = np.tile([1.0, 0.0], 50)
    right, rival = np.where(y == 1, 0.6, 0.4), np.full(100, 0.5)
    p = np.where(np.arange(100) < 70, right, 1 - right)  # right of one customer, wrong of the other
    alone = losses.gain(p, rival, y, np.arange(100))
    together = losses.gain(p, rival, y, (np.arange(100) >= 70).astype(int))
    assert alone.value == pytest.approx(together.value)
    assert alone.is_beyond_chance
    assert not together.is_beyond_chance


def test_a_regression_counts_the_unknown_as_the_mean():
    rng = np.random.default_rng(0)
    x = pd.DataFrame({"a": rng.normal(size=2000), "always": 1.0})
    y = rng.random(2000) < 1 / (1 + np.exp(-x["a"]))
    fitted = Logistic.fit(x, y.to_numpy(float))
    unknown = fitted.chance(pd.DataFrame({"a": [np.nan], "always": [1.0]}))
    assert unknown == pytest.approx(fitted.chance(pd.DataFrame({"a": [x["a"].mean()], "always": [5.0]})), abs=1e-5)
    assert fitted.weights[1] == 0.0
    assert Logistic.fit(x.head(10), np.ones(10)) is None


def moment(place: int, n: int, rng: np.random.Generator, more: float) -> Moment:
    """Customers whose chance to buy follows from a risk, and from a column that the risk does not know."""
    column = rng.normal(size=n)
    risk = rng.uniform(0.1, 0.9, n)
    silent = rng.random(n) < 1 / (1 + np.exp(-np.log(risk / (1 - risk)) + more * column))
    days = np.full(n, 30.0)
    zero = np.zeros(n)
    known = Known(
        start_of(2024 * 12 + 3 * place), np.arange(n), zero + 3, zero + 2, zero, rng.uniform(1, 200, n), zero + 400,
        zero + 91, Rhythm(1.0 + zero, 30.0 + zero), zero, days, days, np.where(silent, np.inf, 5.0),
    )  # fmt: skip
    return Moment(known, pd.DataFrame({"column": column}), risk)


@pytest.mark.parametrize(("more", "chosen"), [(0.8, MORE), (0.0, RISK)])
def test_more_columns_are_used_only_where_they_tell_more(more, chosen):
    rng = np.random.default_rng(3)
    every = [moment(place, 800, rng, more) for place in range(9)]
    propensities = propensity(Cases(BUYS, every[:-1], every[-1]), 4)
    assert propensities.chosen == chosen
    tests = propensities.tests.set_index("method")
    assert tests.loc[RISK, "log_loss"] < tests.loc[HIATUS, "log_loss"]
    assert tests.loc[MEAN, "auc"] == pytest.approx(0.5, abs=0.05)
    assert tests.loc[chosen, "slope"] == pytest.approx(1, abs=0.15)
    if chosen == MORE:
        assert propensities.drivers["column"].iloc[0] in {"column", "one_risk"}
    else:
        np.testing.assert_allclose(propensities.now, 1 - every[-1].risk)


def test_columns_that_beat_a_bad_risk_but_not_the_share_of_all_are_not_used():
    rng = np.random.default_rng(3)
    every = [moment(place, 800, rng, 0.0) for place in range(9)]
    turned = [Moment(one.known, one.x, 1 - one.risk) if place >= 4 else one for place, one in enumerate(every)]
    propensities = propensity(Cases(BUYS, turned[:-1], turned[-1]), 4)
    tests = propensities.tests.set_index("method")
    assert tests.loc[MEAN, "log_loss"] < tests.loc[MORE, "log_loss"]
    assert propensities.chosen == MEAN


def test_horizons_that_have_not_ended_teach_nothing():
    rng = np.random.default_rng(3)
    every = [moment(place, 800, rng, 0.8) for place in range(5)]
    last = every[3]
    turned = Known(**{**vars(last.known), "next_days": rng.permutation(last.known.next_days)})
    again = [*every[:3], Moment(turned, last.x, last.risk)]
    day = last.known.as_of + timedelta(days=29)  # the horizon is 30 days
    once, twice = (_learned(Cases(BUYS, past, every[-1]), past, day) for past in (every[:4], again))
    assert once.shares == twice.shares
    np.testing.assert_array_equal(once.more.weights, twice.more.weights)


def who_come(path, rng: np.random.Generator, signal: float) -> pd.DataFrame:
    """Month ends of customers who come at 60 a month and go on buying by their first purchase and their industry."""
    n_months, rows = 36, []
    for month in range(n_months):
        for place in range(60):
            first = float(np.exp(rng.normal(8, 0.5)))
            trade = rng.integers(0, 2)
            monthly = first * np.exp(signal * (2 * trade - 1) + rng.normal(0, 0.4)) / 10
            rows += [
                (start_of(2023 * 12 + at), f"c{month:02d}{place:02d}", first + monthly * (at - month),
                 15 + 30 * (at - month),
                 first, 1 if at == month else 5, f"trade{trade}")
                for at in range(month, n_months)
            ]  # fmt: skip
    names = [
        "as_of",
        "customer_id",
        "revenue_cents",
        "age_days",
        "first_day_revenue_cents",
        "n_purchase_days",
        "industry",
    ]
    frame = pd.DataFrame(rows, columns=names).sort_values(["as_of", "customer_id"])
    pq.write_table(pa.Table.from_pandas(frame, preserve_index=False), path)
    now = frame[frame["as_of"] == frame["as_of"].max()]
    prospects = pd.DataFrame({"customer_id": [f"p{i:02d}" for i in range(20)], "industry": ["trade0", "trade1"] * 10})
    return pd.concat([now, prospects], ignore_index=True)


def listed(now: pd.DataFrame) -> Places:
    return Places.among(now["customer_id"].sort_values())


def test_likeness_beats_the_rule_where_the_industry_tells(tmp_path):
    now = who_come(tmp_path / "s.parquet", np.random.default_rng(0), signal=1.0)
    lookalike = lookalikes(tmp_path / "s.parquet", listed(now), now, PARAMS, 1)
    assert lookalike.chosen == LIKE
    assert lookalike.sorts_prospects
    prospects = lookalike.customers[lookalike.customers["is_prospect"]].merge(now, on="customer_id")
    assert set(prospects.sort_values("likeness_rank")["industry"].head(10)) == {"trade1"}
    assert [one.code for one in findings._lookalikes(lookalike)] == [
        "predict.alike_better",
        "predict.prospects_sorted",
    ]


def test_likeness_is_no_better_than_the_rule_where_nothing_else_tells(tmp_path):
    now = who_come(tmp_path / "s.parquet", np.random.default_rng(1), signal=0.0)
    lookalike = lookalikes(tmp_path / "s.parquet", listed(now), now, PARAMS, 1)
    assert lookalike.chosen == RULE
    assert not lookalike.sorts_prospects
    new = lookalike.customers.merge(now, on="customer_id").sort_values("likeness_rank")
    assert new["first_day_revenue_cents"].is_monotonic_decreasing
    assert findings._lookalikes(lookalike)[0].code == "predict.alike_same"


def test_what_newcomers_bring_is_told_by_places_whoever_comes_and_goes(tmp_path):
    ends = [date(2025, month, 1) for month in range(1, 5)]
    of_months = [{"b": 10}, {"b": 20, "a": 5}, {"a": 35, "c": 1}, {"a": 65, "b": 90, "c": 2}]  # b is unknown once
    rows = [(end, who, cents, 1, 1) for end, of in zip(ends, of_months, strict=True) for who, cents in of.items()]
    names = ["as_of", "customer_id", "revenue_cents", "age_days", "n_purchase_days"]
    pd.DataFrame(rows, columns=names).to_parquet(tmp_path / "s.parquet")
    places = Places(pa.array(["a", "b", "c"]))
    known = newcomers(tmp_path / "s.parquet", ends, ["customer_id"], 2, params=PARAMS, places=places)
    assert (known["place"].tolist(), known["customer_id"].tolist()) == ([1, 0, 2], ["b", "a", "c"])
    assert known["ahead_cents"].tolist() == pytest.approx([np.nan, 60, np.nan], nan_ok=True)
    assert not known["is_best"].any()  # b brought 70 by then, and is no newcomer


def test_candidates_never_bought_or_did_lately_for_the_first_time():
    n_days, age = [np.nan, 0, 1, 1, 3, 40], [np.nan, np.nan, 10, 200, 50, 50]
    features = pd.DataFrame({"n_purchase_days": n_days, "age_days": age})
    assert candidates(features, PARAMS.model_copy(update={"max_purchases": 3})).index.tolist() == [0, 1, 2, 4]


def test_columns_of_the_present_are_those_of_all_buyers_whatever_parts_they_are_read_in(tmp_path, monkeypatch):
    rng, n = np.random.default_rng(0), 500
    channel = rng.choice(["web", "shop", "fair"], n, p=[0.6, 0.3, 0.1])
    frame = pd.DataFrame({"customer_id": [f"{i:03d}" for i in range(n)], "recent_orders": rng.integers(0, 9, n)})
    frame["top_channel"] = channel
    frame.to_parquet(tmp_path / "now.parquet")
    buyers = np.flatnonzero(rng.random(n) < 0.8)
    known = moment(0, len(buyers), rng, 0.0).known
    monkeypatch.setattr(storage, "ROW_GROUP_ROWS", 64)
    present = Present(replace(known, customer=buyers), Features(tmp_path / "now.parquet"), None)
    parts = list(present.parts())
    assert len(parts) > 5
    pd.testing.assert_frame_equal(pd.concat([x for _, x in parts], ignore_index=True), numbers(frame.iloc[buyers]))
    assert [rows.stop for rows, _ in parts[:-1]] == [rows.start for rows, _ in parts[1:]]


def test_six_digits_are_those_of_a_format():
    rng = np.random.default_rng(0)
    of_all_sizes = rng.normal(size=2_000) * 10.0 ** rng.integers(-30, 30, 2_000)
    beside_halves = (rng.integers(100_000, 1_000_000, 500) + 0.5) * 10.0 ** rng.integers(-9, 9, 500)
    special = [0.0, -0.0, np.nan, np.inf, -np.inf, 1e300, 5e-324, 0.99999949, 0.9999995, 9.9999995, 1e5, 999_999.5]
    values = np.concatenate([of_all_sizes, beside_halves, special])
    np.testing.assert_array_equal(six_digits(values), [float(f"{value:.6g}") for value in values])


def test_a_short_history_cannot_judge_likeness(tmp_path):
    now = who_come(tmp_path / "s.parquet", np.random.default_rng(1), signal=0.0)
    frame = pd.read_parquet(tmp_path / "s.parquet")
    frame[frame["as_of"] >= date(2025, 11, 1)].to_parquet(tmp_path / "t.parquet")
    lookalike = lookalikes(tmp_path / "t.parquet", listed(now), now, PARAMS, 1)
    assert lookalike.code == "predict.too_short_for_lookalikes"
