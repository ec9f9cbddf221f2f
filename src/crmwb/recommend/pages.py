"""Products that lead to others: bought together, in first orders, and in orders that no other follows."""

import ibis
import ibis.expr.types as ir
import numpy as np
import pandas as pd
from scipy.special import ndtri

from crmwb import engine
from crmwb.engine import Backend
from crmwb.findings import Count, Days, Unavailable
from crmwb.params import RecommendParams
from crmwb.recommend.lines import Lines
from crmwb.recommend.pair_counts import pair_counts

LEVEL = 0.95
N_PAIRS = 200  # kept: many orders, and surely more than chance (n_both * log(low), as in a likelihood ratio)
ORDERS_AT_MOST = 100_000  # of one customer, so that customer and occasion make one number
MIN_NEWCOMERS = 100
OCCASIONS_APART = 10  # first to ninth order are compared with their like, later ones with one another
GAPS_APART = 100  # above any power of two of days
USUAL_GAP = 0.9  # share of the gaps between orders that are usual
FOLLOWED = 4  # the history is at least so many times as long as orders are followed up


def together(con: Backend, lines: Lines, n_products: int, p: RecommendParams) -> pd.DataFrame:
    """Return pairs of products that stand in one order more often than chance explains.

    product, other, n_both, n_product, n_other, n_orders (counted), expected, lift, low, high (95% interval of the lift
    that holds for all pairs together). The interval is by the delta method for a multinomial: var(log lift) =
    1/n_both - 1/n_product - 1/n_other + (2 lift - 1)/n_orders.
    """
    rows = lines.table
    sold = rows.group_by("product").aggregate(n_sold=rows.count())
    known = rows.join(sold, "product")
    order = [ibis.desc(known.n_sold), known["product"]]
    place = ibis.row_number().over(group_by=[known.customer, known.occasion], order_by=order)
    holder = known.customer.cast("int64") * ORDERS_AT_MOST + known.occasion
    held = known.select("product", holder=holder, place=place)
    counts = pair_counts(
        con,
        held.filter(held.place < p.max_items).drop("place"),
        n_products,
        least=p.min_orders,
        max_pairs=p.max_pairs,
    )
    n_one, n_other = counts.n_of[counts.one], counts.n_of[counts.other]
    expected = n_one * n_other / max(counts.n_holders, 1)
    lift = counts.n_both / expected
    z = ndtri(1 - (1 - LEVEL) / 2 / max(len(lift), 1))
    variance = 1 / counts.n_both - 1 / n_one - 1 / n_other + (2 * lift - 1) / max(counts.n_holders, 1)
    reach = np.exp(z * np.sqrt(np.maximum(variance, 0)))
    frame = pd.DataFrame(
        {
            "product": counts.one,
            "other": counts.other,
            "n_both": counts.n_both,
            "n_product": n_one,
            "n_other": n_other,
            "n_orders": counts.n_holders,
            "expected": expected,
            "lift": lift,
            "low": lift / reach,
            "high": lift * reach,
        }
    )
    proven = frame[frame["low"] > 1].assign(weight=lambda d: (d["n_both"] * np.log(d["low"])).round(6))
    ordered = proven.sort_values(["weight", "product", "other"], ascending=[False, True, True], ignore_index=True)
    return ordered.drop(columns="weight").head(N_PAIRS)


def entry(con: Backend, lines: Lines, p: RecommendParams) -> pd.DataFrame | Unavailable:
    """Return the products of first orders, and how many of their buyers ordered again within `quiet_days`.

    Only customers count whose first order lies `quiet_days` after the history begins (they may have bought before it)
    and as long before its end. Columns as of `_compared`: n is first orders and n_events those with a second order.
    """
    quiet = quiet_days(con, lines, p)
    if isinstance(quiet, Unavailable):
        return quiet
    rows = lines.table
    second = rows.filter(rows.occasion == 2).group_by("customer").aggregate(next_day=rows.day.min())
    first = rows.filter(
        (rows.occasion == 1) & (rows.day >= lines.first_day + quiet) & (rows.day < lines.end_day - quiet)
    )
    n = int(first.customer.nunique().to_pyarrow().as_py())
    if n < MIN_NEWCOMERS:
        return Unavailable("recommend.few_newcomers", (Count(MIN_NEWCOMERS, "customer"),), {"n": Count(n, "customer")})
    joined = first.left_join(second, "customer")
    again = ((joined.next_day - joined.day) <= quiet).fill_null(ibis.literal(value=False)).cast("int64")
    events = joined.select("product", "customer", "occasion", event=again, alike=ibis.literal(0, "int64"))
    compared = _compared(con, events, p.min_orders)
    if compared.empty:
        return Unavailable("recommend.few_orders", (), {"n": Count(p.min_orders, "order")})
    return compared


def last(con: Backend, lines: Lines, p: RecommendParams) -> pd.DataFrame | Unavailable:
    """Return the products of orders that no other order follows within `quiet_days`.

    Orders are compared with others of the same number in their customer's life, because most customers who leave do so
    early, and after about the same gap (by doubling), because rare buyers are silent for longer. Columns as of
    `_compared`, in which n is orders and n_events those that were the last.
    """
    quiet = quiet_days(con, lines, p)
    if isinstance(quiet, Unavailable):
        return quiet
    rows = lines.table
    occasions = rows.select("customer", "occasion", "day").distinct()
    after = occasions.select("customer", occasion=(occasions.occasion - 1).cast("int32"), next_day="day")
    before = occasions.select("customer", occasion=(occasions.occasion + 1).cast("int32"), previous_day="day")
    places = occasions.left_join(after, ["customer", "occasion"]).select("customer", "occasion", "next_day")
    places = places.left_join(before, ["customer", "occasion"])
    places = places.select("customer", "occasion", "next_day", "previous_day")
    old = rows.filter(rows.day < lines.end_day - quiet)
    joined = old.join(places, ["customer", "occasion"])
    event = ((joined.next_day - joined.day) > quiet).fill_null(ibis.literal(value=True)).cast("int64")
    gap = (joined.day - joined.previous_day).cast("float64").log2().floor().cast("int64") + 1
    place = ibis.least(joined.occasion, OCCASIONS_APART).cast("int64") * GAPS_APART + gap.fill_null(0)
    compared = _compared(con, joined.select("product", "customer", "occasion", event=event, alike=place), p.min_orders)
    if compared.empty:
        return Unavailable("recommend.few_orders", (), {"n": Count(p.min_orders, "order")})
    return compared


def quiet_days(con: Backend, lines: Lines, p: RecommendParams) -> int | Unavailable:
    """Return the days of silence after which an order counts as the last: `quiet_days`, or the longest usual gap.

    Unavailable where that is more than a quarter of the history, for then too few orders could be followed up.
    """
    days = lines.table.select("customer", "occasion", "day").distinct()
    before = days.select("customer", occasion=(days.occasion + 1).cast("int32"), previous_day="day")
    gaps = days.join(before, ["customer", "occasion"]).select(gap=ibis._.day - ibis._.previous_day)
    counted = engine.batches(con, gaps.group_by("gap").aggregate(n=gaps.count()).order_by("gap")).read_pandas()
    usual = 0
    if len(counted):
        shares = counted["n"].cumsum() / counted["n"].sum()
        usual = int(counted["gap"].iloc[int(np.searchsorted(shares, USUAL_GAP))])
    quiet, most = max(p.quiet_days, usual), (lines.end_day - lines.first_day) // FOLLOWED
    if quiet > most:
        return Unavailable(
            "recommend.too_rare", (), {"days": Days(quiet), "history": Days(lines.end_day - lines.first_day)}
        )
    return quiet


def _compared(con: Backend, events: ir.Table, least: int) -> pd.DataFrame:
    """Compare the orders with each product to all orders of the same number.

    Parameters
    ----------
    con : Backend
        The engine.
    events : ir.Table
        product, customer, occasion, event (0 or 1), alike (orders of one number are compared): one row per order and
        product.
    least : int
        Orders that a product needs.

    Returns
    -------
    DataFrame
        product, n, n_events, share, expected_share, ratio with low and high (95%, exact Poisson, Garwood 1936), p_value
        (holds for all products together, Bonferroni), the surest difference first.
    """
    from scipy import stats  # slow to import

    orders = events.select("customer", "occasion", "event", "alike").distinct()
    totals = orders.group_by("alike").aggregate(n=orders.count(), n_events=orders.event.sum())
    rates = engine.batches(con, totals.order_by("alike")).read_pandas()
    counted = events.group_by("product", "alike").aggregate(n=events.count(), n_events=events.event.sum())
    cells = engine.batches(con, counted.order_by("product", "alike")).read_pandas()
    shares = (rates["n_events"].astype(float) / rates["n"]).set_axis(rates["alike"])
    cells["expected"] = cells["n"] * cells["alike"].map(shares)
    sums = cells.groupby("product", as_index=False)[["n", "n_events", "expected"]].sum()
    sums = sums[(sums["n"] >= least) & (sums["expected"] > 0)].reset_index(drop=True)
    seen, expected = sums["n_events"].astype(float), sums["expected"]
    beyond = np.minimum(stats.poisson.cdf(seen, expected), stats.poisson.sf(seen - 1, expected))
    tail = (1 - LEVEL) / 2
    low = np.where(seen > 0, stats.chi2.ppf(tail, 2 * seen) / 2, 0.0)
    high = stats.chi2.ppf(1 - tail, 2 * (seen + 1)) / 2
    frame = pd.DataFrame(
        {
            "product": sums["product"],
            "n": sums["n"].astype("int64"),
            "n_events": sums["n_events"].astype("int64"),
            "share": seen / sums["n"],
            "expected_share": expected / sums["n"],
            "ratio": seen / expected,
            "low": low / expected,
            "high": high / expected,
            "p_value": np.minimum(1.0, 2 * beyond * max(len(sums), 1)),
        }
    )
    frame["p_value"] = [float(f"{value:.6g}") for value in frame["p_value"]]
    return frame.sort_values(["p_value", "n", "product"], ascending=[True, False, True], ignore_index=True)
