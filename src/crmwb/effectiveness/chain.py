"""From perceived value to loyalty to profit: associations in time order, not causes.

How content customers were before a day, on how many days they bought in the half-year after it, and what they brought
in the half-year after that: margin, or revenue where the costs of goods are not known. Each link is Spearman's rank
correlation with the interval of Bonett & Wright (2000), Psychometrika 65:23.
"""

from datetime import date, timedelta

import ibis
import numpy as np
import pandas as pd

from crmwb.effectiveness.inputs import Inputs
from crmwb.effectiveness.reading import fetch
from crmwb.features.purchases import purchase_days
from crmwb.findings import Count, Finding, Interval, Listing, Number, Term, Unavailable

HALF_YEAR = 182
COLUMNS = ["cause", "result", "n_customers", "correlation", "low", "high", "is_shown"]


def chain(inputs: Inputs) -> tuple[Finding | Unavailable, pd.DataFrame]:
    """Return what the three links show, and one row per link (COLUMNS)."""
    p = inputs.params.effectiveness
    middle, begin = inputs.as_of - timedelta(days=HALF_YEAR), inputs.as_of - timedelta(days=2 * HALF_YEAR)
    needed = [name for name in ("interactions", "transactions") if name not in inputs.clean]
    if needed:
        return Unavailable("effectiveness.chain.no_answers", needs=(Term("table", needed[0]),)), _empty()
    costs = inputs.quality["completeness"]["revenue_known"].get("transactions", {}).get("cost_cents") or 0.0
    brought = "profit" if costs >= p.in_place_share else "revenue"
    frame = _customers(inputs, begin, middle, brought)
    if len(frame) < p.min_respondents or begin <= inputs.first_day:
        values = {"n": Count(len(frame), "customer"), "least": Count(p.min_respondents)}
        return Unavailable("effectiveness.chain.few_answers", values=values), _empty()
    links = (("perceived_value", "loyalty"), ("loyalty", brought), ("perceived_value", brought))
    rows = [(*link, *correlation(frame[link[0]], frame[link[1]], p.level)) for link in links]
    links_shown = pd.DataFrame(rows, columns=COLUMNS[:-1])
    links_shown["is_shown"] = (links_shown["low"] > 0) | (links_shown["high"] < 0)
    return _finding(links_shown), links_shown


def _empty() -> pd.DataFrame:
    return pd.DataFrame(columns=COLUMNS)


def _customers(inputs: Inputs, begin: date, middle: date, brought: str) -> pd.DataFrame:
    """Return those who rated before `begin`: perceived_value (mean rating), loyalty (days), and what they brought."""
    contacts, lines = inputs.clean["interactions"], inputs.clean["transactions"]
    rated = contacts.filter(contacts.satisfaction.notnull(), contacts.occurred_at < _midnight(begin))
    rated = rated.mutate(millionths=(rated.satisfaction * 1_000_000).round().cast("int64"))
    ratings = rated.group_by("customer_id").aggregate(
        total=rated.millionths.sum().cast("int64"), n=rated.millionths.count()
    )
    bought = purchase_days(lines, middle).filter(lambda t: t.day >= begin)
    loyalty = bought.group_by("customer_id").aggregate(loyalty=bought.count())
    late = lines.filter(lines.ordered_at >= _midnight(middle), lines.ordered_at < _midnight(inputs.as_of))
    cents = late.revenue_cents - late.cost_cents if brought == "profit" else late.revenue_cents
    amounts = late.group_by("customer_id").aggregate(cents=cents.sum().cast("int64"))
    both = ratings.left_join(loyalty, "customer_id").drop("customer_id_right")
    both = both.left_join(amounts, "customer_id").select("customer_id", "total", "n", "loyalty", "cents")
    frame = fetch(inputs.con, both.order_by("customer_id"))
    return pd.DataFrame(
        {
            "perceived_value": frame["total"] / frame["n"],
            "loyalty": frame["loyalty"].fillna(0).astype(float),
            brought: frame["cents"].fillna(0).astype(float),
        }
    )


def _midnight(day: date) -> ibis.expr.types.TimestampScalar:
    return ibis.literal(day).cast("timestamp")


def correlation(one: pd.Series, other: pd.Series, certainty: float) -> tuple[int, float, float, float]:
    """Return n, Spearman's correlation and its interval; unknown where one of them never changes.

    Examples
    --------
    >>> n, rho, low, high = correlation(pd.Series(range(50)), pd.Series(range(50)), 0.95)
    >>> n, round(rho, 3)
    (50, 1.0)
    """
    from scipy.stats import norm

    n = len(one)
    if n < 4 or one.nunique() < 2 or other.nunique() < 2:
        return n, float("nan"), float("nan"), float("nan")
    rho = float(np.corrcoef(one.rank(), other.rank())[0, 1])
    middle = np.arctanh(np.clip(rho, -0.9999999, 0.9999999))
    reach = float(norm.ppf((1 + certainty) / 2)) * np.sqrt((1 + rho**2 / 2) / (n - 3))
    return n, rho, float(np.tanh(middle - reach)), float(np.tanh(middle + reach))


def _finding(links: pd.DataFrame) -> Finding:
    shown = links[links["is_shown"]]
    n = Count(int(links["n_customers"].max()), "customer")
    if shown.empty:
        return Finding("effectiveness.chain.none", {"n": n})
    each = tuple(
        Finding(
            "effectiveness.chain.link",
            {
                "cause": Term("chain", row["cause"]),
                "result": Term("chain", row["result"]),
                "correlation": Number(round(row["correlation"], 2)),
                "range": Interval(Number(round(row["low"], 2)), Number(round(row["high"], 2))),
            },
        )
        for _, row in shown.iterrows()
    )
    return Finding("effectiveness.chain.shown", {"n": n, "links": Listing(each)})
