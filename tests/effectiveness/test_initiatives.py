"""Initiatives: judged by criteria written down before, or not at all."""

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest
from builders import canonical
from crm_inputs import AS_OF, FIRST

from crmwb import engine, params
from crmwb.effectiveness import initiatives
from crmwb.effectiveness.metrics import METRICS
from crmwb.effectiveness.published import EFFECTS, GROUP_OF, totals

START = date(2023, 1, 2)
DEFAULTS = {
    "initiative_id": "i", "name": "desk", "classes": "cem", "starts_on": START, "metric": "resolution_days",
    "direction": "down", "target": 2.5, "target_kind": "level", "baseline_from": START - timedelta(days=182),
    "baseline_to": START - timedelta(days=1), "criteria_on": START - timedelta(days=10),
}  # fmt: skip


def cases(before=4.0, after=2.0, region="north", seed=0):
    """Return service cases, three a day for two years, of as many days as given on average."""
    rng = np.random.default_rng(seed)
    days = np.repeat(pd.date_range(FIRST, AS_OF, inclusive="left"), 3)
    took = rng.exponential(np.where(days < pd.Timestamp(START), before, after))
    return [f"{region}{i} {region} {day:%Y-%m-%dT09:00} {day + pd.Timedelta(days=9 / 24 + t):%Y-%m-%dT%H:%M:%S}"
            for i, (day, t) in enumerate(zip(days, took, strict=True))]  # fmt: skip


@pytest.fixture
def judged(con):
    def judge(rows=None, **changed):
        text = "interaction_id customer_id occurred_at resolved_at\n" + "\n".join(rows or cases())
        row = DEFAULTS | changed
        people = "customer_id region\nnorth north\nsouth south"
        given = {
            "interactions": canonical("interactions", text, department="service", kind="question"),
            "customers": canonical("customers", people),
            "initiatives": canonical(
                "initiatives", " ".join(row) + "\n" + " ".join("-" if v is None else str(v) for v in row.values())
            ),
        }
        tables = {name: engine.open_arrow(con, table, f"t_{name}") for name, table in given.items()}
        setting = initiatives.Setting(con, tables, FIRST, AS_OF, params.load().effectiveness)
        (verdict,) = initiatives.judge(setting)
        return verdict

    return judge


def test_a_goal_that_is_reached_is_met_with_its_effect(judged):
    verdict = judged()
    assert verdict.verdict == "met"
    assert verdict.before.value == pytest.approx(4, abs=0.5)
    assert verdict.after.value == pytest.approx(2, abs=0.3)
    assert verdict.effect.low < -2 < verdict.effect.high
    assert verdict.effect.basis == "before_after"


def test_a_goal_that_is_missed_is_not_met(judged):
    assert judged(target=1.0).verdict == "not_met"
    assert judged(direction="up", target=6.0).verdict == "not_met"


def test_what_chance_could_decide_is_left_open(judged):
    close = judged(target=judged().after.value + 0.01)
    assert (close.verdict, close.why.code) == ("open", "effectiveness.initiative.too_close")


def test_goals_may_be_changes(judged):
    half = judged(target=0.4, target_kind="relative_change")
    assert half.goal == pytest.approx(half.before.value * 0.6)
    step = judged(target=1, target_kind="change")
    assert step.goal == pytest.approx(step.before.value - 1)
    assert half.verdict == step.verdict == "met"


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"criteria_on": START + timedelta(days=1)}, "refused"),
        ({"criteria_on": None}, "undated"),
        ({"metric": "happiness"}, "unknown_metric"),
        ({"metric": "win_share"}, "not_measured"),
        ({"scope_column": "tier", "scope_value": "vip"}, "unknown_scope"),
        ({"judged_on": AS_OF + timedelta(days=30)}, "not_due"),
        ({"judged_on": START + timedelta(days=30)}, "few_weeks_after"),
        ({"baseline_from": START - timedelta(days=30)}, "few_weeks_before"),
    ],
)
def test_what_cannot_be_judged_says_why(judged, changed, code):
    verdict = judged(**changed)
    assert verdict.why.code == f"effectiveness.initiative.{code}"
    assert verdict.verdict == ("refused" if code == "refused" else "open")


def test_criteria_of_the_first_day_count_as_written_before(judged):
    assert judged(criteria_on=START).verdict == "met"


def test_customers_outside_the_scope_are_the_control_group(judged):
    rows = cases(4.0, 2.0) + cases(4.0, 4.0, region="south", seed=1)
    verdict = judged(rows, scope_column="region", scope_value="north")
    assert verdict.effect.basis == "control_group"
    assert verdict.effect.low < -2 < verdict.effect.high
    everywhere = judged(
        cases(4.0, 2.0) + cases(4.0, 2.0, region="south", seed=1), scope_column="region", scope_value="north"
    )
    assert not everywhere.effect.is_proven  # it became faster for all alike


def test_cases_settled_after_the_day_of_the_analysis_are_not_known(con, judged):
    late = [f"late{i} north 2023-06-01T09:00 2024-02-01T09:00:00" for i in range(200)]
    assert judged(cases() + late).after.value == judged().after.value


def test_every_metric_is_of_a_kind_of_effect_and_measures_days(con):
    assert {metric.effect for metric in METRICS.values()} <= GROUP_OF.keys()
    assert METRICS["resolution_days"].is_outcome is False
    assert METRICS["revenue_per_customer"].is_outcome is True


def test_amounts_per_customer_count_those_who_have_bought_before(con):
    sales = canonical(
        "transactions", "customer_id ordered_at revenue\na 2022-01-01 10.00\na 2022-01-03 20.00\nb 2022-01-02 5.00"
    )
    tables = {"transactions": engine.open_arrow(con, sales, "t_sales")}
    setting = initiatives.Setting(con, tables, FIRST, date(2022, 1, 5), params.load().effectiveness)
    row = pd.Series({"metric_of": None, "scope_column": None})
    days = initiatives.daily(row, replace(METRICS["revenue_per_customer"], factor=1.0), setting)[True]
    assert days["n"].tolist() == [0, 1, 2, 2]
    assert days["total"].tolist() == [1000, 500, 2000, 0]


def test_a_purchase_is_repeated_where_the_next_one_comes_within_90_days(con):
    sales = canonical(
        "transactions", "customer_id ordered_at revenue\na 2022-01-01 1.00\na 2022-04-01 1.00\na 2022-07-01 1.00"
    )
    tables = {"transactions": engine.open_arrow(con, sales, "t_sales")}
    events = METRICS["repeat_share"].events(tables, AS_OF, None)
    frame = engine.batches(con, events.order_by("day")).read_pandas()
    assert frame["total"].tolist() == [1, 0, 0]  # 90 days, 91 days, never


def test_217_effects_are_known_by_kind():
    assert totals() == {"information": 48, "operations": 101, "relations": 54, "performance": 14}
    assert sum(totals().values()) == 217
    assert EFFECTS["performance"] == {"sales_growth": 13, "profit_growth": 1}
