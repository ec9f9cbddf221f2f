"""Fitting and testing on time: settings are chosen at one moment, tested at a later one, and used from then on."""

import math
from dataclasses import dataclass, replace

import ibis.expr.types as ir
import numpy as np
import pandas as pd

from crmwb import engine
from crmwb.engine import Backend
from crmwb.findings import Count, Days, Unavailable
from crmwb.params import RecommendParams
from crmwb.recommend import again, new
from crmwb.recommend.again import AgainModel
from crmwb.recommend.history import History, history
from crmwb.recommend.lines import Lines
from crmwb.recommend.measures import Measured, difference, measured
from crmwb.recommend.new import ItemModel

PRODUCTS_A_PLACE = 2  # with fewer, a list selects little: it names most of what is bought whatever it rests on
MIN_CUSTOMERS = 50  # with a next order, at each moment
MIN_DAYS = 7  # of a holdout
HOLDOUTS = 4  # the history is at least so many long: one before the first moment, three after


@dataclass(frozen=True)
class Moment:
    """A day in the past: what was known before it, and each customer's first order after it."""

    known: History
    bought: ir.Table
    frame: pd.DataFrame


@dataclass(frozen=True)
class Judged:
    """A list beside its baseline, on the later moment.

    Attributes
    ----------
    model, baseline : Measured
        Measures over the same customers.
    gain : (float, float, float)
        Recall more than the baseline's, with its 95% interval.
    n_hits, n_listed : int
        Products listed that were bought, and all listed.
    expected_hits : float
        Sum of their chances; NaN where the list states none.
    """

    model: Measured
    baseline: Measured
    gain: tuple[float, float, float]
    n_hits: int
    n_listed: int
    expected_hits: float


@dataclass(frozen=True)
class Tested:
    """Both lists, fitted and tested; a list that the history cannot support says why.

    Attributes
    ----------
    holdout_days : int
        How far the moments lie apart.
    again, new : (model, Judged) or Unavailable
        The models to go on with.
    """

    holdout_days: int
    again: tuple[AgainModel, Judged] | Unavailable
    new: tuple[ItemModel, Judged] | Unavailable


def fit_and_test(con: Backend, lines: Lines, n_products: int, p: RecommendParams) -> Tested | Unavailable:
    """Fit both lists two holdouts before the end, choose settings by then, and test them a holdout later.

    Parameters
    ----------
    con : Backend
        The engine.
    lines : Lines
        All purchases before as_of.
    n_products : int
        Products are numbered below it.
    p : RecommendParams
        Lengths and limits.

    Returns
    -------
    Tested or Unavailable
        Unavailable where the history is too short, too few customers ordered after a moment, or a list could hold half
        of all products.
    """
    span = lines.end_day - lines.first_day
    days = min(p.holdout_days, span // HOLDOUTS)
    if days < MIN_DAYS:
        return Unavailable("recommend.too_short", (Days(HOLDOUTS * MIN_DAYS),), {"days": Days(span)})
    step = math.ceil(lines.n_customers / p.max_test_customers)
    sample = lines.table.filter(lines.table.customer % step == 0)
    moments = [_moment(con, sample, lines.end_day - back * days, days, p) for back in (3, 2, 1)]
    fewest = min(moment.frame["customer"].nunique() for moment in moments)
    if fewest < MIN_CUSTOMERS:
        return Unavailable("recommend.too_few", (Count(MIN_CUSTOMERS, "customer"),), {"n": Count(fewest, "customer")})
    least = p.n_listed * PRODUCTS_A_PLACE
    if n_products < least:
        return Unavailable("recommend.few_products", (Count(least, "product"),), {"n": Count(n_products, "product")})
    shape = (lines.n_customers, n_products)
    return Tested(days, _again(con, moments, p), _new(con, moments[1:], shape, p))


def _moment(con: Backend, lines: ir.Table, day: int, days: int, p: RecommendParams) -> Moment:
    before, after = lines.filter(lines.day < day), lines.filter((lines.day >= day) & (lines.day < day + days))
    known = history(con, before, f"{day}", now=day, recent_days=p.recent_days, half_lives=p.half_lives)
    first = after.group_by("customer").aggregate(day=after.day.min())
    bought = after.join(first, ["customer", "day"]).semi_join(known.pairs, "customer").select("customer", "product")
    bought = engine.keeper(con)(f"recommend_next_{day}", bought)
    return Moment(known, bought, engine.batches(con, bought.order_by("customer", "product")).read_pandas())


def _again(con: Backend, moments: list[Moment], p: RecommendParams) -> tuple[AgainModel, Judged] | Unavailable:
    """Fit at the first moment, choose between regression and frequency at the second, judge at the third."""
    first, second, third = moments
    model = again.fit(con, second.known, second.bought, p.half_lives)
    earlier = again.fit(con, first.known, first.bought, p.half_lives)
    if model is None or earlier is None:
        return Unavailable("recommend.nothing_again")
    tried, judged = _judged_again(con, second, earlier, p), _judged_again(con, third, model, p)
    if min(tried.model.n_customers, judged.model.n_customers) < MIN_CUSTOMERS:
        return Unavailable("recommend.nothing_again")
    if tried.model.ndcg >= tried.baseline.ndcg:
        return model, judged
    frequency = replace(model, method="frequency")
    return frequency, _judged_again(con, third, frequency, p)


def _judged_again(con: Backend, moment: Moment, model: AgainModel, p: RecommendParams) -> Judged:
    """Judge on what was bought again: a list of products bought before can name no others."""
    repeated = moment.bought.semi_join(moment.known.pairs, ["customer", "product"])
    frame: pd.DataFrame = engine.batches(con, repeated.order_by("customer", "product")).read_pandas()
    ordered = moment.bought.select("customer").distinct()
    rows = again.listed(moment.known, model, p.n_listed).semi_join(ordered, "customer").order_by("customer", "rank")
    lists = engine.batches(con, rows).read_pandas()
    most = again.most_frequent(con, moment.known, ordered, p.n_listed)
    expected = float(lists["chance"].sum()) if model.method == "regression" else math.nan
    return _judged(lists, most, frame, p.n_listed, expected)


def _new(
    con: Backend, moments: list[Moment], shape: tuple[int, int], p: RecommendParams
) -> tuple[ItemModel, Judged] | Unavailable:
    unseen = [_unseen(con, moment) for moment in moments]
    if min(rows["customer"].nunique() for rows in unseen) < MIN_CUSTOMERS:
        return Unavailable("recommend.nothing_new")
    model: ItemModel | None = None
    for moment, rows in zip(moments, unseen, strict=True):
        customers = np.sort(rows["customer"].unique())
        bought = new.bought_before(con, moment.known, shape, p)
        popular = new.popular(bought, bought.n_buyers, customers, p.n_listed)
        if model is None:
            model = _chosen(bought, customers, rows, measured(popular, rows, p.n_listed), p)
            continue
        lists = new.listed(bought, model, customers, p)
        return model, _judged(lists, popular, rows, p.n_listed, math.nan)
    raise AssertionError("there are two moments")


def _chosen(
    bought: new.Bought, customers: np.ndarray, rows: pd.DataFrame, popular: Measured, p: RecommendParams
) -> ItemModel:
    """Return the settings with the highest recall; popularity where none is better than it beyond chance."""
    best, best_measured = ItemModel("popularity", 0.0, 0.0), popular
    for discount in new.POPULAR_DISCOUNTS:
        alike = new.likeness(bought.counts, discount, p.n_neighbours)
        for power in new.RECENT_POWERS:
            model = ItemModel("item_to_item", discount, power)
            own = measured(new.listed(bought, model, customers, p, alike), rows, p.n_listed)
            if own.recall > best_measured.recall:
                best, best_measured = model, own
    is_better = difference(best_measured, popular)[1] > 0
    return best if is_better else ItemModel("popularity", 0.0, 0.0)


def _unseen(con: Backend, moment: Moment) -> pd.DataFrame:
    """Return what customers bought after the moment and never before."""
    fresh = moment.bought.anti_join(moment.known.pairs, ["customer", "product"])
    frame: pd.DataFrame = engine.batches(con, fresh.order_by("customer", "product")).read_pandas()
    return frame


def _judged(
    lists: pd.DataFrame, baseline: pd.DataFrame, bought: pd.DataFrame, n_listed: int, expected: float
) -> Judged:
    one, other = measured(lists, bought, n_listed), measured(baseline, bought, n_listed)
    hits = len(lists.merge(bought, on=["customer", "product"]))
    return Judged(one, other, difference(one, other), hits, len(lists), float(f"{expected:.6g}"))
