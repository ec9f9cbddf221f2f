"""Figures of profit and score card show the numbers that they are given, and survive data with nothing in it."""

import numpy as np
import pandas as pd
import pytest

from crmwb.plots import profit, scorecard

REASONS = pd.DataFrame({"reason": ["discounts", "service"], "n_customers": [3, 1], "loss_cents": [500_000, 20_000]})
CURVE = pd.DataFrame({"month": range(4), "n_observed": [90, 90, 40, 5], "paid_back_share": [0, 0.5, 0.6, 0.7]})
TIERS = pd.DataFrame({
    "tier": ["vip", "small"], "n_customers": [10, 90], "customer_share": [0.1, 0.9], "brought_share": [1.2, -0.2],
    "clv_share": [0.7, 0.3],
})  # fmt: skip
BANDS = pd.DataFrame({
    "tier": ["vip", "vip", "small", "small"], "least": [0, 0.8] * 2, "most": [0.8, 1.0] * 2,
    "share": [0.25, 0.75, 0, 1],
})  # fmt: skip
SENSITIVITY = pd.DataFrame({
    "dimension": ["income", "income", "credit", "credit"], "change": [-0.25, 0.25] * 2,
    "changed_share": [0.04, 0.02, 0.0, 0.0],
})  # fmt: skip
CUSTOMERS = pd.DataFrame({
    "tier": ["vip", "small", "small", "potential"], "income_points": [90, 20, 40, np.nan],
    "credit_points": np.nan,
})  # fmt: skip


def texts(ax):
    return [text.get_text() for text in ax.texts]


def widths(ax):
    return [patch.get_width() for patch in ax.patches]


def test_losses_are_bars_with_their_reasons():
    ax = profit.unprofitable(REASONS, "EUR")
    assert widths(ax) == [500_000, 20_000]
    assert texts(ax) == ["EUR\u00a05k · 3 customers", "EUR\u00a0200 · 1 customer"]
    assert [label.get_text() for label in ax.get_yticklabels()] == ["discounts", "service"]


def test_payback_is_dotted_where_few_are_observed():
    ax = profit.payback(CURVE, 0.25)
    firm, thin = ax.get_lines()[:2]
    assert firm.get_xdata().tolist() == [0, 1, 2]
    assert thin.get_xdata().tolist() == [2, 3]
    assert texts(ax) == ["50% by month 1", "first order earned less than the cost of acquisition: 25% of customers"]


def test_the_pyramid_sets_customers_against_what_they_bring():
    ax = scorecard.pyramid(TIERS, "profit")
    assert widths(ax) == [-0.1, -0.9, 1.2, -0.2, 0.7, 0.3]
    assert texts(ax)[:3] == ["10%  (10)", "120% of profit so far", "70% of future value"]


def test_bands_of_certainty_add_up():
    ax = scorecard.certainty(BANDS)
    assert sum(widths(ax)) == pytest.approx(2)
    assert texts(ax) == ["25%", "75%", "100%"]


def test_dimensions_known_of_nobody_are_left_out():
    ax = scorecard.dimensions(CUSTOMERS, ["vip", "small"])
    assert [label.get_text() for label in ax.get_yticklabels()] == ["income"]
    assert [dots.get_offsets()[0][0] for dots in ax.collections] == [90, 30]


def test_moves_of_weights_are_pairs_of_bars():
    ax = scorecard.sensitivity(SENSITIVITY)
    assert widths(ax) == [0.04, 0.0, 0.02, 0.0]


def test_figures_survive_what_has_nothing_to_show():
    for ax in (
        profit.unprofitable(REASONS.iloc[:0], "EUR"),
        profit.payback(CURVE.iloc[:1]),
        scorecard.pyramid(TIERS.assign(brought_share=np.nan, clv_share=np.nan), "revenue"),
        scorecard.pyramid(TIERS.iloc[:0], "revenue"),
        scorecard.certainty(BANDS.iloc[:0]),
        scorecard.dimensions(CUSTOMERS.iloc[:0], []),
        scorecard.sensitivity(SENSITIVITY.iloc[:0]),
    ):
        ax.figure.canvas.draw()
        assert ax.get_title(loc="left") or ax.get_title()
