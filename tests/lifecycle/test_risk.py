"""The risk: known futures, calibration, and nothing from after the moment."""

from datetime import date

import numpy as np
import pandas as pd
import pytest
from project import PROJECT
from sklearn.metrics import log_loss

from crmwb import params
from crmwb.calendar import day_number, month_ends
from crmwb.findings import Unavailable, language
from crmwb.findings.say import say
from crmwb.lifecycle.activity import MICRO, Entries
from crmwb.lifecycle.risk import build, hazard
from crmwb.lifecycle.risk.backtest import calibration, reliability
from crmwb.lifecycle.risk.build import REASONS
from crmwb.lifecycle.risk.classes import classes
from crmwb.lifecycle.risk.hazard import Hazard, columns
from crmwb.lifecycle.risk.panel import WHOLE, Known, panel

PARAMS = params.load(PROJECT / "params.yaml").lifecycle.risk
FIRST, NOW = date(2022, 1, 1), date(2024, 1, 1)


def entries(days: dict[int, list[int]]) -> Entries:
    """Build entries from the purchase days of each customer, days counted from FIRST."""
    own = [np.sort(np.array(bought, dtype=np.int64)) for bought in days.values()]
    every = pd.DataFrame({"customer": np.repeat(list(days), [len(d) for d in own]), "day": np.concatenate(own)})
    every["gap"] = np.log(every.groupby("customer")["day"].diff())
    months = (np.datetime64(FIRST) + every["day"].to_numpy()).astype("datetime64[M]")
    every["month"] = months.astype(np.int64) + 12 * 1970
    every["day"] += day_number(FIRST)
    every["squared"] = (every["gap"] ** 2 * MICRO).round()
    every["gap"] = (every["gap"] * MICRO).round()
    sums = every.groupby(["month", "customer"]).agg(
        n_purchases=("day", "size"), first_day=("day", "min"), last_day=("day", "max"),
        n_gaps=("gap", "count"), log_gaps=("gap", "sum"), squared_log_gaps=("squared", "sum"),
    ).reset_index()  # fmt: skip
    sums["net_cents"] = sums["n_purchases"]
    names = [name for name in sums.columns if name not in ("month", "customer")]
    return Entries.by_month(
        (month, rows["customer"].to_numpy(), {name: rows[name].to_numpy().astype(np.int64) for name in names})
        for month, rows in sums.groupby("month")
    )


def moments_of(*given, **named) -> list[Known]:
    return list(panel(*given, **named))


def simulated(n: int, seed: int) -> dict[int, list[int]]:
    """Customers who buy by their own rates and leave by chance, one in two a year."""
    rng = np.random.default_rng(seed)
    out = {}
    for who in range(n):
        begins, gap, lives = rng.integers(0, 500), rng.gamma(4, 6), rng.exponential(500)
        days = begins + np.concatenate([[0], rng.exponential(gap, 200).cumsum()])
        kept = days[(days <= begins + lives) & (days < (NOW - FIRST).days)]
        out[who] = np.unique(kept.astype(int)).tolist()
    return out


@pytest.fixture(scope="module")
def known():
    days = simulated(1500, 1)
    ids = pd.DataFrame({"customer_id": [f"{i:04d}" for i in range(1500)], "clv_cents": 1_000})
    return days, ids, build(entries(days), month_ends(FIRST, NOW), ids, FIRST, PARAMS)


def test_the_risk_of_simulated_customers_is_calibrated_and_useful(known):
    reliable = known[2].reliability
    assert 0.9 <= reliable.slope <= 1.15  # what moments agree on is believed by half, so forecasts are rather unsure
    assert abs(reliable.groups["mean_risk"] - reliable.groups["silent_share"]).mean() < 0.04
    assert reliable.log_loss < 0.52 * reliable.base_log_loss


def test_who_bought_yesterday_is_at_low_risk_and_who_was_silent_for_a_year_is_not(known):
    days, _, risk = known
    silent = np.array([(NOW - FIRST).days - own[-1] for own in days.values()])
    frame = risk.customers
    often = np.array([len(own) >= 10 for own in days.values()])
    assert frame.loc[(silent <= 3) & often, "risk"].max() < PARAMS.at_risk
    assert frame.loc[(silent > 365) & often, "risk"].min() > PARAMS.likely_lost
    assert frame["risk_horizon_days"].between(PARAMS.min_days, PARAMS.max_days).all()
    assert (frame["margin_at_stake_cents"] == (frame["risk"] * 1_000).round()).all()


def test_who_will_not_buy_within_a_year_does_not_within_weeks_either(known):
    days, ids, plain = known
    was = plain.customers
    at_risk = was.index[was["risk_class"] == "at_risk"]
    low = was.index[was["risk_class"] == "low"]
    chance = pd.Series(0.99, index=ids.index)
    chance[[at_risk[0], low[0]]] = 0.001
    of = [entries(days), month_ends(FIRST, NOW), ids.assign(p_purchase=chance), FIRST, PARAMS]
    bound = build(*of, value_days=365).customers
    assert bound.loc[at_risk[0], ["risk", "risk_class"]].tolist() == [0.999, "likely_lost"]
    assert bound.loc[at_risk[0], "margin_at_stake_cents"] == 999
    pd.testing.assert_frame_equal(bound.drop(at_risk[0]), was.drop(at_risk[0]))  # nobody else, and nobody anew
    pd.testing.assert_frame_equal(build(*of, value_days=1).customers, was)  # of fewer days than theirs, it says nothing


def test_nothing_after_the_moment_counts(known):
    days, ids, _ = known
    cut = {who: [d for d in own if d < (date(2023, 9, 1) - FIRST).days] for who, own in days.items()}
    cut = {who: own for who, own in cut.items() if own}
    early = build(entries(cut), month_ends(FIRST, date(2023, 9, 1)), ids, FIRST, PARAMS)
    later = [build(entries(days), [e for e in month_ends(FIRST, NOW) if e <= date(2023, 9, 1)], ids, FIRST, PARAMS)]
    pd.testing.assert_frame_equal(early.customers, later[0].customers)


def test_who_was_at_risk_a_month_before_is_told_by_today_s_rule_from_what_was_known_then(known):
    days, ids, risk = known
    frame, then = risk.customers, date(2023, 12, 1)
    assert risk.before == then
    until = (then - FIRST).days
    first, last_then = (np.array([f([d for d in own if d < until], default=np.inf) for own in days.values()])
                        for f in (min, max))  # fmt: skip
    not_yet = ~np.isfinite(first)
    assert frame.loc[not_yet, "was_at_risk"].isna().all()
    assert (frame["was_at_risk"].notna() == ~not_yet).mean() > 0.95
    again = np.arange(len(not_yet)) % 5 == 0  # who buys within the month; the others do as they did
    later = {w: [d for d in own if d < until] + [until + 3] if again[w] else own for w, own in days.items()}
    bought = build(entries(later), month_ends(FIRST, NOW), ids, FIRST, PARAMS)
    was = bought.customers["was_at_risk"]
    assert was[again & ~not_yet].fillna(False).mean() > 0.1
    gone = (until - last_then > 300) & again & ~not_yet
    assert was[gone].fillna(True).mean() > 0.9
    leaving = frame["risk_class"].isin(["at_risk", "likely_lost"])
    assert (leaving & ~frame["was_at_risk"].astype("boolean").fillna(True)).any()


def test_the_next_purchase_is_the_first_at_or_after_the_moment():
    days = {0: [0, 10, 20, 40, 100], 1: [5, 31]}  # 31: on the first of February itself
    moments = {m.as_of: m for m in moments_of(entries(days), month_ends(FIRST, date(2022, 6, 1)), 2, PARAMS, 100)}
    assert moments[date(2022, 2, 1)].next_days.tolist() == [9, 0]
    assert moments[date(2022, 3, 1)].next_days.tolist() == [41, np.inf]
    assert moments[date(2022, 3, 1)].silent_days.tolist() == [19, 28]


def test_of_many_customers_the_same_ones_are_looked_at_at_every_moment_but_the_latest():
    bought, ends = entries(simulated(400, 4)), month_ends(FIRST, NOW)
    every, some = (moments_of(bought, ends, 400, PARAMS, 120, step=step) for step in (1, 4))
    assert [m.as_of for m in some] == [m.as_of for m in every]
    for whole, part in zip(every[:-WHOLE], some[:-WHOLE], strict=True):
        kept = whole.customer % 4 == 0
        assert part.customer.tolist() == whole.customer[kept].tolist()
        assert part.horizon_days.tolist() == whole.horizon_days[kept].tolist()
        assert part.next_days.tolist() == whole.next_days[kept].tolist()
    assert [len(m.customer) for m in some[-WHOLE:]] == [len(m.customer) for m in every[-WHOLE:]]


def test_a_history_that_is_too_short_has_no_risk():
    days = simulated(300, 2)
    short = {who: [d for d in own if d < 90] for who, own in days.items()}
    short = {who: own for who, own in short.items() if own}
    ids = pd.DataFrame({"customer_id": [f"{i:04d}" for i in range(300)]})
    risk = build(entries(short), month_ends(FIRST, date(2022, 4, 1)), ids, FIRST, PARAMS)
    assert risk.customers["risk"].isna().all()
    assert risk.facts["not_available"] == "history_too_short"


def test_forecasts_that_are_no_better_than_the_mean_are_withheld():
    rng = np.random.default_rng(3)
    reliable = reliability(rng.uniform(0.2, 0.4, 5_000), rng.random(5_000) < 0.3, 1)
    assert not reliable.is_useful


def test_forecasts_that_were_far_too_sure_are_withheld():
    rng = np.random.default_rng(5)
    right = rng.choice([0.02, 0.2, 0.8], 5_000)
    silent = rng.random(5_000) < right
    assert reliability(right, silent, 1).is_useful
    too_sure = 1 / (1 + ((1 - right) / right) ** 2.5)
    assert not reliability(too_sure, silent, 1).is_useful
    too_unsure = 1 / (1 + ((1 - right) / right) ** 0.4)
    unsure = reliability(too_unsure, silent, 1)
    assert unsure.slope > 2
    assert unsure.is_useful  # who was said to leave did, and more often than stated


def paced(n: int, seed: int) -> dict[int, list[int]]:
    """Half buy about twice a week and often pause; half buy each month and are silent only once they left."""
    rng = np.random.default_rng(seed)
    out = {}
    for who in range(n):
        often = who % 2 == 0
        day, days, lives = float(rng.integers(0, 500)), [], rng.exponential(400 if often else 250)
        begins = day
        while day < min(begins + lives, (NOW - FIRST).days):
            days.append(int(day))
            pause = rng.exponential(35) if often and rng.random() < 0.12 else 0
            day += max(rng.gamma(2, 2 if often else 14) + pause, 1)
        out[who] = sorted(set(days))
    return out


def test_the_own_pace_tells_what_a_silence_means(monkeypatch):
    moments = moments_of(entries(paced(1600, 4)), month_ends(FIRST, NOW), 1600, PARAMS, 120)
    day = date(2023, 4, 1)
    before = [moment for moment in moments if moment.as_of < day]
    later = [moment for moment in moments if day <= moment.as_of <= date(2023, 8, 1)]
    silent = np.concatenate([m.next_days >= m.horizon_days for m in later]).astype(float)
    slow = np.concatenate([m.customer % 2 == 1 for m in later])

    def tested() -> tuple[float, float]:
        learned = Hazard.fit(before, day)
        risk = np.concatenate([learned.none(m) for m in later])
        return log_loss(silent, risk), calibration(risk[slow], silent[slow])[0]

    loss, slope = tested()
    monkeypatch.setattr(hazard, "columns", lambda moment: columns(moment)[:, :6])
    loss_without, slope_without = tested()
    assert loss < loss_without - 0.003
    assert abs(slope - 1) < abs(slope_without - 1) - 0.1


def by_term(n: int, seed: int) -> dict[int, list[int]]:
    """Customers who enrol every four months, to within weeks, for four years; who stays out once seldom comes back."""
    rng = np.random.default_rng(seed)
    out = {}
    for who in range(n):
        days, here = [], True
        for term in range(int(rng.integers(0, 11)), 12):
            here = not days or rng.random() < (0.8 if here else 0.05)
            if here:
                days.append(120 * term + int(rng.integers(0, 21)))
        out[who] = days
    return out


def test_a_chance_of_leaving_that_turns_once_a_purchase_is_due_is_followed(monkeypatch):
    moments = moments_of(entries(by_term(2000, 11)), month_ends(FIRST, date(2025, 12, 1)), 2000, PARAMS, 300)
    day = date(2024, 7, 1)
    before = [moment for moment in moments if moment.as_of < day]
    later = [moment for moment in moments if day <= moment.as_of <= date(2024, 10, 1)]
    silent = np.concatenate([m.next_days >= m.horizon_days for m in later]).astype(float)

    def tested() -> tuple[float, float]:
        learned = Hazard.fit(before, day)
        risk = np.concatenate([learned.none(m) for m in later])
        groups = reliability(risk, silent, len(later)).groups
        return log_loss(silent, risk), float((groups["mean_risk"] - groups["silent_share"]).abs().max())

    loss, farthest = tested()
    monkeypatch.setattr(hazard, "TURNS", ())
    loss_without, farthest_without = tested()
    assert loss < loss_without - 0.02
    assert farthest < farthest_without - 0.05


def test_what_turns_within_less_than_a_year_may_be_the_season_and_is_not_learned():
    moments = moments_of(entries(by_term(2000, 11)), month_ends(FIRST, date(2025, 12, 1)), 2000, PARAMS, 300)
    n_turns = len(hazard.TURNS)
    short, long = (Hazard.fit(moments[:n], moments[n].as_of) for n in (14, 30))
    assert not short.weights[-n_turns:].any()
    assert long.weights[-n_turns:].all()


def test_pace_is_against_the_buyers_of_the_moment_and_bounded():
    days = {0: list(range(0, 300, 3)), 1: list(range(0, 300, 30)), 2: list(range(0, 300, 60)), 3: list(range(90))}
    moment = moments_of(entries(days), month_ends(FIRST, date(2022, 11, 1)), 4, PARAMS, 400)[-1]
    assert moment.pace[1] > moment.pace[0] > moment.pace[3]
    assert np.median(moment.pace) == pytest.approx(0, abs=1e-9)
    assert np.abs(moment.pace).max() <= 2


def yearly(n: int, years: int, seed: int) -> dict[int, list[int]]:
    """Customers who come once a year, to within weeks, and of whom a fifth leaves each year."""
    rng = np.random.default_rng(seed)
    out = {}
    for who in range(n):
        days = [int(rng.integers(0, 365 * (years - 1)))]
        while rng.random() < 0.8 and (following := days[-1] + round(rng.normal(365, 20))) < 365 * years:
            days.append(following)
        out[who] = days
    return out


def test_who_comes_once_a_year_and_came_last_month_is_not_at_risk():
    days, ends = yearly(1500, 7, 6), month_ends(FIRST, date(2028, 12, 30))
    ids = pd.DataFrame({"customer_id": [f"{i:04d}" for i in range(1500)]})
    risk = build(entries(days), ends, ids, FIRST, PARAMS).customers
    silent = np.array([(ends[-1] - FIRST).days - own[-1] for own in days.values()])
    assert risk["risk_class"].notna().mean() > 0.98
    assert (risk.loc[silent <= 31, "risk_class"].dropna() == "low").all()
    assert (risk.loc[silent > 500, "risk_class"].dropna() != "low").all()


def test_who_buys_less_often_than_the_history_can_test_has_no_risk():
    ids = pd.DataFrame({"customer_id": [f"{i:04d}" for i in range(400)]})
    risk = build(entries(yearly(400, 3, 7)), month_ends(FIRST, date(2024, 12, 1)), ids, FIRST, PARAMS)
    assert risk.customers["risk"].isna().all()
    assert risk.facts["not_available"] == "history_too_short"


def test_where_the_longest_horizon_was_of_no_use_that_is_the_reason():
    """All buy by one rate and none leaves: nothing tells them apart, and half of the longest horizon fits nobody."""
    rng = np.random.default_rng(8)
    days = {who: np.unique(rng.exponential(40, 30).cumsum().astype(int)).tolist() for who in range(300)}
    days = {who: [day for day in own if day < 731] for who, own in days.items()}
    ids = pd.DataFrame({"customer_id": [f"{i:04d}" for i in range(300)]})
    bounds = PARAMS.model_copy(update={"max_days": 75, "min_days": 10})
    risk = build(entries(days), month_ends(FIRST, NOW), ids, FIRST, bounds)
    assert risk.reliability is not None
    assert risk.facts["not_available"] == "forecasts_did_not_come_true"
    assert moments_of(entries(days), month_ends(FIRST, NOW), 300, bounds, 37.5)[-1].as_of < NOW


def test_a_few_customers_who_all_stay_are_too_few_to_learn_from():
    days = {who: list(range(who % 3, 730, 4)) for who in range(40)}
    ids = pd.DataFrame({"customer_id": [f"{i:04d}" for i in range(40)]})
    risk = build(entries(days), month_ends(FIRST, NOW), ids, FIRST, PARAMS)
    assert risk.facts["not_available"] == "too_few_cases"
    nothing = Entries.by_month([])
    assert build(nothing, month_ends(FIRST, NOW), ids, FIRST, PARAMS).facts["not_available"] == "no_purchases"


def test_where_most_buy_once_nobody_is_counted_as_at_risk():
    rng = np.random.default_rng(9)
    end, out = 160, {}
    for who in range(900):
        days = [int(rng.random() ** 0.45 * end)]
        while rng.random() < 0.45 and (following := days[-1] + 1 + int(rng.exponential(24))) < end:
            days.append(following)
        out[who] = days
    ids = pd.DataFrame({"customer_id": [f"{i:04d}" for i in range(900)]})
    risk = build(entries(out), [*month_ends(FIRST, date(2022, 6, 1)), date(2022, 6, 10)], ids, FIRST, PARAMS)
    assert risk.facts["not_available"] == "customers_buy_once"
    assert risk.customers["risk_class"].isna().all()
    assert risk.facts["n_at_risk"] == 0


@pytest.mark.parametrize("tongue", ["en", "zh"])
def test_every_reason_is_said(tongue):
    with language.using(tongue):
        reasons_in_words = {say(Unavailable(f"lifecycle.no_risk.{reason}")) for reason in REASONS}
    assert len(reasons_in_words) == len(REASONS) == 5


def test_calibration_finds_a_known_slope():
    rng = np.random.default_rng(4)
    logit = rng.normal(0, 1.5, 60_000)
    y = rng.random(60_000) < 1 / (1 + np.exp(-(0.7 * logit + 0.3)))
    assert calibration(1 / (1 + np.exp(-logit)), y.astype(float)) == pytest.approx((0.7, 0.3), abs=0.03)


def test_classes_begin_at_their_bounds():
    assert classes(np.array([0.49, 0.5, 0.89, 0.9, np.nan]), PARAMS).tolist() == [
        "low", "at_risk", "at_risk", "likely_lost", None,
    ]  # fmt: skip
