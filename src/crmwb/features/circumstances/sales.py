"""The sales that circumstances are seen in, summed up on the engine: days, returns of customers, accounts, products."""

from dataclasses import dataclass
from datetime import date, timedelta

import ibis
import ibis.expr.types as ir
import numpy as np
import pandas as pd

from crmwb import engine
from crmwb.calendar import EPOCH, day_number
from crmwb.engine import Backend
from crmwb.features.purchases import days
from crmwb.history import History
from crmwb.history.asof import before, days_between, midnight
from crmwb.history.lines import Keep

YEAR = 364  # 52 weeks, so that weekdays are the same
LARGEST = 5
MICRO = 1_000_000  # logs are summed as whole millionths: sums of floats differ with the threads
MATURE_DAYS = 180  # since the first purchase: time enough to buy again
MOST_LAG = 365  # days after a purchase within which a return is looked for


@dataclass(frozen=True)
class Sales:
    """What circumstances are judged by. Days are numbers from 1970 on.

    Attributes
    ----------
    as_of, period : int
        The day on which all is known, and the days of the recent period.
    days : DataFrame
        One row for each day of the history, by `day`: n_purchases (customers who bought), n_first (of them for the
        first time), cents, sold_cents (before returns).
    next_days : DataFrame
        One row per pair of a repeat purchase's day and the same customer's next one (-1: none yet): day, next_day, n.
    largest : DataFrame
        The largest customers by the revenue of the last 365 days, largest first: cents, n_days (with a
        purchase, of these 365), day_cents and largest_day (of these 365, what the day of most revenue brought, and
        which it is), n_gaps, longest_gap (days), days_since.
    windows : DataFrame
        Rows now and year_ago (the recent period, and the same 52 weeks before): n_buyers, n_purchases, cents,
        largest_cents (of the largest purchase), and new_cents (from who first bought within the 52 weeks before the
        end of the period).
    products : DataFrame
        One row per product sold in both windows: units and cents in each (`units_now`, `cents_now`, `units_before`,
        `cents_before`), and of the lines now n_now, log_now and squared_log_now (Σ ln and Σ ln² of the unit price in
        hundredths, in millionths).
    channels : DataFrame
        One row per channel of a first purchase at least MATURE_DAYS ago: channel, n (customers), n_again (of them who
        bought on another day too).
    channel_days : DataFrame
        One row per channel and day with a sale by it: channel, day, cents (before returns).
    lags : DataFrame
        Of returns whose purchase is known: lag (days), cents (above 0), n.
    """

    as_of: int
    period: int
    days: pd.DataFrame
    next_days: pd.DataFrame
    largest: pd.DataFrame
    windows: pd.DataFrame
    products: pd.DataFrame
    lags: pd.DataFrame
    channels: pd.DataFrame
    channel_days: pd.DataFrame


def read(con: Backend, transactions: ir.Table, as_of: date, period: int, past: History | None = None) -> Sales | None:
    """Sum up the order lines before `as_of`, their days as the history has them; None where nobody bought."""
    with engine.keeping(con) as keep:
        by_day = _summed(transactions, as_of) if past is None else _as_kept(past, as_of)
        return _read(con, transactions, keep("sold_days", by_day), as_of, period, keep=keep)


def _summed(transactions: ir.Table, as_of: date) -> ir.Table:
    """Return the days of customers with the days since the purchase before (of purchases but the first)."""
    known = days(transactions, as_of)
    earlier = ibis.window(group_by=[known.customer_id, known.is_purchase], order_by=known.day)
    gap = days_between(known.day.lag().over(earlier), known.day)
    return known.mutate(gap_days=ibis.ifelse(known.is_purchase, gap, ibis.null("int64")))


def _as_kept(past: History, as_of: date) -> ir.Table:
    """Return what `_summed` does, of days that are summed already."""
    known = before(past.days, "day", as_of)
    return known.select(
        "customer_id", "day", "sales_cents", "is_purchase", "gap_days",
        revenue_cents=known.sales_cents - known.returned_cents,
    )  # fmt: skip


def _read(
    con: Backend, transactions: ir.Table, by_day: ir.Table, as_of: date, period: int, *, keep: Keep
) -> Sales | None:
    bought = by_day.filter(by_day.is_purchase)
    every = _daily(con, by_day)
    if every.empty or not every["n_purchases"].sum():
        return None
    buyers = keep("buyers", _buyers(bought))
    return Sales(
        as_of=day_number(as_of),
        period=period,
        days=every,
        next_days=_next_days(con, bought, buyers),
        largest=_largest(con, by_day, as_of),
        windows=_windows(con, by_day, buyers, as_of, period),
        products=_products(con, transactions, as_of, period),
        lags=_lags(con, transactions, as_of),
        channels=_channels(con, transactions, buyers, as_of),
        channel_days=_channel_days(con, transactions, as_of),
    )


def _buyers(bought: ir.Table) -> ir.Table:
    """Return the first and the last purchase of each customer, and how many there are."""
    return bought.group_by("customer_id").aggregate(
        first=bought.day.min(), last=bought.day.max(), n_days=bought.count()
    )


def _next_days(con: Backend, bought: ir.Table, buyers: ir.Table) -> pd.DataFrame:
    number = number_of(bought.day)
    followed = bought.filter(bought.gap_days.notnull()).select(
        "customer_id", day=number - bought.gap_days, next_day=number
    )
    followed = followed.inner_join(buyers, "customer_id")
    followed = followed.filter(followed.day > number_of(followed["first"])).select("day", "next_day")
    repeated = buyers.filter(buyers["last"] > buyers["first"])
    last = repeated.select(day=number_of(repeated["last"]), next_day=ibis.literal(-1, "int64"))
    pairs = followed.union(last)
    counts = pairs.group_by("day", "next_day").aggregate(n=pairs.count())
    return _frame(con, counts.order_by("day", "next_day"))


def _daily(con: Backend, by_day: ir.Table) -> pd.DataFrame:
    """Return all days from the first to the last with an order line; days without one hold zeros."""
    is_first = by_day.is_purchase & by_day.gap_days.isnull()
    rows = by_day.mutate(is_first=is_first, number=number_of(by_day.day))
    sums = rows.group_by(day=rows.number).aggregate(
        n_purchases=rows.count(where=rows.is_purchase),
        n_first=rows.count(where=rows.is_first),
        cents=rows.revenue_cents.sum(),
        sold_cents=rows.sales_cents.sum().fill_null(0),
    )
    daily = _frame(con, sums.order_by("day")).set_index("day")
    if daily.empty:
        return daily
    return pd.DataFrame(daily.reindex(np.arange(daily.index[0], daily.index[-1] + 1), fill_value=0).astype("int64"))


def _largest(con: Backend, by_day: ir.Table, as_of: date) -> pd.DataFrame:
    bought = by_day.filter(by_day.is_purchase)
    year = by_day.filter(by_day.day >= ibis.literal(as_of - timedelta(days=365)))
    year = year.semi_join(bought, "customer_id")
    spent = year.group_by("customer_id").aggregate(cents=year.revenue_cents.sum())
    # gaps and days are of these few alone
    top = spent.order_by(ibis.desc("cents"), "customer_id").limit(LARGEST).select("customer_id")
    bought, year = (rows.semi_join(top, "customer_id") for rows in (bought, year))
    own = ibis.window(group_by=bought.customer_id, order_by=bought.day)
    gap = number_of(bought.day) - number_of(bought.day.lag().over(own))
    gaps = bought.mutate(gap=gap).group_by("customer_id").aggregate(
        n_gaps=ibis._.gap.count(), longest_gap=ibis._.gap.max().fill_null(0), last=number_of(ibis._.day.max())
    )  # fmt: skip
    most = year.revenue_cents.max().over(group_by=year.customer_id)
    year = year.mutate(is_largest=year.revenue_cents == most)
    spent = year.group_by("customer_id").aggregate(
        cents=year.revenue_cents.sum(),
        n_days=year.count(where=year.is_purchase),
        day_cents=year.revenue_cents.max(),
        largest_day=number_of(year.day.min(where=year.is_largest)),
    )
    joined = spent.inner_join(gaps, "customer_id").order_by(ibis.desc("cents"), "customer_id")
    largest = _frame(con, joined.drop("customer_id"))
    return largest.assign(days_since=day_number(as_of) - largest["last"]).drop(columns="last")


def _windows(con: Backend, by_day: ir.Table, buyers: ir.Table, as_of: date, period: int) -> pd.DataFrame:
    rows = by_day.left_join(buyers, "customer_id")
    windows = []
    for end in (as_of, as_of - timedelta(days=YEAR)):
        begins, new_from = end - timedelta(days=period), end - timedelta(days=YEAR)
        part = rows.filter((rows.day >= ibis.literal(begins)) & (rows.day < ibis.literal(end)))
        sums = part.aggregate(
            n_buyers=part.customer_id.nunique(where=part.is_purchase),
            n_purchases=part.count(where=part.is_purchase),
            cents=part.revenue_cents.sum().fill_null(0),
            largest_cents=part.revenue_cents.max(where=part.is_purchase).fill_null(0),
            new_cents=part.revenue_cents.sum(where=part["first"] >= ibis.literal(new_from)).fill_null(0),
        )
        windows.append(_frame(con, sums))
    return pd.concat(windows).set_axis(["now", "year_ago"])


def _products(con: Backend, transactions: ir.Table, as_of: date, period: int) -> pd.DataFrame:
    then = as_of - timedelta(days=YEAR)
    lines = before(transactions, "ordered_at", as_of)
    lines = lines.filter(lines.ordered_at >= midnight(then - timedelta(days=period)))  # leaves out files of months
    sold = lines.filter(
        lines.product_id.notnull() & ~lines.is_return & (lines.revenue_cents > 0) & (lines.quantity > 0)
    )
    day = sold.ordered_at.date()
    log = (sold.revenue_cents / sold.quantity).ln() * MICRO
    sold = sold.mutate(
        log=log.round().cast("int64"),
        now=day >= ibis.literal(as_of - timedelta(days=period)),
        ago=(day >= ibis.literal(then - timedelta(days=period))) & (day < ibis.literal(then)),
    )
    sold = sold.filter(sold.now | sold.ago)
    now, ago = sold.now, sold.ago
    sums = sold.group_by("product_id").aggregate(
        units_now=sold.quantity.sum(where=now).fill_null(0),
        cents_now=sold.revenue_cents.sum(where=now).fill_null(0),
        units_before=sold.quantity.sum(where=ago).fill_null(0),
        cents_before=sold.revenue_cents.sum(where=ago).fill_null(0),
        n_now=sold.count(where=now),
        log_now=sold.log.sum(where=now).fill_null(0),
        squared_log_now=(sold.log.cast("float64") * sold.log / MICRO).round().cast("int64").sum(where=now).fill_null(0),
    )
    both = sums.filter((sums.units_now > 0) & (sums.units_before > 0)).order_by("product_id")
    return _frame(con, both.drop("product_id"))


def _lags(con: Backend, transactions: ir.Table, as_of: date) -> pd.DataFrame:
    """Match returns to the last sale of the same product and amount to the same customer before them."""
    lines = before(transactions, "ordered_at", as_of)
    named = lines.filter(lines.product_id.notnull() & (lines.revenue_cents != 0))
    who = ["customer_id", "product_id", "amount"]
    rows = named.mutate(amount=named.revenue_cents.abs(), number=number_of(named.ordered_at.date()))
    back = rows.filter(rows.is_return).select(*who, back="number")
    back = back.mutate(row=ibis.row_number().over(order_by=[back.customer_id, back.product_id, back.amount, back.back]))
    sold = rows.filter(~rows.is_return).select(*who, sold="number").semi_join(back, who)
    pairs = back.inner_join(sold, who)
    pairs = pairs.filter((pairs.sold <= pairs.back) & (pairs.back - pairs.sold <= MOST_LAG))
    latest = pairs.group_by("row", "amount", "back").aggregate(sold=pairs.sold.max())
    lags = latest.mutate(lag=latest.back - latest.sold)
    return _frame(con, lags.group_by("lag").aggregate(cents=lags.amount.sum(), n=lags.count()).order_by("lag"))


def _channels(con: Backend, transactions: ir.Table, buyers: ir.Table, as_of: date) -> pd.DataFrame:
    named = _by_channel(transactions, as_of)
    seen = named.group_by("customer_id", "channel").aggregate(day=named.ordered_at.date().min())
    own = ibis.window(group_by=seen.customer_id, order_by=[seen.day, seen.channel])
    seen = seen.mutate(place=ibis.row_number().over(own))
    first = seen.filter((seen.place == 0) & (seen.day < ibis.literal(as_of - timedelta(days=MATURE_DAYS))))
    joined = first.inner_join(buyers.select("customer_id", "n_days"), "customer_id")
    sums = joined.group_by("channel").aggregate(n=joined.count(), n_again=joined.count(where=joined.n_days > 1))
    counts: pd.DataFrame = engine.batches(con, sums.order_by("channel")).read_all().to_pandas()
    return counts.astype({"n": "int64", "n_again": "int64"})


def _channel_days(con: Backend, transactions: ir.Table, as_of: date) -> pd.DataFrame:
    named = _by_channel(transactions, as_of)
    sums = named.group_by("channel", day=number_of(named.ordered_at.date())).aggregate(cents=named.revenue_cents.sum())
    rows: pd.DataFrame = engine.batches(con, sums.order_by("channel", "day")).read_all().to_pandas()
    return rows.astype({"day": "int64", "cents": "int64"})


def _by_channel(transactions: ir.Table, as_of: date) -> ir.Table:
    lines = before(transactions, "ordered_at", as_of)
    return lines.filter(lines.channel.notnull() & ~lines.is_return & (lines.revenue_cents > 0))


def number_of(day: ir.DateValue) -> ir.IntegerValue:
    """Count the days from 1970 to a day."""
    return days_between(ibis.literal(EPOCH), day)


def _frame(con: Backend, table: ir.Table) -> pd.DataFrame:
    """Return numbers: units as they are, all else (sums of integers come back as decimals) as whole numbers."""
    frame: pd.DataFrame = engine.batches(con, table).read_all().to_pandas()
    return frame.astype({name: "float64" if name.startswith("units") else "int64" for name in frame.columns})
