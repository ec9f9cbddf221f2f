"""Invented companies of known mechanism and known future: what statements of reports are judged on.

Nothing in the workbench was chosen by the second batch of `unseen.py`. Times are days since a company's first day.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd

Curve = Callable[[np.ndarray], np.ndarray]
Change = Callable[[np.random.Generator, pd.DataFrame, "Company"], pd.DataFrame]

PRODUCTS = 60
CROWD, ACCOUNT = 700_000, 900_000  # numbers of customers whom a promotion brings, and of large accounts
COLUMNS = ("customer_id", "order_id", "ordered_at", "product_id", "quantity", "revenue_cents", "is_return")


@dataclass(frozen=True)
class Company:
    """Who arrives, how often they buy, for how long, at which prices, and what happens.

    Attributes
    ----------
    first, cut, last : str
        The first day, the day before which all is known, and the day before which the truth ends.
    arrivals : callable
        New customers a day.
    initial : int
        Customers who are there in the first month.
    rate : (float, float)
        Gamma shape and mean of orders a year.
    regular : int
        Erlang shape of the gaps between orders: 1 is at random.
    life : float
        Mean days that a customer stays.
    one_off : float
        Share of customers who buy once.
    intensity, price : callable, optional
        What every rate, and every price, is multiplied by.
    spend : (float, float, float)
        Median order, and its spread between and within customers (of logarithms).
    lines : float
        Order lines, on average.
    change : callable, optional
        What happens to the orders.
    """

    first: str
    cut: str
    last: str
    arrivals: Curve
    initial: int = 0
    rate: tuple[float, float] = (1.0, 6.0)
    regular: int = 1
    life: float = 730.0
    one_off: float = 0.0
    intensity: Curve | None = None
    price: Curve | None = None
    spend: tuple[float, float, float] = (40.0, 0.5, 0.5)
    lines: float = 2.0
    change: Change | None = None

    @property
    def n_days(self) -> int:
        """From the first day to the end of the truth."""
        return self.day(self.last)

    def day(self, date: str) -> int:
        """Return a date's day."""
        return int((pd.Timestamp(date) - pd.Timestamp(self.first)).days)


def draw(company: Company, seed: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the order lines that are known at the cut, and those that come after it: COLUMNS of transactions."""
    rng = np.random.default_rng(seed)
    every = _lines(_orders(company, rng), company, rng)
    is_known = every["ordered_at"] < pd.Timestamp(company.cut)
    return every[is_known].reset_index(drop=True), every[~is_known].reset_index(drop=True)


def _orders(company: Company, rng: np.random.Generator) -> pd.DataFrame:
    """Draw orders, one row each: customer, day, amount."""
    days = np.arange(float(company.n_days))
    arrivals = rng.poisson(np.maximum(company.arrivals(days), 0))
    later = np.repeat(days, arrivals) + rng.random(int(arrivals.sum()))
    begins = np.sort(np.concatenate([rng.uniform(0, 30, company.initial), later]))
    n = len(begins)
    grid = np.arange(0, 4 * company.n_days, 0.5)
    pace = company.intensity(grid[:-1]) if company.intensity else np.ones(len(grid) - 1)
    passed = np.concatenate([[0.0], np.cumsum(np.maximum(pace, 1e-9) * 0.5)])
    shape, mean = company.rate
    rate = rng.gamma(shape, mean / shape, n) / 365
    ends = begins + rng.exponential(company.life, n)
    rows = np.flatnonzero(rng.random(n) >= company.one_off)
    who, when = [np.arange(n)], [begins]
    now = np.interp(begins, grid, passed)
    while len(rows):
        now[rows] += rng.gamma(company.regular, 1 / (company.regular * rate[rows]))
        at = np.interp(now[rows], passed, grid)
        stays = (at < company.n_days) & (at < ends[rows])
        rows, at = rows[stays], at[stays]
        who.append(rows)
        when.append(at)
    customer, day = np.concatenate(who), np.concatenate(when)
    median, between, within = company.spend
    scale = median * np.exp(rng.normal(0, between, n))
    amount = scale[customer] * np.exp(rng.normal(0, within, len(customer)))
    frame = pd.DataFrame({"customer": customer, "day": day, "amount": amount})
    frame["amount"] *= company.price(day) if company.price else 1.0
    frame = company.change(rng, frame, company) if company.change else frame
    return frame.sort_values(["day", "customer"], kind="stable", ignore_index=True)


def _lines(frame: pd.DataFrame, company: Company, rng: np.random.Generator) -> pd.DataFrame:
    """Return order lines: products at list prices that follow `price`, as many units as come near the amount."""
    frame = frame.assign(order=np.arange(len(frame)))
    count = 1 + rng.poisson(company.lines - 1, len(frame))
    out = frame.loc[frame.index.repeat(count)].reset_index(drop=True)
    part = pd.Series(rng.gamma(2.0, 1.0, len(out)))
    wanted = out["amount"] * part / part.groupby(out["order"]).transform("sum")
    product = (PRODUCTS * rng.random(len(out)) ** 1.7).astype(int)
    prices = company.spend[0] / 5 * np.exp(np.random.default_rng(7).normal(0, 0.5, PRODUCTS))
    level = company.price(out["day"].to_numpy()) if company.price else 1.0
    each = np.rint(100 * prices[product] * level * np.where(rng.random(len(out)) < 0.1, 0.9, 1.0))
    out["quantity"] = np.maximum(1.0, np.rint(100 * wanted / each))
    out["revenue_cents"] = (each * out["quantity"]).astype("int64")
    out["product_id"] = "P" + pd.Series(product).astype(str)
    out["is_return"] = False
    if "back" in out:
        back = out[out["back"] < company.n_days].copy()
        back["day"], back["order"], back["is_return"] = back["back"], back["order"] + 10**6, True
        back["revenue_cents"], back["quantity"] = -back["revenue_cents"], -back["quantity"]
        out = pd.concat([out, back], ignore_index=True)
    days = pd.to_timedelta(np.floor(out["day"]).astype(int), unit="D")
    out["ordered_at"] = pd.Timestamp(company.first) + days
    out["customer_id"], out["order_id"] = "K" + out["customer"].astype(str), "A" + out["order"].astype(str)
    return out[list(COLUMNS)]


def steady(per_day: float) -> Curve:
    """As many a day, always."""
    return lambda t: np.full_like(t, per_day)


def growing(at_first: float, times_a_year: float) -> Curve:
    """Growth by a constant rate."""
    return lambda t: at_first * times_a_year ** (t / 365)


def step(at: float, before: float, after: float) -> Curve:
    """One level, then another."""
    return lambda t: np.where(t < at, before, after)


def season(first: str, peak_month: float, share: float, width: float) -> Curve:
    """Have a yearly peak with `share` of the year's sales, above an even base."""
    offset = (pd.Timestamp(first).day_of_year - 1) / 365

    def curve(t: np.ndarray) -> np.ndarray:
        away = np.abs((offset + t / 365) % 1 - (peak_month - 0.5) / 12)
        bump = np.exp(-0.5 * (np.minimum(away, 1 - away) / width) ** 2) / (width * np.sqrt(2 * np.pi))
        return np.asarray(1 - share + share * bump)

    return curve


def without(begins: str, ends: str, later: float = 0.0) -> Change:
    """No sales in these days: closed, and a part of customers waits (`later`), or lost by the export."""

    def change(rng: np.random.Generator, frame: pd.DataFrame, c: Company) -> pd.DataFrame:
        gone = (frame["day"] >= c.day(begins)) & (frame["day"] < c.day(ends))
        waits = gone & (rng.random(len(frame)) < later)
        frame.loc[waits, "day"] = c.day(ends) + rng.uniform(0, 14, int(waits.sum()))
        return frame[~gone | waits]

    return change


def every_winter(begins: str, ends: str, years: tuple[int, ...]) -> Change:
    """Close from one day of these years to another of the next: month and day."""

    def change(rng: np.random.Generator, frame: pd.DataFrame, c: Company) -> pd.DataFrame:
        for year in years:
            frame = without(f"{year}-{begins}", f"{year + 1}-{ends}")(rng, frame, c)
        return frame

    return change


def renumbered(at: str, share: float = 1.0) -> Change:
    """From a day on, all customers, or a share of them, have other numbers."""

    def change(rng: np.random.Generator, frame: pd.DataFrame, c: Company) -> pd.DataFrame:
        top = int(frame["customer"].max()) + 1
        is_renumbered = rng.random(top) < share
        new = (frame["day"] >= c.day(at)) & is_renumbered[frame["customer"]]
        return frame.assign(customer=frame["customer"] + top * new)

    return change


def accounts(sizes: tuple[float, ...], a_year: float, leaves: int | None = None, at: str = "") -> Change:
    """Large accounts that order steadily; one of them may stop."""

    def change(rng: np.random.Generator, frame: pd.DataFrame, c: Company) -> pd.DataFrame:
        parts = [frame]
        for i, size in enumerate(sizes):
            day = rng.uniform(0, 7) + np.cumsum(rng.gamma(6, 365 / a_year / 6, int(a_year * c.n_days / 365 * 2)))
            day = day[day < (c.day(at) if i == leaves else c.n_days)]
            amount = size / a_year * np.exp(rng.normal(0, 0.25, len(day)))
            parts.append(pd.DataFrame({"customer": ACCOUNT + i, "day": day, "amount": amount}))
        return pd.concat(parts, ignore_index=True)

    return change


def pauses(share: float, days: float) -> Change:
    """Let a share of customers pause for so many days, again and again."""

    def change(rng: np.random.Generator, frame: pd.DataFrame, _c: Company) -> pd.DataFrame:
        n = int(frame["customer"].max()) + 1
        phase = np.where(rng.random(n) < share, rng.uniform(0, 2 * days, n), np.nan)[frame["customer"]]
        return frame[np.isnan(phase) | ((frame["day"] + phase) % (2 * days) >= days)]

    return change


def refunds(share: float, lag: tuple[float, float]) -> Change:
    """Have a share of orders come back whole, so many days later; `_lines` copies their lines."""

    def change(rng: np.random.Generator, frame: pd.DataFrame, _c: Company) -> pd.DataFrame:
        n = len(frame)
        return frame.assign(back=np.where(rng.random(n) < share, frame["day"] + rng.uniform(*lag, n), np.nan))

    return change


def promotion(begins: str, ends: str, extra: float, repeat: float) -> Change:
    """`extra` times the orders of the month before come from new customers, of whom few come back."""

    def change(rng: np.random.Generator, frame: pd.DataFrame, c: Company) -> pd.DataFrame:
        a, b = c.day(begins), c.day(ends)
        n = int(extra * frame["day"].between(2 * a - b, a).sum())
        amount = 0.7 * frame["amount"].median() * np.exp(rng.normal(0, 0.4, n))
        crowd = pd.DataFrame({"customer": CROWD + np.arange(n), "day": rng.uniform(a, b, n), "amount": amount})
        again = crowd[rng.random(n) < repeat].assign(day=lambda f: f["day"] + rng.exponential(200, len(f)))
        return pd.concat([frame, crowd, again[again["day"] < c.n_days]], ignore_index=True)

    return change


def falling_repeat(half_life: float) -> Change:
    """Each later cohort buys less often again."""

    def change(rng: np.random.Generator, frame: pd.DataFrame, _c: Company) -> pd.DataFrame:
        first = frame.groupby("customer")["day"].transform("min")
        return frame[(frame["day"] <= first) | (rng.random(len(frame)) < 0.5 ** (first / half_life))]

    return change


def bursts(days: float, silence: float) -> Change:
    """Let customers buy for so many days, again and again after about as long a silence."""

    def change(rng: np.random.Generator, frame: pd.DataFrame, _c: Company) -> pd.DataFrame:
        own = days + silence * rng.uniform(0.6, 1.4, int(frame["customer"].max()) + 1)
        since = frame["day"] - frame.groupby("customer")["day"].transform("min")
        return frame[since % own[frame["customer"]] < days]

    return change


def ever_rarer(half_life: float) -> Change:
    """Each customer buys ever less often."""

    def change(rng: np.random.Generator, frame: pd.DataFrame, _c: Company) -> pd.DataFrame:
        since = frame["day"] - frame.groupby("customer")["day"].transform("min")
        return frame[(since <= 0) | (rng.random(len(frame)) < 0.5 ** (since / half_life))]

    return change


def weeks_of_sale() -> Change:
    """Sell in ten days of each quarter only, at moving dates."""

    def change(rng: np.random.Generator, frame: pd.DataFrame, _c: Company) -> pd.DataFrame:
        quarter = (frame["day"] // 91).astype(int)
        since = frame["day"] - 91 * quarter - rng.uniform(0, 60, int(quarter.max()) + 1)[quarter]
        return frame[(since >= 0) & (since < 10)]

    return change
