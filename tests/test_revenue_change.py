"""A change of revenue is stated of the recent days and of the year together, and says when few customers made it."""

from types import SimpleNamespace

import pandas as pd
import pytest

from crmwb.findings import Change, Finding, language
from crmwb.findings.say import say
from crmwb.workbench.decisions import fall
from crmwb.workbench.revenue_change import few_customers, hidden_by_one, revenue_change


def workbench(now, before, *, year=None, comparable=True, replaced=False):
    frame = pd.DataFrame({"recent_revenue_cents": now, "year_ago_revenue_cents": before})
    frame["previous_revenue_cents"] = 50_00
    happened = SimpleNamespace(year=year, is_comparable=comparable, ids_replaced=replaced, findings=[])
    return SimpleNamespace(circumstances=happened, customers=SimpleNamespace(frame=frame))


MANY = [100_00] * 40
LARGE = [4_000_00, 100_00, *MANY]  # the first bought for 4,000.00 where they bought nothing a year before
SMALL = [0, 100_00, *MANY]


def test_the_year_and_the_few_customers_stand_beside_the_recent_days():
    sentence = say(revenue_change(workbench(LARGE, SMALL, year=Change(0.12))))
    assert sentence == (
        "Up 98% against the same days 52 weeks earlier (up 12% over the last 52 weeks against the 52 weeks before; "
        "unchanged in those days without the customer who made 100% of this change)"
    )
    with language.using("zh"):
        assert "最近52周较此前52周增长12%" in say(revenue_change(workbench(LARGE, SMALL, year=Change(0.12))))


def test_the_decision_on_a_fall_states_the_same_beside_it():
    wb = workbench(SMALL, LARGE, year=Change(0.02))
    alert = Finding("actions.alert.revenue_fell", {"change": Change(-0.5)}, weight=4_000_00)
    wb.actions, wb.currency = SimpleNamespace(alerts=[alert]), "EUR"
    stake = say(next(fall(wb)).stake)
    assert "up 2% over the last 52 weeks" in stake
    assert "without the customer who made 100% of this change" in stake


def test_a_change_that_many_made_has_the_year_alone():
    grown = [round(1.3 * cents) for cents in SMALL]
    sentence = say(revenue_change(workbench(grown, SMALL, year=Change(0.3))))
    assert (
        sentence
        == "Up 30% against the same days 52 weeks earlier (up 30% over the last 52 weeks against the 52 weeks before)"
    )
    assert say(revenue_change(workbench(grown, SMALL))) == "Up 30% against the same days 52 weeks earlier"


def test_where_numbers_were_replaced_nobody_can_be_counted():
    assert (
        say(revenue_change(workbench(LARGE, SMALL, replaced=True))) == "Up 98% against the same days 52 weeks earlier"
    )


def test_without_a_year_before_the_period_before_is_compared():
    assert "on the period before" in say(revenue_change(workbench(LARGE, [None] * 42)))
    assert "not compared" in say(revenue_change(workbench(LARGE, SMALL, comparable=False)))


@pytest.mark.parametrize(
    ("now", "before", "n", "share"),
    [
        (pd.Series([0, *MANY]), pd.Series([3_000_00, *MANY]), 1, 1.0),  # one who stopped
        (pd.Series([0, 0, *MANY]), pd.Series([3_000_00, 2_000_00, *MANY]), 1, 0.6),
        (pd.Series([900_00, 900_00, 900_00, *MANY]), pd.Series([0, 0, 0, *MANY]), 2, 2 / 3),
    ],
)
def test_the_fewest_who_made_half_of_it_are_counted(now, before, n, share):
    few = few_customers(now, before)
    assert (few.n, few.share) == (n, pytest.approx(share, abs=1e-6))


def test_one_large_order_does_not_hide_how_all_others_changed():
    grown = [130_00] * 40
    sentence = say(revenue_change(workbench([0, *grown], [800_00, *MANY])))
    assert sentence == (
        "Up 8.3% against the same days 52 weeks earlier "
        "(up 30% in those days without one customer, whose own revenue moved the other way)"
    )
    assert hidden_by_one(pd.Series([900_00, *([80_00] * 40)]), pd.Series([0, *MANY])) == Change(-0.2)  # +2.5% in all
    assert hidden_by_one(pd.Series([0, *grown]), pd.Series([300_00, *MANY])) is None  # a quarter of it
    assert hidden_by_one(pd.Series([1_500_00, *MANY]), pd.Series([0, *MANY])) is None  # the others did not change
    assert hidden_by_one(pd.Series([0, 20]), pd.Series([9, 10])) is None  # one of two


def test_small_changes_and_small_companies_have_no_few():
    assert few_customers(pd.Series([110_00, *MANY]), pd.Series([0, *MANY])) is None  # under 5% of revenue
    assert few_customers(pd.Series([900_00, 10]), pd.Series([0, 10])) is None  # one of two is no few
    assert few_customers(pd.Series([5]), pd.Series([0])) is None
