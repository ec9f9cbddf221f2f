"""The stack: what it learns by hand, that it never sees the future, and does no harm where nothing is to be learned."""

from datetime import date

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from threadpoolctl import threadpool_limits

from crmwb import engine
from crmwb.calendar import day_number
from crmwb.contract.features import SNAPSHOTS
from crmwb.features.purchase_days import PurchaseDays
from crmwb.value.challenger import Past, Stack, Traits
from crmwb.value.challenger import stack as stack_module
from crmwb.value.challenger import traits as traits_module
from crmwb.value.challenger.corrections import LogLinear
from crmwb.value.challenger.inputs import inputs
from crmwb.value.challenger.traits import Encoding
from crmwb.value.proof.accuracy import accuracy
from crmwb.value.proof.importance import importance

ORIGIN, HORIZON, END = 400, 120, 520


def simulate(n=800, seed=1, hidden=False) -> PurchaseDays:
    """Customers of the Pareto/NBD; with `hidden` none stops, and odd ones buy five times as often as even ones."""
    rng = np.random.default_rng(seed)
    begins = rng.integers(0, 380 if hidden else 300, n)
    rates = np.where(np.arange(n) % 2 == 0, 0.004, 0.02) if hidden else rng.gamma(0.8, 1 / 40, n)
    lives = np.full(n, np.inf) if hidden else rng.exponential(1, n) / rng.gamma(0.9, 1 / 200, n)
    bought = rng.random((n, END)) < rates[:, None]
    bought &= (np.arange(END) > begins[:, None]) & (np.arange(END) < (begins + lives)[:, None])
    bought[np.arange(n), begins] = True
    customer, day = np.nonzero(bought)
    ids = np.array([f"c{i:05d}" for i in range(n)], dtype=object)
    return PurchaseDays(ids, customer.astype(np.int32), day.astype(np.int32), 500 + 100 * (day.astype(np.int64) % 7))


@pytest.mark.parametrize("seed", [3])
def test_the_regression_finds_what_doubles_purchases_and_leaves_the_rest(seed):
    rng = np.random.default_rng(seed)
    forecast = rng.gamma(2, 1, 6_000) + 0.1
    doubled = rng.random(6_000) < 0.5
    seen = pd.DataFrame({"doubled": doubled.astype(float), "noise": rng.normal(size=6_000), "log": np.log(forecast)})
    came = rng.poisson(forecast * np.where(doubled, 2.0, 1.0)).astype(float)
    predicted = LogLinear().fit(seen, forecast, came).predict(seen, forecast)
    assert predicted[doubled].sum() / forecast[doubled].sum() == pytest.approx(2, abs=0.15)
    assert predicted[~doubled].sum() / forecast[~doubled].sum() == pytest.approx(1, abs=0.1)


def test_the_regression_lives_with_what_is_unknown_and_with_everybody_buying():
    seen = pd.DataFrame({"unknown": np.full(200, np.nan), "x": np.tile([np.inf, np.nan, 1.0, 2.0], 50)})
    predicted = LogLinear().fit(seen, np.ones(200), np.full(200, 2.0)).predict(seen, np.ones(200))
    assert predicted == pytest.approx(np.full(200, 2.0), rel=0.05)


@pytest.mark.parametrize(
    ("log_correction", "believed"), [("noise", 0.0), ("real", 1.0), ("three times too much", 1 / 3)]
)
def test_a_correction_is_believed_as_far_as_it_holds(log_correction, believed):
    rng = np.random.default_rng(4)
    real = np.where(rng.random(5_000) < 0.5, np.log(3.0), 0.0)
    came = rng.poisson(np.exp(real)).astype(float)
    correction = {"noise": rng.normal(size=5_000), "real": real, "three times too much": 3 * real}[log_correction]
    assert stack_module.believed(np.ones(5_000), correction, came) == pytest.approx(believed, abs=0.1)
    assert stack_module.believed(np.ones(5_000), correction, np.zeros(5_000)) == 0


def test_no_forecast_sees_what_comes_at_or_after_its_origin():
    days = simulate()
    forecasts = [
        Stack(HORIZON).fit(Past(d), ORIGIN).forecast(Past(d).at(ORIGIN, HORIZON)) for d in (days, days.until(ORIGIN))
    ]
    assert (forecasts[0].mean == forecasts[1].mean).all()
    assert (forecasts[0].size == forecasts[1].size).all()
    assert (forecasts[0].p_any == forecasts[1].p_any).all()


def test_threads_change_nothing():
    past = Past(simulate())
    forecasts = []
    for threads in (1, 2):
        with threadpool_limits(threads):
            forecasts.append(Stack(HORIZON).fit(past, ORIGIN).forecast(past.at(ORIGIN, HORIZON)).mean)
    assert forecasts[0].tobytes() == forecasts[1].tobytes()


def test_where_a_classic_model_is_true_the_stack_does_no_harm():
    past = Past(simulate(n=1500))
    moment = past.at(ORIGIN, HORIZON)
    stack = Stack(HORIZON).fit(past, ORIGIN)
    mine = accuracy(moment.known.later, stack.forecast(moment).mean)
    classic = accuracy(moment.known.later, moment.expected["pareto_nbd"])
    assert mine["normalised_gini"] > classic["normalised_gini"] - 0.01
    assert mine["rmse"] < classic["rmse"] * 1.01
    assert abs(mine["bias_share"]) < 0.1


def test_the_forecast_adds_up_to_the_level_and_grows_with_the_horizon():
    past = Past(simulate())
    moment = past.at(ORIGIN, HORIZON)
    stack = Stack(HORIZON).fit(past, ORIGIN)
    forecast = stack.forecast(moment)
    assert forecast.mean.sum() == pytest.approx(stack.corrected_.base.purchases(moment).sum())
    assert stack.over(moment, moment.expected) == pytest.approx(forecast.mean)
    longer = stack.forecast(moment, 2 * HORIZON)
    assert (longer.mean > forecast.mean).all()
    assert (longer.mean < 2 * forecast.mean + 1e-9).all()
    for counts in (forecast, longer):
        assert (counts.p_any <= counts.alive + 1e-12).all()
    assert (longer.p_any >= forecast.p_any - 1e-9).all()


def test_what_one_forecaster_worked_out_another_may_use_and_nothing_more():
    days = simulate()
    shared, alone = Past(days), Past(days.until(ORIGIN))
    shared.at(ORIGIN + 50, HORIZON)  # a later moment is remembered
    one, other = (p.until(ORIGIN).at(ORIGIN - HORIZON, HORIZON) for p in (shared, alone))
    assert (one.known.later == other.known.later).all()
    assert one.classics.models[0].parameters_ == other.classics.models[0].parameters_
    now = shared.until(ORIGIN).at(ORIGIN, HORIZON)
    assert not now.known.later.any()  # and not what the whole past would show


def test_too_short_a_past_has_no_corrections_and_too_few_customers_no_forecast():
    short = Stack(10).fit(Past(simulate()), 60)
    assert short.trust_ == 0
    few = Stack(HORIZON).fit(Past(simulate(n=8)), ORIGIN)
    assert few.why_not_ == "few_repeat_buyers"
    assert few.record() == {"why_not": few.why_not_}
    assert importance(few, 1).empty


def snapshots(con, days: PurchaseDays, ends: dict[int, str]) -> Traits:
    """Month ends at which every customer has a column `top_channel`: its odd and even customers differ."""
    frames = []
    for end, prefix in ends.items():
        frame = pd.DataFrame(dict.fromkeys(SNAPSHOTS.names), index=range(days.n_customers))
        frame["customer_id"], frame["as_of"] = days.ids, pd.Timestamp(end, unit="D").date()
        frame["top_channel"] = [f"{prefix}{i % 2}" for i in range(days.n_customers)]
        frames.append(frame)
    table = pa.Table.from_pandas(pd.concat(frames), schema=SNAPSHOTS.schema, preserve_index=False)
    return Traits.of(con, engine.open_arrow(con, table, "snapshots"), days.ids)


def test_traits_are_those_of_the_last_month_end_before_the_origin(con):
    days = simulate(n=10)
    traits = snapshots(con, days, {100: "old ", 200: "new "})
    assert traits.at(199, np.array([3, 4]))["top_channel"].tolist() == ["old 1", "old 0"]
    assert traits.at(200, np.array([3]))["top_channel"].tolist() == ["new 1"]
    assert traits.at(99, np.array([3])).shape == (1, 0)
    assert traits.until(199).at(500, np.array([3]))["top_channel"].tolist() == ["old 1"]
    assert traits.every(2).at(150, np.array([1]))["top_channel"].tolist() == ["old 0"]  # c00002
    asked = engine.batches(con, traits.every(2).part).read_all()["customer_id"]  # the engine reads no others
    assert asked.to_pylist() == days.ids[::2].tolist()


@pytest.mark.parametrize("most", [5, 50])
def test_of_very_many_customers_only_what_is_asked_for_is_read(con, monkeypatch, most):
    monkeypatch.setattr(traits_module, "MOST_KEPT", most)
    days, read = simulate(n=10), []
    traits = snapshots(con, days, {100: "old ", 200: "new "})
    plain = Traits._of
    monkeypatch.setattr(
        Traits, "_of", lambda self, end, columns: read.append(len(columns)) or plain(self, end, columns)
    )
    moment = Past(days, traits).at(200, 40)
    assert not read
    for _ in range(2):
        assert moment.traits(["top_channel"])["top_channel"].tolist()[:2] == ["new 0", "new 1"]
    assert read == ([1, 1] if most == 5 else [len(moment.traits().columns)])


def test_what_only_the_feature_table_tells_is_learned(con):
    days = simulate(n=600, hidden=True)
    traits = snapshots(con, days, {30 * i: "channel " for i in range(1, 14)})
    later = Past(days).at(ORIGIN, HORIZON).known.later
    order = {}
    for name, past in (("without", Past(days)), ("with", Past(days, traits))):
        stack = Stack(HORIZON).fit(past, ORIGIN)
        order[name] = accuracy(later, stack.forecast(past.at(ORIGIN, HORIZON)).mean)["normalised_gini"]
    assert order["with"] > order["without"]
    assert stack.trust_ > 0
    most = importance(stack, seed=1)["input"].head(3).tolist()
    assert any(name.startswith("top_channel") for name in most)


def test_encoding_by_hand():
    frame = pd.DataFrame({
        "margin_share": [0.0, np.e - 1, 1 - np.e, np.nan], "discount_share": [0.2] * 4, "won_share": [np.nan] * 4,
        "top_channel": ["web", "web", "phone", None],
    })  # fmt: skip
    encoding = Encoding.learn(frame)
    assert encoding.numbers == ("margin_share",)  # the others are alike for all, or unknown
    assert encoding.values == (("top_channel", "web"), ("top_channel", "phone"))
    encoded = encoding.encode(frame)
    assert encoded["margin_share"].tolist()[:3] == pytest.approx([0, 1, -1])
    assert encoded["top_channel: web"].tolist() == [1, 1, 0, 0]
    assert encoding.encode(pd.DataFrame(index=range(2))).isna().to_numpy().tolist() == [[True, False, False]] * 2


def test_inputs_by_hand():
    rows = [(0, 0), (0, 40), (0, 60), (0, 100), (1, 90)]
    customer, day = (np.array(column) for column in zip(*rows, strict=True))
    days = PurchaseDays(np.array(["a", "b"], dtype=object), customer, day, np.full(5, 1000))
    moment = Past(days).at(100, 40)  # the purchase on day 100 is not known
    seen = inputs(moment, np.array([0.5, 0.5]), (), Encoding((), ()))
    a, b = seen.iloc[0], seen.iloc[1]
    assert a["silence_over_gap"] == pytest.approx(np.log1p(40 / 30))  # gaps of 40 and 20 days
    assert a["last_gap_over_gap"] == pytest.approx(np.log1p(20 / 30))
    assert a["gap_cv"] == pytest.approx(10 / 30)
    assert a["purchases_last_whole"] == pytest.approx(np.log(1.5 / 1.0))  # one, on day 60
    assert a["purchases_before_last"] == pytest.approx(np.log(1.5 / 1.0))  # one, on day 40
    assert b["bought_once"] == 1
    assert np.isnan(b["silence_over_gap"])
    assert b["spend_per_purchase"] == pytest.approx(np.log1p(1000))
    assert day_number(date(1970, 4, 11)) == 100
