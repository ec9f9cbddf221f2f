"""One order that is far larger than all others: forecasts by month do not make a season of it."""

from datetime import date

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from crmwb import engine, params
from crmwb.value import equity
from crmwb.value.equity.activity import histories_at, read_activity
from crmwb.value.models import GammaGamma, ParetoNBD, PurchaseSummary
from crmwb.value.potential.clv import Terms
from crmwb.value.potential.total import TotalRange
from crmwb.value.valuation import _day_of_one_order
from tests.value.equity_logs import order_lines, steady_lines

AS_OF, DAY = date(2023, 12, 1), date(2023, 5, 10)


def revenue(built: equity.Equity) -> pd.DataFrame:
    return built.forecast.query("measure == 'revenue_cents'").set_index("month")


@pytest.fixture(scope="module")
def built():
    """What is forecast without an order, with it, and with it left out of what forecasts learn."""
    lines = steady_lines(3, n=1_000)
    order = order_lines(pd.Series(["000001"]), pd.Series([pd.Timestamp(DAY)]), np.array([8_000_000]))
    settings = params.EquityParams(n_months=6, lost_below=0.2, forecast_months=6, n_origins=8)
    out = {}
    with engine.connect(params.EngineParams(threads=2, memory_limit_gb=2)) as con:
        for name, table, day in (
            ("none", lines, None),
            ("learned", pa.concat_tables([lines, order]), None),
            ("left_out", pa.concat_tables([lines, order]), DAY),
        ):
            known = next(histories_at(read_activity(con, engine.open_arrow(con, lines, "lines"), AS_OF), [AS_OF]))
            summary = PurchaseSummary.of(known.frequency, known.recency_days, known.age_days)
            models = ParetoNBD().fit(summary), GammaGamma().fit(known.frequency, known.monetary_cents)
            out[name] = equity.build(
                con, engine.open_arrow(con, table, "lines"), models, Terms(365, 0.1, 0.25),
                total=TotalRange(0.9, 1.1, 365), as_of=AS_OF, params=settings, currency="EUR", one_order=day,
            )  # fmt: skip
    return out


def test_the_order_comes_again_in_no_month_and_what_came_is_shown(built):
    may = date(2024, 5, 1)
    usual, learned, left_out = (revenue(built[name]) for name in ("none", "learned", "left_out"))
    assert learned.loc[may, "expected"] > 1.3 * usual.loc[may, "expected"]
    assert left_out.loc[may, "expected"] == pytest.approx(usual.loc[may, "expected"], rel=0.03)
    ahead = left_out["expected"].notna()
    assert (left_out["high_80"] - left_out["low_80"])[ahead].mean() < 1.1 * (usual["high_80"] - usual["low_80"]).mean()
    assert left_out.loc[date(2023, 5, 1), "actual"] == learned.loc[date(2023, 5, 1), "actual"]


def test_the_day_is_that_of_the_circumstance():
    assert _day_of_one_order({"findings": []}) is None
    found = {"code": "circumstances.one_order", "values": {"day": {"@type": "day", "value": "2023-05-10"}}}
    assert _day_of_one_order({"findings": [found]}) == DAY
