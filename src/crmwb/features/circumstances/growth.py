"""What a change of revenue is made of: customers, purchases of each, money per purchase, prices, newcomers."""

import math
from collections.abc import Sequence

import numpy as np
import pandas as pd

from crmwb.calendar import day_at
from crmwb.features.circumstances.breaks import Hole
from crmwb.features.circumstances.sales import MICRO, YEAR, Sales
from crmwb.findings import Change, Count, Day, Days, Finding, Share, Times, Value

FEW = 30  # customers, below whom nothing is said
FEW_NEW = 50  # first purchases of a year before, below which nothing is said of newcomers
PRICE_COVERED = 0.5  # of revenue in both periods, that products sold in both must hold
PRICE_SPREAD = 0.2  # of the unit price of one product within the recent period: with more, products have no price
PRICE_LEAST = 0.04  # a change of prices that is worth a sentence, and
PRICE_ERRORS = 3.0  #   at least so many standard errors away from none
STOPPED = 0.4  # times the first purchases of a year before: below it, customers are hardly won any more
LEFT_EDGE = 182  # days after the beginning of the data in which old customers still appear for the first time
BEGAN = 0.1  # of the purchases of a usual month: with fewer in its first, the data begin with the company itself
WAVE = 2.5  # times the usual first purchases of a month
WAVE_SHARE = 0.1  # of all customers, that a wave must hold
OF_ONE = 0.05  # by which the change of revenue per purchase differs without the largest one: worth saying
MONTH, BEFORE = 30, 90
ABOVE_BEFORE = 2.0  # times the first purchases of the 90 days before a wave: growth is none


def windows(sales: Sales) -> tuple[tuple[int, int], tuple[int, int]]:
    """Return the days, from up to, of the recent period and of the same 52 weeks before."""
    begins = sales.as_of - sales.period
    return (begins, sales.as_of), (begins - YEAR, sales.as_of - YEAR)


def year(sales: Sales, holes: Sequence[Hole]) -> Change | None:
    """Return how revenue of the last 52 weeks changed on the 52 weeks before.

    None where the latter were not watched in full, brought nothing, or where either has days without sales that chance
    does not explain.
    """
    begins = sales.as_of - YEAR
    if begins - YEAR < int(sales.days.index[0]) or any(hole.overlaps(begins - YEAR, sales.as_of) for hole in holes):
        return None
    cents = sales.days["cents"]
    before = int(cents.loc[begins - YEAR : begins - 1].sum())
    return Change.between(before, int(cents.loc[begins : sales.as_of - 1].sum())) if before > 0 else None


def split(sales: Sales) -> Finding | None:
    """Split the change of revenue on the year before into customers, purchases of each and money per purchase."""
    now, before = (_floats(sales.windows, name) for name in ("now", "year_ago"))
    if min(now["n_buyers"], before["n_buyers"]) < FEW or min(now["cents"], before["cents"]) <= 0:
        return None
    values: dict[str, Value] = {
        "period": Days(sales.period),
        "customers": Change.between(before["n_buyers"], now["n_buyers"]),
        "purchases": Change.between(before["n_purchases"] / before["n_buyers"], now["n_purchases"] / now["n_buyers"]),
        "money": _of_a_purchase(now, before),
        "new": Share(max(0.0, now["new_cents"] / now["cents"])),
    }
    prices = price_change(sales)
    if prices is None:
        return Finding("circumstances.split", values)
    return Finding("circumstances.split_with_prices", {**values, "prices": Change(prices)})


def _of_a_purchase(now: dict[str, float], before: dict[str, float]) -> Value:
    """Return the change of revenue per purchase; without the largest ones too, where it differs then."""
    change = Change.between(before["cents"] / before["n_purchases"], now["cents"] / now["n_purchases"])
    rest_before, rest_now = (
        (part["cents"] - part["largest_cents"]) / max(part["n_purchases"] - 1, 1) for part in (before, now)
    )
    without = Change.between(rest_before, rest_now)
    if change.value is None or without.value is None or abs(change.value - without.value) < OF_ONE:
        return change
    return Finding("circumstances.but_for_one", {"change": change, "without": without})


def _floats(frame: pd.DataFrame, row: str) -> dict[str, float]:
    return {str(name): float(frame[name].to_numpy()[frame.index.get_loc(row)]) for name in frame.columns}


def price_change(sales: Sales) -> float | None:
    """Return how much more the same products cost than 52 weeks before (Törnqvist index less 1), where it is sure.

    None where products sold in both periods hold less than half of revenue in either, where one product is sold at many
    prices (what customers pay differs then, not what things cost), and where the index is small or within
    `PRICE_ERRORS` standard errors of no change.
    """
    rows = sales.products
    totals = sales.windows["cents"]
    covered = (
        min(rows["cents_now"].sum() / totals["now"], rows["cents_before"].sum() / totals["year_ago"])
        if len(rows)
        else 0.0
    )
    if covered < PRICE_COVERED or _price_spread(rows) > PRICE_SPREAD:
        return None
    ratio = np.log((rows["cents_now"] / rows["units_now"]) / (rows["cents_before"] / rows["units_before"])).to_numpy()
    weight = (
        rows["cents_now"] / rows["cents_now"].sum() + rows["cents_before"] / rows["cents_before"].sum()
    ).to_numpy() / 2
    mean = float(weight @ ratio)
    error = math.sqrt(float(weight**2 @ (ratio - mean) ** 2))
    change = math.expm1(mean)
    return round(change, 6) if abs(change) >= PRICE_LEAST and abs(mean) > PRICE_ERRORS * error else None


def _price_spread(rows: pd.DataFrame) -> float:
    """Return the standard deviation of ln unit price within products, over all lines of the recent period."""
    n = rows["n_now"].to_numpy(dtype=float)
    sums, squares = rows["log_now"].to_numpy() / MICRO, rows["squared_log_now"].to_numpy() / MICRO
    within = float((squares - sums**2 / n).sum())
    return math.sqrt(max(within, 0.0) / max(float(n.sum()) - len(rows), 1.0))


def newcomers_stopped(sales: Sales) -> Finding | None:
    """Find that far fewer customers are won than in the same days a year before."""
    begins = sales.as_of - sales.period
    if begins - YEAR - int(sales.days.index[0]) < LEFT_EDGE:
        return None
    first = sales.days["n_first"]
    now = int(first.loc[begins : sales.as_of - 1].sum())
    before = int(first.loc[begins - YEAR : begins - YEAR + sales.period - 1].sum())
    if before < FEW_NEW or now > STOPPED * before:
        return None
    values = {
        "n": Count(now, "customer"),
        "before": Count(before),
        "period": Days(sales.period),
        "change": Change.between(before, now),
    }
    return Finding("circumstances.newcomers_stopped", values, weight=float(before - now))


def wave(sales: Sales) -> Finding | None:
    """Find thirty days that won far more customers than usual, and tell how many of them came back.

    The first half year, in which old customers appear for the first time, and a season that came every year are none;
    a company that begins with the data has no old customers.
    """
    first = sales.days["n_first"]
    counted = first.iloc[0 if _begins_with_the_data(sales) else LEFT_EDGE :]
    if len(counted) < 4 * MONTH:
        return None
    sums = counted.rolling(MONTH).sum().shift(1 - MONTH).dropna()
    begins = int(sums.index[int(np.argmax(sums.to_numpy()))])
    n, usual = float(sums.loc[begins]), float(sums.median())
    if n < WAVE * max(usual, 1.0) or n < WAVE_SHARE * first.sum() or n < FEW_NEW:
        return None
    before = counted.loc[begins - BEFORE : begins - 1]
    if len(before) < MONTH or n < ABOVE_BEFORE * float(before.mean()) * MONTH:
        return None
    for shift in (-2 * YEAR, -YEAR, YEAR, 2 * YEAR):
        near = sums[(sums.index >= begins + shift - MONTH) & (sums.index <= begins + shift + MONTH)]
        if len(near) and near.max() > n / 2:
            return None
    values = {
        "begins": Day(day_at(begins)),
        "ends": Day(day_at(begins + MONTH - 1)),
        "n": Count(int(n), "customer"),
        "times": Times(n / max(usual, 1.0)),
        "share": Share(n / float(first.sum())),
    }
    return Finding("circumstances.wave", values, weight=n)


def _begins_with_the_data(sales: Sales) -> bool:
    """Tell whether next to nothing was bought at first, and not because that month is as quiet in every year."""
    purchases = sales.days["n_purchases"]
    at_first = float(purchases.iloc[:MONTH].sum())
    a_year_later = purchases.iloc[YEAR : YEAR + MONTH]
    usual = MONTH * float(purchases.iloc[MONTH:].mean())
    if len(a_year_later) == MONTH:
        usual = min(usual, float(a_year_later.sum()))
    return at_first < BEGAN * usual
