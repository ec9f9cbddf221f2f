"""Days on which a whole company sold nothing are no silence of its customers."""

from datetime import date

import numpy as np
import pytest
from lives import build, every, log
from test_risk import FIRST, entries

from crmwb.calendar import day_number, month_of
from crmwb.lifecycle.closures import Closures

START = day_number(FIRST)


def seen(days, until):
    """Closures as known after the months up to a day, counted from FIRST; purchases at or after it are not."""
    bought, closures = entries({who: [d for d in own if d < until] for who, own in days.items()}), Closures()
    for month in range(month_of(FIRST), max(bought.months) + 1):
        closures.add(bought, month)
    return closures


def shop(*closed, until=720, step=3):
    """Twelve customers who buy every `step` days, except in stretches of days."""
    days = [day for day in range(0, until, step) if not any(begins <= day < ends for begins, ends in closed)]
    return dict.fromkeys(range(12), days)


def test_closed_days_are_left_out_of_silence_as_soon_as_they_are_over_and_while_they_last():
    days = shop((300, 400))
    last = np.array([START + 297, START + 402])
    assert seen(days, 600).within(last, START + 600).tolist() == [104, 0]  # 298 to 401
    assert seen(days, 360).within(last[:1], START + 360).tolist() == [62]
    assert seen(days, 310).within(last[:1], START + 310).tolist() == [0]  # not long enough yet


@pytest.mark.parametrize(
    "days",
    [
        {0: [*range(0, 300, 40), *range(400, 700, 40)]},  # one customer's rhythm
        shop((300, 320)),  # a holiday
        {who: [begins + who % 3 for begins in range(0, 720, 90)] for who in range(200)},  # fees of four terms a year
    ],
)
def test_short_or_usual_stretches_without_sales_are_silence(days):
    closures = seen(days, 720)
    assert closures.within(np.array([START]), START + 720).tolist() == [0]


def test_a_yearly_closure_makes_nobody_lapsed_and_won_back(con):
    """A garden shop is closed from November to February; one customer has left in the summer before the last."""
    open_days = [d for d in every(9, "2021-03-01", "2024-06-28") if 3 <= int(d[5:7]) <= 10]
    steady = {f"steady{i:02d}": open_days[i % 3 :: 3] for i in range(40)}
    lives = build(con, {"transactions": log(**steady, gone=open_days[:60])}, date(2024, 7, 1))
    stages = lives.customers.set_index("customer_id")["stage"]
    assert stages["gone"] == "lapsed"
    assert not stages.drop("gone").isin(["lapsed", "won_back"]).any()
    counts = lives.stages[lives.stages["stage"].isin(["lapsed", "won_back"]) & (lives.stages["n_customers"] > 0)]
    assert set(counts["n_customers"]) == {1}
    assert set(counts["stage"]) == {"lapsed"}
