"""The backtest: which origins, which forecasters, who wins, and that no forecast sees what it forecasts."""

from datetime import date

import numpy as np
import pandas as pd
import pytest
from builders import canonical

from crmwb import engine
from crmwb.params import BacktestParams
from crmwb.value.proof.backtest import SCHEMA, Backtest, backtest, evaluate
from crmwb.value.proof.champion import champion
from crmwb.value.proof.rules import RULES

PARAMS = BacktestParams(n_origins=3, holdout_days=90, min_customers=20)
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


def run(con, text, params=PARAMS, as_of=AS_OF) -> Backtest:
    return backtest(con, engine.open_arrow(con, canonical("transactions", text), "transactions"), FIRST, as_of, params)


def test_every_origin_has_the_model_beside_every_rule(con):
    found = run(con, log())
    assert found.skipped == []
    assert sorted(set(found.scores["origin"])) == [date(2023, 4, 6), date(2023, 7, 5), date(2023, 10, 3)]
    models, rules = {"bg_nbd", "mbg_nbd", "pareto_nbd", "nbd"}, {"nothing", "last_period", "rate", "hiatus"}
    assert set(found.scores["forecaster"]) == models | rules
    assert set(found.scores.loc[found.scores["kind"] == "model", "forecaster"]) == models
    assert len(found.scores) == 24
    assert found.scores.columns.tolist() == SCHEMA.names
    assert len(found.calibration) == 240
    model = found.scores[found.scores["forecaster"] == "bg_nbd"]
    assert (model["mae"] < found.scores.loc[found.scores["forecaster"] == "nothing", "mae"].to_numpy()).all()


def test_totals_are_those_of_the_log(con):
    scores = run(con, log()).scores.set_index(["origin", "forecaster"])
    days = pd.read_csv(pd.io.common.StringIO(log()), sep=" ", parse_dates=["ordered_at"]).drop_duplicates()
    origin = pd.Timestamp("2023-07-05")
    known = days.loc[days["ordered_at"] < origin, "customer_id"].unique()
    later = days[(days["ordered_at"] >= origin) & (days["ordered_at"] < origin + pd.Timedelta(days=90))]
    row = scores.loc[(origin.date(), "last_period")]
    assert row["n_customers"] == len(known)
    assert row["actual_total"] == later["customer_id"].isin(known).sum()
    recent = days[(days["ordered_at"] < origin) & (days["ordered_at"] >= origin - pd.Timedelta(days=90))]
    assert row["forecast_total"] == len(recent)


def test_no_forecast_sees_what_comes_at_or_after_its_origin(con):
    whole = run(con, log()).scores
    for origin in sorted(set(whole["origin"])):
        cut = run(con, log(last=f"{pd.Timestamp(origin) - pd.Timedelta(days=1):%Y-%m-%d}")).scores
        columns = ["forecaster", "verdict", "n_customers", "forecast_total"]
        here = [s.loc[s["origin"] == origin, columns].reset_index(drop=True) for s in (whole, cut)]
        pd.testing.assert_frame_equal(*here)


def test_origins_without_history_or_customers_are_left_out_and_said(con):
    found = run(con, log(), BacktestParams(n_origins=5, holdout_days=90, min_customers=20))
    assert found.scores["origin"].nunique() == 3
    assert found.skipped == [
        "2022-10-08: 0 days of history before it, at least 90 are needed",
        "2023-01-06: 5 days of history before it, at least 90 are needed",
    ]
    few = run(con, log(n=10))
    assert few.scores.empty
    assert few.skipped[0] == "2023-04-06: 9 customers before it, at least 20 are needed"
    assert champion(few)["champion"] is None
    assert "No forecast could be tested" in champion(few)["finding"]
    assert few.scores.columns.tolist() == SCHEMA.names


def test_a_model_with_too_little_data_is_named_and_not_scored():
    known = pd.DataFrame({
        "frequency": [0] * 30, "recency_days": [0] * 30, "age_days": range(100, 130), "recent_purchases": [0] * 30,
        "later_purchases": [0, 1, 2] * 10,
    })  # fmt: skip
    scores, groups = evaluate(known, 90)
    model = scores.set_index("forecaster").loc["bg_nbd"]
    assert model["verdict"] == "too_little_data"
    assert pd.isna(model["mae"])
    assert "bg_nbd" not in set(groups["forecaster"])
    assert not pd.isna(scores.set_index("forecaster").loc["rate", "mae"])


def test_rules_of_thumb_by_hand():
    known = pd.DataFrame(
        {
            "frequency": [4, 4, 0],
            "recency_days": [100, 15, 0],
            "age_days": [100, 100, 10],
            "recent_purchases": [3, 0, 1],
        }
    )
    forecasts = {name: rule(known, 50).tolist() for name, rule in RULES.items()}
    assert forecasts == {
        "nothing": [0, 0, 0],
        "last_period": [3, 0, 1],
        "rate": [2, 2, 0],  # four in 100 days are two in 50
        "hiatus": [2, 0, 0],  # the second was silent for 85 days, one more than twelve weeks
    }


def scored(*rows) -> Backtest:
    columns = ["origin", "forecaster", "kind", "verdict", "normalised_gini"]
    return Backtest(pd.DataFrame(rows, columns=columns), pd.DataFrame(), [])


FEB, MAR = date(2024, 2, 1), date(2024, 3, 1)


def test_the_best_order_over_all_origins_wins():
    found = champion(scored(
        (FEB, "bg_nbd", "model", "ok", 0.70), (MAR, "bg_nbd", "model", "ok", 0.60),
        (FEB, "rate", "rule", "ok", 0.72), (MAR, "rate", "rule", "ok", 0.50),
        (FEB, "hiatus", "rule", "ok", 0.40), (MAR, "hiatus", "rule", "ok", 0.40),
    ))  # fmt: skip
    assert (found["champion"], found["best_rule"], found["model_beats_rules"]) == ("bg_nbd", "rate", True)
    assert found["best_model_score"] == pytest.approx(0.65)
    assert found["finding"] == (
        "bg_nbd (normalised Gini 0.650) puts customers in a better order than the best rule of thumb "
        "(rate, normalised Gini 0.610) over 2 origins."
    )


def test_no_model_beats_the_rule_of_thumb_is_said():
    found = champion(scored((FEB, "bg_nbd", "model", "ok", 0.70), (FEB, "rate", "rule", "ok", 0.70)))
    assert (found["champion"], found["model_beats_rules"]) == ("rate", False)
    assert found["finding"].startswith("No model beats the rule of thumb here")


@pytest.mark.parametrize("verdict", ["degenerate", "flat", "not_converged", "too_little_data"])
def test_a_fit_that_is_not_ok_is_no_champion(verdict):
    found = champion(scored(
        (FEB, "bg_nbd", "model", "ok", 0.90), (MAR, "bg_nbd", "model", verdict, 0.90),
        (FEB, "rate", "rule", "ok", 0.50), (MAR, "rate", "rule", "ok", 0.50),
    ))  # fmt: skip
    assert (found["champion"], found["best_model"]) == ("rate", None)
    assert "No model could be trusted" in found["finding"]
