"""What each customer bought up to a moment: one row per customer and product, with what is known of the product."""

from dataclasses import dataclass

import ibis
import ibis.expr.types as ir

from crmwb import engine
from crmwb.engine import Backend

UNIT = 10_000  # decayed counts are summed as integers of this part, so that their order does not matter


@dataclass(frozen=True)
class History:
    """Purchases up to a moment.

    Attributes
    ----------
    pairs : ir.Table
        One row per customer and product: n (purchase days), first_day, last_day, last_occasion, n_occasions (of the
        customer), now, and decayed_H for every half-life H (in parts of UNIT).
    products : ir.Table
        One row per product: n_buyers, n_sold (customers' days), n_recent, gap_days and n_gaps between purchases.
    """

    pairs: ir.Table
    products: ir.Table


def history(
    con: Backend, lines: ir.Table, name: str, *, now: int | None, recent_days: int, half_lives: tuple[int, ...]
) -> History:
    """Sum lines up by customer and product.

    Parameters
    ----------
    con : Backend
        The engine that holds the lines.
    lines : ir.Table
        customer, product, occasion, day, all before the moment.
    name : str
        Tells the tables of several moments apart.
    now : int, optional
        The moment's day; where not given, each customer's last purchase day.
    recent_days : int
        Sales of so many days up to the last one count as recent.
    half_lives : tuple of int
        Days after which a purchase counts half.
    """
    if now is None:
        last = lines.group_by("customer").aggregate(now=lines.day.max())
        dated = lines.join(last, "customer")
    else:
        dated = lines.mutate(now=ibis.literal(now, "int32"))
    age = (dated.now - dated.day).cast("float64")
    decayed = {
        f"decayed_{days}": (UNIT * ibis.literal(0.5) ** (age / days)).round().cast("int64").sum() for days in half_lives
    }
    sums = dated.group_by("customer", "product").aggregate(
        n=dated.count().cast("int32"),
        first_day=dated.day.min(),
        last_day=dated.day.max(),
        last_occasion=dated.occasion.max(),
        now=dated.now.max(),
        **{code: total.cast("int64") for code, total in decayed.items()},
    )
    most = sums.last_occasion.max().over(group_by=sums.customer)
    pairs = engine.keeper(con)(f"recommend_pairs_{name}", sums.mutate(n_occasions=most))
    end = lines.day.max().as_scalar() if now is None else now
    recent = lines.filter(lines.day >= end - recent_days).group_by("product").aggregate(n_recent=ibis._.count())
    known = pairs.group_by("product").aggregate(
        n_buyers=pairs.count(),
        n_sold=pairs.n.sum(),
        gap_days=(pairs.last_day - pairs.first_day).sum(),
        n_gaps=(pairs.n - 1).sum(),
    )
    joined = known.left_join(recent, "product").select(
        "product",
        *("n_buyers", "n_sold", "gap_days", "n_gaps"),
        n_recent=ibis.coalesce(recent.n_recent, 0),
    )
    integers = joined.mutate(**{code: joined[code].cast("int64") for code in joined.columns if code != "product"})
    products = engine.keeper(con)(f"recommend_sold_{name}", integers)
    return History(pairs, products)
