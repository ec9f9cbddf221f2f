"""Where the purchases do not show who has left: it is said why, and nothing that rests on it is given."""

import json
import math
from datetime import date

import numpy as np
import pandas as pd
import pytest
from equity_logs import steady_lines

from crmwb import engine, layout, params
from crmwb.errors import CrmwbError
from crmwb.findings import Finding, Unavailable, from_json, language
from crmwb.findings.say import say
from crmwb.plots import equity as plots
from crmwb.value import equity
from crmwb.value.challenger.identified import Dropout, Reason
from crmwb.value.equity.activity import histories_at, read_activity
from crmwb.value.models import GammaGamma, ParetoNBD, PurchaseSummary
from crmwb.value.potential.clv import Terms
from crmwb.value.potential.total import TotalRange
from crmwb.workbench.customers import SHOWN, Customers
from crmwb.workbench.equity import Equity
from crmwb.workbench.value import Value

AS_OF = date(2022, 12, 1)
WITHHELD = [
    (Dropout(Reason.TOO_LITTLE_DATA), "too few repeat purchases"),
    (Dropout(Reason.NO_BETTER_THAN_STAYING), "could be fitted"),
    (Dropout(Reason.NO_BETTER_THAN_STAYING, 0.31), "p = 0.31"),
    (Dropout(Reason.NOBODY_SEEN_TO_LEAVE, 0.001, 0.002), "98%"),
    (Dropout(Reason.RIDGE, 0.001, 0.23), "23%"),
    (Dropout(Reason.NOT_ON_HOLDOUTS, 0.001, 0.02, 0.003, 0.004), "0.003"),
]


def project(tmp_path, dropout):
    """Return the value at the notebook's door, of a project with nothing but its models."""
    file = tmp_path / layout.VALUE_MODELS
    file.parent.mkdir(parents=True)
    file.write_text(json.dumps({"dropout": dropout.record()}))
    return Value(tmp_path, "EUR")


@pytest.mark.parametrize(("dropout", "figure"), WITHHELD)
@pytest.mark.parametrize("tongue", ["en", "zh"])
def test_it_is_said_why_in_every_language(dropout, figure, tongue):
    reason = from_json(json.loads(json.dumps(dropout.record()))["finding"])
    assert isinstance(reason, Unavailable)
    with language.using(tongue):
        sentence = say(reason)
    assert "P(alive)" in sentence or "活跃概率" in sentence
    assert "None" not in sentence
    assert "nan" not in sentence.lower()
    if tongue == "en" or any(c.isdigit() for c in figure):
        assert figure in sentence


@pytest.mark.parametrize("gain", [None, 0.07])
def test_where_it_is_given_what_shows_it_is_said(tmp_path, gain):
    value = project(tmp_path, Dropout(Reason.IDENTIFIED, 1e-9, 0.002, gain, gain and 0.01))
    assert value.not_identified is None
    assert isinstance(value.proof.dropout, Finding)
    assert ("0.07" in say(value.proof.dropout)) == (gain is not None)


def test_the_workbench_writes_the_reason_in_place_of_the_figure_and_refuses_endless_horizons(tmp_path):
    value = project(tmp_path, WITHHELD[2][0])
    picture = value.plot_p_alive()
    assert picture.reason == value.not_identified == value.proof.dropout
    assert "p = 0.31" in picture.drawn.texts[0].get_text().replace("\n", " ")
    with pytest.raises(CrmwbError, match="set horizon_days"):
        value.what_if(horizon_days=math.inf)


@pytest.mark.parametrize("is_known", [True, False])
def test_customers_are_shown_with_p_alive_only_where_it_is_known(tmp_path, monkeypatch, is_known):
    frame = pd.DataFrame([dict.fromkeys(SHOWN, 1.0) | {"p_alive": 0.5 if is_known else np.nan}])
    customers = Customers(tmp_path, "EUR")
    monkeypatch.setitem(customers.__dict__, "frame", frame)
    assert ("P(alive)" in customers._repr_html_()) == is_known


@pytest.fixture(scope="module")
def followed():
    """Customer equity of steady buyers, by whether dropout is identified."""
    terms = Terms(horizon_days=365, annual_rate=0.1, margin_share=0.25)
    settings = params.EquityParams(n_months=14, lost_below=0.999, forecast_months=3, n_origins=2)
    with engine.connect(params.EngineParams(threads=2, memory_limit_gb=2)) as con:
        table = engine.open_arrow(con, steady_lines(1, n=400, days=510), "lines")
        known = next(histories_at(read_activity(con, table, AS_OF), [AS_OF]))
        models = (
            ParetoNBD().fit(PurchaseSummary.of(known.frequency, known.recency_days, known.age_days)),
            GammaGamma().fit(known.frequency, known.monetary_cents),
        )
        return {
            is_identified: equity.build(
                con, table, models, terms, total=TotalRange(0.5, 2.0, 90), as_of=AS_OF, params=settings,
                currency="EUR", counts_active=is_identified, n_to_buy=321.4,
            )
            for is_identified in (True, False)
        }  # fmt: skip


def test_nobody_is_counted_as_active_lost_or_won_back(tmp_path, followed):
    withheld = followed[False]
    assert withheld.months[["n_active", "n_alive"]].isna().all(axis=None)
    by_name = withheld.bridge.groupby("component")["n_customers"].sum()
    assert by_name["lost"] == by_name["won_back"] == 0
    assert "active" not in say(from_json(withheld.facts["equity"]["finding"]))
    sentence = say(from_json(followed[True].facts["equity"]["finding"]))
    assert "About 321 of them are expected to buy again" in sentence
    assert "all their chances added up" in sentence  # so that fewer than count as active does not contradict
    assert "count as active" in sentence
    assert sentence.endswith("is enough: not all of these will buy.")
    room = Equity(tmp_path, withheld.facts, "EUR")
    room.__dict__["bridges"] = withheld.bridge
    assert not room.has_active
    assert not {"lost", "won_back"} & set(room.bridge["component"])
    assert len(room.components) == len(room.bridge) == 6
    assert "active" not in " ".join(t.get_text() for t in plots.equity_over_time(withheld.months, "EUR").texts)
    assert len(plots.equity_bridge(room.bridge, "EUR").patches) == 5


def test_equity_itself_and_its_moves_still_add_up(followed):
    pd.testing.assert_series_equal(followed[False].months["equity_cents"], followed[True].months["equity_cents"])
    year = followed[False].bridge.query("span == 'year'").set_index("component")["equity_cents"]
    assert year["opening"] + year[["new", "grown", "shrunk"]].sum() == year["closing"]
