"""What circumstances leave of the forecast and of the change of equity."""

from datetime import date
from types import SimpleNamespace

import pandas as pd
import pytest

from crmwb.contract.value import FORECAST
from crmwb.findings import Count, Days, Finding, Money, Share, Unavailable, from_json, to_json
from crmwb.value.equity import Equity, supported


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
    said = [Finding("forecast.total", {}), Finding("forecast.last_year", {}), Finding("forecast.new_share", {})]
    facts = {
        "forecast": {
            "findings": [to_json(finding) for finding in said],
            "measures": {
                name: {"total": {"expected": 1.0}, "unavailable": None} for name in ("customers", "revenue_cents")
            },
            "new_share": {"expected": 0.3},
            "last_year": 1.0,
        },
        "bridge": {"is_comparable": True, "finding": to_json(Finding("equity.changed", {}))},
        "check": {"is_within": True},
    }
    return Equity(nothing, nothing, forecast, nothing, facts, SimpleNamespace())


def silent(share: float) -> dict:
    values = {"share": Share(share), "money": Money(1, "EUR"), "days": Days(40), "longest": Days(9), "n": Count(1)}
    return {"findings": [to_json(Finding("circumstances.silent_one", values))], "split": None, "is_comparable": True}


def codes(found: Equity) -> list[str]:
    return [finding["code"] for finding in found.facts["forecast"]["findings"]]


def test_no_revenue_is_stated_where_a_large_account_is_silent(equity):
    found = supported(equity, silent(0.4))
    assert codes(found) == ["forecast.silent", "forecast.last_year"]
    why = from_json(found.facts["forecast"]["findings"][0])
    assert isinstance(why, Unavailable)
    assert why.values["share"] == Share(0.4)
    measures = found.facts["forecast"]["measures"]
    assert measures["revenue_cents"]["total"] is None
    assert measures["customers"]["total"] is not None
    ahead = found.forecast[found.forecast["expected"].notna()]
    assert list(ahead["measure"]) == ["customers"]
    assert found.facts["check"] is None


@pytest.mark.parametrize("circumstances", [silent(0.05), {"findings": [], "split": None, "is_comparable": True}])
def test_everything_is_stated_where_nothing_speaks_against_it(equity, circumstances):
    assert supported(equity, circumstances) == equity


def test_nobody_is_new_or_lost_where_numbers_were_replaced(equity):
    replaced = {"findings": [to_json(Finding("circumstances.ids_replaced", {"share": Share(0.0)}))]}
    found = supported(equity, replaced)
    assert codes(found) == ["forecast.total", "forecast.last_year"]
    assert found.facts["forecast"]["new_share"] is None
    assert not found.facts["bridge"]["is_comparable"]
    assert found.facts["bridge"]["finding"]["code"] == "equity.ids_replaced"


def test_after_a_wave_of_first_purchases_the_share_of_new_customers_is_not_stated_and_all_else_is(equity):
    found = supported(equity, {"findings": [to_json(Finding("circumstances.wave", {}))]})
    assert codes(found) == ["forecast.total", "forecast.last_year"]
    assert found.facts["forecast"]["new_share"] is None
    assert found.facts["bridge"] == equity.facts["bridge"]
