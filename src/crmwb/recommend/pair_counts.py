"""How many customers, or orders, hold both of two products, counted on the engine within a budget of pairs."""

import math
from dataclasses import dataclass

import ibis.expr.types as ir
import numpy as np

from crmwb import engine
from crmwb.engine import Backend


@dataclass(frozen=True)
class PairCounts:
    """Products that stand together.

    Attributes
    ----------
    one, other : int array of shape (n_pairs,)
        Products, `one` below `other`, in their order.
    n_both : int array of shape (n_pairs,)
        Holders of both.
    n_of : int array of shape (n_products,)
        Holders of each product, by its number.
    n_holders : int
        Customers or orders that were counted: a part of them where all would make too many pairs.
    """

    one: np.ndarray
    other: np.ndarray
    n_both: np.ndarray
    n_of: np.ndarray
    n_holders: int


def pair_counts(con: Backend, held: ir.Table, n_products: int, *, least: int, max_pairs: int) -> PairCounts:
    """Count pairs.

    Parameters
    ----------
    con : Backend
        The engine.
    held : ir.Table
        holder (an integer), product: each once, and few to a holder (the pairs grow with their square).
    n_products : int
        Products are numbered below it.
    least : int
        Pairs with fewer holders are left out.
    max_pairs : int
        Pairs looked at, about; beyond, only a part of the holders counts, drawn by a hash of their numbers.

    Examples
    --------
    Three customers; two of them bought products 0 and 1:

    >>> import pyarrow as pa
    >>> from crmwb import engine, params
    >>> from crmwb.recommend.pair_counts import pair_counts
    >>> held = pa.table({"holder": [1, 1, 2, 2, 3], "product": [0, 1, 0, 1, 2]})
    >>> with engine.connect(params.EngineParams(threads=1, memory_limit_gb=1)) as con:
    ...     counts = pair_counts(con, engine.open_arrow(con, held, "held"), 3, least=1, max_pairs=1_000)
    >>> counts.one.tolist(), counts.other.tolist(), counts.n_both.tolist(), counts.n_of.tolist()
    ([0], [1], [2], [2, 2, 1])
    """
    sizes = held.group_by("holder").aggregate(n=held.count())
    looked = sizes.aggregate(pairs=(sizes.n * (sizes.n - 1) / 2).sum()).to_pyarrow().to_pylist()[0]["pairs"]
    step = max(1, math.ceil((looked or 0) / max_pairs))
    kept = engine.keeper(con)("recommend_held", held.filter(_mixed(held.holder) % step == 0))
    left, right = kept, kept.view()
    both = left.join(right, [left.holder == right.holder, left["product"] < right["product"]])
    counted = both.group_by(one=left["product"], other=right["product"]).aggregate(n=both.count())
    enough = counted.filter(counted.n >= least).order_by("one", "other")
    pairs = engine.batches(con, enough).read_all()
    single = engine.batches(con, kept.group_by("product").aggregate(n=kept.count())).read_all()
    n_of = np.zeros(n_products, np.int64)
    n_of[single["product"].to_numpy()] = single["n"].to_numpy()
    n_holders = int(kept.holder.nunique().to_pyarrow().as_py())
    one, other, n = (pairs[code].to_numpy().astype(np.int64) for code in ("one", "other", "n"))
    return PairCounts(one, other, n, n_of, n_holders)


def _mixed(number: ir.IntegerValue) -> ir.IntegerValue:
    """Return a hash of a number (Knuth's multiplicative one), so that a part of them follows no order of theirs."""
    folded = number.cast("int64") % 1_000_003
    return (folded * 2_654_435_761 % 4_294_967_296) // 65_536
