"""Whether the next unit of money brings less than those before."""

import numpy as np
import pandas as pd
import pytest

from crmwb.findings import Unavailable
from crmwb.findings.say import say
from crmwb.plots import predict as plots
from crmwb.predict.curvature import curvature, doses
from crmwb.predict.findings import _spending
from crmwb.predict.spending import ALL, Spending, _curve

COST = np.array([10.0, 10.0, 350.0, 350.0, 1200.0, 1200.0, 2000.0, 2000.0])


def drawn(rng, response, error):
    return curvature(COST, response(COST) + rng.normal(0, error, len(COST)), np.full(len(COST), error), at=900.0)


def test_a_straight_line_is_seldom_called_curved():
    rng = np.random.default_rng(0)
    shapes = [drawn(rng, lambda x: 3 * x, 500.0).shape for _ in range(500)]
    assert shapes.count("straight") >= 465


def test_falling_returns_are_recognised_and_the_next_unit_is_inside_its_interval():
    rng = np.random.default_rng(1)
    a, b = 8.0, 0.0018
    results = [drawn(rng, lambda x: a * x - b * x**2, 400.0) for _ in range(200)]
    falling = [result for result in results if result.shape == "falling"]
    truth = a - 2 * b * 900
    assert len(falling) > 190
    assert np.mean([result.low <= truth <= result.high for result in falling]) >= 0.95


def test_campaigns_that_differ_by_more_than_their_errors_widen_the_interval():
    rng = np.random.default_rng(2)
    shapes = []
    for _ in range(300):
        margin = 3 * COST + rng.normal(0, 500, len(COST))
        shapes.append(curvature(COST, margin, np.full(len(COST), 50.0), at=900.0).shape)
    assert shapes.count("straight") >= 270


@pytest.mark.parametrize("cost", [[100, 100, 100, 100], [100, 300, 900], [100, 110, 300, 310], [100, 130, 165, 199]])
def test_amounts_that_differ_too_little_tell_nothing(cost):
    cost = np.array(cost, float)
    result = curvature(cost, 3 * cost, np.ones(len(cost)), at=100.0)
    assert (result.shape, np.isnan(result.next_unit)) == ("few_doses", True)
    assert doses(np.array([])) == 0


def points(cost, margin):
    rows = {"campaign_id": range(len(cost)), "tier": ALL, "n_treated": 100, "n_control": 100, "cost_cents": cost}
    return pd.DataFrame(rows | {"margin_cents": margin, "margin_error_cents": 50.0})


def stated(cost, margin):
    table = points(np.asarray(cost, float), np.asarray(margin, float))
    withheld = Unavailable("predict.no_lot_in_service"), Unavailable("predict.no_lot_in_sales")
    return _spending(Spending(None, *withheld, points=table, curve=_curve(table)))


def test_the_page_states_falling_returns_or_that_none_are_shown_or_why_nothing_is_known():
    falling = stated(COST, 8 * COST - 0.0018 * COST**2)
    assert [one.code for one in falling][:2] == ["predict.spending_pays", "predict.returns_falling"]
    assert say(falling[1]).startswith("Returns fall: of 4 amounts a head that campaigns spent")
    assert stated(COST, 3 * COST)[1].code == "predict.returns_straight"
    assert stated(COST, 1 * COST + 0.003 * COST**2)[1].code == "predict.returns_rising"
    withheld = stated([350, 350, 350, 350], [1000, 1100, 900, 1000])[1]
    assert isinstance(withheld, Unavailable)
    assert withheld.code == "predict.few_doses"


def test_campaigns_are_drawn_beside_their_average_and_break_even():
    axes = plots.spending(points(COST, 3 * COST), 3.0, "EUR")
    average, even = [line for line in axes.lines if line.get_label().startswith(("average", "breaks"))]
    assert average.get_ydata()[1] == pytest.approx(3 * even.get_ydata()[1])
