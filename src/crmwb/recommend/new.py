"""Which products a customer who never bought them buys next, from products that the same customers bought.

Item to item (Linden, Smith & York 2003; Deshpande & Karypis 2004): products are alike as far as the same customers
bought both, among each customer's latest products. A customer's products vote for those alike, the latest most, and
products that sell of late count more. The baseline is what most customers bought.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import ibis
import numpy as np
import pandas as pd
from scipy import sparse

from crmwb import engine
from crmwb.engine import Backend
from crmwb.params import RecommendParams
from crmwb.recommend.history import History
from crmwb.recommend.pair_counts import PairCounts, pair_counts

POPULAR_DISCOUNTS = (0.5, 0.75, 1.0)  # power of the customers of the product voted for that its votes are divided by
RECENT_POWERS = (0.0, 0.5, 1.0)  # power of the recent sales that votes are multiplied by
SUPPORT = 5.0  # customers of both products that half of the likeness needs
FADING = 2.0  # purchase days after which a product's vote counts half
WHOLE = 1_000  # votes are summed as integers of this part, so that their order does not matter
LIKE = 1_000_000
CHUNK = 2_000  # customers at once


@dataclass(frozen=True)
class ItemModel:
    """How votes are weighted; `method` is item_to_item, or popularity where that did not do better."""

    method: str
    popular_discount: float
    recent_power: float


@dataclass(frozen=True)
class Bought:
    """What customers bought, as arrays.

    Attributes
    ----------
    latest : scipy.sparse.csr_array of shape (n_customers, n_products)
        Vote of each customer's latest products, in parts of WHOLE.
    owned : scipy.sparse.csr_array of shape (n_customers, n_products)
        1 where the customer bought the product; only of products that can be listed.
    counts : PairCounts
        Customers of both of two products, among their latest.
    n_buyers, n_recent : int array of shape (n_products,)
        Customers of each product, and its recent sales; 0 where it cannot be listed.
    """

    latest: sparse.csr_array
    owned: sparse.csr_array
    counts: PairCounts
    n_buyers: np.ndarray
    n_recent: np.ndarray


def bought_before(con: Backend, history: History, shape: tuple[int, int], p: RecommendParams) -> Bought:
    """Fetch what votes need: each customer's latest products, all that each owns, and the counts of pairs."""
    can = _listable(history, p)
    known = history.pairs.semi_join(can, "product")
    order = [ibis.desc(known.last_occasion), ibis.desc(known.n), known["product"]]
    place = ibis.row_number().over(group_by=known.customer, order_by=order)
    age = (known.n_occasions - known.last_occasion).cast("float64")
    vote = (WHOLE * ibis.literal(0.5) ** (age / FADING)).round().cast("int64")
    ranked = known.select("customer", "product", place=place, vote=vote)
    latest = engine.keeper(con)("recommend_latest", ranked.filter(ranked.place < p.max_items))
    held = latest.select("product", holder=latest.customer)
    counts = pair_counts(con, held, shape[1], least=2, max_pairs=p.max_pairs)
    n_buyers, n_recent = _sales(con, can, shape)
    votes = latest.filter(latest.vote > 0).select("customer", "product", value="vote")
    owned = known.select("customer", "product", value=ibis.literal(1, "int64"))
    return Bought(_matrix(con, votes, shape), _matrix(con, owned, shape), counts, n_buyers, n_recent)


def bought_alone(con: Backend, history: History, shape: tuple[int, int], p: RecommendParams) -> Bought:
    """Fetch what popularity needs: as `bought_before`, without votes and pairs."""
    can = _listable(history, p)
    owned = history.pairs.semi_join(can, "product").select("customer", "product", value=ibis.literal(1, "int64"))
    none = np.zeros(0, np.int64)
    counts = PairCounts(none, none, none, np.zeros(shape[1], np.int64), 0)
    return Bought(sparse.csr_array(shape, dtype=np.int64), _matrix(con, owned, shape), counts, *_sales(con, can, shape))


def _listable(history: History, p: RecommendParams) -> ibis.expr.types.Table:
    sold = history.products
    return sold.filter(sold.n_buyers >= p.min_buyers).order_by(ibis.desc("n_buyers"), "product").limit(p.max_products)


def _sales(con: Backend, can: ibis.expr.types.Table, shape: tuple[int, int]) -> tuple[np.ndarray, np.ndarray]:
    """Return the customers and the recent sales of each product that can be listed, 0 of others."""
    n_buyers, n_recent = np.zeros(shape[1], np.int64), np.zeros(shape[1], np.int64)
    listed = engine.batches(con, can.select("product", "n_buyers", "n_recent")).read_all()
    n_buyers[listed["product"].to_numpy()] = listed["n_buyers"].to_numpy()
    n_recent[listed["product"].to_numpy()] = listed["n_recent"].to_numpy()
    return n_buyers, n_recent


def likeness(counts: PairCounts, popular_discount: float, n_neighbours: int) -> sparse.csr_array:
    """Return how alike products are, in parts of LIKE: the nearest `n_neighbours` of each product in its row.

    c / (c + SUPPORT) * c / (n_i ** 0.5 * n_j ** popular_discount), for c customers of both, n_i of the product that
    votes and n_j of the product voted for.
    """
    voter = np.concatenate([counts.one, counts.other])
    voted = np.concatenate([counts.other, counts.one])
    both = np.concatenate([counts.n_both, counts.n_both]).astype(float)
    of_voter, of_voted = counts.n_of[voter].astype(float), counts.n_of[voted].astype(float)
    alike = both / (both + SUPPORT) * both / (np.sqrt(of_voter) * of_voted**popular_discount)
    value = np.rint(LIKE * alike).astype(np.int64)
    order = np.lexsort((voted, voter * (2 * LIKE) + (LIKE - value)))
    voter, voted, value = voter[order], voted[order], value[order]
    first = np.searchsorted(voter, voter, side="left")
    kept = (np.arange(len(voter)) - first < n_neighbours) & (value > 0)
    n = len(counts.n_of)
    return sparse.csr_array((value[kept], (voter[kept], voted[kept])), shape=(n, n))


def listed(
    bought: Bought,
    model: ItemModel,
    customers: np.ndarray,
    p: RecommendParams,
    alike: sparse.csr_array | None = None,
) -> pd.DataFrame:
    """Return each customer's products not bought before, the best first.

    Parameters
    ----------
    bought : Bought
        Before the moment.
    model : ItemModel
        How to choose.
    customers : int array
        Whose lists to make.
    p : RecommendParams
        Lengths.
    alike : csr_array, optional
        `likeness` of the model, where it is at hand.

    Returns
    -------
    DataFrame
        customer, product, rank (from 1), score, because (the customer's product with the largest vote; -1 under
        popularity).
    """
    if model.method == "popularity":
        return popular(bought, bought.n_buyers, customers, p.n_listed)
    if alike is None:
        alike = likeness(bought.counts, model.popular_discount, p.n_neighbours)
    boost = np.asarray(bought.n_recent, float) ** model.recent_power if model.recent_power else np.ones(alike.shape[0])
    parts = [_chunk(bought, alike, boost, rows, p.n_listed) for rows in _chunks(customers)]
    return pd.concat(parts, ignore_index=True) if parts else _frame([], [], [], [], [])


def popular(bought: Bought, sales: np.ndarray, customers: np.ndarray, n_listed: int) -> pd.DataFrame:
    """Return each customer's products not bought before, those with most `sales` first."""
    best = np.lexsort((np.arange(len(sales)), -sales))[: int((sales > 0).sum())]
    parts = []
    for rows in _chunks(customers):
        for width in (10 * n_listed, len(best)):  # nearly all find theirs among the first
            has = bought.owned[rows][:, best[:width]].toarray() > 0
            free = ~has & (np.cumsum(~has, axis=1) <= n_listed)
            if width >= len(best) or free.sum(axis=1).min(initial=n_listed) >= n_listed:
                break
        place, column = np.nonzero(free)
        rank = np.cumsum(free, axis=1)[place, column]
        product = best[column]
        parts.append(_frame(rows[place], product, rank, sales[product], np.full(len(product), -1)))
    return pd.concat(parts, ignore_index=True) if parts else _frame([], [], [], [], [])


def _chunk(bought: Bought, alike: sparse.csr_array, boost: np.ndarray, rows: np.ndarray, n_listed: int) -> pd.DataFrame:
    latest, owned = bought.latest[rows], bought.owned[rows]
    votes = (latest @ alike).tocsr()
    votes = (votes - votes.multiply(owned)).tocsr()
    votes.eliminate_zeros()
    votes.sort_indices()
    score = votes.data * boost[votes.indices]
    places, products, ranks, scores = [], [], [], []
    for place in range(len(rows)):
        begin, end = votes.indptr[place], votes.indptr[place + 1]
        own, columns = score[begin:end], votes.indices[begin:end]
        if len(own) > n_listed:  # all that reach the last place, ties included
            reach = own >= np.partition(own, len(own) - n_listed)[len(own) - n_listed] * (1 - 1e-9)
            own, columns = own[reach], columns[reach]
        own = np.array([float(f"{value:.9g}") for value in own])
        order = np.lexsort((columns, -own))[:n_listed]
        order = order[own[order] > 0]
        places.append(np.full(len(order), place))
        products.append(columns[order])
        ranks.append(np.arange(1, len(order) + 1))
        scores.append(own[order])
    at, product = np.concatenate(places), np.concatenate(products)
    because = _because(latest, alike, at, product)
    return _frame(rows[at], product, np.concatenate(ranks), np.concatenate(scores), because)


def _because(latest: sparse.csr_array, alike: sparse.csr_array, place: np.ndarray, product: np.ndarray) -> np.ndarray:
    """Return, for each customer's place and product listed, the product of the customer with the largest vote."""
    voters = alike.tocsc()
    because = np.full(len(place), -1, np.int64)
    dense = np.zeros(latest.shape[1], np.int64)
    last = -1
    for i, (row, column) in enumerate(zip(place, product, strict=True)):
        if row != last:
            dense[:] = 0
            own = slice(latest.indptr[row], latest.indptr[row + 1])
            dense[latest.indices[own]] = latest.data[own]
            last = row
        part = slice(voters.indptr[column], voters.indptr[column + 1])
        weight = dense[voters.indices[part]] * voters.data[part]
        because[i] = voters.indices[part][int(np.argmax(weight))]  # the first of equals: the lowest number
    return because


def _chunks(customers: np.ndarray) -> Iterator[np.ndarray]:
    for start in range(0, len(customers), CHUNK):
        yield customers[start : start + CHUNK]


def _matrix(con: Backend, values: "ibis.expr.types.Table", shape: tuple[int, int]) -> sparse.csr_array:
    known = engine.batches(con, values.order_by("customer", "product")).read_all()
    rows, columns, data = (known[code].to_numpy() for code in ("customer", "product", "value"))
    indptr = np.searchsorted(rows, np.arange(shape[0] + 1)).astype(np.int64)
    return sparse.csr_array((data, columns.astype(np.int32), indptr), shape=shape)


def _frame(customer: object, product: object, rank: object, score: object, because: object) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "customer": np.asarray(customer, np.int64),
            "product": np.asarray(product, np.int64),
            "rank": np.asarray(rank, np.int64),
            "score": np.asarray(score, float),
            "because": np.asarray(because, np.int64),
        }
    )
