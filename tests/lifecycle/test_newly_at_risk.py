"""Who became at risk at earlier moments, against what they did."""

from datetime import date
from types import SimpleNamespace

import numpy as np
import pytest

from crmwb.lifecycle.risk.backtest import newly_came_true

N = 100


def moment(day: date, is_silent: np.ndarray) -> SimpleNamespace:
    return SimpleNamespace(
        as_of=day, customer=np.arange(N), horizon_days=np.full(N, 60.0), next_days=np.where(is_silent, np.inf, 10.0)
    )


@pytest.mark.parametrize(("n_silent", "holds"), [(40, True), (27, True), (20, False), (0, False)])
def test_who_became_at_risk_must_have_left_as_often_as_said(n_silent, holds):
    is_silent = np.arange(N) < n_silent
    became = np.where(np.arange(N) < 60, 0.6, 0.2)  # 60 customers
    tested = [
        (moment(date(2025, 1, 1), is_silent), np.full(N, 0.3), np.full(N, True)),
        (moment(date(2025, 2, 1), is_silent), became, np.full(N, True)),
    ]
    assert newly_came_true(tested, 0.5) == holds


def test_who_was_at_risk_already_and_whose_horizon_has_not_ended_do_not_count():
    nobody = np.full(N, False)
    already = [(moment(date(2025, i, 1), nobody), np.full(N, 0.6), np.full(N, True)) for i in (1, 2)]
    assert newly_came_true(already, 0.5)
    running = [
        (moment(date(2025, 1, 1), nobody), np.full(N, 0.3), np.full(N, True)),
        (moment(date(2025, 2, 1), nobody), np.full(N, 0.6), np.full(N, False)),
    ]
    assert newly_came_true(running, 0.5)


def test_one_moment_that_did_not_come_true_is_enough():
    at_rest, left = np.full(N, False), np.full(N, True)
    tested = [
        (moment(date(2025, month, 1), silent), np.where(np.arange(N) % 5 == month, 0.3 + gain, 0.3), np.full(N, True))
        for month, silent, gain in ((1, left, 0.0), (2, left, 0.4), (3, left, 0.4), (4, left, 0.4))
    ]
    assert newly_came_true(tested, 0.5)
    turn = (moment(date(2025, 5, 1), at_rest), np.where(np.arange(N) < 40, 0.6, 0.2), np.full(N, True))
    assert not newly_came_true([*tested, turn], 0.5)
