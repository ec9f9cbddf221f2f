"""What circumstances leave of the forecast and of the change of equity."""

from datetime import date
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from crmwb.contract.value import FORECAST
from crmwb.features.purchase_days import PurchaseDays
from crmwb.findings import Count, Days, Finding, Money, Share, Unavailable, from_json, to_json
from crmwb.value.challenger import Past, Stack
from crmwb.value.equity import Equity, active_agree, supported, without_active
from crmwb.value.potential.customers import active


@pytest.fixture
def equity() -> Equity:
    """Return an equity with a total, a share of new customers and a change."""
    nothing = pd.DataFrame()
    forecast = pd.DataFrame(
        {
            "measure": ["customers", "customers", "revenue_cents", "revenue_cents"],
            "month": [date(2023, 12, 1), date(2024, 1, 1)] * 2,
            "actual": [10.0, None, 500.0, None],
            "expected": [None, 11.0, None, 550.0],
        }
    ).reindex(columns=FORECAST.names)
    findings = [Finding("forecast.total", {}), Finding("forecast.last_year", {}), Finding("forecast.new_share", {})]
    facts = {
        "forecast": {
            "findings": [to_json(finding) for finding in findings],
            "measures": {
                name: {"total": {"expected": 1.0}, "unavailable": None} for name in ("customers", "revenue_cents")
            },
            "new_share": {"expected": 0.3},
            "last_year": 1.0,
        },
        "bridge": {"is_comparable": True, "finding": to_json(Finding("equity.changed", {}))},
        "check": {"is_within": True},
        "caveats": [],
    }
    return Equity(nothing, nothing, forecast, nothing, facts, SimpleNamespace())


def silent(share: float) -> dict:
    values = {"share": Share(share), "money": Money(1, "EUR"), "days": Days(40), "longest": Days(9), "n": Count(1)}
    return {"findings": [to_json(Finding("circumstances.silent_one", values))], "split": None, "is_comparable": True}


def codes(equity: Equity) -> list[str]:
    return [finding["code"] for finding in equity.facts["forecast"]["findings"]]


def test_no_revenue_is_stated_where_a_large_account_is_silent(equity):
    gated = supported(equity, silent(0.4))
    assert codes(gated) == ["forecast.silent", "forecast.last_year"]
    why = from_json(gated.facts["forecast"]["findings"][0])
    assert isinstance(why, Unavailable)
    assert why.values["share"] == Share(0.4)
    measures = gated.facts["forecast"]["measures"]
    assert measures["revenue_cents"]["total"] is None
    assert measures["customers"]["total"] is not None
    ahead = gated.forecast[gated.forecast["expected"].notna()]
    assert list(ahead["measure"]) == ["customers"]
    assert gated.facts["check"] is None


@pytest.mark.parametrize("circumstances", [silent(0.05), {"findings": [], "split": None, "is_comparable": True}])
def test_everything_is_stated_where_nothing_speaks_against_it(equity, circumstances):
    assert supported(equity, circumstances) == equity


def test_nobody_is_new_or_lost_where_numbers_were_replaced(equity):
    replaced = {"findings": [to_json(Finding("circumstances.ids_replaced", {"share": Share(0.0)}))]}
    gated = supported(equity, replaced)
    assert codes(gated) == ["forecast.total", "forecast.last_year"]
    assert gated.facts["forecast"]["new_share"] is None
    assert not gated.facts["bridge"]["is_comparable"]
    assert gated.facts["bridge"]["finding"]["code"] == "equity.ids_replaced"


def test_after_a_wave_of_first_purchases_the_share_of_new_customers_is_not_stated_and_all_else_is(equity):
    gated = supported(equity, {"findings": [to_json(Finding("circumstances.wave", {}))]})
    assert codes(gated) == ["forecast.total", "forecast.last_year"]
    assert gated.facts["forecast"]["new_share"] is None
    assert gated.facts["bridge"] == equity.facts["bridge"]


def history(wave: int, n=500, seed=4) -> Past:
    """Three years of a shop, and a month, four before their end, that won `wave` customers who buy once."""
    rng = np.random.default_rng(seed)
    rows = []
    for who in range(n):
        begins = day = rng.uniform(0, 1000)
        rate, lives = rng.gamma(1.0, 1 / 60), rng.exponential(700)
        while day < min(1095, begins + lives):
            rows.append((who, int(day)))
            day += rng.exponential(1 / rate)
    rows += [(n + who, 945 + who % 30) for who in range(wave)]
    who, at = np.array(sorted(set(rows))).T
    present, place = np.unique(who, return_inverse=True)
    return Past(PurchaseDays(present.astype(str), place.astype(np.int32), at.astype(np.int32), np.full(len(at), 900)))


@pytest.mark.parametrize(("wave", "agree"), [(500, False), (0, True)])
def test_after_a_wave_of_first_purchases_it_is_not_stated_how_many_are_active(wave, agree):
    past = history(wave)
    stack, moment = Stack(90).fit(past, 1095, calibrates=False), past.at(1095, 90)
    model = max(moment.classics.fitted, key=lambda m: stack.corrected_.base.weights.get(m.name, 0.0))
    fitted = SimpleNamespace(moment=moment, purchases=model)
    counted = active(pd.DataFrame({"p_purchase": stack.forecast(moment, 365).p_any}), fitted, moment, 365, 0.2)
    assert active_agree(*counted) == agree


def test_why_it_is_not_stated_who_is_active_is_the_first_caveat(equity):
    gated = without_active(equity, 1944, 971)
    caveats = [from_json(caveat) for caveat in gated.facts["caveats"]]
    assert caveats[0] == Finding("equity.active_not_stated", {"by_model": Count(1944), "stated": Count(971)})
    assert equity.facts["caveats"] == []
    assert active_agree(100, 119)
    assert not active_agree(121, 100)
    assert active_agree(0, 0)
