"""Chances to win: known hazards come back, leakage is refused, noise is called noise, nothing later is seen."""

from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd
import pytest
from builders import canonical
from simulated_deals import PARAMS, TODAY, simulate

from crmwb.findings import Unavailable
from crmwb.predict.opportunities import build, findings, stages, tested
from crmwb.predict.opportunities.deals import day_of, read
from crmwb.predict.opportunities.hazards import Ahead
from crmwb.predict.opportunities.landmarks import Landmarks
from crmwb.predict.opportunities.leakage import AFTER_CLOSE, AFTER_PURCHASE, OK, SEPARATES, leakage
from crmwb.predict.opportunities.tested import DEFAULT, FULL
from crmwb.predict.opportunities.windows import current, earlier


@pytest.fixture(scope="module")
def with_signal():
    deals, p = simulate(6_000, seed=1, signal=1.2)
    return deals, p, build.of_deals(deals, current(TODAY), PARAMS)


def test_known_hazards_come_back(with_signal):
    deals, p, pipeline = with_signal
    assert pipeline.tested.chosen == FULL
    is_open = np.isinf(deals.rows["closed"])
    # Every opportunity closes sooner or later, so the chance to be won is that of being won when it closes.
    error = pipeline.open["win_probability"].to_numpy() - p[is_open]
    assert np.abs(error).mean() < 0.05
    # One in four closes in ten days: half of them within 24.
    assert pipeline.open["days_to_close"].median() == pytest.approx(24, abs=4)
    assert pipeline.tested.methods.set_index("method").loc[FULL, "slope"] == pytest.approx(1, abs=0.15)


def test_the_quarter_is_forecast_as_well_as_its_interval_says(with_signal):
    _, _, pipeline = with_signal
    own = pipeline.tested.quarters[pipeline.tested.quarters["method"] == FULL]
    z = (own["actual_cents"] - own["forecast_cents"]) / (own["deviation_cents"] * pipeline.tested.reach)
    assert len(own) == 4
    assert (z.abs() < 1.5).all()
    assert pipeline.tested.reach >= 1.53  # Student's distribution with four windows
    row = pipeline.forecast.set_index("method").loc[FULL]
    assert row["begun_cents"] <= row["low_cents"] < row["forecast_cents"] < row["high_cents"]


@pytest.mark.parametrize("seed", range(2))
def test_noise_is_not_predicted(seed):
    deals, _ = simulate(2_500, seed=seed, signal=0.0)
    assert build.of_deals(deals, current(TODAY), PARAMS).tested.chosen != FULL


def test_chances_are_withheld_where_one_for_all_is_as_good():
    deals, _ = simulate(2_500, seed=5, signal=0.0)
    rng, rows = np.random.default_rng(0), deals.rows
    # The win rate of the last year is another than before: what was learned misstates every chance.
    late = np.isfinite(rows["closed"]) & (rows["closed"] >= day_of(date(2025, 1, 1)))
    turned = rows.assign(won=np.where(late, rng.random(len(rows)) < 0.95, rows["won"] & (rng.random(len(rows)) < 0.1)))
    pipeline = build.of_deals(replace(deals, rows=turned), current(TODAY), replace_params(n_quarters=2))
    if not isinstance(pipeline.tested, Unavailable) and not pipeline.tested.is_informative:
        assert pipeline.open["win_probability"].isna().all()
        sections = findings.findings(pipeline, "USD", 365, 0.95)["chances"]
        assert sections[1].code == "predict.chance_none"
    else:
        pytest.fail("a turn of the win rate makes every learned chance wrong")


def replace_params(**choices):
    return PARAMS.model_copy(update=choices)


def test_columns_that_are_filled_at_the_close_are_refused(with_signal):
    deals, _, _ = with_signal
    rows = deals.rows
    over = np.isfinite(rows["closed"])
    filled = rows.assign(
        amount_cents=np.where(over, np.where(rows["won"], rows["amount_cents"], 0.0), np.nan),  # as Maven's CRM has it
        win_probability=np.where(over, rows["won"].astype(float), 0.5),
        industry=np.where(rows.index % 2 == 0, "steel", None),
    )
    bought = pd.DataFrame({"customer_id": filled.loc[::2, "customer_id"].unique(), "day": 0.0})
    customers = filled["customer_id"].where(filled.index % 2 == 0, "never-" + filled["customer_id"])
    leaking = replace(deals, rows=filled.assign(customer_id=customers), purchases=bought)
    verdicts = leakage(leaking).set_index("column")["verdict"]
    assert verdicts["amount_cents"] == AFTER_CLOSE
    assert verdicts["win_probability"] == SEPARATES
    assert verdicts["industry"] == AFTER_PURCHASE
    assert verdicts["owner"] == verdicts["product_id"] == OK
    at = Landmarks(leaking, set(verdicts[verdicts != OK].index)).at(day_of(date(2025, 6, 1)))
    assert "log_amount" not in at
    assert at["industry"].isna().all()


def test_without_amounts_an_opportunity_is_worth_the_mean_of_those_won(with_signal):
    deals, _, _ = with_signal
    rows = deals.rows
    unknown = replace(deals, rows=rows.assign(amount_cents=rows["amount_cents"].where(rows["won"])))
    pipeline = build.of_deals(unknown, current(TODAY), PARAMS)
    of_product = rows[rows["won"] & (rows["product_id"] == "p0")]["amount_cents"].mean()
    own = pipeline.open.merge(rows[["opportunity_id", "product_id"]], on="opportunity_id")
    assert own["is_usual_amount"].all()
    assert own.loc[own["product_id"] == "p0", "amount_cents"].to_numpy() == pytest.approx(of_product)


def test_a_landmark_sees_nothing_at_or_after_its_day(with_signal):
    deals, _, _ = with_signal
    day = day_of(date(2025, 7, 1))
    events = pd.DataFrame({"customer_id": ["c0001", "c0002"], "day": [day - 5.0, day - 40.0]})
    changes = pd.DataFrame(
        {"opportunity_id": "o000001", "day": [day - 9.0], "stage": ["a"], "win_probability": 0.2, "expected_close": 1.0}
    )
    known = replace(deals, purchases=events, contacts=events, changes=changes)
    later = events.assign(day=day + np.array([0.0, 3.0]))
    rows = deals.rows
    turned = rows.assign(won=np.where(rows["closed"] >= day, ~rows["won"], rows["won"]))
    turned = turned.assign(closed=np.where(rows["closed"] >= day, np.inf, rows["closed"]))
    more = replace(
        known,
        rows=turned,
        purchases=pd.concat([events, later]),
        contacts=pd.concat([events, later]),
        changes=pd.concat([changes, changes.assign(day=float(day), stage="b")]),
    )
    pd.testing.assert_frame_equal(Landmarks(known).at(day), Landmarks(more).at(day))


def test_a_forecast_is_learned_from_the_past_alone(with_signal):
    deals, _, _ = with_signal
    window = earlier(current(TODAY), 2)
    origin = day_of(window.origin)
    rows = deals.rows
    over = rows["closed"] >= origin
    turned = rows.assign(closed=np.where(over, np.inf, rows["closed"]), won=rows["won"] & ~over)
    once, again = (tested.forecast(Landmarks(replace(deals, rows=r)), window) for r in (rows, turned))
    assert once.chances.keys() == again.chances.keys() == {"all_columns", "age_and_stage", DEFAULT}
    for method, chance in once.chances.items():
        np.testing.assert_array_equal(chance, again.chances[method])


def test_chances_between_periods_are_straight():
    ahead = Ahead(won=np.array([[0.2, 0.4]]), lost=np.array([[0.1, 0.3]]), period_days=10)
    assert ahead.won_by(5)[0] == pytest.approx(0.1)
    assert ahead.won_by(15)[0] == pytest.approx(0.3)
    assert ahead.won_by(99)[0] == pytest.approx(0.4)
    # 0.3 have closed after ten days and 0.7 after twenty: half of them after fifteen.
    assert ahead.median_days(20)[0] == 15
    assert np.isnan(ahead.median_days(14)[0])


def test_windows_of_quarters():
    now = current(date(2026, 2, 10))
    assert (now.starts_on, now.ends_on, now.days) == (date(2026, 1, 1), date(2026, 4, 1), 50)
    before = earlier(now, 1)
    assert (before.starts_on, before.origin, before.ends_on) == (
        date(2025, 10, 1),
        date(2025, 11, 10),
        date(2026, 1, 1),
    )
    assert current(date(2026, 3, 20)).n_quarters == 2  # what is left of the quarter says little


def test_opportunities_are_read_as_known_before_a_day(con):
    tables = {
        "customers": canonical("customers", "customer_id industry\nc1 steel"),
        "opportunities": canonical(
            "opportunities",
            """
            opportunity_id customer_id opened_on  closed_on  stage won   amount_cents
            won            c1          2024-01-01 2024-01-20 won   true  500
            later          c1          2024-01-01 2024-02-01 won   true  700
            lost           -           2024-01-05 2024-01-30 lost  false 300
            tomorrow       c1          2024-02-01 -          new   -     100
            undecided      c1          2024-01-01 2024-01-10 shut  -     100
            """,
        ),
        "opportunity_history": canonical(
            "opportunity_history",
            """
            opportunity_id changed_at          stage win_probability
            won            2024-01-01T09:00:00 new   0.2
            won            2024-01-20T09:00:00 won   1
            later          2024-01-03T09:00:00 new   0.3
            later          2024-02-01T09:00:00 won   1
            """,
        ),
        "transactions": canonical("transactions", "customer_id ordered_at revenue\nc1 2024-01-20 5\nc1 2024-02-01 7"),
    }
    from crmwb import engine

    opened = {name: engine.open_arrow(con, table, name) for name, table in tables.items()}
    deals = read(con, opened, date(2024, 2, 1))
    rows = deals.rows.set_index("opportunity_id")
    assert list(rows.index) == ["later", "lost", "won"]  # not yet opened, and closed nobody knows how, are left out
    assert np.isinf(rows.loc["later", "closed"])
    assert not rows.loc["later", "won"]
    assert rows.loc["won", "won"]
    assert rows.loc["won", "industry"] == "steel"
    assert len(deals.purchases) == 1
    # The change of the closing day tells how it ended.
    assert list(deals.changes["opportunity_id"] + deals.changes["stage"]) == ["laternew", "wonnew"]


def test_stages_speed_and_stuck_by_hand(monkeypatch):
    monkeypatch.setattr(stages, "MIN_DEALS", 1)
    deals, _ = simulate(4, seed=0, signal=0.0)
    start = day_of(date(2025, 10, 1))
    rows = deals.rows.assign(
        opened=float(start), closed=[start + 20.0, start + 30.0, start + 10.0, np.inf], won=[True, True, False, False]
    )
    changes = pd.DataFrame(
        [("o000000", 0, "new"), ("o000000", 8, "offer"), ("o000001", 0, "new"), ("o000001", 4, "offer"),
         ("o000002", 0, "new"), ("o000003", 0, "new"), ("o000003", 5, "offer")],
        columns=["opportunity_id", "day", "stage"],
    ).assign(win_probability=np.nan, expected_close=np.nan)  # fmt: skip
    changes["day"] += float(start)
    known = replace(deals, rows=rows, changes=changes)
    table = stages.conversions(known).set_index("stage")
    assert list(table.index) == ["new", "offer"]
    counts = ["n_entered", "n_moved_on", "n_lost", "n_open", "n_won"]
    assert list(table.loc["new", counts]) == [4, 3, 1, 0, 2]
    assert list(table.loc["offer", counts]) == [3, 0, 0, 1, 2]
    assert table.loc["new", "won_share"] == pytest.approx(2 / 3)
    assert table.loc["new", "median_days"] == 6.5  # 8, 4, 10 and 5 days
    quarter = stages.speed(known, current(TODAY), 1).iloc[0]
    assert (quarter["n_opened"], quarter["n_closed"], quarter["median_days"]) == (4, 3, 20)
    assert stages.stuck_after(known, 0.95) == pytest.approx(29.5)  # of 20 and 30 days
    bounds = stages.stuck_in_stage(known, pd.Series(["offer", "other"]), 0.95)
    assert bounds[0] == pytest.approx(12 + 0.95 * 14)  # stays of 12 and 26 days
    assert np.isnan(bounds[1])


def test_a_source_without_opportunities_says_so(con):
    result = build.build(con, {}, TODAY, PARAMS)
    assert isinstance(result, Unavailable)
    assert findings.findings(result, "USD", 365, 0.95) == {"chances": [result]}


def test_a_few_opportunities_are_described_without_chances():
    deals, _ = simulate(40, seed=2, signal=1.0)
    pipeline = build.of_deals(deals, current(TODAY), PARAMS)
    assert isinstance(pipeline.tested, Unavailable)
    assert pipeline.open["win_probability"].isna().all()
    sections = findings.findings(pipeline, "USD", 365, 0.95)
    assert [one.code for one in sections["quarter"]] == ["predict.too_few_closed"]


def test_the_plan_is_held_against_the_interval(with_signal):
    _, _, pipeline = with_signal
    assert pipeline.target_cents == 1e11  # the plan is in whole units
    middle = pipeline.forecast.set_index("method").loc[FULL, "forecast_cents"]
    for target, code in ((1e11, "missed"), (1.0, "exceeded"), (middle, "open")):
        sections = findings.findings(replace(pipeline, target_cents=target), "USD", 365, 0.95)["quarter"]
        assert f"predict.plan_{code}" in [one.code for one in sections]
