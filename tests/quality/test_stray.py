"""One date far from all others moves neither today nor where history begins."""

from datetime import date, timedelta

import pytest
from builders import canonical, customers_of

from crmwb.quality.stray import usual_days

DAILY = {date(2023, 1, 1) + timedelta(days=i): 1 for i in range(100)}  # to 10 April


@pytest.mark.parametrize(
    ("stray", "usual"),
    [
        ({}, (date(2023, 1, 1), date(2023, 4, 10))),
        ({date(2089, 4, 1): 3}, (date(2023, 1, 1), date(2023, 4, 10))),
        ({date(1970, 1, 1): 1, date(2031, 1, 1): 1}, (date(2023, 1, 1), date(2023, 4, 10))),
        ({date(2089, 4, 1): 4}, (date(2023, 1, 1), date(2089, 4, 1))),  # four orders are no slip of the pen
        ({date(2023, 5, 11): 1}, (date(2023, 1, 1), date(2023, 5, 11))),  # thirty-one days later
        ({date(2023, 5, 12): 1}, (date(2023, 1, 1), date(2023, 4, 10))),
        ({date(2022, 3, 1): 1}, (date(2022, 3, 1), date(2023, 4, 10))),  # the first order of a young company
    ],
)
def test_few_events_far_from_the_others_are_stray(stray, usual):
    assert usual_days(DAILY | stray) == usual


def test_rare_events_have_long_gaps_and_none_is_stray():
    yearly = {date(year, 12, 24): 5 for year in range(2000, 2020)}
    assert usual_days(yearly | {date(2026, 1, 1): 1}) == (date(2000, 12, 24), date(2026, 1, 1))


def test_few_events_show_nothing():
    assert usual_days({date(2023, 1, 1): 10, date(2089, 1, 1): 1}) is None
    assert usual_days({}) is None


def test_a_stray_order_is_quarantined_with_the_reason_and_money_still_adds_up(validated):
    days = [*DAILY, date(2031, 5, 1)]
    lines = "\n".join(f"c{i % 7} o{i} {day} 10.00" for i, day in enumerate(days))
    sales = canonical("transactions", f"customer_id order_id ordered_at revenue\n{lines}")
    outcome = validated({"customers": customers_of(sales), "transactions": sales})
    assert outcome.reasons("transactions") == [
        (
            "ordered_at_is_near_the_others",
            "ordered_at lies far from all others, which run from 2023-01-01 to 2023-04-10",
        )
    ]
    assert outcome.clean("transactions")["revenue_cents"].sum() == 100 * 10_00
    assert outcome.clean("transactions")["ordered_at"].max().date() == date(2023, 4, 10)
