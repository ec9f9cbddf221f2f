"""Which model values the customers: what the backtest says, else the likelihood, else the BG/NBD with a caveat."""

from datetime import date

import numpy as np
import pandas as pd
import pytest
from simulated_purchases import MODELS

from crmwb.value.models import PurchaseSummary
from crmwb.value.proof import choice
from crmwb.value.proof.backtest import Backtest
from crmwb.value.proof.choice import choose

FEB, MAR = date(2024, 2, 1), date(2024, 3, 1)
ALIKE = PurchaseSummary.of(np.full(100, 5), np.full(100, 30), np.full(100, 40))


def backtest(*rows) -> Backtest:
    """Make a backtest of (origin, model, verdict, score)."""
    scores = pd.DataFrame(rows, columns=["origin", "forecaster", "verdict", "normalised_gini"])
    return Backtest(scores.assign(kind="model"), *[pd.DataFrame()] * 2, [], [])


def test_the_best_order_in_the_backtest_decides(sample):
    found = choose(
        sample.summary(), backtest((FEB, "bg_nbd", "ok", 0.6), (FEB, "nbd", "ok", 0.5), (FEB, "mbg_nbd", "ok", 0.7))
    )
    assert (found.model.name, found.by) == ("mbg_nbd", "backtest")
    assert found.record()["finding"] == (
        "mbg_nbd values the customers: of 4 models, 4 with an ok fit, it put them in the best order in the backtest."
    )


def test_equal_scores_go_by_name(sample):
    assert choose(
        sample.summary(), backtest((FEB, "pareto_nbd", "ok", 0.6), (FEB, "mbg_nbd", "ok", 0.6))
    ).model.name == ("mbg_nbd")


def test_who_was_not_ok_at_an_origin_does_not_count(sample):
    found = choose(
        sample.summary(),
        backtest(
            (FEB, "bg_nbd", "ok", 0.9), (MAR, "bg_nbd", "flat", 0.9),
            (FEB, "pareto_nbd", "ok", 0.5), (MAR, "pareto_nbd", "ok", 0.5),
        ),
    )  # fmt: skip
    assert (found.model.name, found.scores) == ("pareto_nbd", {"pareto_nbd": 0.5})


def test_who_is_not_ok_now_does_not_count(sample, monkeypatch):
    class Unsure(choice.BetaGeoNBD):
        def __init__(self):  # a slope of exactly nothing is never reached
            super().__init__(tol=0.0)

    monkeypatch.setattr(choice, "MODELS", (Unsure, *MODELS[1:]))
    found = choose(sample.summary(), backtest((FEB, "bg_nbd", "ok", 0.9), (FEB, "pareto_nbd", "ok", 0.5)))
    assert (found.model.name, found.by) == ("pareto_nbd", "backtest")


def test_the_nbd_is_tested_but_never_chosen_for_it_knows_no_leaving(sample):
    found = choose(sample.summary(), backtest((FEB, "nbd", "ok", 0.9), (FEB, "bg_nbd", "ok", 0.1)))
    assert (found.model.name, found.by) == ("bg_nbd", "backtest")


def test_without_a_backtest_the_most_likely_is_chosen(sample):
    found = choose(sample.summary(), backtest())
    # in days all are lower by log 7 a purchase than the published ones in weeks, which leaves their differences
    assert (found.model.name, found.by) == ("mbg_nbd", "log_likelihood")
    by_name = {row["model"]: row["log_likelihood"] for row in found.record()["candidates"]}
    assert by_name["mbg_nbd"] - by_name["pareto_nbd"] == pytest.approx(-9582.136 + 9594.976, abs=0.004)


def test_where_no_fit_is_ok_it_is_the_bg_nbd():
    found = choose(ALIKE, backtest((FEB, "nbd", "ok", 0.9)))
    assert (found.model.name, found.by) == ("bg_nbd", "default")
    assert not found.model.verdict_.is_ok
    assert {row["verdict"] for row in found.record()["candidates"]} <= {"degenerate", "limit"}
    assert "for want of a better one" in found.record()["finding"]
