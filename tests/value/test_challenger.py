"""The stack: what it learns by hand, that it never sees the future, and does no harm where nothing is to be learned."""

from datetime import date

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from threadpoolctl import threadpool_limits

from crmwb import engine
from crmwb.features.catalogue import SNAPSHOT_SCHEMA
from crmwb.value.challenger import Past, PurchaseDays, Stack, Traits
from crmwb.value.challenger import stack as stack_room
from crmwb.value.challenger.corrections import LogLinear, TwoParts
from crmwb.value.challenger.inputs import inputs
from crmwb.value.challenger.level import Level
from crmwb.value.challenger.purchase_days import number_of
from crmwb.value.challenger.spread import Spread, at_most, p_any, quantiles, transforms
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


def holdout(*, stop: float, stay: float, came: float) -> tuple[dict[str, np.ndarray], np.ndarray]:
    return {"bg_nbd": np.full(10, stop / 10), "nbd": np.full(10, stay / 10)}, np.full(10, came / 10)


def test_the_level_lies_between_the_models_where_the_truth_did():
    found = Level.learn(("bg_nbd",), [holdout(stop=80, stay=160, came=100)])
    assert (found.staying, found.scale) == pytest.approx((0.25, 1.0))  # 100 = 3/4 of 80 + 1/4 of 160
    assert found.of({"bg_nbd": np.array([4.0]), "nbd": np.array([8.0])}) == pytest.approx([5.0])


def test_the_level_is_scaled_where_the_truth_lay_beyond_all_models():
    found = Level.learn(("bg_nbd",), [holdout(stop=80, stay=80, came=100)])
    assert (found.staying, found.scale) == pytest.approx((0.0, 1.25))


def test_holdouts_that_disagree_are_believed_less():
    ratios = np.log([1.5, 1.1])
    both = [holdout(stop=100, stay=100, came=100 * ratio) for ratio in np.exp(ratios)]
    belief = ratios.mean() ** 2 / (ratios.mean() ** 2 + ratios.var(ddof=1) / 2)
    assert Level.learn(("bg_nbd",), both).scale == pytest.approx(1.3**belief)
    opposite = [holdout(stop=100, stay=100, came=came) for came in (100 * np.e, 100 / np.e)]
    assert Level.learn(("bg_nbd",), opposite).scale == pytest.approx(1.0)


def test_without_a_model_that_knows_leaving_the_nbd_stands_for_it():
    found = Level.learn((), [holdout(stop=1, stay=50, came=60)])
    assert found.of({"nbd": np.array([3.0])}) == pytest.approx([3.6])


def test_a_level_is_not_moved_by_more_than_half():
    found = Level.learn((), [holdout(stop=1, stay=50, came=100)])
    assert found.of({"nbd": np.array([3.0])}) == pytest.approx([4.5])


def test_the_negative_binomial_of_size_one_is_the_geometric():
    mean, size = np.array([1.0, 3.0]), np.ones(2)
    assert p_any(mean, size) == pytest.approx([1 / 2, 3 / 4])
    assert at_most(np.array([1.0, 1.0]), mean, size) == pytest.approx([1 - 1 / 4, 1 - 9 / 16])
    assert at_most(np.array([-1.0, -1.0]), mean, size).tolist() == [0, 0]
    assert quantiles(np.array([0.4, 0.5, 0.9]), mean[:1], size[:1]).tolist() == [[0, 0, 3]]  # P(at most 3) = 15/16


def test_the_spread_is_found_again_and_transforms_are_even():
    rng = np.random.default_rng(2)
    mean, alive = rng.gamma(1, 2, 20_000) + 0.05, rng.random(20_000)
    size = np.exp(-0.5 + 0.6 * np.log(mean) + 1.0 * alive)
    came = rng.negative_binomial(size, size / (size + mean)).astype(float)
    found = Spread.learn(mean, alive, came)
    assert (found.constant, found.of_mean, found.of_alive) == pytest.approx((-0.5, 0.6, 1.0), abs=0.12)
    landed = transforms(came, mean, found.size(mean, alive), rng)
    assert np.histogram(landed, 10, (0, 1))[0] / len(landed) == pytest.approx(np.full(10, 0.1), abs=0.008)


@pytest.mark.parametrize("learner", [LogLinear, TwoParts])
def test_a_learner_finds_what_doubles_purchases_and_leaves_the_rest(learner):
    rng = np.random.default_rng(3)
    forecast = rng.gamma(2, 1, 6_000) + 0.1
    doubled = rng.random(6_000) < 0.5
    seen = pd.DataFrame({"doubled": doubled.astype(float), "noise": rng.normal(size=6_000), "log": np.log(forecast)})
    came = rng.poisson(forecast * np.where(doubled, 2.0, 1.0)).astype(float)
    made = learner().fit(seen, forecast, came).predict(seen, forecast)
    assert made[doubled].sum() / forecast[doubled].sum() == pytest.approx(2, abs=0.15)
    assert made[~doubled].sum() / forecast[~doubled].sum() == pytest.approx(1, abs=0.1)


@pytest.mark.parametrize("learner", [LogLinear, TwoParts])
def test_learners_live_with_what_is_unknown_and_with_everybody_buying(learner):
    seen = pd.DataFrame({"unknown": np.full(200, np.nan), "x": np.tile([np.inf, np.nan, 1.0, 2.0], 50)})
    made = learner().fit(seen, np.ones(200), np.full(200, 2.0)).predict(seen, np.ones(200))
    assert made == pytest.approx(np.full(200, 2.0), rel=0.05)


def test_correction_of_chance_is_not_believed_and_a_true_one_is():
    rng = np.random.default_rng(4)
    base = np.full(5_000, 1.0)
    real = np.where(rng.random(5_000) < 0.5, np.log(3.0), 0.0)
    came = rng.poisson(np.exp(real)).astype(float)
    assert stack_room._trust(base, rng.normal(size=5_000), came) == 0
    assert stack_room._trust(base, real, came) >= 0.9
    assert stack_room._trust(base, 3 * real, came) == pytest.approx(1 / 3, abs=0.07)
    assert stack_room._trust(base, real, np.zeros(5_000)) == 0


def test_no_forecast_sees_what_comes_at_or_after_its_origin():
    days = simulate()
    made = [
        Stack(HORIZON).fit(Past(d), ORIGIN).forecast(Past(d).at(ORIGIN, HORIZON)) for d in (days, days.until(ORIGIN))
    ]
    assert (made[0].purchases == made[1].purchases).all()
    assert (made[0].size == made[1].size).all()


def test_threads_change_nothing():
    past = Past(simulate())
    made = []
    for threads in (1, 2):
        with threadpool_limits(threads):
            made.append(Stack(HORIZON).fit(past, ORIGIN).forecast(past.at(ORIGIN, HORIZON)).purchases)
    assert made[0].tobytes() == made[1].tobytes()


def test_where_a_classic_model_is_true_the_stack_does_no_harm():
    past = Past(simulate(n=1500))
    moment = past.at(ORIGIN, HORIZON)
    stack = Stack(HORIZON).fit(past, ORIGIN)
    mine = accuracy(moment.known.later, stack.forecast(moment).purchases)
    classic = accuracy(moment.known.later, moment.expected["pareto_nbd"])
    assert mine["normalised_gini"] > classic["normalised_gini"] - 0.01
    assert mine["rmse"] < classic["rmse"] * 1.01
    assert abs(mine["bias_share"]) < 0.1


def test_the_forecast_adds_up_to_the_level():
    past = Past(simulate())
    moment = past.at(ORIGIN, HORIZON)
    stack = Stack(HORIZON).fit(past, ORIGIN)
    made = stack.forecast(moment)
    assert made.purchases.sum() == pytest.approx(stack.corrected_.base(moment).sum())
    assert stack.over(made, moment.expected) == pytest.approx(made.purchases)
    longer = stack.over(made, moment.classics.expected(2 * HORIZON))
    assert (longer > made.purchases).all()
    assert (longer < 2 * made.purchases + 1e-9).all()


def test_too_short_a_past_is_said():
    assert "days of history are too short" in Stack(10).fit(Past(simulate()), 12).why_not_
    few = Stack(HORIZON).fit(Past(simulate(n=30)), ORIGIN)
    assert few.why_not_.endswith("too few to learn from (at least 50 and 30 are needed)")
    assert few.record() == {"why_not": few.why_not_}
    assert importance(few, 1).empty


def snapshots(con, days: PurchaseDays, ends: dict[int, str]) -> Traits:
    """Month ends at which every customer has a column `top_channel`: its odd and even customers differ."""
    frames = []
    for end, prefix in ends.items():
        frame = pd.DataFrame(dict.fromkeys(SNAPSHOT_SCHEMA.names), index=range(days.n_customers))
        frame["customer_id"], frame["as_of"] = days.ids, pd.Timestamp(end, unit="D").date()
        frame["top_channel"] = [f"{prefix}{i % 2}" for i in range(days.n_customers)]
        frames.append(frame)
    table = pa.Table.from_pandas(pd.concat(frames), schema=SNAPSHOT_SCHEMA, preserve_index=False)
    return Traits.of(con, engine.open_arrow(con, table, "snapshots"), days.ids)


def test_traits_are_those_of_the_last_month_end_before_the_origin(con):
    days = simulate(n=10)
    traits = snapshots(con, days, {100: "old ", 200: "new "})
    assert traits.at(199, np.array([3, 4]))["top_channel"].tolist() == ["old 1", "old 0"]
    assert traits.at(200, np.array([3]))["top_channel"].tolist() == ["new 1"]
    assert traits.at(99, np.array([3])).shape == (1, 0)
    assert traits.until(199).at(500, np.array([3]))["top_channel"].tolist() == ["old 1"]
    assert traits.every(2).at(150, np.array([1]))["top_channel"].tolist() == ["old 0"]  # c00002


def test_what_only_the_feature_table_tells_is_learned(con):
    days = simulate(n=600, hidden=True)
    traits = snapshots(con, days, {30 * i: "channel " for i in range(1, 14)})
    later = Past(days).at(ORIGIN, HORIZON).known.later
    order = {}
    for name, past in (("without", Past(days)), ("with", Past(days, traits))):
        stack = Stack(HORIZON).fit(past, ORIGIN)
        order[name] = accuracy(later, stack.forecast(past.at(ORIGIN, HORIZON)).purchases)["normalised_gini"]
    assert order["with"] > order["without"]
    assert stack.trust_ > 0
    most = importance(stack, seed=1)["input"].head(3).tolist()
    assert any(name.startswith("top_channel") for name in most)


def test_encoding_by_hand():
    frame = pd.DataFrame({
        "margin_share": [0.0, np.e - 1, 1 - np.e, np.nan], "discount_share": [0.2] * 4, "won_share": [np.nan] * 4,
        "top_channel": ["web", "web", "phone", None],
    })  # fmt: skip
    found = Encoding.learn(frame)
    assert found.numbers == ("margin_share",)  # the others are alike for all, or unknown
    assert found.values == (("top_channel", "web"), ("top_channel", "phone"))
    encoded = found.encode(frame)
    assert encoded["margin_share"].tolist()[:3] == pytest.approx([0, 1, -1])
    assert encoded["top_channel: web"].tolist() == [1, 1, 0, 0]
    assert found.encode(pd.DataFrame(index=range(2))).isna().to_numpy().tolist() == [[True, False, False]] * 2


def test_inputs_by_hand():
    rows = [(0, 0), (0, 40), (0, 60), (0, 100), (1, 90)]
    customer, day = (np.array(column) for column in zip(*rows, strict=True))
    days = PurchaseDays(np.array(["a", "b"], dtype=object), customer, day, np.full(5, 1000))
    moment = Past(days).at(100, 40)  # the purchase on day 100 is not known
    seen = inputs(moment, np.array([0.5, 0.5]), (), Encoding((), ()))
    a, b = seen.iloc[0], seen.iloc[1]
    assert a["silence against the usual gap"] == pytest.approx(np.log1p(40 / 30))  # gaps of 40 and 20 days
    assert a["last gap against the usual gap"] == pytest.approx(np.log1p(20 / 30))
    assert a["variation of gaps"] == pytest.approx(10 / 30)
    assert a["purchases in all of the horizon before"] == pytest.approx(np.log(1.5 / 1.0))  # one, on day 60
    assert a["purchases in the time before that"] == pytest.approx(np.log(1.5 / 1.0))  # one, on day 40
    assert b["has bought once only"] == 1
    assert np.isnan(b["silence against the usual gap"])
    assert b["spend per purchase"] == pytest.approx(np.log1p(1000))
    assert number_of(date(1970, 4, 11)) == 100
