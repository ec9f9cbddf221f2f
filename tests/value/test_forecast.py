"""Monthly forecasts on series that can be followed by hand."""

from datetime import date

import numpy as np
import pandas as pd
import pytest

from crmwb.findings import Count, Share, Unavailable, from_json, to_json
from crmwb.findings.say import say
from crmwb.value.equity.forecast_facts import _with_tests, forecast_facts, proof_facts
from crmwb.value.equity.monthly import Measure, Monthly
from crmwb.value.forecast import NewShare, Rolling, Total, forecast, replay, share_of_new
from crmwb.value.forecast.choice import choose, longest
from crmwb.value.forecast.intervals import month_widths, resemblance, total_widths, widening, wider
from crmwb.value.forecast.methods import COMBINED, METHODS, SEEN_ONCE, ets, last_year, last_year_growth, level, means

YEAR = np.array([10.0, 10, 10, 10, 10, 10, 10, 10, 10, 10, 30, 60])


def rolling_of(values, n_ahead=12, others=None):
    values = np.asarray(values, dtype=float)
    return Rolling.of(values, np.ones(len(values) + 1), range(3, len(values) + 1), n_ahead, others)


def noisy(logs, seed=0, spread=0.05):
    return np.round(1_000 * np.exp(np.asarray(logs) + np.random.default_rng(seed).normal(0, spread, len(logs))))


# --- methods


def test_the_level_is_the_mean_of_three_months():
    assert level(np.array([99.0, 1, 2, 6]), 1.0, 2).tolist() == [3, 3]


def test_last_year_repeats_the_same_months():
    assert last_year(YEAR, 1.0, 14).tolist() == [*YEAR, 10, 10]


def test_growth_since_last_year_counts_as_far_as_it_was_seen():
    # six months, each twice last year's; a lump of next to nothing; of the log of two, six of nine parts count
    values = np.concatenate([YEAR, 2 * YEAR[:6]])
    np.testing.assert_allclose(last_year_growth(values, 1e-9, 1), 10 * 2 ** (6 / 9))


def test_the_latest_growth_counts_most():
    rising = np.concatenate([np.full(12, 10.0), np.full(11, 10.0), [20.0]])
    fallen = np.concatenate([np.full(12, 10.0), [20.0], np.full(11, 10.0)])
    assert last_year_growth(rising, 1.0, 2)[1] > last_year_growth(fallen, 1.0, 2)[1] > 10


def test_a_season_seen_once_lies_between_the_level_and_last_year():
    # level (10 + 30 + 60) / 3; last January 10; a lump of 1 each: half way after one year
    parts = {name: method(YEAR, 1.0, 1) for name, method in METHODS.items()}
    np.testing.assert_allclose(means(12, 1.0, parts)[SEEN_ONCE], np.sqrt((100 / 3 + 1) * 11) - 1)
    known = np.concatenate([YEAR, YEAR[:6]])  # three quarters of the way after a year and a half
    parts = {name: method(known, 1.0, 1) for name, method in METHODS.items()}
    np.testing.assert_allclose(means(18, 1.0, parts)[SEEN_ONCE], 10)


def test_from_two_years_on_growth_and_smoothing_are_combined():
    parts = {"level": np.array([9.0]), "last_year_growth": np.array([99.0]), "ets": np.array([24.0])}
    assert means(24, 1.0, parts)[COMBINED][0] == pytest.approx(np.sqrt(100 * 25) - 1)
    assert means(18, 1.0, parts)[COMBINED][0] == 99.0  # before that smoothing knows no season
    assert np.isnan(means(24, 1.0, parts)[SEEN_ONCE]).all()
    assert np.isnan(means(11, 1.0, parts | {"last_year": np.array([7.0])})[COMBINED]).all()


@pytest.mark.parametrize("yearly", [-0.2, -0.08, 0.08, 0.2])
def test_steady_growth_is_carried_on(yearly):
    months = np.arange(53)
    season = 0.4 * np.cos(2 * np.pi * months / 12) + 0.5 * (months % 12 == 11)
    values = noisy(np.log1p(yearly) * months / 12 + season, spread=0.04)
    forecasts = forecast(rolling_of(values[:41]), 41, 0)
    off = np.log(forecasts.expected[:5].sum() / values[41:46].sum())
    naive = np.log(values[29:34].sum() / values[41:46].sum())
    assert abs(off) < 0.05
    assert abs(off) < abs(naive)


def test_smoothing_follows_a_trend_and_a_season():
    months = np.arange(48)
    logs = 7 + 0.01 * months + 0.4 * np.sin(2 * np.pi * months / 12)
    smoothed = ets(np.exp(logs[:36]), 1.0, 12)
    np.testing.assert_allclose(smoothed, np.exp(logs[36:]), rtol=0.06)


@pytest.mark.parametrize("method", METHODS.values())
def test_methods_say_nothing_of_what_they_cannot_know(method):
    assert np.isnan(method(np.array([5.0, 5]), 1.0, 3)).all()
    assert (method(np.zeros(30), 1.0, 3) == 0).all()


# --- errors and choice


def test_errors_hold_only_what_was_known():
    rolling = rolling_of([10, 10, 10, 20, 40], n_ahead=3)
    by_level = rolling.month_errors("level", 5)
    assert by_level[0, 0] == pytest.approx(np.log(21 / 11))  # from month 3: a level of 10, and 20 came
    assert by_level[0, 1] == pytest.approx(np.log(41 / 11))
    assert np.isnan(by_level[0, 2])
    assert np.isnan(rolling.month_errors("level", 4)[0, 1])
    # the total of two months: 60 came of 20
    assert rolling.total_errors("level", 5, 0)[0, 1] == pytest.approx(np.log(61 / 21))
    # without the first month ahead
    assert rolling.total_errors("level", 5, 1)[0, 0] == pytest.approx(np.log(41 / 11))


@pytest.mark.parametrize(("n", "default"), [(8, "level"), (15, SEEN_ONCE), (24, COMBINED)])
def test_the_length_of_the_history_proposes_the_method(n, default):
    assert choose(rolling_of(noisy(np.zeros(n))), n, 0).default == default


@pytest.mark.parametrize(("n", "months"), [(9, 3), (12, 4), (23, 7), (24, 12), (40, 20)])
def test_how_far_a_history_reaches(n, months):
    assert longest(n) == months


def test_what_is_proposed_stays_where_chance_alone_tells_methods_apart():
    assert choose(rolling_of(noisy(np.zeros(40), seed=1)), 40, 0).method == COMBINED


def test_another_method_takes_part_in_the_comparison():
    values = noisy(np.cumsum(np.random.default_rng(2).normal(0, 0.3, 48)), seed=2)
    perfect = np.array([[values[o + h] if o + h < 48 else 1_000.0 for h in range(12)] for o in range(3, 49)])
    choice = choose(rolling_of(values, others={"customer_models": perfect}), 48, 0)
    assert choice.method == "customer_models"
    assert choice.horizon == 12


# --- intervals


def test_widths_never_shrink_with_the_distance_and_hold_what_was_off():
    errors = np.tile([[0.1, 0.3, 0.2]], (10, 1))
    widths = month_widths(errors)
    assert (np.diff(widths[80]) >= 0).all()
    assert (widths[80] >= [0.1, 0.2, 0.2]).all()
    assert (widths[95] > widths[80]).all()


def test_with_four_tests_the_range_holds_the_worst_of_them():
    errors = np.array([[0.1], [0.1], [0.1], [0.4]])
    assert month_widths(errors)[80][0] == pytest.approx(0.4)


def test_origins_before_two_years_were_known_count_as_far_as_the_second_was():
    origins = np.array([6, 12, 15, 24, 30])
    assert resemblance(origins, 31).tolist() == [0.01, 0.01, 0.25, 1.0, 1.0]
    assert resemblance(origins, 23).tolist() == [1.0] * 5  # all of them are alike then


def test_ranges_follow_the_origins_that_count():
    errors = np.array([[0.5]] * 10 + [[0.1]] * 10)
    late = month_widths(errors, np.repeat([0.01, 1.0], 10))
    assert late[80][0] == pytest.approx(0.1)
    assert month_widths(errors)[80][0] == pytest.approx(0.5)
    alike = month_widths(errors, np.full(20, 0.5))
    assert alike[80] == pytest.approx(month_widths(errors)[80])


def test_totals_that_overlap_count_as_few_tests():
    errors = np.full((13, 12), 0.05)
    apart = total_widths(errors[:, :1], 1)[95][0]
    overlapping = total_widths(errors, 12)[95][0]
    assert apart < 0.12
    assert overlapping > 0.2  # thirteen totals of twelve months are two years: Student's t with two degrees of freedom


def test_what_the_last_months_were_off_by_counts():
    errors = np.full((20, 6), 0.02)
    errors[-1, 2] = 0.5
    assert total_widths(errors, 6)[80][0] > 0.5


def test_past_ranges_that_held_too_little_widen_the_next():
    assert widening(np.array([0.5] * 8 + [2.0] * 4)) == 2.0
    assert widening(np.array([0.5] * 20)) == 1.0
    assert widening(np.array([9.0] * 5)) == 1.0  # too few


def test_what_two_methods_are_apart_is_added():
    assert wider({80: np.array([0.1])}, np.array([0.5]))[80][0] == pytest.approx(0.6)


# --- forecasts


def test_a_season_seen_once_gives_months_and_no_total():
    forecasts = forecast(rolling_of(YEAR * 100), 12, 0)
    assert forecasts.choice.method == SEEN_ONCE
    assert len(forecasts.expected) == 4
    assert forecasts.total == Unavailable("forecast.range_too_wide")
    low, high = forecasts.ends(80, 1.0)
    assert low[0] < 1_000  # as last January,
    assert high[0] > 10_000 / 3  # or as the last three months


def test_before_a_year_there_is_no_total_and_three_months_at_most():
    forecasts = forecast(rolling_of(noisy(np.zeros(10))), 10, 0)
    assert len(forecasts.expected) == 3
    assert forecasts.total == Unavailable("forecast.season_not_seen")


def test_too_short_to_test_is_said():
    forecasts = forecast(rolling_of([5, 5, 5, 5, 5]), 5, 0)
    assert len(forecasts.expected) == 0
    assert forecasts.total == Unavailable("forecast.not_tested")


def test_a_steady_history_of_three_years_has_a_total_over_twelve_months():
    values = noisy(0.4 * np.sin(2 * np.pi * np.arange(48) / 12), spread=0.03)
    forecasts = forecast(rolling_of(values[:36]), 36, 0)
    assert isinstance(forecasts.total, Total)
    assert forecasts.total.months == 12
    assert forecasts.total.expected == pytest.approx(values[36:].sum(), rel=0.05)
    assert forecasts.total.low[80] < values[36:].sum() < forecasts.total.high[80]


def test_after_a_break_the_total_is_withheld():
    values = noisy(np.where(np.arange(36) < 33, 0.0, -0.6), spread=0.02)
    assert isinstance(forecast(rolling_of(values), 36, 0).total, Unavailable)


def test_a_replay_is_what_would_have_been_said_then():
    values = noisy(0.02 * np.arange(30), seed=3)
    origins = np.arange(6, 30)
    replayed, _ = replay(rolling_of(values), origins, 30)
    early = rolling_of(values[:20])
    then = forecast(early, 20, 0, replay(early, np.arange(6, 20), 20)[1])
    now = replayed[list(origins).index(20)]
    np.testing.assert_allclose(now.expected, then.expected)
    np.testing.assert_allclose(now.widths[80], then.widths[80])
    assert now.choice.method == then.choice.method


@pytest.mark.parametrize("kind", ["season", "trend", "walk"])
def test_eighty_percent_ranges_hold_eighty_percent_of_months(kind):
    within = []
    for seed in range(4):
        rng = np.random.default_rng(seed)
        months = np.arange(42)
        logs = {
            "season": 0.5 * np.sin(2 * np.pi * months / 12),
            "trend": 0.02 * months,
            "walk": np.cumsum(rng.normal(0, 0.05, 42)),
        }[kind]
        values = noisy(logs, seed=seed, spread=0.08)
        rolling = rolling_of(values[:30])
        forecasts = forecast(rolling, 30, 0, replay(rolling, np.arange(18, 30), 30)[1])
        low, high = forecasts.ends(80, 1.0)
        came = values[30 : 30 + len(low)]
        within += list((low <= came) & (came <= high))
    assert 0.6 <= np.mean(within) <= 1.0


# --- the share of new customers


def test_the_share_of_new_customers_is_that_of_the_latest_stretches_known():
    shares = {o: 0.20 + 0.01 * (o % 2) for o in range(6, 22)}
    share = share_of_new(shares, {}, 24, 3, 0)
    assert isinstance(share, NewShare)
    assert share.method == "latest"
    assert share.expected == pytest.approx(np.mean([shares[19], shares[20], shares[21]]))
    assert share.low <= 0.20 <= share.high
    assert share.n_tests == 13  # from month 9 on, when the first stretch of three months was over


def test_a_share_that_could_not_be_tested_is_not_stated():
    assert share_of_new({6: 0.2, 7: 0.2}, {}, 10, 3, 0) == Unavailable("forecast.not_tested")
    assert share_of_new({}, {}, 5, 0, 0) == Unavailable("forecast.not_tested")


def test_where_only_the_customer_models_could_be_tested_they_say_the_share():
    actual = dict.fromkeys(range(6, 16), 0.3)  # over twelve months each: none was over before another began
    share = share_of_new(actual, dict.fromkeys(range(6, 28), 0.28), 27, 12, 0)
    assert isinstance(share, NewShare)
    assert (share.method, share.n_tests) == ("customer_models", 10)
    assert share.error == pytest.approx(0.02)
    assert share.low == pytest.approx(0.26)


def test_a_share_that_swings_is_not_stated():
    swings = {o: (0.05, 0.6)[o % 2] for o in range(6, 30)}
    assert share_of_new(swings, {}, 31, 1, 0) == Unavailable("forecast.range_too_wide")


# --- what is said


def past_totals(error: float, n: int) -> pd.DataFrame:
    """Return forecasts from `n` month beginnings, each of twelve months that are all off by one share."""
    rows = [
        ("revenue_cents", origin, month, 100.0, 100.0 * (1 + error * (-1) ** i))
        for i, origin in enumerate(pd.date_range("2020-01-01", periods=n, freq="MS"))
        for month in pd.date_range(origin, periods=12, freq="MS")
    ]
    return pd.DataFrame(rows, columns=["measure", "origin", "month", "actual", "expected"])


@pytest.mark.parametrize(("error", "code"), [(0.046, "few"), (0.2, "error")])
def test_a_total_that_is_not_stated_says_what_its_tests_were_worth(error, code):
    values = noisy(np.zeros(48), spread=0.02)
    rolling = rolling_of(values)
    months = Measure(rolling, 24_000, 0.0, values, forecast(rolling, len(values), 0), [])
    too_wide = to_json(
        Unavailable("forecast.range_too_wide", values={"months": Count(12, "month"), "share": Share(0.25)})
    )
    of = {"unavailable": too_wide, "total": None, "judged_by": months.now.choice.judged_by, "widened_by": 1.0}
    why = from_json(_with_tests(of, months, 0, 12, past_totals(error, 13)))
    assert why.code == f"forecast.range_too_wide_{code}"
    assert (why.values["n_totals"], why.values["apart"]) == (Count(13), Count(2))
    assert ("count for no more than about 2 of their own" in say(why)) == (code == "few")
    assert _with_tests(of | {"total": {"months": 12}}, months, 0, 12, past_totals(error, 13)) == too_wide


def test_totals_are_said_to_gain_by_adding_up_only_where_they_do():
    past = past_totals(0.1, 13).assign(last_month=100.0, last_year=np.nan, low_50=80.0, high_50=120.0)
    past = past.assign(**{f"{end}_{p}": past[f"{end}_50"] for p in (80, 95) for end in ("low", "high")})
    assert from_json(proof_facts(past, 12)["findings"][0]).code == "forecast.proof_with_total_alike"
    swings = past.assign(expected=np.where(np.arange(len(past)) % 2, 110.0, 90.0))
    assert from_json(proof_facts(swings, 12)["findings"][0]).code == "forecast.proof_with_total"


@pytest.mark.parametrize(
    ("spread", "code"), [(0.1, "forecast.next_month"), (1.2, "forecast.next_month_unsure")], ids=["calm", "wild"]
)
def test_a_month_of_which_nothing_useful_is_known_is_not_called_expected(spread, code):
    values = noisy(np.zeros(10), spread=spread)
    rolling = rolling_of(values)
    months = Measure(rolling, 24_000, 0.0, values, forecast(rolling, len(values), 0), [])
    monthly = Monthly(date(2000, 11, 1), {"revenue_cents": months}, Unavailable("forecast.new_share_unsure"))
    facts = forecast_facts(monthly, 3, "EUR")
    assert facts["measures"]["revenue_cents"]["total"] is None
    assert from_json(facts["findings"][0]).code == code


def test_a_month_out_of_season_is_said_to_bring_hardly_anything():
    year = np.array([0.0, 0, 0, 0, 0, 0, 5_000, 9_000, 9_000, 9_000, 5_000, 0])
    season = np.concatenate([times * year for times in (1, 3, 0.6, 2)])  # no total is stated of years so unlike
    rolling = rolling_of(season)
    months = Measure(rolling, 24_000, 0.0, season, forecast(rolling, len(season), 0), [])
    monthly = Monthly(date(2004, 1, 1), {"revenue_cents": months}, Unavailable("forecast.new_share_unsure"))
    assert from_json(forecast_facts(monthly, 3, "EUR")["findings"][0]).code == "forecast.next_month_idle"
