"""What customers buy next and which products lead to which: the recommend stage."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import ibis
import ibis.expr.types as ir
import numpy as np
import pandas as pd
import pyarrow as pa

from crmwb import engine
from crmwb.calendar import EPOCH
from crmwb.engine import Backend
from crmwb.findings import Unavailable
from crmwb.params import RecommendParams
from crmwb.progress import step
from crmwb.recommend import again, new, pages
from crmwb.recommend.history import history
from crmwb.recommend.lines import Lines, order_lines
from crmwb.recommend.new import ItemModel
from crmwb.recommend.tested import Judged, Tested, fit_and_test

CALIBRATED = (0.8, 1.25)  # products bought over those expected: outside, no chance is stated
NO_PRODUCTS = Unavailable("recommend.no_products")


@dataclass(frozen=True)
class Lists:
    """The two lists of every customer, never blended.

    Attributes
    ----------
    again, new : ir.Table or None
        Rows of artefacts.AGAIN and artefacts.NEW; None where the list cannot be given.
    tested : Tested or Unavailable
        How good they were on time not seen, or why there are none.
    """

    again: ir.Table | None
    new: ir.Table | None
    tested: Tested | Unavailable


@dataclass(frozen=True)
class Recommendations:
    """What the recommend stage writes.

    Attributes
    ----------
    lists : Lists
        What each customer buys next.
    together : DataFrame
        Pairs of products; product and other are ids.
    entry, last : DataFrame or Unavailable
        Products of first orders, and of orders that no other followed.
    """

    lists: Lists
    together: pd.DataFrame | Unavailable
    entry: pd.DataFrame | Unavailable
    last: pd.DataFrame | Unavailable


def build(con: Backend, tables: Mapping[str, ir.Table], as_of: date, p: RecommendParams) -> Recommendations:
    """Make both lists for every customer, and the pages of products.

    Parameters
    ----------
    con : Backend
        The engine that holds the tables.
    tables : mapping of str to ir.Table
        Clean canonical tables by name.
    as_of : date
        Exclusive.
    p : RecommendParams
        Lengths and limits.
    """
    with step("numbering customers, products and orders"):
        lines = order_lines(con, tables, as_of, p.exclude)
    if lines is None:
        return Recommendations(Lists(None, None, NO_PRODUCTS), NO_PRODUCTS, NO_PRODUCTS, NO_PRODUCTS)
    ids = (
        engine.batches(con, lines.products.order_by("product")).read_all()["product_id"].to_numpy(zero_copy_only=False)
    )
    with step("finding products that lead to others"):
        named = [
            _named(frame, ids)
            for frame in (
                pages.together(con, lines, len(ids), p),
                pages.entry(con, lines, p),
                pages.last(con, lines, p),
            )
        ]
    with step("testing what customers buy next"):
        tested = fit_and_test(con, lines, len(ids), p)
    with step("listing what customers buy next"):
        return Recommendations(_lists(con, lines, len(ids), tested, p), *named)


def chance_holds(judged: Judged) -> bool:
    """Whether as many listed products were bought as the chances say, nearly enough to state them."""
    if not judged.expected_hits > 0:
        return False
    return CALIBRATED[0] <= judged.n_hits / judged.expected_hits <= CALIBRATED[1]


def _lists(con: Backend, lines: Lines, n_products: int, tested: Tested | Unavailable, p: RecommendParams) -> Lists:
    if isinstance(tested, Unavailable):
        return Lists(None, None, tested)
    half_lives = (tested.again[0].half_life,) if isinstance(tested.again, tuple) else p.half_lives[:1]
    known = history(con, lines.table, "now", now=lines.end_day, recent_days=p.recent_days, half_lives=half_lives)
    again_rows = new_rows = None
    if isinstance(tested.again, tuple):
        model, judged = tested.again
        again_rows = _again(lines, again.listed(known, model, p.n_listed), judged)
    if isinstance(tested.new, tuple):
        fetch = new.bought_alone if tested.new[0].method == "popularity" else new.bought_before
        bought = fetch(con, known, (lines.n_customers, n_products), p)
        frame = new.listed(bought, tested.new[0], np.arange(lines.n_customers), p)
        rows = engine.open_arrow(con, pa.Table.from_pandas(frame, preserve_index=False), "recommend_new")
        new_rows = _new(lines, rows, tested.new[0])
    return Lists(again_rows, new_rows, tested)


def _again(lines: Lines, rows: ir.Table, judged: Judged) -> ir.Table:
    named = rows.join(lines.customers, "customer").join(lines.products, "product")
    chance = named.chance if chance_holds(judged) else ibis.null("float64")
    return named.select(
        *("customer_id", "rank", "product_id", "reason"),
        chance=chance,
        n_days=named.n.cast("int64"),
        last_on=ibis.literal(EPOCH) + named.last_day.as_interval("D"),
        interval_days=named.interval,
    ).mutate(last_on=lambda t: t.last_on.cast("date"), rank=lambda t: t["rank"].cast("int64"))


def _new(lines: Lines, rows: ir.Table, model: ItemModel) -> ir.Table:
    reasons = lines.products.select(because=lines.products["product"], because_product_id="product_id")
    keyed = rows.mutate(**{code: rows[code].cast("int32") for code in ("customer", "product", "because")})
    named = keyed.join(lines.customers, "customer").join(lines.products, "product").left_join(reasons, "because")
    return named.select(
        *("customer_id", "rank", "product_id", "because_product_id"),
        reason=ibis.literal("popular" if model.method == "popularity" else "alike"),
    ).mutate(rank=lambda t: t["rank"].cast("int64"))


def _named(frame: pd.DataFrame | Unavailable, ids: np.ndarray) -> pd.DataFrame | Unavailable:
    """Put the ids of products in place of their numbers."""
    if isinstance(frame, Unavailable):
        return frame
    columns = {code: f"{code}_id" for code in ("product", "other") if code in frame}
    return frame.assign(**{code: ids[frame[code].to_numpy()] for code in columns}).rename(columns=columns)
