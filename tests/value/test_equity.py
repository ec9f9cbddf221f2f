"""Customer equity from order lines to facts."""

import json
from datetime import date

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from equity_logs import cdnow_lines, order_lines, steady_lines

from crmwb import engine, params
from crmwb.contract import value as declared
from crmwb.findings import from_json, numbers
from crmwb.findings.say import say
from crmwb.plots import equity as plots
from crmwb.value import equity
from crmwb.value.equity import facts as equity_facts
from crmwb.value.equity.activity import histories_at, read_activity
from crmwb.value.equity.outlook import spend_of
from crmwb.value.models import GammaGamma, ParetoNBD, PurchaseSummary
from crmwb.value.potential.clv import Terms, lifetime_values
from crmwb.value.potential.total import TotalRange

TERMS = Terms(horizon_days=365, annual_rate=0.1, margin_share=0.25)
SURE = TotalRange(0.9, 1.1, 365)
PARAMS = params.EquityParams(n_months=36, lost_below=0.2, forecast_months=12, n_origins=24)


def fitted(con, lines, as_of):
    activity = read_activity(con, engine.open_arrow(con, lines, "lines"), as_of)
    known = next(histories_at(activity, [as_of]))
    summary = PurchaseSummary.of(known.frequency, known.recency_days, known.age_days)
    return ParetoNBD().fit(summary), GammaGamma().fit(known.frequency, known.monetary_cents)


def build(con, lines, models, as_of, settings=PARAMS, *, total=SURE):
    table = engine.open_arrow(con, lines, "lines")
    return equity.build(con, table, models, TERMS, total=total, as_of=as_of, params=settings, currency="USD")


def in_words(content):
    return say(from_json(content))


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
def built(con, lines, models):
    return build(con, lines, models, AS_OF)


def test_equity_is_the_sum_of_lifetime_values(con, lines, models, built):
    activity = read_activity(con, engine.open_arrow(con, lines, "lines"), AS_OF)
    known = next(histories_at(activity, [AS_OF]))
    summary, row_of = PurchaseSummary.compress(known.frequency, known.recency_days, known.age_days)
    values = np.rint(lifetime_values(models[0], summary, row_of, spend_of(known, models[1]), TERMS))
    now = built.months.iloc[-1]
    assert now["as_of"] == AS_OF
    assert now["equity_cents"] == int(values.sum())
    assert now["n_buyers"] == 2349  # eight of the 2,357 only ever took what was free


def test_every_bridge_leads_from_one_equity_to_the_next(built):
    by_month = built.bridge[built.bridge["span"] == "month"].pivot(
        index="ends", columns="component", values="equity_cents"
    )
    equities = built.months["equity_cents"].to_numpy()
    assert len(built.months) == 18  # 17 month ends and the 20 June
    np.testing.assert_array_equal(by_month["opening"], equities[:-1])
    np.testing.assert_array_equal(by_month["closing"], equities[1:])
    changes = by_month[["new", "won_back", "grown", "shrunk", "lost"]].sum(axis=1)
    np.testing.assert_array_equal(by_month["opening"] + changes, by_month["closing"])


def test_the_bridge_of_the_year_spans_a_year(built):
    year = built.bridge[built.bridge["span"] == "year"].set_index("component")
    assert set(year["begins"]) == {date(1997, 6, 1)}
    assert set(year["ends"]) == {AS_OF}
    before = built.months.set_index("as_of")["equity_cents"]
    assert year.loc["opening", "equity_cents"] == before[date(1997, 6, 1)]
    assert year.loc["new", "n_customers"] == 0  # all came in the first quarter of 1997


def test_equity_of_the_past_knows_nothing_of_the_future(con, lines, models, built):
    """At each month end, equity is what it would have been said to be then, by the same models."""
    early = build(con, lines, models, date(1997, 12, 1))
    both = built.months.merge(early.months, on="as_of")
    assert len(both) == 11
    assert (both["equity_cents_x"] == both["equity_cents_y"]).all()
    assert (both["n_active_x"] == both["n_active_y"]).all()


def test_nothing_from_as_of_on_changes_anything(con, lines, models, built):
    log = lines.to_pandas()
    until = log[pd.to_datetime(log["ordered_at"]) < pd.Timestamp(AS_OF)]
    again = build(con, pa.Table.from_pandas(until, schema=lines.schema, preserve_index=False), models, AS_OF)
    for name in ("months", "bridge", "forecast", "past"):
        pd.testing.assert_frame_equal(getattr(again, name), getattr(built, name))
    assert again.facts == built.facts


def test_a_forecast_of_an_earlier_month_is_what_would_have_been_said_then(con, lines, built):
    origin = date(1997, 12, 1)
    then = build(con, lines, fitted(con, lines, origin), origin)
    expected = then.forecast.dropna(subset="expected")
    now = built.past[built.past["origin"] == origin]
    both = expected.merge(now, on=["measure", "month"], suffixes=("", "_now"))
    assert len(both) == 4 * 3  # four measures; eleven months were known, so three months ahead
    for name in ("expected", "low_80", "high_95"):
        np.testing.assert_allclose(both[name], both[f"{name}_now"], rtol=1e-9)


def test_the_month_under_way_holds_what_has_been_done_in_it(lines, built):
    log = lines.to_pandas()
    june = log[pd.to_datetime(log["ordered_at"]).between("1998-06-01", "1998-06-19")]
    rows = built.forecast[built.forecast["month"] == date(1998, 6, 1)].set_index("measure")
    assert rows.loc["revenue_cents", "known"] == june["revenue_cents"].sum()
    assert rows.loc["customers", "known"] == june["customer_id"].nunique()
    assert rows["actual"].isna().all()
    assert (rows[["expected", "low_95"]].ge(rows["known"] - 1e-9, axis=0)).all(axis=None)


def test_the_forecast_reaches_as_far_as_it_was_tested_and_intervals_lie_within_each_other(built):
    ahead = built.forecast.dropna(subset="expected")
    # seventeen whole months support five ahead; the month under way comes on top
    assert (ahead.groupby("measure").size() == 6).all()
    assert ahead["month"].max() == date(1998, 11, 1)
    ends = ["low_95", "low_80", "low_50", "high_50", "high_80", "high_95"]
    assert (np.diff(ahead[ends].to_numpy(), axis=1) >= 0).all()
    revenue, margin = (ahead[ahead["measure"] == m]["expected"].to_numpy() for m in ("revenue_cents", "margin_cents"))
    np.testing.assert_allclose(margin, revenue * 0.25)


def test_frames_fit_their_schemas_and_facts_are_json(built):
    for frame, artefact in (
        (built.months, declared.EQUITY),
        (built.bridge, declared.EQUITY_BRIDGE),
        (built.forecast, declared.FORECAST),
        (built.past, declared.PAST_FORECASTS),
    ):
        assert frame.columns.tolist() == artefact.names
        pa.Table.from_pandas(frame, schema=artefact.schema, preserve_index=False)
    json.dumps(built.facts, allow_nan=False)


def test_of_a_short_history_the_findings_say_what_is_known_and_why_there_is_no_more(built):
    facts, now = built.facts, built.months["equity_cents"].iloc[-1]
    assert facts["equity"]["cents"] == now
    assert in_words(facts["equity"]["finding"]).startswith("Customer equity on 20 June 1998 is USD")
    # seventeen months: no year before the year compared, and no total over twelve months
    assert "the data begin in January 1997" in in_words(facts["bridge"]["finding"])
    first, why, last_year, *_ = map(in_words, facts["forecast"]["findings"])
    # of a month with a range from 2.5k to 15k, more than a factor of four, nothing useful is known
    assert first.startswith("Revenue of July 1998 cannot be forecast usefully")
    assert why.startswith("A total over 12 months is not stated: with 17 months of history")
    log = built.forecast[built.forecast["measure"] == "revenue_cents"].dropna(subset="actual")
    assert facts["forecast"]["last_year"] == log["actual"].tail(12).sum()
    amount = numbers.money(facts["forecast"]["last_year"], "USD")
    assert last_year == f"The 12 whole months from June 1997 to May 1998 brought revenue of {amount}."
    assert facts["check"] is None
    revenue = built.past[built.past["measure"] == "revenue_cents"]
    error = (revenue["expected"] - revenue["actual"]).abs().sum() / revenue["actual"].sum()
    assert facts["proof"]["measures"]["revenue_cents"]["error_share"] == pytest.approx(error)
    # five months ahead are stated, and tested from fewer than four month beginnings: totals of as many as could be
    total = facts["proof"]["total"]
    totals = [
        own[["actual", "expected"]].head(total["months"]).sum()
        for _, own in revenue.groupby("origin")
        if len(own) >= total["months"]
    ]
    assert len(totals) == total["n_origins"] >= 4
    off = sum(abs(one["expected"] - one["actual"]) for one in totals) / sum(one["actual"] for one in totals)
    assert total["error_share"] == pytest.approx(off)
    sentence = in_words(facts["proof"]["findings"][0])
    assert "a single month by" in sentence
    assert f"Totals over {total['months']} months" in sentence
    codes = [caveat["code"] for caveat in facts["caveats"]]
    assert "forecast.caveat.nobody_new" in codes
    assert "forecast.caveat.season_seen_once" in codes


def test_equity_of_two_years_is_compared_with_a_year_before(con):
    as_of = date(2023, 12, 1)
    lines = steady_lines(seed=3)
    built = build(con, lines, fitted(con, lines, as_of), as_of)
    bridge = built.facts["bridge"]
    assert (bridge["begins"], bridge["ends"], bridge["is_comparable"]) == ("2022-12-01", "2023-12-01", True)
    assert in_words(bridge["finding"]).startswith("Customer equity went from USD")
    uncertain = build(con, lines, fitted(con, lines, as_of), as_of, total=TotalRange(0.25, 4.0, 90)).facts["bridge"]
    assert not uncertain["is_comparable"]
    assert uncertain["finding"]["code"] == "equity.change_too_uncertain"


def test_on_steady_customers_ranges_hold_and_new_customers_are_forecast_apart(con):
    as_of = date(2023, 10, 1)
    lines = steady_lines(seed=3)
    built = build(con, lines, fitted(con, lines, as_of), as_of)
    log = lines.to_pandas()
    month = pd.to_datetime(log["ordered_at"]).dt.to_period("M").dt.start_time.dt.date
    came = log.groupby(month)["revenue_cents"].sum()
    rows = built.forecast[built.forecast["measure"] == "revenue_cents"].dropna(subset="expected").set_index("month")
    both = rows.join(came.rename("came"), how="inner").loc[: date(2023, 11, 1)]
    assert both["came"].between(both["low_80"], both["high_80"]).all()
    share = built.facts["forecast"]["new_share"]
    first = log.groupby("customer_id")["ordered_at"].transform("min") >= pd.Timestamp(as_of)
    ahead = pd.to_datetime(log["ordered_at"]).between("2023-10-01", "2023-11-30")
    new = log.loc[ahead & first, "revenue_cents"].sum() / log.loc[ahead, "revenue_cents"].sum()
    assert new < share["high"] < 0.5  # of the two months that are over; the share grows with the months
    measures = built.facts["proof"]["measures"]
    assert set(measures) == {"customers", "purchases", "revenue_cents", "new_customers"}
    assert 0.7 < measures["revenue_cents"]["covered_80"] <= 1


@pytest.mark.parametrize("as_of", [date(2024, 1, 20), date(2024, 2, 1), date(2024, 2, 29)])
def test_a_history_of_weeks_gives_what_it_can(con, as_of):
    rng = np.random.default_rng(0)
    days = pd.Series(pd.Timestamp("2024-01-01") + pd.to_timedelta(rng.integers(0, 19, 200), unit="D"))
    lines = order_lines(pd.Series(rng.integers(0, 40, 200)), days, rng.integers(100, 9_000, 200))
    models = fitted(con, lines, as_of)
    built = build(con, lines, models, as_of)
    assert built.facts["proof"]["n_origins"] == 0
    assert [f["code"] for f in built.facts["proof"]["findings"]] == ["forecast.not_tested_yet"]
    assert [f["code"] for f in built.facts["forecast"]["findings"]] == ["forecast.not_tested"]
    assert built.forecast["expected"].isna().all()
    assert len(built.past) == 0


def test_as_of_may_lie_after_the_last_purchase(con, lines):
    as_of = date(1998, 8, 15)
    late = build(con, lines, fitted(con, lines, as_of), as_of)
    july = late.forecast[late.forecast["month"] == date(1998, 7, 1)]
    assert (july["actual"] == 0).all()
    assert late.forecast["month"].max() == date(1999, 2, 1)  # nineteen whole months: six ahead of August


# --- figures


def test_the_bridge_is_drawn_to_scale(built):
    ax = plots.equity_bridge(built.bridge[built.bridge["span"] == "year"], "USD")
    heights = [patch.get_height() for patch in ax.patches]
    assert heights[0] + sum(heights[1:-1]) == pytest.approx(heights[-1])
    assert len(ax.texts) == 14


def test_the_fan_shows_what_came_and_three_ranges(built):
    ax = plots.forecast_fan(built.forecast, "revenue_cents", "USD")
    labels = [text.get_text() for text in ax.get_legend().get_texts()]
    assert labels == ["actual", "95% range", "80% range", "50% range", "expected"]
    assert len(ax.lines[0].get_ydata()) == 17
    assert plots.forecast_fan(built.forecast, "customers", "USD").get_ylabel() == "customers with a purchase"
    past = built.forecast[built.forecast["expected"].isna()]
    assert len(plots.forecast_fan(past, "revenue_cents", "USD").lines) == 1


def test_equity_over_time_ends_at_what_it_is_now(built):
    ax = plots.equity_over_time(built.months, "USD")
    assert ax.lines[0].get_ydata()[-1] == built.months["equity_cents"].iloc[-1]
    assert plots.equity_over_time(built.months.tail(1), "USD").texts


def test_without_a_single_figure_of_equity_what_moved_it_is_said_in_shares():
    cents = {
        "opening": 200_00,
        "new": 50_00,
        "won_back": 0,
        "grown": 20_00,
        "shrunk": 0,
        "lost": -30_00,
        "closing": 240_00,
    }
    statement = equity_facts._moved(date(2024, 1, 1), date(2025, 1, 1), cents, None)
    assert say(statement) == (
        "Between 1 January 2024 and 1 January 2025, customer equity went up 20%: new customers added 25%, lost "
        "customers took 15% and customers who are worth more than before added 10%, of what it was at the beginning."
    )
