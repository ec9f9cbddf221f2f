"""What a purchase is expected to bring, by which candidate, and that extreme spends decide nothing."""

import numpy as np
import pytest

from crmwb.features.purchase_days import PurchaseDays
from crmwb.value.challenger import Past, Stack
from crmwb.value.potential.money import choose_spend, coverage, revenue_ends
from crmwb.value.potential.spend import Cap, SpendForecast, SpendRule, Spends

ORIGIN, END, HORIZON = 420, 540, 120


def panel(seed=1, n=700, spread=1.0, extreme=0) -> PurchaseDays:
    """Customers with a mean spend of their own (log-normal with that spread), and single spends around it."""
    rng = np.random.default_rng(seed)
    begins, rates = rng.integers(0, 300, n), rng.gamma(1.5, 1 / 40, n)
    lives = rng.exponential(400, n)
    bought = rng.random((n, END)) < rates[:, None]
    bought &= (np.arange(END) > begins[:, None]) & (np.arange(END) < (begins + lives)[:, None])
    bought[np.arange(n), begins] = True
    customer, day = np.nonzero(bought)
    own = np.exp(rng.normal(8, spread, n))
    cents = np.rint(own[customer] * rng.gamma(4, 1 / 4, len(customer))).astype(np.int64) + 1
    if extreme:
        cents[np.flatnonzero(day < ORIGIN)[50]] = extreme
    ids = np.array([f"c{i:05d}" for i in range(n)], dtype=object)
    return PurchaseDays(ids, customer.astype(np.int32), day.astype(np.int32), cents)


def spends(days: PurchaseDays) -> Spends:
    return Spends.of(Past(days).at(ORIGIN, HORIZON).known)


@pytest.mark.parametrize("rule", [rule for rule in SpendRule if rule is not SpendRule.PAST_TOTAL])
@pytest.mark.parametrize("extreme", [10**9, 10**11, 10**13])
def test_one_extreme_spend_hardly_moves_what_is_expected(rule, extreme):
    plain, wild = spends(panel()), spends(panel(extreme=extreme))
    before, after = (SpendForecast.fit(s, rule).expected(s) for s in (plain, wild))
    assert after.mean() == pytest.approx(before.mean(), rel=0.02)
    assert wild.cap.n_purchases == wild.cap.n_customers == 1
    assert wild.cap.cents_removed == extreme - wild.cap.cents


def test_ordinary_spends_are_not_capped():
    cents = np.array([100, 250, 400, 900, 1600, 2500])
    assert Cap.of(cents, np.arange(6)).record() == Cap.of(cents, np.arange(6)).record() | {
        "n_purchases": 0, "n_customers": 0, "cents_removed": 0,
    }  # fmt: skip
    alike = Cap.of(np.array([1000] * 50 + [10**9]), np.arange(51))
    assert (alike.n_purchases, alike.cents) == (1, 1000)


def test_candidates_by_hand():
    days = PurchaseDays(
        np.array(["a", "b"], dtype=object), np.array([0, 0, 0, 1], dtype=np.int32),
        np.array([1, 11, 21, 5], dtype=np.int32), np.array([1000, 2000, 3000, 2000]),
    )  # fmt: skip
    known = Spends.of(Past(days).at(40, 10).known)
    assert known.repeat_mean.tolist()[0] == 2500
    assert np.isnan(known.repeat_mean[1])
    assert known.mean.tolist() == [2000, 2000]
    pooled = SpendForecast.fit(known, SpendRule.POOLED_MEAN)
    assert pooled.expected(known).tolist() == [2000, 2000]
    past = SpendForecast.fit(known, SpendRule.PAST_TOTAL)
    purchases = np.array([2.0, 2.0])
    assert (past.expected(known, purchases) * purchases).tolist() == [6000, 2000]  # as 6,000 to 2,000 so far


def test_a_purchase_is_not_stated_to_bring_what_none_ever_did():
    known = spends(panel())
    past = SpendForecast.fit(known, SpendRule.PAST_TOTAL)
    purchases = np.where(np.arange(len(known.total)) % 2, 0.5, 1e-11)
    expected = past.expected(known, purchases)
    stated = past.of_a_purchase(known, expected)
    assert expected.max() > 1e6 * known.cap.cents  # a share of revenue over hardly any purchase
    assert (stated <= np.maximum(known.largest, past.pooled)).all()
    assert stated.max() <= known.cap.cents
    is_usual = expected <= known.mean
    assert is_usual.any()
    assert (stated == expected)[is_usual].all()
    for rule in set(SpendRule) - {SpendRule.PAST_TOTAL}:
        other = SpendForecast.fit(known, rule)
        assert (other.of_a_purchase(known, other.expected(known)) == other.expected(known)).all()


def test_a_mean_on_many_purchases_counts_more():
    known = spends(panel())
    for rule in (SpendRule.SHRUNKEN_MEAN, SpendRule.GAMMA_GAMMA_ALL):
        forecast = SpendForecast.fit(known, rule)
        own = (forecast.expected(known) - forecast.pooled) / (known.mean - forecast.pooled)
        few, many = known.purchases <= 2, known.purchases >= 8
        assert np.median(own[few]) < np.median(own[many])


def test_customers_who_do_not_differ_get_the_mean_of_all():
    known = spends(panel(spread=0.0))
    forecast = SpendForecast.fit(known, SpendRule.SHRUNKEN_MEAN)
    assert forecast.expected(known) == pytest.approx(np.full(len(known.total), forecast.pooled), rel=0.05)


@pytest.fixture(scope="module")
def chosen():
    past = Past(panel(n=1500))
    moment = past.at(ORIGIN, HORIZON)
    stack = Stack(HORIZON).fit(past, ORIGIN)
    return moment, stack, choose_spend(stack, moment, stack.holdouts(past))


def test_the_choice_is_by_revenue_that_came_and_the_simplest_within_chance(chosen):
    _, _, money = chosen
    losses = {row["rule"]: row["loss_over_best"] for row in money.candidates}
    assert set(losses) == {str(rule) for rule in SpendRule}
    assert losses["pooled_mean"] > losses[str(money.forecast.rule)]
    assert str(money.forecast.rule) != "past_total"


def test_intervals_of_revenue_hold_what_they_say(chosen):
    moment, stack, money = chosen
    counts, known = stack.forecast(moment), Spends.of(moment.known)
    spend, variances = money.forecast.expected(known), money.forecast.variances(known)
    came = moment.known.later_cents.astype(float)
    assert 0.75 <= coverage(counts, spend, variances, came, width=money.width) <= 0.85
    ends = revenue_ends(counts, spend, variances, money.width)
    assert (np.diff(ends, axis=1) >= 0).all()
    assert (came <= ends[:, 4]).mean() == pytest.approx(0.9, abs=0.05)
    assert (ends[counts.p_any < 0.025] == 0).all()


def test_no_spend_sees_what_comes_after_its_origin():
    days = panel()
    whole, cut = Past(days), Past(days.until(ORIGIN))
    forecasts = []
    for past in (whole, cut):
        stack = Stack(HORIZON).fit(past, ORIGIN)
        money = choose_spend(stack, past.until(ORIGIN).at(ORIGIN, HORIZON), stack.holdouts(past))
        forecasts.append(money.record())
    assert forecasts[0] == forecasts[1]
