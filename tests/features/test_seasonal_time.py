"""Time that counts by the season: learned where a strong season is there twice, and of nothing else."""

import numpy as np
import pytest
from simulated_purchases import seasonal_company

from crmwb.features.purchase_days import PurchaseDays
from crmwb.features.seasonal_time import EVEN, YEAR_DAYS, DailyCounts, SeasonalTime
from crmwb.value.challenger import Past, Stack
from crmwb.value.models import PurchaseSummary

WINTER = np.array([2.6, 2.4, 1.8, 0.6, 0.1, 0.05, 0.05, 0.05, 0.1, 0.3, 1.4, 2.55])


def company(pace: np.ndarray, *, n: int = 1_500, years: float = 3.5, seed: int = 0) -> PurchaseDays:
    """Draw customers who come and buy by the season, stay two years on average, and buy 1.5 times a year."""
    rng = np.random.default_rng(seed)
    n_days = int(years * YEAR_DAYS)
    of_day = pace[(np.arange(n_days) % YEAR_DAYS) * 12 // YEAR_DAYS]
    begins = rng.choice(n_days, n, p=of_day / of_day.sum())
    ends = begins + rng.exponential(730, n)
    chance = (rng.gamma(1.5, 1.0, n)[:, None] / YEAR_DAYS) * of_day
    day = np.arange(n_days)
    bought = (rng.random((n, n_days)) < chance) & (day > begins[:, None]) & (day < ends[:, None])
    bought[np.arange(n), begins] = True
    customer, day = np.nonzero(bought)
    ids = np.array([f"k{i:05d}" for i in range(n)])
    return PurchaseDays(ids, customer.astype(np.int32), day.astype(np.int32), np.full(len(day), 1_000))


def test_the_season_is_learned_and_nothing_after_the_origin_counts():
    days, origin = company(WINTER), 3 * YEAR_DAYS
    learned = SeasonalTime.learn(DailyCounts.of(days), origin)
    assert learned == SeasonalTime.learn(DailyCounts.of(days.until(origin)), origin)
    assert np.corrcoef(learned.pace, WINTER)[0, 1] > 0.95
    assert np.mean(learned.pace) == pytest.approx(1, abs=1e-4)


@pytest.mark.parametrize("seed", range(10))
def test_without_a_season_days_are_all_alike(seed):
    assert SeasonalTime.learn(DailyCounts.of(company(np.ones(12), n=400, seed=seed)), 3 * YEAR_DAYS) == EVEN


@pytest.mark.parametrize("begins", [380, 550, 800])
def test_a_stop_in_one_of_two_years_is_no_season(begins):
    days = company(np.ones(12), n=2_000, seed=1)
    sold = (days.day < begins) | (days.day >= begins + 90)
    stopped = PurchaseDays(days.ids, days.customer[sold], days.day[sold], days.cents[sold])
    assert SeasonalTime.learn(DailyCounts.of(stopped), int(2.9 * YEAR_DAYS)) == EVEN


def test_a_season_seen_once_is_not_believed():
    assert SeasonalTime.learn(DailyCounts.of(company(WINTER)), int(1.9 * YEAR_DAYS)) == EVEN


def test_a_year_is_a_year_and_out_of_season_hardly_any_time_passes():
    time = SeasonalTime.learn(DailyCounts.of(company(WINTER)), 3 * YEAR_DAYS)
    begins = np.arange(0, 900, 37.0)
    assert time.between(begins, begins + YEAR_DAYS) == pytest.approx(YEAR_DAYS)
    assert time.between(130.0, 260.0) < 30
    assert EVEN.between(130.0, 260.0) == 130


def test_histories_stay_histories():
    days, origin = company(WINTER), 3 * YEAR_DAYS
    known = Past(days).at(origin, 90).known
    time = SeasonalTime.learn(DailyCounts.of(days), origin)
    x, t_x, age = time.histories(known.frequency, known.recency_days, known.age_days, origin)
    assert PurchaseSummary.of(x, t_x, age).total_customers == len(known)
    assert (x == known.frequency).all()


@pytest.mark.parametrize("part_of_year", [0.25, 0.6, 0.85])
def test_the_year_ahead_of_a_winter_shop_is_forecast_alike_after_between_and_before_winters(part_of_year):
    """Were days all alike, hardly anybody would be taken to come back before a winter, and far too many after it."""
    days, origin = company(WINTER, n=2_000, years=4), int((2 + part_of_year) * YEAR_DAYS)
    past = Past(days)
    moment, stack = past.at(origin, YEAR_DAYS), Stack(90, YEAR_DAYS).fit(past, origin)
    forecast = stack.forecast(moment, YEAR_DAYS)
    assert forecast.p_any.sum() == pytest.approx((moment.known.later > 0).sum(), rel=0.15)


def test_forecasts_of_a_past_know_one_season_and_the_same_as_without_the_future():
    days = seasonal_company(n=250, n_days=1_460, seed=3)
    origin = days.first_day + 1_095
    whole, known = Past(days), Past(days.until(origin))
    assert whole.until(origin).time == known.until(origin).time != EVEN
    assert whole.until(origin).until(origin - 365).time == whole.until(origin).time
