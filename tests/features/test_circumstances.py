"""What happened to a company is found where it happened, and nowhere else."""

from datetime import date, timedelta

import ibis
import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from crmwb import engine, history
from crmwb.contract import ARROW_TYPES
from crmwb.contract.canonical import TRANSACTIONS
from crmwb.features import circumstances
from crmwb.features.circumstances.sales import read
from crmwb.findings import Change, Count, Day, Name

FIRST, AS_OF = pd.Timestamp("2022-01-01"), date(2024, 1, 1)
DAYS = 730
CUT, MOVED = 400, date(2023, 2, 5)  # the day of a break


def company(seed=0, n=600, a_year=8.0, arrivals=0.5, life=900.0):
    """Draw order lines of customers who buy at random: customer, day, cents, product, units, is_return."""
    rng = np.random.default_rng(seed)
    begins = np.r_[rng.uniform(0, 30, n), rng.uniform(30, DAYS, int(arrivals * DAYS))]
    ends = np.minimum(begins + rng.exponential(life, len(begins)), DAYS)
    counts = rng.poisson((ends - begins) * a_year / 365)
    who = np.r_[np.arange(len(begins)), np.repeat(np.arange(len(begins)), counts)]
    day = np.r_[begins, np.repeat(begins, counts) + rng.random(counts.sum()) * np.repeat(ends - begins, counts)]
    lines = pd.DataFrame({"customer": [f"k{i:05d}" for i in who], "day": day.astype(int)})
    lines["product"] = rng.integers(0, 20, len(lines))
    lines["units"] = rng.integers(1, 4, len(lines)).astype(float)
    lines["cents"] = (1000 + 100 * lines["product"]) * lines["units"].astype(int)
    return lines.assign(is_return=False)[lines["day"] < DAYS].reset_index(drop=True)


def table(con, lines):
    """Return the lines as clean transactions."""
    rows = pd.DataFrame(
        {
            "customer_id": lines["customer"],
            "order_id": [f"o{i}" for i in range(len(lines))],
            "ordered_at": FIRST + pd.to_timedelta(lines["day"], unit="D"),
            "product_id": "p" + lines["product"].astype(str),
            "quantity": lines["units"],
            "revenue_cents": lines["cents"].astype("int64"),
            "is_return": lines["is_return"],
            "channel": lines["channel"] if "channel" in lines else pd.Series(None, index=lines.index, dtype="str"),
        }
    )
    return engine.open_arrow(con, pa.Table.from_pandas(rows, preserve_index=False), "transactions")


@pytest.fixture
def seen(con):
    """Return a function: lines in, the findings by code out, with the split under "split"."""

    def seen(lines, as_of=AS_OF):
        seen_of = circumstances.build(con, {"transactions": table(con, lines)}, as_of, 90, "EUR")
        by_code = {finding.code.removeprefix("circumstances."): finding for finding in seen_of.findings}
        return by_code | {"split": seen_of.split, "is_comparable": seen_of.is_comparable, "year": seen_of.year}

    return seen


@pytest.mark.parametrize("seed", range(6))
def test_a_steady_company_has_nothing_to_tell(seen, seed):
    findings = seen(company(seed, life=200.0 * (seed + 1), a_year=3.0 + 3 * seed))
    assert findings.keys() == {"split", "is_comparable", "year"}
    assert findings["is_comparable"]
    assert findings["split"].code == "circumstances.split"


@pytest.mark.parametrize("seed", range(3))
def test_quiet_days_between_weeks_of_sale_are_not_missing(seen, seed):
    """Nine of ten purchases come in a week of sale, about every six weeks, at no fixed dates; a lost month is found."""
    lines, rng = company(seed, n=120, arrivals=0.1), np.random.default_rng(seed)
    sales = np.cumsum(rng.integers(33, 55, 40))
    in_sale = rng.random(len(lines)) < 0.9
    nearest = sales[np.abs(sales[:, None] - lines["day"].to_numpy()[None]).argmin(axis=0)]
    lines.loc[in_sale, "day"] = (nearest + rng.integers(0, 7, len(lines)))[in_sale]
    lines = lines[lines["day"] < DAYS].drop_duplicates(["customer", "day"])
    assert "no_sales" not in seen(lines)
    steady = company(seed, n=120, arrivals=0.1)
    assert "no_sales" in seen(steady[~steady["day"].between(CUT, CUT + 30)])


@pytest.mark.parametrize("share", [1.0, 0.7, 0.45])
def test_replaced_numbers_are_found_to_the_day_or_nearly(seen, share):
    lines = company()
    moved = (lines["day"] >= CUT) & (lines["customer"].str[-2:].astype(int) < 100 * share)
    lines.loc[moved, "customer"] = "n" + lines["customer"]
    finding = seen(lines)["ids_replaced"]
    assert abs((finding.values["day"].value - MOVED).days) <= (1 if share == 1 else 7)
    assert finding.values["share"].value < (0.5 if share > 0.5 else 0.75) * finding.values["usual"].value


@pytest.mark.parametrize("seed", range(3))
def test_customers_who_leave_all_at_once_or_newcomers_alone_are_no_replaced_numbers(seen, seed):
    lines = company(seed)
    is_some = lines["customer"].str[-2:].astype(int) < 45
    assert "ids_replaced" not in seen(lines[(lines["day"] < CUT) | ~is_some])
    others = company(seed + 10, n=300, arrivals=0.0).assign(customer=lambda f: "x" + f["customer"])
    others["day"] += CUT
    assert "ids_replaced" not in seen(pd.concat([lines, others[others["day"] < DAYS]], ignore_index=True))


def test_one_off_buyers_of_a_promotion_are_no_replaced_numbers_but_a_wave(seen):
    lines, rng = company(), np.random.default_rng(1)
    crowd = lines.sample(1200, random_state=1).assign(
        customer=[f"c{i}" for i in range(1200)], day=rng.integers(CUT, CUT + 28, 1200)
    )
    findings = seen(pd.concat([lines, crowd], ignore_index=True))
    assert "ids_replaced" not in findings
    assert findings["wave"].values["n"].value >= 1200
    assert abs((findings["wave"].values["begins"].value - MOVED).days) <= 2


def test_a_wave_in_the_first_half_year_is_seen_where_the_company_begins_with_the_data(seen):
    rng = np.random.default_rng(2)
    growing = (420 * np.sqrt(rng.random(500))).astype(int)  # more customers in every month
    begun = [(f"s{i}", day + 7 * k) for i, day in enumerate(growing) for k in range(8) if day + 7 * k < DAYS]
    promotion = [(f"p{i}", day) for i, day in enumerate(rng.integers(150, 178, 500))]
    sold = pd.DataFrame(begun + promotion, columns=["customer", "day"])
    sold = sold.assign(product=0, units=1.0, cents=1000, is_return=False)
    findings = seen(sold)
    assert findings["wave"].values["n"].value >= 500
    old = pd.DataFrame([(f"o{i}", i % 30) for i in range(300)], columns=["customer", "day"])  # customers of long ago
    assert "wave" not in seen(pd.concat([sold, sold.iloc[:300].assign(**old)], ignore_index=True))


def test_customers_of_a_first_term_after_the_holidays_are_old_ones_and_no_wave(seen):
    rng = np.random.default_rng(3)
    rows = []
    for term, at in enumerate((60, 190, 290, 60 + 364, 190 + 364, 290 + 364)):  # the data begin in the quiet month
        newcomers = [f"n{term}-{i}" for i in range(90)]
        enrolled = [f"o{i}" for i in range(400)] + newcomers
        rows += [(who, at + day) for who, day in zip(enrolled, rng.integers(0, 21, len(enrolled)), strict=True)]
    rows += [(f"o{i}", day) for i, day in enumerate((2, 9, 15, 366, 373, 380))]
    sold = pd.DataFrame(rows, columns=["customer", "day"])
    assert "wave" not in seen(sold.assign(product=0, units=1.0, cents=1000, is_return=False))


def test_a_season_that_comes_every_year_is_no_wave(seen):
    lines = company()
    crowds = [
        lines.sample(500, random_state=i).assign(
            customer=[f"c{i}-{j}" for j in range(500)], day=np.random.default_rng(i).integers(at, at + 28, 500)
        )
        for i, at in enumerate((300, 300 + 365))
    ]
    assert "wave" not in seen(pd.concat([lines, *crowds], ignore_index=True))


def test_the_year_is_compared_with_the_52_weeks_before_where_both_were_watched(seen):
    lines = company()
    on = lines["day"] >= DAYS - 364
    before = lines["cents"][~on & (lines["day"] >= DAYS - 728)].sum()
    assert seen(lines)["year"].value == pytest.approx(lines["cents"][on].sum() / before - 1, abs=1e-6)
    assert seen(lines[lines["day"] >= 5])["year"] is None  # four days short of two years
    assert seen(lines[~lines["day"].between(500, 530)])["year"] is None  # a month is missing


def test_days_without_sales_are_found_and_nothing_is_compared_with_them(seen):
    lines = company()
    last_year = lines[~lines["day"].between(290, 320)]
    findings = seen(last_year)
    assert findings["no_sales"].values["begins"] == Day(date(2022, 10, 18))
    assert findings["no_sales"].values["ends"] == Day(date(2022, 11, 17))
    assert not findings["is_comparable"]
    assert findings["split"] is None
    earlier = seen(lines[~lines["day"].between(500, 530)])
    assert "no_sales" in earlier
    assert earlier["is_comparable"]


def test_what_is_missing_of_a_growing_company_is_counted_by_its_own_weeks_and_not_by_those_of_fewer_customers(seen):
    week = np.arange(0, DAYS, 7)  # one delivery a week, to ever more customers
    n = 20 + week // 8
    deliveries = pd.DataFrame({"day": np.repeat(week, n), "customer": [f"k{i}" for m in n for i in range(m)]})
    deliveries = deliveries.assign(product=0, units=1.0, cents=1000, is_return=False)
    is_missing = deliveries["day"].between(430, 450)
    finding = seen(deliveries[~is_missing])["no_sales"]
    assert finding.values["n"].value == pytest.approx(is_missing.sum(), rel=0.1)


def test_a_closure_on_the_same_dates_of_every_year_lacks_nothing_though_its_weekdays_differ(seen):
    lines = company(n=900)
    dates = FIRST + pd.to_timedelta(lines["day"], unit="D")
    is_closed = (dates.dt.month == 12) & (dates.dt.day >= 23)
    reopens = ((dates.dt.year + 1).astype(str) + "-01-01").astype("datetime64[ns]")
    caught_up = ((reopens - FIRST).dt.days).where(
        is_closed, lines["day"]
    )  # who was to come then comes on the first day
    findings = seen(lines.assign(day=caught_up), date(2024, 1, 2))
    assert "no_sales" not in findings
    assert findings["year"] is not None


def test_a_company_that_closes_every_winter_lacks_nothing_and_in_its_first_nobody_knows(seen):
    lines = company()
    closed = lines[~(lines["day"] % 365).between(50, 130) | lines["day"].between(365 + 52, 365 + 53)]
    assert "no_sales" not in seen(closed)  # the days are not the same every year, to a day or two
    once = seen(lines[~lines["day"].between(50, 130)])
    assert once["no_sales"].values["begins"] == Day((FIRST + pd.Timedelta(days=50)).date())


def test_that_sales_stop_now_in_every_year_is_told_and_otherwise_not(seen):
    lines = company()
    summers = lines[~(lines["day"] % 365).between(240, 330)]
    finding = seen(summers, date(2023, 8, 30))["closes_now"]
    assert finding.values["n"] == Count(1)
    assert abs((finding.values["until"].value - date(2023, 11, 27)).days) <= 1
    assert "closes_now" not in seen(summers, date(2023, 7, 1))
    assert "closes_now" not in seen(lines, date(2023, 8, 30))
    monthly = lines[lines["day"] % 30 == 0]
    assert "closes_now" not in seen(monthly, date(2023, 8, 30))


def test_a_channel_that_numbers_every_order_anew_is_told_and_one_of_rare_buyers_is_not(seen):
    lines = company(n=300)
    lines["channel"] = np.where(lines["customer"].str[-1] < "4", "market", "web")
    assert "numbers_per_order" not in seen(lines)
    is_market = lines["channel"] == "market"
    each = lines.assign(customer=lines["customer"].where(~is_market, "m" + lines.index.astype(str)))
    finding = seen(each)["numbers_per_order"]
    assert finding.values["channel"] == Name("market")
    assert finding.values["share"].value == 0
    assert finding.values["usual"].value > 0.5
    assert "numbers_per_order" not in seen(each[each["channel"] == "market"])  # nothing to compare with


def test_a_channel_that_stopped_is_told_and_one_that_pauses_or_brought_little_is_not(seen):
    lines = company(n=300)
    lines["channel"] = np.where(lines["customer"].str[-1] < "4", "market", "web")
    assert "channel_stopped" not in seen(lines)
    is_market, closed = lines["channel"] == "market", DAYS - 200
    stopped = lines[~is_market | (lines["day"] < closed)]
    finding = seen(stopped)["channel_stopped"]
    assert finding.values["channel"] == Name("market")
    assert date(2023, 6, 10) <= finding.values["day"].value < date(2023, 6, 15)
    assert 0.3 < finding.values["share"].value < 0.5
    sold = {where: stopped[stopped["channel"] == where] for where in ("market", "web")}
    days = [(DAYS - 90 - ago, DAYS - ago) for ago in (364, 0)]  # the recent days, and those 52 weeks before
    cents = {
        where: [own.loc[own["day"].between(since, until - 1), "cents"].sum() for since, until in days]
        for where, own in sold.items()
    }
    assert cents["market"][1] == 0
    assert finding.values["fell"].cents == cents["market"][0]
    assert finding.values["others"].value == pytest.approx(cents["web"][1] / cents["web"][0] - 1, abs=1e-6)
    little = lines.assign(channel=np.where(lines["customer"].str[-2:] < "05", "market", "web"))
    assert "channel_stopped" not in seen(little[(little["channel"] == "web") | (little["day"] < closed)])
    every_winter = lines[~is_market | (lines["day"] % 365 < 280)]  # it pauses at this time of each year
    assert "channel_stopped" not in seen(every_winter)
    moved = stopped[stopped["day"] < closed + 20]
    assert "channel_stopped" not in seen(moved, date(2023, 7, 5))  # silent for too short a time


def test_closed_sundays_and_few_orders_are_no_days_without_sales(seen):
    lines = company(n=30, arrivals=0.02, a_year=3.0)
    assert "no_sales" not in seen(lines[lines["day"] % 7 != 6])


@pytest.mark.parametrize("every", [7, 15, 30])
def test_purchases_booked_on_few_days_are_no_days_without_sales_but_a_missing_one_is(seen, every):
    lines = company(arrivals=1.0)
    booked = lines.assign(day=lines["day"] // every * every).drop_duplicates(["customer", "day"])
    assert "no_sales" not in seen(booked)
    assert seen(booked)["is_comparable"]
    first = 405 // every * every
    without = booked[~booked["day"].between(first, first + max(20, every) - 1)]
    values = seen(without)["no_sales"].values
    assert values["begins"] == Day(date(2022, 1, 1) + timedelta(days=first - every + 1))
    assert 0.5 < values["n"].value / (len(booked) - len(without)) < 1.25


@pytest.mark.parametrize("billed_within_days", [6, 30])
@pytest.mark.parametrize("seed", range(3))
def test_fees_of_school_terms_are_no_replaced_numbers(seen, seed, billed_within_days):
    rng = np.random.default_rng(seed)
    terms, rows = [4, 94, 247, 369, 459, 612], []
    for who in range(500):
        first = int(rng.choice(6, p=np.array([3, 1, 3, 1, 1, 3]) / 12))
        for term in terms[first:]:
            rows.append((f"s{who:04d}", term + int(rng.integers(0, billed_within_days))))
            if rng.random() < (0.25 if term in (94, 459) else 0.04):
                break
    lines = pd.DataFrame(rows, columns=["customer", "day"])
    findings = seen(lines.assign(product=0, units=1.0, cents=50_000, is_return=False))
    assert "ids_replaced" not in findings


def test_a_large_account_that_stops_is_told_and_one_that_goes_on_is_only_a_dependence(seen):
    lines = company()
    day = np.arange(3, DAYS, 7)
    account = lines.sample(len(day), random_state=2, replace=True).assign(customer="big", day=day, cents=200_000)
    goes_on = seen(pd.concat([lines, account], ignore_index=True))
    assert "silent_one" not in goes_on
    assert goes_on["dependence"].values["share"].value > 0.1
    till = lines.sample(DAYS, random_state=3, replace=True).assign(customer="till", day=np.arange(DAYS), cents=30_000)
    findings = seen(pd.concat([lines, till], ignore_index=True))
    assert "dependence" not in findings
    assert findings["dependence_number"].values["days"].value > 0.9
    after = seen(pd.concat([lines, account[account["day"] < DAYS - 30]], ignore_index=True))
    stopped = after["silent_one"]
    assert not {"dependence", "dependence_number"} & after.keys()  # nothing rests on who is gone
    assert stopped.values["days"].value >= 30
    assert stopped.values["longest"].value == 7


def test_one_huge_order_is_told_as_such_and_no_forecast_is_said_to_rest_on_its_customer(seen):
    lines = company()
    order = lines.iloc[:2].assign(customer="fleet", day=[DAYS - 120, DAYS - 40], cents=[60_000_000, 90_000])
    findings = seen(pd.concat([lines, order], ignore_index=True))
    assert findings["one_order"].values["day"] == Day((FIRST + pd.Timedelta(days=DAYS - 120)).date())
    assert findings["one_order"].values["money"].cents == 60_000_000
    assert "dependence" not in findings
    day = np.arange(3, DAYS, 7)
    account = lines.sample(len(day), random_state=2, replace=True).assign(customer="big", day=day, cents=500_000)
    both = seen(pd.concat([lines, order, account], ignore_index=True))
    assert {"one_order", "dependence"} <= both.keys()  # an order as large does not hide the account


def test_prices_are_told_apart_from_what_customers_spend(seen):
    lines = company()
    dearer = lines.assign(cents=(lines["cents"] * np.where(lines["day"] >= 450, 1.3, 1.0)).astype(int))
    split = seen(dearer)["split"]
    assert split.code == "circumstances.split_with_prices"
    assert split.values["prices"].value == pytest.approx(0.3, abs=0.005)
    more = lines.assign(units=lines["units"] * np.where(lines["day"] >= 450, 2, 1))
    more["cents"] = (1000 + 100 * more["product"]) * more["units"].astype(int)
    bought_more = seen(more)["split"]
    assert bought_more.code == "circumstances.split"
    assert bought_more.values["money"].value > 0.7
    rng = np.random.default_rng(3)
    own_prices = dearer.assign(cents=(dearer["cents"] * np.exp(rng.normal(0, 0.5, len(dearer)))).astype(int))
    assert seen(own_prices)["split"].code == "circumstances.split"


def test_one_large_purchase_is_set_apart_from_what_a_purchase_brings(seen):
    lines = company()
    assert isinstance(seen(lines)["split"].values["money"], Change)
    year_ago = lines[lines["day"].between(DAYS - 450, DAYS - 370)]
    one = year_ago.head(1).assign(cents=year_ago["cents"].sum() // 4)
    money = seen(pd.concat([lines, one], ignore_index=True))["split"].values["money"]
    assert money.code == "circumstances.but_for_one"
    assert money.values["change"].value < -0.15
    assert abs(money.values["without"].value) < 0.05


def test_returns_still_to_come_are_estimated(seen):
    lines, rng = company(), np.random.default_rng(4)
    back = lines[rng.random(len(lines)) < 0.2].copy()
    back["day"] += rng.integers(40, 80, len(back))
    back = back.assign(cents=-back["cents"], units=-back["units"], is_return=True)
    known = back[back["day"] < DAYS]
    truth = -back[(back["day"] >= DAYS) & (back["day"] < DAYS + 90)]["cents"].sum()
    finding = seen(pd.concat([lines, known], ignore_index=True))["refunds"]
    assert finding.values["median"].value == pytest.approx(60, abs=4)
    assert finding.values["money"].cents == pytest.approx(truth, rel=0.2)
    at_once = seen(pd.concat([lines, known.assign(day=lines.loc[known.index, "day"] + 3)], ignore_index=True))
    assert "refunds" not in at_once


def test_newcomers_who_stop_coming_are_told(seen):
    lines = company(arrivals=1.5)
    first = lines.groupby("customer")["day"].transform("min")
    finding = seen(lines[first < DAYS - 120])["newcomers_stopped"]
    assert finding.values["n"] == Count(0, "customer")
    assert finding.values["before"].value > 100


def test_nothing_at_or_after_the_day_is_seen(seen):
    lines = company()
    later = pd.concat([lines, lines.assign(day=lines["day"] + DAYS, cents=10**9)], ignore_index=True)
    assert seen(later) == seen(lines)


def test_few_customers_and_no_transactions(seen, con):
    assert circumstances.build(con, {}, AS_OF, 90, "EUR").content() == {
        "findings": [],
        "split": None,
        "is_comparable": True,
        "year_change": None,
        "holes": [],
    }
    one = pd.DataFrame(
        {"customer": ["a"], "day": [3], "product": [1], "units": [1.0], "cents": [500], "is_return": [False]}
    )
    findings = seen(one)
    assert findings["split"] is None


def test_days_of_the_history_show_the_same(con):
    lines = company(3, life=400.0, a_year=6.0)
    lines.loc[::7, "is_return"] = True
    lines.loc[::7, "cents"] *= -1
    given = table(con, lines)
    lacking = {c.name: ibis.null(ARROW_TYPES[c.kind]) for c in TRANSACTIONS.columns if c.name not in given.columns}
    whole = given.mutate(**lacking)
    people = whole.select("customer_id").distinct()
    past = history.advance({"transactions": whole, "customers": people}, AS_OF, (1,))
    summed, kept = (read(con, whole, AS_OF, 90, days) for days in (None, past))
    for name, value in vars(summed).items():
        if isinstance(value, pd.DataFrame):
            pd.testing.assert_frame_equal(value, getattr(kept, name), check_dtype=False)
    assert len(summed.largest) == 5
