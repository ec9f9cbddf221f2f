"""Preparation of features for clustering: each step seen on a handful of values."""

import numpy as np
import pandas as pd
import pytest

from crmwb.errors import CrmwbError
from crmwb.segmentation import preparation


def prepared(**columns):
    frame = pd.DataFrame(columns)
    kept, dropped = preparation.fit(frame, list(columns))
    return preparation.apply(frame, kept), kept, dropped


def test_a_plain_column_becomes_mean_0_and_standard_deviation_1():
    x, kept, dropped = prepared(age_days=list(range(100)))
    assert not kept[0]["log"]
    assert not dropped
    assert (x.mean(), x.std()) == (pytest.approx(0), pytest.approx(1))


def test_skewed_money_is_logged_and_negative_money_is_not():
    money = [1, 2, 3, 4, 5, 6, 7, 8, 9, 5000]
    _, kept, _ = prepared(revenue_cents=money, profit_cents=[-1, *money[1:]])
    assert [column["log"] for column in kept] == [True, False]


def test_beyond_the_outer_percentiles_values_stop_counting():
    calm = list(range(-100, 101))
    x, _, _ = prepared(trend=[*calm, 10**9])
    assert x[-1, 0] == x[-2, 0]
    assert x.max() < 3


def test_the_unknown_becomes_the_median_and_the_model_says_how_many():
    x, kept, _ = prepared(gap=[1.0, 2.0, 3.0, np.nan])
    assert kept[0]["unknown_share"] == 0.25
    assert kept[0]["unknown_becomes"] == 2.0
    assert x[3, 0] == x[1, 0]


def test_what_does_not_vary_or_is_unknown_is_dropped_and_said():
    _, kept, dropped = prepared(same=[4, 4, 4], unknown=[None, None, None], differs=[1, 2, 3])
    assert [column["feature"] for column in kept] == ["differs"]
    assert [(d["feature"], d["reason"].split()[0]) for d in dropped] == [("same", "the"), ("unknown", "unknown")]


def test_new_customers_are_prepared_with_the_steps_learnt():
    kept, _ = preparation.fit(pd.DataFrame({"n": range(101)}), ["n"])
    x = preparation.apply(pd.DataFrame({"n": [50.0, np.nan, 10**6]}), kept)
    assert x[0, 0] == x[1, 0] == pytest.approx(0)
    assert x[2, 0] == preparation.apply(pd.DataFrame({"n": [99.0]}), kept)[0, 0]


@pytest.mark.parametrize(
    ("names", "said"),
    [
        (["n_ordes"], "n_ordes: no such feature; numeric features: n_lines, n_orders."),
        (["region"], "region: not a number; numeric features: n_lines, n_orders."),
        (["contactable"], "contactable: true/false, not a number"),
        (["maybe"], "maybe: true/false, not a number"),
        (["joined"], "joined: not a number"),
        (["n_lines", "n_lines"], "n_lines: listed twice"),
    ],
)
def test_what_is_no_numeric_feature_is_refused_with_those_that_are(names, said):
    features = pd.DataFrame(
        {
            "n_orders": [1, 2],
            "n_lines": [1.5, None],
            "region": ["north", "south"],
            "contactable": [True, False],
            "maybe": [True, None],
            "joined": pd.to_datetime(["2024-01-01", None]),
            "income": [None, None],
        }
    )
    with pytest.raises(CrmwbError) as refused:
        preparation.check(features, names)
    assert f"params.yaml: segmentation.clusters.features: {said}" in str(refused.value)


def test_a_feature_that_this_source_does_not_have_passes_the_check():
    preparation.check(pd.DataFrame({"margin_cents": [None, None], "n_orders": [1, 2]}), ["margin_cents", "n_orders"])
