"""Days without sales that nobody can explain: what forecasts make of them, and what they do not say."""

from datetime import date

import numpy as np
import pyarrow as pa
import pytest

from crmwb import engine, params
from crmwb.calendar import month_of
from crmwb.findings import Unavailable, from_json
from crmwb.findings.say import say
from crmwb.value import equity
from crmwb.value.equity.activity import histories_at, read_activity
from crmwb.value.equity.cohorts import Cohorts
from crmwb.value.equity.holes import Holes
from crmwb.value.models import GammaGamma, ParetoNBD, PurchaseSummary
from crmwb.value.potential.clv import Terms
from crmwb.value.potential.total import TotalRange
from tests.value.equity_logs import steady_lines

JANUARY = month_of(date(2022, 1, 1))
AS_OF = date(2023, 12, 1)
FIRST = date(2022, 6, 1)  # so that no other May is known
LOST = (date(2023, 5, 1), date(2023, 6, 12))


def test_days_of_holes_are_counted_by_month():
    holes = Holes.of([LOST], JANUARY, 24)
    assert holes.open[16] == 0
    assert holes.open[17] == pytest.approx(1 - 11 / 30)
    assert holes.is_known.sum() == 23


def test_nothing_is_said_from_the_month_that_was_without_sales_when_it_was_last_due():
    winter = [(date(2022, 11, 1), date(2023, 3, 1))]
    assert Holes.of(winter, JANUARY, 22).months_before(month_of(date(2023, 11, 1))) == 0
    assert Holes.of(winter, JANUARY, 20).months_before(month_of(date(2023, 9, 1))) == 2
    open_a_year_before = Holes.of(winter, JANUARY - 12, 34)
    assert open_a_year_before.months_before(month_of(date(2023, 11, 1))) is None
    assert Holes.of([], JANUARY, 22).months_before(JANUARY + 22) is None


def test_a_month_goes_on_as_before_in_a_hole_and_newcomers_come_as_before():
    n = 4
    totals = np.zeros((n, n, 3), dtype=np.int64)
    for i in range(n):
        totals[i, i] = 10
        totals[:i, i] = 4
    totals[:, 2] = 0  # lost
    totals[:, 3] //= 2  # half a month lost
    filled = Holes(JANUARY, np.array([1, 1, 0, 0.5])).filled(Cohorts(JANUARY, totals, np.zeros(n)))
    assert filled.newcomers.tolist() == [10, 10, 10, 10]
    assert filled.by_month[:, 1].tolist() == [10, 14, 14, 22]
    whole = Cohorts(JANUARY, totals, np.zeros(n))
    assert Holes(JANUARY, np.ones(n)).filled(whole) is whole


@pytest.fixture(scope="module")
def built():
    """What is forecast of the same company, with six weeks lost, and told of or not."""
    lines = steady_lines(3, n=1500)
    frame = lines.to_pandas()
    day = frame["ordered_at"].dt.date
    is_kept = (day >= FIRST) & ((day < LOST[0]) | (day >= LOST[1]))
    kept = lines.filter(pa.array(is_kept))
    settings = params.EquityParams(n_months=12, lost_below=0.2, forecast_months=12, n_origins=12)
    with engine.connect(params.EngineParams(threads=2, memory_limit_gb=2)) as con:
        known = next(histories_at(read_activity(con, engine.open_arrow(con, kept, "lines"), AS_OF), [AS_OF]))
        summary = PurchaseSummary.of(known.frequency, known.recency_days, known.age_days)
        models = ParetoNBD().fit(summary), GammaGamma().fit(known.frequency, known.monetary_cents)
        return {
            holes: equity.build(
                con, engine.open_arrow(con, kept, "lines"), models, Terms(365, 0.1, 0.25),
                total=TotalRange(0.9, 1.1, 365), as_of=AS_OF, params=settings, currency="EUR", holes=holes,
            )
            for holes in ((), (LOST,))
        }  # fmt: skip


def test_a_hole_is_no_fall_of_sales_and_forecasts_stop_where_it_may_come_again(built):
    blind, aware = built[()], built[LOST,]
    width = [
        (row["high_80"] - row["low_80"]) / row["expected"]
        for each in (blind, aware)
        for row in [each.forecast.query("measure == 'revenue_cents' and expected.notna()").iloc[0]]
    ]
    assert width[1] < 0.7 * width[0]
    ahead = aware.forecast.query("measure == 'revenue_cents' and expected.notna()")
    assert ahead["month"].max() < date(2024, 5, 1)
    facts = aware.facts["forecast"]
    why = from_json(facts["measures"]["revenue_cents"]["unavailable"])
    assert isinstance(why, Unavailable)
    assert say(why).startswith("From May 2024 on nothing is forecast: in May 2023 hardly a sale is known")
    may = aware.forecast.query("measure == 'revenue_cents'").set_index("month")["actual"].get(date(2023, 5, 1))
    assert may == 0  # what came is shown as it is
    assert date(2023, 5, 1) not in set(aware.past["month"])
    assert date(2023, 5, 1) in set(blind.past["month"])
