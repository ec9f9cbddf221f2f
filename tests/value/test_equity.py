"""Customer equity from order lines to facts."""

import json
from datetime import date

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from equity_logs import cdnow_lines, order_lines, steady_lines

from crmwb import engine, params
from crmwb.plots import equity as plots
from crmwb.value import equity
from crmwb.value.equity.activity import histories_at, read_activity
from crmwb.value.equity.outlook import spend_of
from crmwb.value.models import GammaGamma, ParetoNBD, PurchaseSummary
from crmwb.value.potential.clv import Terms, lifetime_values

TERMS = Terms(horizon_days=365, annual_rate=0.1, margin_share=0.25)
PARAMS = params.EquityParams(n_months=36, lost_below=0.2, forecast_months=12, n_origins=24)


def fitted(con, lines, as_of):
    activity = read_activity(con, engine.open_arrow(con, lines, "lines"), as_of)
    known = next(histories_at(activity, [as_of]))
    summary = PurchaseSummary.of(known.frequency, known.recency_days, known.age_days)
    return ParetoNBD().fit(summary), GammaGamma().fit(known.frequency, known.monetary_cents)


def build(con, lines, models, as_of, settings=PARAMS):
    table = engine.open_arrow(con, lines, "lines")
    return equity.build(con, table, models, TERMS, as_of=as_of, params=settings, seed=1, currency="USD")


@pytest.fixture(scope="module")
def con():
    with engine.connect(params.EngineParams(threads=2, memory_limit_gb=2)) as connection:
        yield connection


AS_OF = date(1998, 6, 20)


@pytest.fixture(scope="module")
def lines():
    return cdnow_lines()


@pytest.fixture(scope="module")
def models(con, lines):
    return fitted(con, lines, AS_OF)


@pytest.fixture(scope="module")
def found(con, lines, models):
    return build(con, lines, models, AS_OF)


def test_equity_is_the_sum_of_lifetime_values(con, lines, models, found):
    activity = read_activity(con, engine.open_arrow(con, lines, "lines"), AS_OF)
    known = next(histories_at(activity, [AS_OF]))
    summary, row_of = PurchaseSummary.compress(known.frequency, known.recency_days, known.age_days)
    values = np.rint(lifetime_values(models[0], summary, row_of, spend_of(known, models[1]), TERMS))
    now = found.months.iloc[-1]
    assert now["as_of"] == AS_OF
    assert now["equity_cents"] == int(values.sum())
    assert now["n_buyers"] == 2349  # eight of the 2,357 only ever took what was free


def test_every_bridge_leads_from_one_equity_to_the_next(found):
    by_month = found.bridge[found.bridge["span"] == "month"].pivot(
        index="ends", columns="component", values="equity_cents"
    )
    equities = found.months["equity_cents"].to_numpy()
    assert len(found.months) == 18  # 17 month ends and the 20 June
    np.testing.assert_array_equal(by_month["opening"], equities[:-1])
    np.testing.assert_array_equal(by_month["closing"], equities[1:])
    moves = by_month[["new", "won_back", "grown", "shrunk", "lost"]].sum(axis=1)
    np.testing.assert_array_equal(by_month["opening"] + moves, by_month["closing"])


def test_the_bridge_of_the_year_spans_a_year(found):
    year = found.bridge[found.bridge["span"] == "year"].set_index("component")
    assert set(year["begins"]) == {date(1997, 6, 1)}
    assert set(year["ends"]) == {AS_OF}
    before = found.months.set_index("as_of")["equity_cents"]
    assert year.loc["opening", "equity_cents"] == before[date(1997, 6, 1)]
    assert year.loc["new", "n_customers"] == 0  # all came in the first quarter of 1997


def test_equity_of_the_past_knows_nothing_of_the_future(con, lines, models, found):
    """At each month end, equity is what it would have been said to be then, by the same models."""
    early = build(con, lines, models, date(1997, 12, 1))
    both = found.months.merge(early.months, on="as_of")
    assert len(both) == 11
    assert (both["equity_cents_x"] == both["equity_cents_y"]).all()
    assert (both["n_active_x"] == both["n_active_y"]).all()


def test_nothing_from_as_of_on_changes_anything(con, lines, models, found):
    log = lines.to_pandas()
    until = log[pd.to_datetime(log["ordered_at"]) < pd.Timestamp(AS_OF)]
    again = build(con, pa.Table.from_pandas(until, schema=lines.schema, preserve_index=False), models, AS_OF)
    for name in ("months", "bridge", "forecast", "past"):
        pd.testing.assert_frame_equal(getattr(again, name), getattr(found, name))
    assert again.facts == found.facts


def test_a_forecast_of_an_earlier_month_is_what_would_have_been_said_then(con, lines, found):
    origin = date(1997, 12, 1)
    then = build(con, lines, fitted(con, lines, origin), origin)
    said = then.forecast.dropna(subset="expected")
    now = found.past[found.past["origin"] == origin]
    both = said.merge(now, on=["measure", "month"], suffixes=("", "_now"))
    assert len(both) == 3 * 6  # December to May; June is not whole yet
    for name in ("expected", "low_80", "high_95"):
        np.testing.assert_allclose(both[name], both[f"{name}_now"], rtol=1e-9)


def test_the_month_under_way_holds_what_has_been_done_in_it(con, lines, found):
    log = lines.to_pandas()
    june = log[pd.to_datetime(log["ordered_at"]).between("1998-06-01", "1998-06-19")]
    rows = found.forecast[found.forecast["month"] == date(1998, 6, 1)].set_index("measure")
    assert rows.loc["revenue_cents", "known"] == june["revenue_cents"].sum()
    assert rows.loc["customers", "known"] == june["customer_id"].nunique()
    assert rows["actual"].isna().all()
    parts = rows["known"] + rows["existing"] + rows["newcomers"]
    np.testing.assert_allclose(rows["expected"], parts)
    assert (rows["low_95"] >= rows["known"]).all()


def test_the_forecast_has_twelve_whole_months_and_intervals_within_each_other(found):
    ahead = found.forecast.dropna(subset="expected")
    assert (ahead.groupby("measure").size() == 13).all()  # the rest of June comes on top
    assert ahead["month"].max() == date(1999, 6, 1)
    ends = ["low_95", "low_80", "low_50", "high_50", "high_80", "high_95"]
    assert (np.diff(ahead[ends].to_numpy(), axis=1) >= 0).all()
    revenue, margin = (ahead[ahead["measure"] == m]["expected"].to_numpy() for m in ("revenue_cents", "margin_cents"))
    np.testing.assert_allclose(margin, revenue * 0.25)


def test_frames_fit_their_schemas_and_facts_are_json(found):
    for frame, schema in (
        (found.months, equity.MONTHS_SCHEMA),
        (found.bridge, equity.BRIDGE_SCHEMA),
        (found.forecast, equity.FORECAST_SCHEMA),
        (found.past, equity.PAST_SCHEMA),
    ):
        assert frame.columns.tolist() == schema.names
        pa.Table.from_pandas(frame, schema=schema, preserve_index=False)
    json.dumps(found.facts, allow_nan=False)


def test_the_findings_say_what_the_numbers_are(found):
    facts = found.facts
    now, before = found.months["equity_cents"].iloc[-1], found.months["equity_cents"].iloc[4]
    assert facts["equity"]["cents"] == now
    assert facts["equity"]["finding"].startswith(f"Customer equity on 20 June 1998 is USD {now / 1e5:.1f}k")
    assert f"fell by USD {(before - now) / 1e5:.1f}k" in facts["bridge"]["finding"]
    assert "July 1998 to June 1999" in facts["forecast"]["finding"]
    assert "none of the revenue will be from customers yet to come" in facts["forecast"]["finding"]
    assert facts["proof"]["n_origins"] == 11  # July 1997 to May 1998: six months before, a whole one after
    revenue = found.past[found.past["measure"] == "revenue_cents"]
    error = (revenue["expected"] - revenue["actual"]).abs().sum() / revenue["actual"].sum()
    assert facts["proof"]["measures"]["revenue_cents"]["error_share"] == pytest.approx(error)
    assert any("Nobody came" in caveat for caveat in facts["caveats"])


def test_forecasts_beat_the_rules_of_thumb_on_cdnow(found):
    for measure in found.facts["proof"]["measures"].values():
        assert measure["error_share"] < 0.75 * measure["last_month_error_share"]
        assert measure["error_share"] < measure["last_year_error_share"]


def test_on_steady_customers_forecasts_are_near_and_intervals_right(con):
    as_of = date(2023, 12, 1)
    lines = steady_lines(seed=3)
    found = build(con, lines, fitted(con, lines, as_of), as_of)
    measures = found.facts["proof"]["measures"]
    assert measures["purchases"]["error_share"] < 0.08
    assert measures["revenue_cents"]["error_share"] < 0.12
    covered = np.mean([[m["covered_50"], m["covered_80"], m["covered_95"]] for m in measures.values()], axis=0)
    assert 0.35 < covered[0] < 0.8
    assert 0.65 < covered[1] < 0.98
    assert covered[2] > 0.85


@pytest.mark.parametrize("as_of", [date(2024, 1, 20), date(2024, 2, 1), date(2024, 2, 29)])
def test_a_history_of_weeks_gives_what_it_can(con, as_of):
    rng = np.random.default_rng(0)
    days = pd.Series(pd.Timestamp("2024-01-01") + pd.to_timedelta(rng.integers(0, 19, 200), unit="D"))
    lines = order_lines(pd.Series(rng.integers(0, 40, 200)), days, rng.integers(100, 9_000, 200))
    models = fitted(con, lines, as_of)
    found = build(con, lines, models, as_of)
    assert found.facts["proof"]["n_origins"] == 0
    assert "could be tested" in found.facts["proof"]["finding"]
    assert np.isfinite(found.forecast.dropna(subset="expected")["high_95"]).all()
    assert len(found.past) == 0


def test_as_of_may_lie_after_the_last_purchase(con, lines):
    as_of = date(1998, 8, 15)
    late = build(con, lines, fitted(con, lines, as_of), as_of)
    july = late.forecast[late.forecast["month"] == date(1998, 7, 1)]
    assert (july["actual"] == 0).all()
    assert late.forecast["month"].max() == date(1999, 8, 1)


# --- figures


def test_the_bridge_is_drawn_to_scale(found):
    ax = plots.equity_bridge(found.bridge[found.bridge["span"] == "year"], "USD")
    heights = [patch.get_height() for patch in ax.patches]
    assert heights[0] + sum(heights[1:-1]) == pytest.approx(heights[-1])
    assert len(ax.texts) == 14


def test_the_fan_shows_what_came_and_three_intervals(found):
    ax = plots.forecast_fan(found.forecast, "revenue_cents", "USD")
    labels = [text.get_text() for text in ax.get_legend().get_texts()]
    assert labels == [
        "came",
        "95 in 100 chances",
        "80 in 100 chances",
        "50 in 100 chances",
        "expected",
        "of it, newcomers",
    ]
    came = ax.lines[0].get_ydata()
    assert len(came) == 17
    assert plots.forecast_fan(found.forecast, "customers", "USD").get_ylabel() == "customers with a purchase a month"


def test_equity_over_time_ends_at_what_it_is_now(found):
    ax = plots.equity_over_time(found.months, "USD")
    assert ax.lines[0].get_ydata()[-1] == found.months["equity_cents"].iloc[-1]
    assert plots.equity_over_time(found.months.tail(1), "USD").texts
