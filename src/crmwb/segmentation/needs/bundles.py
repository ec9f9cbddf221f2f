"""What stands together in one order: pairs of items, counted through one bit per item."""

from dataclasses import dataclass
from itertools import combinations

import ibis
import ibis.expr.types as ir
import numpy as np
import pandas as pd

from crmwb import engine
from crmwb.engine import Backend
from crmwb.segmentation.needs.blocks import Block, Measure, keep

BLOCK = 16_384  # orders whose items are held apart at once


@dataclass(frozen=True)
class Bundles:
    """The block of pairs and, for the affinity of each, the orders by the items on them.

    Attributes
    ----------
    block : Block
        Orders with each pair, of all orders; also of all pairs of items on them.
    items : tuple of str
        In the order of their bits.
    pairs : dict
        What each pair is called: its two places in `items`.
    orders : ir.Table
        customer_id, order_id, mask.
    """

    block: Block
    items: tuple[str, ...]
    pairs: dict[str, tuple[int, int]]
    orders: ir.Table


def bundles(
    con: Backend, sales: ir.Table, bits: tuple[list[str], ir.Table], *, n_bundles: int, min_support: float
) -> Bundles | None:
    """Measure which pairs stand on one order.

    Pairs are chosen by how many orders hold them, whoever placed those, so that choosing them favours no segment: at
    least `min_support` of the orders, more than chance would bring together, and the `n_bundles` most common of these.

    Parameters
    ----------
    con : Backend
        The engine.
    sales : ir.Table
        Order lines that are no returns.
    bits : (list of str, ir.Table)
        As `goods.bits` makes them.
    n_bundles : int
        How many pairs at most.
    min_support : float
        Share of the orders that hold any of the items.

    Returns
    -------
    Bundles or None
        None where no pair is common enough.
    """
    items, codes = bits
    lines = sales.join(codes, "product_id")
    masks = lines.group_by("customer_id", "order_id").aggregate(mask=lines.bit.bit_or())
    orders = keep(con, masks, "masks")
    n, together = _together(con, orders, len(items))
    least = max(min_support * n, 1)
    common = [
        (-count, a, b)
        for a, b in combinations(range(len(items)), 2)
        if (count := int(together[a, b])) >= least and count * n > int(together[a, a]) * int(together[b, b])
    ]
    pairs = {" + ".join(sorted((items[a], items[b]))): (a, b) for _, a, b in sorted(common)[:n_bundles]}
    if not pairs:
        return None
    by_customer = orders.group_by("customer_id").aggregate(
        **{name: orders.count(where=_has(orders, a) & _has(orders, b)) for name, (a, b) in pairs.items()}
    )
    wide = keep(con, by_customer, "bundles_wide")
    long = wide.pivot_longer(list(pairs), names_to="item", values_to="orders")
    n_items = sum((_has(orders, place).cast("int64") for place in range(len(items))), ibis.literal(0, "int64"))
    counted = orders.select("customer_id", pairs=n_items * (n_items - 1) // 2)
    of_customer = counted.group_by("customer_id").aggregate(all_pairs=counted.pairs.sum())
    placed = sales.select("customer_id", "order_id").distinct()
    wholes = placed.group_by("customer_id").aggregate(all_orders=placed.count())
    wholes = wholes.left_join(of_customer, "customer_id")
    wholes = wholes.select("customer_id", "all_orders", all_pairs=wholes.all_pairs.fill_null(0).cast("int64"))
    return Bundles(
        Block(
            kind="bundle",
            measures=(Measure("bundle_order_share", "orders", "all_orders"),),
            parts=keep(con, long.filter(long.orders > 0), "bundle"),
            wholes=keep(con, wholes, "bundle_w"),
            also=(Measure("bundle_order_share", "orders", "all_pairs"),),
        ),
        tuple(items),
        pairs,
        orders,
    )


def _together(con: Backend, orders: ir.Table, n_items: int) -> tuple[int, np.ndarray]:
    """Count the orders, and those that hold each two items, shape (n_items, n_items); of one item, on the diagonal.

    Orders with the same items are counted once on the engine; what is left of them is added up as it comes.
    """
    n, together, bits = 0, np.zeros((n_items, n_items), dtype=np.int64), np.arange(n_items)
    for batch in engine.batches(con, orders.group_by("mask").aggregate(n=orders.count())):
        masks, counts = (batch[name].to_numpy(zero_copy_only=False).astype(np.int64) for name in ("mask", "n"))
        n += int(counts.sum())
        for start in range(0, len(masks), BLOCK):
            rows = slice(start, start + BLOCK)
            held = (masks[rows, None] >> bits & 1).astype(np.float64)
            together += (held.T @ (held * counts[rows, None])).astype(np.int64)  # whole numbers below 2^53: exact
    return n, together


def affinity(con: Backend, bundles: Bundles, assigned: ir.Table, scheme: str) -> pd.DataFrame:
    """Work out, within each segment, how much more often a pair stands together than its items would by chance.

    The lift of association rules: P(A and B) / (P(A) P(B)), over the segment's orders that hold any of the items.

    Returns
    -------
    DataFrame
        segment, item, affinity (1: as by chance).
    """
    joined = bundles.orders.join(assigned.select("customer_id", segment=assigned[scheme]), "customer_id")
    joined = joined.filter(joined.segment.notnull())
    used = sorted({place for pair in bundles.pairs.values() for place in pair})
    counts = {f"i{i}": joined.count(where=_has(joined, i)) for i in used}
    counts |= {f"p{a}_{b}": joined.count(where=_has(joined, a) & _has(joined, b)) for a, b in bundles.pairs.values()}
    rows = engine.batches(con, joined.group_by("segment").aggregate(n=joined.count(), **counts)).read_all().to_pylist()
    out = [
        (row["segment"], name, row[f"p{a}_{b}"] * row["n"] / by_chance)
        for row in sorted(rows, key=lambda row: str(row["segment"]))
        for name, (a, b) in bundles.pairs.items()
        if (by_chance := row[f"i{a}"] * row[f"i{b}"])
    ]
    return pd.DataFrame(out, columns=["segment", "item", "affinity"])


def _has(orders: ir.Table, place: int) -> ir.BooleanValue:
    return (orders.mask & ibis.literal(2**place, "int64")) != 0
