"""What stands together in one order: pairs of items, counted through one bit per item."""

from dataclasses import dataclass
from itertools import combinations

import ibis
import ibis.expr.types as ir
import pandas as pd

from crmwb import engine
from crmwb.engine import Backend
from crmwb.segmentation.needs.blocks import Block, Measure, keep


@dataclass(frozen=True)
class Bundles:
    """The block of pairs and, for the affinity of each, the orders by the items on them.

    Attributes
    ----------
    block : Block
        Orders with each pair, of all orders.
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
    together = {
        (a, b): orders.count(where=_has(orders, a) & _has(orders, b)) for a, b in combinations(range(len(items)), 2)
    }
    sums = {f"i{i}": orders.count(where=_has(orders, i)) for i in range(len(items))}
    counted = orders.aggregate(n=orders.count(), **sums, **{f"p{a}_{b}": count for (a, b), count in together.items()})
    found = engine.batches(con, counted).read_all().to_pylist()[0]
    n = found["n"] or 1
    common = [
        (-found[f"p{a}_{b}"], a, b)
        for a, b in together
        if found[f"p{a}_{b}"] >= max(min_support * n, 1) and found[f"p{a}_{b}"] * n > found[f"i{a}"] * found[f"i{b}"]
    ]
    pairs = {" + ".join(sorted((items[a], items[b]))): (a, b) for _, a, b in sorted(common)[:n_bundles]}
    if not pairs:
        return None
    by_customer = orders.group_by("customer_id").aggregate(
        **{name: orders.count(where=_has(orders, a) & _has(orders, b)) for name, (a, b) in pairs.items()}
    )
    wide = keep(con, by_customer, "bundles_wide")
    long = wide.pivot_longer(list(pairs), names_to="item", values_to="orders")
    all_orders = sales.select("customer_id", "order_id").distinct()
    return Bundles(
        Block(
            kind="bundle",
            measures=(Measure("bundle_order_share", "orders", "all_orders"),),
            parts=keep(con, long.filter(long.orders > 0), "bundle"),
            wholes=keep(con, all_orders.group_by("customer_id").aggregate(all_orders=lambda t: t.count()), "bundle_w"),
        ),
        tuple(items),
        pairs,
        orders,
    )


def affinity(con: Backend, found: Bundles, assigned: ir.Table, scheme: str) -> pd.DataFrame:
    """Work out, within each segment, how much more often a pair stands together than its items would by chance.

    The lift of association rules: P(A and B) / (P(A) P(B)), over the segment's orders that hold any of the items.

    Returns
    -------
    DataFrame
        segment, item, affinity (1: as by chance).
    """
    joined = found.orders.join(assigned.select("customer_id", segment=assigned[scheme]), "customer_id")
    joined = joined.filter(joined.segment.notnull())
    used = sorted({place for pair in found.pairs.values() for place in pair})
    counts = {f"i{i}": joined.count(where=_has(joined, i)) for i in used}
    counts |= {f"p{a}_{b}": joined.count(where=_has(joined, a) & _has(joined, b)) for a, b in found.pairs.values()}
    rows = engine.batches(con, joined.group_by("segment").aggregate(n=joined.count(), **counts)).read_all().to_pylist()
    out = [
        (row["segment"], name, row[f"p{a}_{b}"] * row["n"] / by_chance)
        for row in sorted(rows, key=lambda row: str(row["segment"]))
        for name, (a, b) in found.pairs.items()
        if (by_chance := row[f"i{a}"] * row[f"i{b}"])
    ]
    return pd.DataFrame(out, columns=["segment", "item", "affinity"])


def _has(orders: ir.Table, place: int) -> ir.BooleanValue:
    return (orders.mask & ibis.literal(2**place, "int64")) != 0
