"""How far a tier's value may be off, and that no customer's value lies outside its own interval."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from simulated_purchases import seasonal_company

from crmwb.calendar import day_at
from crmwb.params import load
from crmwb.value.challenger import Past
from crmwb.value.potential.customers import CLV_ENDS, buyers_of, fit, score
from crmwb.value.potential.past_forecasts import PastForecasts
from crmwb.value.potential.spend import SpendForecast, SpendRule, Spends
from crmwb.value.potential.tiers import tier_ranges
from crmwb.value.potential.total import TotalRange


@pytest.fixture(scope="module")
def valued():
    """Return the buyers of a simulated company, what was fitted to them, and the params."""
    days = seasonal_company(n=250, n_days=1_460, seed=3)
    origin = days.first_day + 1_300
    known, params = Past(days.until(origin)), load().value
    then = known.at(origin, params.horizon_days).known
    buyers = pd.DataFrame(
        {
            "customer_id": days.ids[then.customer],
            "first_purchase_on": [pd.Timestamp(day_at(int(origin - age))) for age in then.age_days],
            "frequency": then.frequency,
            "recency_days": then.recency_days,
            "age_days": then.age_days,
            "monetary_cents": then.mean_spend,
            "revenue_cents": then.cents,
            "margin_cents": np.nan,
        }
    )
    buyers = buyers_of(buyers)
    return buyers, fit(buyers, params, known, day_at(origin)), params


@pytest.mark.parametrize("rule", list(SpendRule))
def test_a_customers_value_lies_within_its_intervals(valued, rule):
    buyers, fitted, params = valued
    forecast = SpendForecast.fit(Spends.of(fitted.moment.known), rule)
    scored, _ = score(buyers, replace(fitted, money=replace(fitted.money, forecast=forecast)), params)
    ends = scored[list(CLV_ENDS)].to_numpy()
    expected = scored["clv_cents"].to_numpy()
    assert (ends[:, :3].max(axis=1) <= expected).all()
    assert (expected <= ends[:, 3:].min(axis=1)).all()
    assert (np.diff(ends, axis=1) >= 0).all()  # and each interval lies in the next wider one


def test_a_tier_is_as_sure_as_earlier_forecasts_of_customers_in_its_place(valued):
    buyers, fitted, params = valued
    scored, fitted = score(buyers, fitted, params)
    spent = np.arange(100.0, 0.0, -1.0)
    came = np.where(spent > 90, 30.0, 10.0)  # three times what was expected of the tenth that had spent most
    past = PastForecasts(360, 4, (np.full(100, 10.0),) * 6, (came,) * 6, (spent,) * 6)
    fitted = replace(fitted, past=past)
    rank = scored["clv_cents"].rank(ascending=False, method="first").to_numpy()
    tiers = np.where(rank <= len(scored) / 10, "vip", "small")
    never = pd.DataFrame({"customer_id": ["a"], "tier": ["potential"], "clv_cents": pd.array([None], dtype="Int64")})
    customers = pd.concat([never, scored[["customer_id", "clv_cents"]].assign(tier=tiers)])
    ranges = tier_ranges(fitted, customers, ["vip", "other", "small"], 365)
    assert list(ranges) == ["vip", "small"]
    assert ranges["vip"].high > 2.5
    assert ranges["small"].high < 1.5
    assert ranges["vip"].n_tests == 6


def test_no_range_is_narrower_than_independent_customers_make_it():
    sure = PastForecasts(360, 1, (np.full(9, 1.0),) * 6, (np.full(9, 1.0),) * 6, (np.ones(9),) * 6).totals()
    alone = TotalRange.learn(sure, 365, scatter=0.5)
    assert alone.high == pytest.approx(np.exp(1.2816 * 0.5), rel=1e-3)
    assert alone.low == pytest.approx(np.exp(-1.2816 * 0.5), rel=1e-3)
    assert TotalRange.learn(sure, 365).high < 1.25


def test_a_part_of_whom_nothing_came_is_off_by_no_number():
    past = PastForecasts(90, 1, (np.array([1.0, 5.0]),), (np.array([2.0, 0.0]),), (np.array([9.0, 1.0]),))
    assert past.totals(0.5, 1.0).errors == ()
    assert past.totals(0.0, 0.5).errors == (0.693147,)
    assert past.totals().errors == (round(float(np.log(2 / 6)), 6),)
