"""Which products a customer buys again: how often and how lately, against the product's own interval.

A logistic regression of "it is in the next order" on eight features of customer and product. It is fitted on a sample
of customers and is linear in features that the engine works out, so that the engine scores all of them. The baseline is
GP-TopFreq (Li et al. 2023, "A Next Basket Recommendation Reality Check", ACM TOIS 41(4)): the products that the
customer bought most often, filled up with those that sell most.
"""

from dataclasses import dataclass

import ibis
import ibis.expr.types as ir
import numpy as np
import pandas as pd

from crmwb import engine
from crmwb.engine import Backend
from crmwb.recommend.history import UNIT, History

FEATURES = ("days", "occasions", "decayed", "recent", "repeat", "since", "late", "early")
SMOOTHING = 5.0  # gaps, or sales, of a typical product that each product's own are mixed with
OWN_SMOOTHING = 2.0  # gaps at the product's interval that a customer's own are mixed with
MAX_FIT_ROWS = 300_000
DUE = 0.8  # of the interval: from then on a product is due
OFTEN = 3  # purchase days from which on a product is bought often


@dataclass(frozen=True)
class AgainModel:
    """How the products of a customer are ordered.

    Attributes
    ----------
    method : str
        regression; or frequency, where that did not do better on earlier orders.
    half_life : int
        Days after which a purchase counts half, the one of those given that fits best.
    intercept : float
        Of the log odds.
    weights : tuple of float
        Of each of FEATURES.
    """

    method: str
    half_life: int
    intercept: float
    weights: tuple[float, ...]


def features(history: History, half_life: int) -> ir.Table:
    """Return the features of every customer and product, as logarithms.

    days: purchase days with the product; occasions: of the customer; decayed: purchase days that fade with the
    half-life; recent: sales of the product of late; repeat: log odds that a sale is a repeated one; since: purchase
    days since the product was last bought; late, early: log of the time since over the interval, above and below 0.
    `interval` is the customer's mean gap, mixed with the product's.
    """
    sold = history.products
    overall = sold.aggregate(mean=sold.gap_days.sum() / sold.n_gaps.sum().nullif(0)).mean.as_scalar()
    known = history.pairs.join(
        sold.mutate(gap=(sold.gap_days + SMOOTHING * overall.fill_null(0.0)) / (sold.n_gaps + SMOOTHING)), "product"
    )
    n = known.n.cast("float64")
    interval = (known.last_day - known.first_day + OWN_SMOOTHING * known.gap) / (n - 1 + OWN_SMOOTHING)
    elapsed = (known.now - known.last_day).cast("float64")
    ratio = (elapsed + 1).ln() - (interval + 1).ln()
    return known.select(
        *("customer", "product", "n", "last_day", "n_sold"),
        elapsed=elapsed,
        interval=interval,
        days=n.ln(),
        occasions=known.n_occasions.cast("float64").ln(),
        decayed=(known[f"decayed_{half_life}"] / UNIT + 0.001).ln(),
        recent=(known.n_recent + 1.0).ln(),
        repeat=((known.n_sold - known.n_buyers + 1.0) / (known.n_buyers + SMOOTHING - 1)).ln(),
        since=(known.n_occasions - known.last_occasion + 1.0).ln(),
        late=ibis.greatest(ratio, 0.0),
        early=ibis.least(ratio, 0.0),
    )


def fit(con: Backend, history: History, bought: ir.Table, half_lives: tuple[int, ...]) -> AgainModel | None:
    """Fit on what customers bought next.

    Parameters
    ----------
    con : Backend
        The engine.
    history : History
        Of customers before the moment.
    bought : ir.Table
        customer, product of each customer's first order after it; customers without one are left out.
    half_lives : tuple of int
        To choose from, by log loss.

    Returns
    -------
    AgainModel or None
        None where no product, or every one, was bought again.
    """
    from sklearn.linear_model import LogisticRegression
    from sklearn.metrics import log_loss

    best: tuple[float, AgainModel] | None = None
    for half_life in half_lives:
        frame = _labelled(con, history, bought, half_life)
        y = frame["label"].to_numpy()
        if len(frame) == 0 or y.min() == y.max():
            return None
        x = np.round(frame[list(FEATURES)].to_numpy(float), 6)
        mean, scale = x.mean(0).round(6), np.where(x.std(0) > 1e-6, x.std(0), 1.0).round(6)
        model = LogisticRegression(C=1.0, solver="newton-cholesky", max_iter=200, tol=1e-10).fit((x - mean) / scale, y)
        weights = [float(f"{w:.6g}") for w in model.coef_[0] / scale]
        intercept = float(f"{model.intercept_[0] - np.dot(weights, mean):.6g}")
        fitted = AgainModel("regression", half_life, intercept, tuple(weights))
        loss = round(float(log_loss(y, model.predict_proba((x - mean) / scale)[:, 1])), 6)
        if best is None or loss < best[0]:
            best = (loss, fitted)
    return best[1] if best else None


def listed(history: History, model: AgainModel, n_listed: int) -> ir.Table:
    """Return each customer's products in the order of their chance to be in the next order.

    customer, product, rank (from 1), chance (unknown of a frequency), n, last_day, interval, reason (due,
    often, lately).
    """
    x = features(history, model.half_life)
    odds: ir.FloatingValue = ibis.literal(model.intercept, "float64")
    for code, weight in zip(FEATURES, model.weights, strict=True):
        odds += weight * x[code]
    chance = (1 / (1 + (-odds).exp())).round(6)
    is_due = (x.n > 1) & (x.elapsed >= DUE * x.interval)
    reason = ibis.cases((is_due, "due"), (x.n >= OFTEN, "often"), else_="lately")
    scored = x.select(
        *("customer", "product", "n", "n_sold", "last_day"),
        chance=chance if model.method == "regression" else ibis.null("float64"),
        interval=x.interval.round(1),
        reason=reason,
    )
    order = [ibis.desc(scored.chance), ibis.desc(scored.n), ibis.desc(scored.n_sold), scored["product"]]
    rank = (ibis.row_number().over(group_by=scored.customer, order_by=order) + 1).cast("int32")
    ranked = scored.mutate(rank=rank)
    return ranked.filter(ranked["rank"] <= n_listed)


def most_frequent(con: Backend, history: History, customers: ir.Table, n_listed: int) -> pd.DataFrame:
    """Return GP-TopFreq's list of each customer: own most frequent products, then those that sell most.

    Parameters
    ----------
    con : Backend
        The engine.
    history : History
        Before the moment.
    customers : ir.Table
        customer: whose lists to make.
    n_listed : int
        Products per list.

    Returns
    -------
    DataFrame
        customer, product, rank (from 1).
    """
    own = history.pairs.semi_join(customers, "customer").join(history.products, "product")
    order = [ibis.desc(own.n), ibis.desc(own.n_sold), own["product"]]
    ranked = own.select("customer", "product", rank=ibis.row_number().over(group_by=own.customer, order_by=order))
    first = engine.batches(con, ranked.filter(ranked["rank"] < n_listed)).read_pandas()
    best = history.products.order_by(ibis.desc("n_sold"), "product").limit(2 * n_listed).select("product")
    popular = engine.batches(con, best).read_pandas()["product"]
    everybody = pd.DataFrame({"customer": first["customer"].unique()})
    fill = everybody.merge(popular.to_frame().assign(rank=n_listed + np.arange(len(popular))), how="cross")
    both = pd.concat([first, fill]).sort_values(["customer", "rank"], ignore_index=True)
    both = both.drop_duplicates(["customer", "product"])
    both["rank"] = both.groupby("customer").cumcount() + 1
    kept: pd.DataFrame = both[both["rank"] <= n_listed].reset_index(drop=True)
    return kept


def _labelled(con: Backend, history: History, bought: ir.Table, half_life: int) -> pd.DataFrame:
    """Return the features of customers who bought later, and whether the product was in their next order."""
    x = features(history, half_life).semi_join(bought.select("customer").distinct(), "customer")
    marked = bought.select("customer", "product", label=ibis.literal(1, "int8"))
    joined = x.left_join(marked, ["customer", "product"])
    rows = joined.select("customer", "product", *FEATURES, label=ibis.coalesce(joined.label, 0))
    frame: pd.DataFrame = engine.batches(con, rows.order_by("customer", "product").limit(MAX_FIT_ROWS)).read_pandas()
    return frame
