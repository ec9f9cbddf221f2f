"""Figures show the numbers that they are given, and survive data with nothing in it."""

import numpy as np
import pandas as pd
import pytest

from crmwb.plots import value as plots
from crmwb.value.realised import whale


def texts(ax):
    return [text.get_text() for text in ax.texts]


@pytest.fixture
def customers():
    rng = np.random.default_rng(0)
    n = 200
    return pd.DataFrame({
        "clv_cents": np.round(rng.gamma(1, 10_000, n)), "p_alive": rng.random(n), "frequency": rng.poisson(5, n),
        "days_since_last": rng.integers(1, 300, n), "expected_purchases": rng.gamma(2, 2, n),
        "tier": rng.choice(["vip", "important", "small"], n),
    })  # fmt: skip


@pytest.fixture
def scores():
    rows = [(o, f, k, s + o / 100) for o in (1, 2) for f, k, s in (("bg_nbd", "model", 0.6), ("rate", "rule", 0.5))]
    return pd.DataFrame(rows, columns=["origin", "forecaster", "kind", "normalised_gini"]).assign(bias_share=-0.1)


def test_the_whale_curve_names_the_best_fifth_and_the_peak():
    ax = plots.whale_curve(whale.curve(np.r_[np.full(20, 40), np.full(50, 24), np.full(30, -100 / 3)]), "margin")
    assert texts(ax) == ["best 20%: 79% of margin", "peak: 198% at 70% of customers"]


def test_a_whale_curve_without_losses_has_no_peak():
    assert texts(plots.whale_curve(whale.curve(np.arange(1, 11)), "revenue")) == ["best 20%: 35% of revenue"]


def test_clv_bars_hold_every_customer(customers):
    ax = plots.clv_distribution(customers, "EUR")
    assert sum(patch.get_height() for patch in ax.patches) == 200
    assert "mean EUR" in ax.get_legend().get_texts()[1].get_text()


def test_clv_by_group_adds_up(customers):
    ax = plots.clv_by_group(customers, "tier", "EUR")
    assert sum(patch.get_width() for patch in ax.patches) == pytest.approx(customers["clv_cents"].sum())
    assert len(ax.get_yticklabels()) == 3


def test_p_alive_bars_add_up_to_all(customers):
    assert sum(patch.get_height() for patch in plots.p_alive(customers).patches) == pytest.approx(1)


def test_the_map_shows_the_mean_of_each_cell(customers):
    same = customers.assign(frequency=np.tile([0, 3, 5, 5], 50), days_since_last=np.repeat([1, 9], 100))
    same["expected_purchases"] = same["frequency"] * 10 + same["days_since_last"] + np.tile([0, 0, 1, -1], 50)
    ax = plots.recency_frequency_map(same)
    # three groups of frequency, one of silence: ten times the frequency and the mean of 1 and 9
    assert texts(ax) == ["55.0", "35.0", "5.0"]
    assert [label.get_text() for label in ax.get_yticklabels()] == ["4–5", "3", "0–2"]


def test_backtest_bars_are_means_best_first(scores):
    ax = plots.backtest_bars(scores)
    assert [patch.get_width() for patch in ax.patches] == pytest.approx([0.615, 0.515])
    assert [label.get_text() for label in ax.get_yticklabels()] == ["BG/NBD", "Past rate x/T (rule)"]
    assert plots.backtest_bars(scores, "bias_share").get_xlim()[0] < -0.1


def test_calibration_shows_one_forecaster():
    groups = pd.DataFrame({
        "forecaster": ["bg_nbd"] * 2 + ["rate"], "group": [1, 2, 1], "mean_forecast": [3.0, 1.0, 9.0],
        "mean_actual": [2.5, 1.5, 9.0],
    })  # fmt: skip
    ax = plots.calibration(groups, "bg_nbd")
    assert sorted(patch.get_height() for patch in ax.patches) == [1.0, 1.5, 2.5, 3.0]


def test_figures_survive_what_has_nothing_to_show(customers, scores):
    none = customers.iloc[:0]
    for ax in (
        plots.whale_curve(whale.curve(np.array([-1, -2])), "margin"),
        plots.clv_distribution(none, "EUR"),
        plots.clv_distribution(customers.assign(clv_cents=0), "EUR"),
        plots.clv_by_group(customers.assign(clv_cents=0), "tier", "EUR"),
        plots.p_alive(none),
        plots.p_alive(customers.assign(p_alive=1.0)),
        plots.recency_frequency_map(customers.assign(frequency=1, days_since_last=1)),
        plots.recency_frequency_map(none),
        plots.backtest_bars(scores.iloc[:0]),
        plots.calibration(pd.DataFrame(columns=["forecaster", "group", "mean_forecast", "mean_actual"]), "bg_nbd"),
    ):
        ax.figure.canvas.draw()
        assert ax.get_title(loc="left") or ax.get_title()
