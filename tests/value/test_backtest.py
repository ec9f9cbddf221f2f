"""The backtest: which origins, which forecasters, who wins, and that no forecast sees what it forecasts."""

from datetime import date
from functools import cache

import numpy as np
import pandas as pd
import pytest
from builders import canonical

from crmwb import engine
from crmwb.contract.value import BACKTEST, TRACKING
from crmwb.features.purchase_days import PurchaseDays, read_days
from crmwb.findings import from_json
from crmwb.findings.say import say
from crmwb.params import BacktestParams, EngineParams
from crmwb.value.challenger import Past
from crmwb.value.challenger.known import known_at
from crmwb.value.proof.backtest import Backtest, backtest
from crmwb.value.proof.champion import champion
from crmwb.value.proof.rules import RULES
from crmwb.value.proof.trial import trial

PARAMS = BacktestParams(n_origins=3, holdout_days=90, min_customers=20, score="normalised_gini")
FIRST, AS_OF = date(2023, 1, 1), date(2024, 1, 1)


def log(seed=1, n=150, last="2023-12-31"):
    """Purchases of `n` customers, each with a rate and an end of their own, from 2023-01-01 on."""
    rng = np.random.default_rng(seed)
    rows = []
    for i in range(n):
        gap, end = rng.gamma(2, 12) + 1, min(365, rng.exponential(500))
        days = np.floor(rng.integers(0, 60) + np.concatenate([[0], np.cumsum(rng.exponential(gap, 200))]))
        rows += [f"c{i:03d} {pd.Timestamp(FIRST) + pd.Timedelta(days=d):%Y-%m-%d} 10.00" for d in days if d <= end]
    return "customer_id ordered_at revenue\n" + "\n".join(r for r in rows if r.split()[1] <= last)


@cache
def run(text, params=PARAMS, as_of=AS_OF) -> Backtest:
    with engine.connect(EngineParams(threads=2, memory_limit_gb=2)) as con:
        return _run(con, text, params, as_of)


def _run(con, text, params, as_of) -> Backtest:
    table = engine.open_arrow(con, canonical("transactions", text), "transactions")
    return backtest(Past(read_days(con, table, as_of)), as_of, params)


def test_every_origin_has_the_stack_and_the_models_beside_every_rule():
    tested = run(log())
    assert tested.skipped == []
    assert sorted(set(tested.scores["origin"])) == [date(2023, 4, 6), date(2023, 7, 5), date(2023, 10, 3)]
    models = {"bg_nbd", "mbg_nbd", "pareto_nbd", "nbd"}
    rules = {"nothing", "last_period", "rate", "hiatus", "past_spend"}
    assert set(tested.scores["forecaster"]) == models | rules | {"stack"}
    assert set(tested.scores.loc[tested.scores["kind"] == "model", "forecaster"]) == models
    assert len(tested.scores) == 30
    assert tested.scores.columns.tolist() == BACKTEST.names
    model = tested.scores[tested.scores["forecaster"] == "bg_nbd"]
    assert (model["mae"] < tested.scores.loc[tested.scores["forecaster"] == "nothing", "mae"].to_numpy()).all()
    last = tested.scores[(tested.scores["origin"] == date(2023, 10, 3)) & (tested.scores["kind"] != "rule")]
    assert last["coverage_80"].between(0.6, 0.95).all()  # 150 customers: three standard errors are 10%
    assert (last["coverage_50"] < last["coverage_80"]).all()
    assert len(tested.calibration) == 10 * tested.scores["mae"].notna().sum()


def test_tracking_adds_up_to_the_holdout():
    tested = run(log())
    assert tested.tracking.columns.tolist() == TRACKING.names
    ends = tested.tracking[tested.tracking["days"] == 90].merge(tested.scores, on=["origin", "forecaster"])
    assert (ends["week"] == 13).all()  # twelve weeks and six days
    assert (ends["purchases"] == ends["actual_total"]).all()
    assert ends["forecast_purchases"].to_numpy() == pytest.approx(ends["forecast_total"].to_numpy())
    assert set(ends["forecaster"]) == {"stack", "bg_nbd", "mbg_nbd", "pareto_nbd", "nbd"}


def test_newcomers_are_reported_apart():
    text = log() + "\nlate 2023-10-05 10.00\nlate 2023-10-06 10.00"
    assert run(text).newcomers[-1]["n_newcomers"] == 1
    assert run(text).newcomers[-1]["purchases"] == 2
    columns = ["forecaster", "forecast_total", "mae"]
    pd.testing.assert_frame_equal(run(text).scores[columns], run(log()).scores[columns])


def test_totals_are_those_of_the_log():
    scores = run(log()).scores.set_index(["origin", "forecaster"])
    days = pd.read_csv(pd.io.common.StringIO(log()), sep=" ", parse_dates=["ordered_at"]).drop_duplicates()
    origin = pd.Timestamp("2023-07-05")
    known = days.loc[days["ordered_at"] < origin, "customer_id"].unique()
    later = days[(days["ordered_at"] >= origin) & (days["ordered_at"] < origin + pd.Timedelta(days=90))]
    row = scores.loc[(origin.date(), "last_period")]
    assert row["n_customers"] == len(known)
    assert row["actual_total"] == later["customer_id"].isin(known).sum()
    recent = days[(days["ordered_at"] < origin) & (days["ordered_at"] >= origin - pd.Timedelta(days=90))]
    assert row["forecast_total"] == len(recent)


def test_no_forecast_sees_what_comes_at_or_after_its_origin():
    whole = run(log()).scores
    for origin in sorted(set(whole["origin"])):
        cut = run(log(last=f"{pd.Timestamp(origin) - pd.Timedelta(days=1):%Y-%m-%d}")).scores
        columns = ["forecaster", "verdict", "n_customers", "forecast_total"]
        here = [s.loc[s["origin"] == origin, columns].reset_index(drop=True) for s in (whole, cut)]
        pd.testing.assert_frame_equal(*here)


def test_origins_without_history_or_customers_are_left_out_and_said():
    tested = run(log(), BacktestParams(n_origins=5, holdout_days=90, min_customers=20, score="rmse"))
    assert tested.scores["origin"].nunique() == 3
    assert [say(skipped) for skipped in tested.skipped] == [
        "No test from 8 October 2022: 0 days of history come before it, and at least 90 days are needed.",
        "No test from 6 January 2023: 4 days of history come before it, and at least 90 days are needed.",
    ]  # the first purchase is of 2 January
    few = run(log(n=10))
    assert few.scores.empty
    assert (
        say(few.skipped[0]) == "No test from 6 April 2023: 9 customers were known by then, and at least 20 are needed."
    )
    assert judge(few)["champion"] is None
    assert judge(few)["finding"]["code"] == "proof.nothing_tested"
    assert few.scores.columns.tolist() == BACKTEST.names


def days_of(purchases: dict[str, list[tuple[int, int]]]) -> PurchaseDays:
    """Purchase days from (day, cents) by customer."""
    rows = [(i, day, cents) for i, name in enumerate(sorted(purchases)) for day, cents in sorted(purchases[name])]
    customer, day, cents = (np.array(column) for column in zip(*rows, strict=True))
    return PurchaseDays(np.array(sorted(purchases), dtype=object), customer, day, cents)


def test_a_forecaster_with_too_little_data_is_named_and_not_scored():
    days = days_of({f"c{i:02d}": [(i, 500), *([(200, 500)] if i % 3 else [])] for i in range(30)})
    tried = trial(Past(days), 150, 90)
    scores = pd.DataFrame(tried.rows).set_index("forecaster")
    assert scores.loc[["bg_nbd", "stack"], "verdict"].tolist() == ["too_little_data"] * 2
    assert scores.loc[["bg_nbd", "stack"], "mae"].isna().all()
    assert "bg_nbd" not in set(tried.calibration()["forecaster"])
    assert not pd.isna(scores.loc["rate", "mae"])


def test_rules_of_thumb_by_hand():
    known = known_at(
        days_of({
            "a": [(0, 100), (60, 100), (70, 100), (80, 100), (100, 200)],
            "b": [(0, 100), (1, 100), (2, 100), (3, 100), (15, 0)],
            "c": [(90, 400)],
        }), 100, 50,
    )  # fmt: skip
    assert (known.frequency.tolist(), known.age_days.tolist()) == ([3, 4, 0], [100, 100, 10])
    forecasts = {name: rule(known).tolist() for name, rule in RULES.items()}
    assert forecasts == {
        "nothing": [0, 0, 0],
        "last_period": [3, 0, 1],
        "rate": [1.5, 2, 0],  # four in 100 days are two in 50
        "hiatus": [1.5, 0, 0],  # the second was silent for 85 days, one more than twelve weeks
        "past_spend": [3.5 / 3, 3.5 / 3, 3.5 / 3],  # each spent 4.00
    }


def judge(tested: Backtest, score: str = "normalised_gini") -> dict:
    return champion(tested, score, n_bootstrap=50, seed=1)


def scored(*rows, measure="normalised_gini") -> Backtest:
    columns = ["origin", "forecaster", "kind", "verdict", measure]
    scores = pd.DataFrame(rows, columns=columns)
    unknown = dict.fromkeys({"normalised_gini", "mae", "rmse"} - {measure}, np.nan)
    return Backtest(scores.assign(**unknown), *[pd.DataFrame()] * 2, [], [])


FEB, MAR = date(2024, 2, 1), date(2024, 3, 1)


def test_the_best_order_over_all_origins_wins():
    verdict = judge(scored(
        (FEB, "bg_nbd", "model", "ok", 0.70), (MAR, "bg_nbd", "model", "ok", 0.60),
        (FEB, "rate", "rule", "ok", 0.72), (MAR, "rate", "rule", "ok", 0.50),
        (FEB, "hiatus", "rule", "ok", 0.40), (MAR, "hiatus", "rule", "ok", 0.40),
    ))  # fmt: skip
    assert (verdict["champion"], verdict["best_rule"], verdict["model_beats_rules"]) == ("bg_nbd", "rate", True)
    assert verdict["best_model_score"] == pytest.approx(0.65)
    assert say(from_json(verdict["finding"])) == (
        "Tested on 2 past periods that it had not seen, the BG/NBD is better than the best simple rule (“past rate "
        "x/T”) by normalised Gini: normalised Gini 0.65 against 0.61, MAE – against – and RMSE – against –."
    )


def test_the_stack_is_champion_where_it_is_best_of_all():
    rows = ((FEB, "stack", "stack", "ok", 0.71), (FEB, "nbd", "model", "ok", 0.7), (FEB, "rate", "rule", "ok", 0.6))
    verdict = judge(scored(*rows))
    assert (verdict["champion"], verdict["champion_kind"], verdict["best_model"]) == ("stack", "stack", "nbd")
    assert verdict["finding"]["code"] == "proof.better"
    assert verdict["finding"]["values"]["model"]["key"] == "stack"


def test_of_errors_the_smallest_wins():
    rows = ((FEB, "stack", "stack", "ok", 1.5), (FEB, "nbd", "model", "ok", 1.4), (FEB, "rate", "rule", "ok", 1.6))
    verdict = judge(scored(*rows, measure="rmse"), "rmse")
    assert (verdict["champion"], verdict["best_model_score"]) == ("nbd", 1.4)
    assert verdict["finding"]["values"]["score"]["key"] == "rmse"


@pytest.mark.parametrize("of_stack", [None, 0.65, 0.70])
def test_no_model_beats_the_rule_of_thumb_is_said(of_stack):
    rows = [(FEB, "bg_nbd", "model", "ok", 0.70), (FEB, "rate", "rule", "ok", 0.70)]
    if of_stack:
        rows.append((FEB, "stack", "stack", "ok", of_stack))
    verdict = judge(scored(*rows))
    assert (verdict["champion"], verdict["champion_kind"], verdict["model_beats_rules"]) == ("rate", "rule", False)
    assert verdict["finding"]["code"] == "proof.no_better"


@pytest.mark.parametrize("verdict", ["degenerate", "flat", "not_converged", "too_little_data"])
def test_a_fit_that_is_not_ok_is_no_champion(verdict):
    best = judge(scored(
        (FEB, "bg_nbd", "model", "ok", 0.90), (MAR, "bg_nbd", "model", verdict, 0.90),
        (FEB, "rate", "rule", "ok", 0.50), (MAR, "rate", "rule", "ok", 0.50),
    ))  # fmt: skip
    assert (best["champion"], best["best_model"]) == ("rate", None)
    assert best["finding"]["code"] == "proof.no_model"


def test_a_model_that_was_fitted_at_some_of_the_moments_only_is_no_champion():
    rows = [
        (origin, name, "rule" if name == "rate" else "model", "ok", value)
        for origin in (FEB, MAR)
        for name, value in (("bg_nbd", 0.7), ("mbg_cnbd_k", 0.9), ("rate", 0.5))
    ]
    verdict = judge(scored(*(row for row in rows if row[:2] != (FEB, "mbg_cnbd_k"))))
    assert (verdict["champion"], verdict["best_model"]) == ("bg_nbd", "bg_nbd")
    assert judge(scored(*rows))["champion"] == "mbg_cnbd_k"


def test_a_season_in_which_nobody_buys_ranks_nobody_and_does_not_count():
    verdict = judge(scored(
        (FEB, "bg_nbd", "model", "limit", np.nan), (MAR, "bg_nbd", "model", "ok", 0.60),
        (FEB, "rate", "rule", "ok", np.nan), (MAR, "rate", "rule", "ok", 0.50),
    ))  # fmt: skip
    assert (verdict["champion"], verdict["best_rule_score"], verdict["n_origins"]) == ("bg_nbd", 0.5, 1)
    nobody = judge(scored((FEB, "rate", "rule", "ok", np.nan)))
    assert nobody["finding"]["code"] == "proof.nothing_ranked"


def test_where_chance_decides_who_buys_it_is_said():
    rng = np.random.default_rng(1)  # all alike: whoever bought more did so by chance
    chance = {
        f"c{i:03d}": [(int(day), 500) for day in np.flatnonzero(rng.random(365) < 0.02)] or [(0, 500)]
        for i in range(400)
    }
    tested = backtest(Past(days_of(chance)), date(1971, 1, 1), PARAMS)
    verdict = judge(tested)
    assert verdict["order_is_chance"]
    assert verdict["finding"]["code"] == "proof.order_is_chance"
    last = tested.trials[-1].stack
    assert last.trust_ < 0.2
