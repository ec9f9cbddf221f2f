"""Who looks new may have bought before the data begin, where others come back after silence as long as they know."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from crmwb.features.purchase_days import PurchaseDays
from crmwb.findings import Count, Finding, to_json
from crmwb.value.equity import Equity, looks_new, without_new_share

DAYS = 1200


def bought(rows):
    """Purchases of 1.00 by (customer, day), of those that the data hold."""
    who, day = np.array(sorted({(who, int(day)) for who, day in rows if 0 <= day < DAYS})).T
    ids, who = np.unique(who, return_inverse=True)
    return PurchaseDays(ids.astype(str), who.astype(np.int32), day.astype(np.int32), np.full(len(who), 100))


def mattresses(n=1500, seed=1):
    """A purchase, a second one within the month, and again after about two years."""
    rng = np.random.default_rng(seed)
    begins = rng.uniform(-2000, DAYS, n)
    each = begins[:, None] + np.arange(5) * 780 + rng.normal(0, 60, (n, 5)).cumsum(axis=1)
    return bought([(i, day) for i in range(n) for first in each[i] for day in (first, first + rng.uniform(1, 30))])


def shop(n=1500, seed=1, mean_days=60.0):
    """Customers who buy at random until they leave."""
    rng = np.random.default_rng(seed)
    rows = []
    for who in range(n):
        begins = rng.uniform(-800, DAYS)
        days = begins + np.append(0, rng.exponential(rng.gamma(2.0, mean_days / 2), 60).cumsum())
        rows += [(who, day) for day in days[days < begins + rng.exponential(500)]]
    return bought(rows)


@pytest.mark.parametrize("seed", [1, 2])
def test_customers_who_come_back_after_as_long_as_the_data_know(seed):
    why = looks_new(mattresses(seed=seed), DAYS)
    assert why is not None
    assert why.code == "forecast.new_or_back"
    n_silent, n_back = why.values["n_silent"], why.values["n_back"]
    assert isinstance(n_silent, Count)
    assert isinstance(n_back, Count)
    assert 0.2 * n_silent.value < n_back.value < n_silent.value


@pytest.mark.parametrize("mean_days", [30.0, 90.0, 250.0])
@pytest.mark.parametrize("seed", [1, 2])
def test_customers_who_come_back_the_less_the_longer_they_were_silent(seed, mean_days):
    assert looks_new(shop(seed=seed, mean_days=mean_days), DAYS) is None


def test_of_a_short_history_and_of_none_nothing_is_found():
    days = mattresses()
    assert looks_new(days.until(700), 700) is None
    assert looks_new(days.until(0), 700) is None


def test_the_share_gives_way_to_the_reason_and_is_not_asked_for_where_it_was_not_stated():
    why = looks_new(mattresses(), DAYS)
    assert why is not None
    findings = [to_json(Finding(f"forecast.{name}", {})) for name in ("total", "new_share")]
    facts = {"forecast": {"findings": findings, "new_share": {"expected": 0.3}}, "check": {"is_within": True}}
    nothing = pd.DataFrame()
    gated = without_new_share(Equity(nothing, nothing, nothing, nothing, facts, SimpleNamespace()), why)
    assert [found["code"] for found in gated.facts["forecast"]["findings"]] == ["forecast.total", why.code]
    assert gated.facts["forecast"]["new_share"] is None
    assert gated.facts["check"] is None
    assert without_new_share(gated, why) is gated
