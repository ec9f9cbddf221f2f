"""The workbench's predictions on artefacts of simulated opportunities: what a reader of the report sees."""

from datetime import date

import pandas as pd
import pytest
from simulated_deals import PARAMS, TODAY, simulate

from crmwb.findings import Unavailable, language
from crmwb.findings.say import say
from crmwb.predict import artefacts
from crmwb.predict.customers.build import COLUMNS, Customers
from crmwb.predict.opportunities import build
from crmwb.predict.opportunities.windows import current
from crmwb.predict.spending import Spending
from crmwb.workbench.predictions import Predictions

NOT = Unavailable("predict.no_purchases")
NONE = Spending(NOT, NOT, NOT, pd.DataFrame(), pd.DataFrame())


@pytest.fixture
def wb(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    deals, _ = simulate(2_500, seed=1, signal=1.2)
    rows = [("c1", 0.9, "one_risk", 1.0, "top_channel=web", -0.5, None, None, None), ("c2", 0.8, *[None] * 7)]
    customers = Customers(NOT, NOT, NOT, pd.DataFrame(rows, columns=COLUMNS), 90)
    artefacts.write(build.of_deals(deals, current(TODAY), PARAMS), customers, NONE, PARAMS, "EUR")
    return Predictions(tmp_path, "EUR")


def test_opportunities_and_quarters(wb):
    assert wb.opportunities["expected_cents"].is_monotonic_decreasing
    assert list(wb.chosen_quarters["starts_on"])[-1] == date(2026, 1, 1)
    assert wb.chosen_quarters["actual_cents"].isna().tolist() == [False] * 4 + [True]
    assert wb.stuck_by_owner["n"].sum() == wb.opportunities["is_stuck"].sum()
    labels = {}
    for code in ("en", "zh"):
        with language.using(code):
            labels[code] = [label.get_text() for label in wb.plot_quarters().drawn.get_yticklabels()]
    assert labels["en"][-1] == "2026 Q1"
    assert labels["zh"][-1] == "2026年第1季度"


def test_every_finding_is_said_in_both_languages(wb):
    for code in ("en", "zh"):
        with language.using(code):
            assert all(say(one) for section in wb.findings.values() for one in section)


def test_reasons_of_a_chance_to_buy(wb):
    rows = wb.likely_buyers
    assert say(rows["reason"][0]) == "own purchase rhythm (raises it) and main channel: web (lowers it)"
    assert rows["reason"][1] is None
    assert wb.spending.empty
    assert wb.listed(prospects=True, n=5).empty
