"""What each segment wants more or less of than everyone else, measured from all its order lines and answers."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import ibis.expr.types as ir
import pandas as pd
import pyarrow as pa

from crmwb import engine, layout
from crmwb.contract.segments import NEEDS
from crmwb.engine import Backend
from crmwb.errors import CrmwbError
from crmwb.findings import Finding, Share, Unavailable, Value, to_json, vetoes
from crmwb.history.asof import sales_before
from crmwb.params import NeedsParams
from crmwb.segmentation.columns import coded, texts
from crmwb.segmentation.needs import answers, bundles, goods, known, orders, prices
from crmwb.segmentation.needs.blocks import SCRATCH, Block, keep, sweep
from crmwb.segmentation.needs.lifts import compared, lifts
from crmwb.segmentation.needs.sums import by_segment

SHARED = ("assigned", "masks", "usual_price_near")  # tables that later sums read too; the others go in between


@dataclass(frozen=True)
class Needs:
    """Measured needs.

    Attributes
    ----------
    frame : DataFrame
        `NEEDS`: one row per scheme, segment, measure and item. `value` of the segment's customers (shares 0–1,
        money in cents), `everyone_else` of those in the scheme's other segments, their quotient `lift` with an
        interval, and of bundles `affinity`: how much more often than by chance the pair stands together in the segment.
    facts : dict
        Plain JSON: level, compared (by scheme and kind), not_available (kind or measure: why, a finding).
    """

    frame: pd.DataFrame
    facts: dict[str, Any]


def measure(
    con: Backend,
    tables: dict[str, ir.Table],
    customers: pd.DataFrame,
    as_of: date,
    params: NeedsParams,
    *,
    audits: Sequence[Mapping[str, Any]] = (),
) -> Needs:
    """Measure what each segment wants more or less of than everyone else.

    Parameters
    ----------
    con : Backend
        The engine that holds `tables`.
    tables : dict of str to ir.Table
        The clean tables by name; those that are absent switch their needs off.
    customers : DataFrame
        customer_id and the columns of `params.schemes`: any segments will do. A customer without one is left out.
    as_of : date
        Only what was known before this day counts.
    params : NeedsParams
        The choices.
    audits : sequence of mapping, optional
        Those of data/quality/summary.json: where they warn of the clock, hours are not measured.

    Raises
    ------
    CrmwbError
        A scheme is no column of `customers`.
    """
    absent = [name for name in params.schemes if name not in customers]
    if absent:
        raise CrmwbError(
            f"{layout.PARAMS}: segmentation.needs.schemes: customers have no column {', '.join(absent)}; name a column "
            "that holds a segment, such as cluster_name, tier, rfm_segment or stage."
        )
    schemes = [name for name in params.schemes if customers[name].notna().any()]
    assigned = _assigned(con, customers, schemes)
    try:
        source = _Source(con, tables, as_of, params, audits)
        parts, also = [], []
        for block in source.blocks() if schemes else ():
            parts.append(by_segment(con, block, assigned, schemes))
            if block.also:
                also.append(by_segment(con, replace(block, measures=block.also), assigned, schemes))
        affinity = source.affinity(assigned, schemes)
    finally:
        sweep(con)
    if parts:
        frame = lifts(pd.concat(parts), params.level, params.min_customers)
        frame = _clear_by_both(frame, lifts(pd.concat(also), params.level, params.min_customers)) if also else frame
    else:
        frame = NEEDS.schema.empty_table().to_pandas().drop(columns=["affinity"])
    frame = frame.merge(affinity, on=["scheme", "segment", "measure", "item"], how="left")
    facts = {
        "level": params.level,
        "compared": compared(frame),
        "not_available": {name: to_json(why) for name, why in source.not_available.items()},
    }
    return Needs(frame[NEEDS.names], facts)


class _Source:
    """The sales and answers that needs are measured from, and what of them is not available."""

    def __init__(
        self, con: Backend, tables: dict[str, ir.Table], as_of: date, params: NeedsParams,
        audits: Sequence[Mapping[str, Any]],
    ) -> None:  # fmt: skip
        self.con, self.tables, self.as_of, self.params = con, tables, as_of, params
        self.products = tables.get("products")
        self.bundles: bundles.Bundles | None = None
        self.not_available: dict[str, Value]
        self.sales = sales_before(tables["transactions"], as_of) if "transactions" in tables else None
        known_of = None if self.sales is None else known.look(con, self.sales, self.products)
        if self.sales is None or known_of is None or not known_of.n_sales:
            self.sales, self.not_available = None, known.nothing(tables)
            return
        self.usual = prices.usual_prices(con, self.sales)
        varied = self.usual.aggregate(n=self.usual.count(where=self.usual.n_values > 1))
        n_varied = engine.batches(con, varied).read_all()["n"][0].as_py()
        self.not_available = known.missing(known_of, tables, n_varied)
        wrong_clock = vetoes.withheld(Finding("needs.hour_order_share"), audits=audits)
        if known_of.has_times and wrong_clock is not None:
            self.not_available["hour_order_share"] = wrong_clock

    def has(self, kind: str) -> bool:
        """Tell whether a kind of need, or one measure, is available."""
        return kind not in self.not_available

    def blocks(self) -> Iterator[Block]:
        """Yield everything that can be measured."""
        if self.sales is not None:
            yield from self._goods()
            sweep(self.con, *SHARED)
            yield from self._orders()
            sweep(self.con, *SHARED)
            if self.has("product"):
                yield prices.bulk(self.con, self.sales)
            if self.has("price"):
                yield prices.price(self.con, self.sales, self.usual)
            if self.has("promotion"):
                yield prices.promotion(self.con, self.sales)
        if self.has("response"):
            members, campaigns = self.tables["campaign_members"], self.tables.get("campaigns")
            yield from answers.response(self.con, members, campaigns, self.as_of)

    def affinity(self, assigned: ir.Table, schemes: list[str]) -> pd.DataFrame:
        """Work out the affinity of each bundle in each segment: scheme, segment, measure, item, affinity."""
        columns = ["scheme", "segment", "measure", "item", "affinity"]
        if self.bundles is None:
            none: pd.DataFrame = NEEDS.schema.empty_table().select(columns).to_pandas()
            return none
        of_schemes = [bundles.affinity(self.con, self.bundles, assigned, s).assign(scheme=s) for s in schemes]
        return pd.concat(of_schemes).assign(measure="bundle_order_share")[columns]

    def _goods(self) -> Iterator[Block]:
        if self.sales is None or not self.has("product"):
            return
        bought = goods.bought(self.con, self.sales)
        measured: dict[str, ir.Table] = {}
        for name in goods.ATTRIBUTES:
            if self.products is not None and self.has(name):
                block = goods.attribute(self.con, bought, self.products, name)
                measured[name] = block.parts
                yield block
        by = next((name for name in ("category", "line") if self.has(name)), "product_id")
        sweep(self.con, *SHARED, "bought", by)
        yield goods.single_products(self.con, self.sales, bought, self.products, self.params.n_products)
        sweep(self.con, *SHARED, "bought", by)
        bits = goods.bits(self.con, bought, self.products, by, self.params.bundle_items, measured=measured.get(by))
        most, least = self.params.n_bundles, self.params.min_support
        self.bundles = bundles.bundles(self.con, self.sales, bits, n_bundles=most, min_support=least)
        if self.bundles is None:
            self.not_available["bundle"] = Unavailable("needs.unavailable.bundles", values={"share": Share(least)})
        else:
            yield self.bundles.block

    def _orders(self) -> Iterator[Block]:
        if self.sales is None:
            return
        placed = orders.orders(self.con, self.sales)
        yield orders.basket(self.con, placed)
        yield orders.weekend(self.con, placed)
        if self.has("month_order_share"):
            yield orders.months(self.con, placed)
        if self.has("hour_order_share"):
            yield orders.hours(self.con, placed)
        for kind, column in (("channel", "channel"), ("store", "store_id")):
            if self.has(kind):
                yield orders.places(self.con, placed, column, kind)


def _clear_by_both(frame: pd.DataFrame, also: pd.DataFrame) -> pd.DataFrame:
    """Keep as clear, of the measures of `also`, only what is clear there too, and on the same side."""
    keys = ["scheme", "segment", "measure", "item"]
    other = frame[keys].merge(also[[*keys, "lift", "is_clear"]], on=keys, how="left")
    is_same_side = (other["lift"] > 1) == (frame["lift"] > 1)
    is_borne_out = other["is_clear"].eq(other=True) & is_same_side
    is_asked = frame["measure"].isin(also["measure"].unique())
    return frame.assign(is_clear=frame["is_clear"] & (is_borne_out | ~is_asked))


def _assigned(con: Backend, customers: pd.DataFrame, schemes: list[str]) -> ir.Table:
    """Put who is in which segment into the engine."""
    columns = {"customer_id": texts(customers["customer_id"])} | {name: coded(customers[name]) for name in schemes}
    return keep(con, engine.open_arrow(con, pa.table(columns), SCRATCH + "given"), "assigned")
