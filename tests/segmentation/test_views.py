"""Views: each transform seen on a handful of values, what is left out and why, and the balance between columns."""

import json

import numpy as np
import pandas as pd
import pytest
from segment_frames import CHOICES

from crmwb.errors import CrmwbError
from crmwb.findings import from_json, language
from crmwb.findings.say import say
from crmwb.params import View, ViewColumn
from crmwb.segmentation import views


def declared(weights=None, **of_views):
    """Views params with these views: name={column: transform}."""
    weights = weights or {}
    return CHOICES.segmentation.views.model_copy(
        update={
            "declared": {
                name: View(
                    why={"en": "for this test"},
                    weight=weights.get(name, 1.0),
                    columns=tuple(ViewColumn(column=c, transform=t) for c, t in columns.items()),
                )
                for name, columns in of_views.items()
            }
        }
    )


def why(row) -> str:
    """What is said of a column, in English."""
    return say(from_json(row["why"]))


def prepared(transform, values, **changes):
    """Prepare one column next to nothing else: the matrix and the model."""
    frame = pd.DataFrame({"customer_id": [f"c{i:05d}" for i in range(len(values))], "n": values})
    model = views.fit(frame, declared(t={"n": transform}).model_copy(update=changes), ["t"])
    return views.apply(frame, model), model


def test_a_plain_column_becomes_mean_0_and_standard_deviation_1():
    x, model = prepared("none", list(range(100)))
    assert (x.mean(), x.std()) == (pytest.approx(0), pytest.approx(1))
    assert model["columns"][0]["weight"] == 1
    assert not model["dropped"]


def test_equal_ratios_are_equal_steps_after_the_logarithm():
    x, _ = prepared("log", [0, 9, 99, 999])  # 1 + x: 1, 10, 100, 1000
    assert np.diff(x[:, 0]) == pytest.approx(np.full(3, np.diff(x[:, 0])[0]), abs=2e-6)


def test_the_logarithm_keeps_the_sign_of_money_lost():
    x, model = prepared("log", [-300, -100, 0, 100, 300])
    assert model["columns"][0]["unit"] == 200  # the median of 100, 100, 300, 300
    assert x[:, 0] == pytest.approx(-x[::-1, 0])
    assert (np.diff(x[:, 0]) > 0).all()


def test_winsorising_stops_at_robust_limits_and_counts_who_is_beyond():
    calm = list(range(-50, 51))
    x, model = prepared("winsorise", [*calm, 10**6], winsorise_at=4.0)
    step, row = model["columns"][0], model["report"][0]
    middle, mad = 0.5, 25.5  # with the outlier: 102 values, so both lie between two of them
    assert step["high"] == pytest.approx(middle + 4 * 1.4826 * mad)
    assert row["winsorised_share"] == pytest.approx(1 / 102, abs=1e-6)
    assert x[-1, 0] * step["scale"] + step["centre"] == pytest.approx(step["high"])


def test_where_most_values_are_equal_the_outer_percentiles_are_the_limits():
    values = [0] * 900 + list(range(1, 101))
    _, model = prepared("winsorise", values)
    assert model["columns"][0]["high"] == pytest.approx(np.quantile(values, 0.99))


def test_ranks_share_ties_and_are_symmetric():
    x, model = prepared("rank_uniform", [7, 1, 1, 30])
    after = x[:, 0] * model["columns"][0]["scale"] + model["columns"][0]["centre"]
    assert after == pytest.approx([0.625, 0.25, 0.25, 0.875])  # the two 1s share rank 1.5 less a half, over 4
    normal, _ = prepared("rank_normal", [10.0**i for i in range(9)])
    assert normal[:, 0] == pytest.approx(-normal[::-1, 0])
    assert normal[4, 0] == pytest.approx(0)


def test_ranks_of_many_values_are_right_to_a_hundredth():
    values = np.random.default_rng(1).lognormal(size=5000)
    x, model = prepared("rank_uniform", values)
    after = x[:, 0] * model["columns"][0]["scale"] + model["columns"][0]["centre"]
    assert np.abs(after - (values.argsort().argsort() + 0.5) / 5000).max() < 0.01
    assert len(model["columns"][0]["knots"]) <= 256


def test_a_one_hot_block_weighs_as_one_column_whatever_its_levels():
    frame = pd.DataFrame({
        "customer_id": [f"c{i:03d}" for i in range(400)],
        "region": ["north", "south", "east", "west"] * 100,
        "n": range(400),
    })  # fmt: skip
    model = views.fit(frame, declared(t={"region": "one_hot", "n": "none"}), ["t"])
    x = views.apply(frame, model)
    assert [c["feature"] for c in model["columns"]] == [
        *(f"region: {r}" for r in ("east", "north", "south", "west")),
        "n",
    ]
    assert x[:, :4].var(axis=0).sum() == pytest.approx(1)
    assert x[:, 4].var() == pytest.approx(1)
    assert views.in_deviations(x, model).std(axis=0) == pytest.approx(np.ones(5))


def test_rare_levels_are_one_and_a_level_never_seen_is_rare():
    region = ["north"] * 60 + ["south"] * 37 + ["isle", "rock", "reef"]
    x, model = prepared("one_hot", region, rare_share=0.02)
    assert views.features(model) == ["n: north", "n: south", "n: other"]
    new = pd.DataFrame({"customer_id": ["x", "y"], "n": ["moon", "reef"]})
    assert (views.apply(new, model) == x[-1]).all()
    assert why(model["report"][0]) == "5 levels, 3 of them rare and combined."


def test_only_the_commonest_levels_have_a_column():
    _, model = prepared("one_hot", ["a"] * 5 + ["b"] * 4 + ["c"] * 3 + ["d"] * 3, max_levels=3)
    assert views.features(model) == ["n: a", "n: b", "n: c", "n: other"]


def test_of_two_levels_one_column_says_all():
    x, model = prepared("one_hot", ["yes"] * 7 + ["no"] * 3)
    assert views.features(model) == ["n: no"]
    assert x.var() == pytest.approx(1)


def test_an_unknown_level_is_the_average_customer():
    x, model = prepared("one_hot", ["a", "a", "b", "c", None])
    assert x[-1] == pytest.approx(np.zeros(3), abs=1e-12)
    assert model["report"][0]["known_share"] == 0.8


def test_frequency_is_the_share_of_customers_with_the_level():
    x, model = prepared("frequency", ["Lyon"] * 6 + ["Nice"] * 2 + [None] * 2)
    step = model["columns"][0]
    assert step["values"] == {"Lyon": 0.75, "Nice": 0.25}
    assert x[0, 0] == x[-1, 0]  # the unknown get the median of the known
    assert step["feature"] == "n_frequency"


def test_ordinal_levels_are_in_the_order_of_their_numbers():
    bands = ["100-124K", "Under 15K", "15-24K", "250K+", "25-34K"]
    _, model = prepared("ordinal", bands)
    assert sorted(model["columns"][0]["values"], key=model["columns"][0]["values"].get) == [
        "Under 15K", "15-24K", "25-34K", "100-124K", "250K+",
    ]  # fmt: skip


def test_true_and_false_are_levels():
    _, model = prepared("one_hot", [True, False, None, True])
    assert views.features(model) == ["n: no"]


def test_the_unknown_becomes_the_median_or_stays_unknown_on_demand():
    x, model = prepared("none", [1.0, 2.0, 30.0, np.nan])
    assert x[3, 0] == x[1, 0]
    assert model["columns"][0]["fill"] == 2
    assert why(model["report"][0]).endswith("Unknown for 25% of customers, who get the median.")
    frame = pd.DataFrame({"customer_id": list("abcd"), "n": [1.0, 2.0, 30.0, np.nan]})
    kept = views.apply(frame, model, keep_missing=True)
    assert np.isnan(kept[:, 0]).tolist() == [False, False, False, True]
    assert (kept[:3] == x[:3]).all()


def test_what_does_not_vary_or_is_unknown_is_left_out_and_said():
    frame = pd.DataFrame({"customer_id": list("abc"), "same": [4, 4, 4], "n_orders": [None] * 3, "differs": [1, 2, 3]})
    frame["p_alive"] = np.nan
    model = views.fit(frame, declared(t=dict.fromkeys(("same", "n_orders", "p_alive", "differs"), "none")), ["t"])
    assert views.features(model) == ["differs"]
    assert {left_out["column"]: why(left_out) for left_out in model["dropped"]} == {
        "same": "The same, or nearly, for all customers.",
        "n_orders": "Unknown for all customers. Required data: the table transactions.",
        "p_alive": "Unknown for all customers: purchases do not show who has stopped buying.",
    }


def test_of_two_columns_that_say_the_same_the_first_is_kept():
    n = np.arange(50.0)
    frame = pd.DataFrame({"customer_id": n.astype(str), "n": n, "double": 2 * n + 1, "against": -n, "apart": n % 7})
    model = views.fit(frame, declared(t=dict.fromkeys(("n", "double", "against", "apart"), "none")), ["t"])
    assert views.features(model) == ["n", "apart"]
    assert [why(left_out) for left_out in model["dropped"]] == [
        "Too close to “n” (correlation 1).",
        "Too close to “n” (correlation −1).",
    ]


def test_sensitive_columns_need_to_be_allowed_by_name():
    frame = pd.DataFrame({"customer_id": list("abcd"), "gender": list("mmmf"), "income_band": ["1", "2", "3", "1"]})
    params = declared(t={"gender": "one_hot", "income_band": "ordinal"})
    assert not views.fit(frame, params, ["t"])["columns"]
    model = views.fit(frame, params.model_copy(update={"allow": ("gender",)}), ["t"])
    assert views.features(model) == ["gender: f"]
    assert why(model["dropped"][0]).startswith("Sensitive, so left out")


def test_a_view_of_which_nothing_is_known_says_why():
    frame = pd.DataFrame({"customer_id": ["a", "b"], "region": [None, None], "gender": ["m", "f"], "n": [1, 2]})
    params = declared(where={"region": "one_hot", "gender": "one_hot"}, how={"n": "none"})
    where, how = views.fit(frame, params, ["where", "how"])["views"]
    assert (where["is_available"], where["n_columns"], how["is_available"], how["reason"]) == (False, 0, True, None)
    sentence = say(from_json(where["reason"]))
    assert sentence.startswith("Region: Unknown for all customers: the table of customers has no such column here.")
    assert "Gender: Sensitive" in sentence
    with language.using("zh"):
        assert say(from_json(where["reason"])).startswith("地区：全部客户的取值均未知")
        assert say(from_json(where["why"])) == "for this test（仅有英文）"


def test_in_a_combination_each_view_counts_by_its_weight_not_by_its_columns():
    rng = np.random.default_rng(3)
    frame = pd.DataFrame(rng.standard_normal((200, 4)), columns=list("wxyz")).assign(customer_id=range(200))
    params = declared(weights={"one": 2.0}, one={"w": "none"}, three=dict.fromkeys("xyz", "none"))
    variance = views.apply(frame, views.fit(frame, params, ["one", "three"])).var(axis=0)
    assert variance[0] == pytest.approx(2 * variance[1:].sum())
    assert variance.sum() == pytest.approx(4)
    assert views.apply(frame, views.fit(frame, params, ["three"])).var(axis=0) == pytest.approx(np.ones(3))


def test_a_column_of_two_views_counts_in_the_first():
    frame = pd.DataFrame({"customer_id": list("abc"), "n": [1, 2, 3], "m": [5, 1, 3]})
    model = views.fit(frame, declared(one={"n": "none"}, two={"n": "log", "m": "none"}), ["one", "two"])
    assert views.features(model) == ["n", "m"]
    assert [(d["column"], d["view"], why(d)) for d in model["dropped"]] == [
        ("n", "two", "The view “one” already has it.")
    ]


INTERESTS = pd.DataFrame(
    [("a", "milk", 0.25), ("a", "soap", 0.75), ("b", "milk", 1.0), ("c", "milk", 0.5), ("c", "wine", 0.5)],
    columns=["customer_id", "category", "revenue_share"],
)


def test_interests_are_roots_of_shares_of_spending():
    frame = pd.DataFrame({"customer_id": list("abcd")})
    params = declared(t={"interests": "interests"}).model_copy(update={"n_interests": 2})
    model = views.fit(frame, params, ["t"], interests=INTERESTS)
    assert views.features(model) == ["interest: milk", "interest: soap", "interest: everything else"]
    x = views.apply(frame, model, interests=INTERESTS)
    roots = np.sqrt([[0.25, 0.75, 0], [1, 0, 0], [0.5, 0, 0.5]])
    ours = ((x[:3, None] - x[None, :3]) ** 2).sum(axis=2)
    hellinger = ((roots[:, None] - roots[None]) ** 2).sum(axis=2)
    assert ours == pytest.approx(hellinger * ours[0, 1] / hellinger[0, 1])  # the same distances, in another unit
    assert x[3] == pytest.approx(np.zeros(3), abs=1e-12)  # nothing is known of d
    assert np.isnan(views.apply(frame, model, interests=INTERESTS, keep_missing=True)[3]).all()


def test_interests_that_were_not_given_are_said_and_asked_for():
    frame = pd.DataFrame({"customer_id": list("abc"), "n": [1, 2, 3]})
    params = declared(t={"interests": "interests", "n": "none"})
    left_out = views.fit(frame, params, ["t"])["dropped"][0]
    assert why(left_out) == "The interests of these customers were not given."
    model = views.fit(frame, params, ["t"], interests=INTERESTS)
    with pytest.raises(CrmwbError, match="looks at interests, and none were given"):
        views.apply(frame, model)


def anybody(n=3000):
    rng = np.random.default_rng(5)
    frame = pd.DataFrame({
        "customer_id": [f"c{i:05d}" for i in range(n)],
        "revenue_cents": rng.lognormal(8, 2, n).astype("int64") - 500,
        "n_orders": rng.poisson(3, n),
        "mean_gap_days": np.where(rng.random(n) < 0.3, np.nan, rng.exponential(30, n)),
        "region": rng.choice(["north", "south", "east", "isle", None], n, p=[0.5, 0.3, 0.1, 0.01, 0.09]),
        "city": rng.choice([f"town {i}" for i in range(40)], n),
    })  # fmt: skip
    columns = {
        "revenue_cents": "log", "n_orders": "rank_normal", "mean_gap_days": "winsorise", "region": "one_hot",
        "city": "frequency", "interests": "interests",
    }  # fmt: skip
    categories = rng.choice(["milk", "soap", "wine"], n)
    interests = pd.DataFrame({"customer_id": frame["customer_id"], "category": categories, "revenue_share": 1.0})
    return frame, declared(t=columns), interests


def test_batch_by_batch_the_numbers_are_the_same_to_the_last_bit():
    frame, params, interests = anybody()
    model = views.fit(frame.iloc[::3], params, ["t"], interests=interests)
    whole = views.apply(frame, model, interests=interests)
    for size in (1, 7, 1000):
        some = frame.iloc[: 4 * size]
        parts = [views.apply(some.iloc[i : i + size], model, interests=interests) for i in range(0, len(some), size)]
        assert (np.vstack(parts) == whole[: len(some)]).all()
    assert whole.dtype == np.float64
    assert np.isfinite(whole).all()


def test_a_model_is_plain_json_and_the_same_every_time():
    frame, params, interests = anybody()
    model = views.fit(frame, params, ["t"], interests=interests)
    assert model == views.fit(frame, params, ["t"], interests=interests)
    again = json.loads(json.dumps(model, allow_nan=False))
    assert (views.apply(frame, again, interests=interests) == views.apply(frame, model, interests=interests)).all()


def test_the_report_tells_skewness_zeros_and_what_was_done():
    row = prepared("log", [0, 0, 1, 2, 3, 10, 100, 5000])[1]["report"][0]
    assert (row["zero_share"], row["known_share"], row["is_kept"], row["n_columns"]) == (0.25, 1.0, True, 1)
    assert row["skew_before"] > 2 > row["skew_after"]


def test_every_prepared_column_has_words_for_people():
    frame = pd.DataFrame({"customer_id": list("abcdef"), "mean_order_cents": [1, 2, 4, 5, 9, 7]})
    frame = frame.assign(n_odd_things=[5, 1, 3, 2, 2, 1], region=["n", "n", "s", "w", "s", "w"], city=list("xxyyyz"))
    columns = {"mean_order_cents": "log", "n_odd_things": "none", "region": "one_hot", "city": "frequency"}
    params = declared(t=columns | {"interests": "interests"}).model_copy(update={"n_interests": 2, "rare_share": 0.1})
    labels = views.labels(views.fit(frame, params, ["t"], interests=INTERESTS))
    assert say(labels["mean_order_cents"]) == "average order"
    assert say(labels["n_odd_things"]) == "n odd things"
    assert say(labels["region: n"]) == "Region: n"
    assert say(labels["city_frequency"]) == "share of customers with the same city"
    assert say(labels["interest: milk"]) == "spending on milk"
    with language.using("zh"):
        assert say(labels["interest: everything else"]) == "其他品类消费"


@pytest.mark.parametrize(
    ("column", "transform", "reason"),
    [
        ("n_ordes", "log", "n_ordes: no such column; did you mean n_orders"),
        ("region", "log", "region: text, not a number, so log does not suit it; one_hot, frequency and ordinal do"),
        ("contactable", "none", "contactable: true/false, not a number"),
        ("maybe", "winsorise", "maybe: true/false, not a number"),
        ("joined", "one_hot", "joined: a date; use the days since it"),
        ("customer_id", "one_hot", "customer_id: no such column"),
    ],
)
def test_a_column_that_does_not_suit_is_refused_by_name(column, transform, reason):
    frame = pd.DataFrame({
        "customer_id": ["a", "b"], "n_orders": [1, 2], "region": ["north", "south"], "contactable": [True, False],
        "maybe": [True, None], "joined": pd.to_datetime(["2024-01-01", None]),
    })  # fmt: skip
    with pytest.raises(CrmwbError) as refused:
        views.check(frame, declared(t={column: transform}), ["t"])
    assert f"params.yaml: segmentation.views.declared.t: {reason}" in str(refused.value)


def test_a_view_that_is_not_declared_is_refused_with_those_that_are():
    with pytest.raises(CrmwbError, match="no view how; declared: t"):
        views.check(pd.DataFrame({"n": [1]}), declared(t={"n": "none"}), ["how"])


def test_a_month_end_without_a_columns_source_is_refused():
    frame = pd.DataFrame({"customer_id": list("abc"), "clv_cents": [1, 2, 3]})
    model = views.fit(frame, declared(t={"clv_cents": "log"}), ["t"])
    with pytest.raises(CrmwbError, match="looks at clv_cents, which these customers do not have"):
        views.apply(frame[["customer_id"]], model)


def test_the_projects_own_views_name_columns_that_there_are():
    from crmwb.contract import features, value

    unknown = pd.DataFrame(
        {name: [None] for name in dict.fromkeys([*features.CUSTOMERS.names, *value.CUSTOMERS.names])}
    )
    params = CHOICES.segmentation.views
    assert set(params.declared) == {"geographic", "social", "psychographic", "behavioural", "value"}
    views.check(unknown, params, list(params.declared))
    views.check(unknown[features.CUSTOMERS.names], params, ["behavioural"])  # so that month ends can be scored


def test_one_common_level_beside_the_rest_is_one_column():
    _, model = prepared("one_hot", ["home"] * 97 + ["far", "farther", "farthest"])
    assert views.features(model) == ["n: home"]


@pytest.mark.parametrize("n", [0, 1])
def test_with_nobody_or_one_customer_nothing_tells_customers_apart(n):
    frame, params, interests = anybody(5)
    model = views.fit(frame.iloc[:n], params, ["t"], interests=interests)
    assert model["columns"] == []
    assert views.apply(frame.iloc[:n], model).shape == (n, 0)
    assert not model["views"][0]["is_available"]


def test_a_hundred_thousand_categories_end_in_a_sentence_and_few_columns():
    n = 100_000
    names = [f"category {i}" for i in range(n)]
    frame = pd.DataFrame({"customer_id": names, "region": names, "city": names, "n_orders": np.arange(n) % 9})
    interests = pd.DataFrame({"customer_id": names, "category": names, "revenue_share": 1.0})
    columns = {"region": "one_hot", "city": "frequency", "n_orders": "log", "interests": "interests"}
    params = declared(t=columns)
    model = views.fit(frame, params, ["t"], interests=interests)
    assert len(model["columns"]) == 1 + params.n_interests + 1
    assert [why(row) for row in model["report"]] == [
        "100,000 levels, none of them common (segmentation.views.rare_share in params.yaml).",
        "The same, or nearly, for all customers.",
        "",
        "100,000 categories, 99,980 of them combined.",
    ]
    assert views.apply(frame, model, interests=interests).shape == (n, len(model["columns"]))
