"""The multi-view: segments crossed with stages, regions, product lines, channels and time."""

from collections.abc import Sequence
from functools import cached_property
from pathlib import Path

import pandas as pd
import pyarrow as pa

from crmwb import engine, layout, params, storage
from crmwb.display import tables, words
from crmwb.display.picture import Picture, draw
from crmwb.plots import multiview as plots
from crmwb.segmentation import multiview

KEY = "customer_id"
MONEY = ("revenue_cents", "recent_revenue_cents", "previous_revenue_cents")
ARTEFACTS = (layout.CUSTOMER_FEATURES, layout.CUSTOMER_VALUE, layout.CUSTOMER_LIFECYCLE, layout.CUSTOMER_SEGMENTS)


class Multiview:
    """Cross-tables over every dimension that the source knows."""

    def __init__(self, root: Path, currency: str) -> None:
        self._root = root
        self.currency = currency

    @cached_property
    def frame(self) -> pd.DataFrame:
        """One row per customer: the dimensions, and revenue in all and in the two recent periods."""
        frame = storage.read_joined(KEY, *(self._root / path for path in ARTEFACTS))
        return frame[[KEY, *(name for name in multiview.DIMENSIONS if name in frame), *MONEY]]

    @property
    def not_available(self) -> pd.DataFrame:
        """One row per dimension that cannot be crossed here: dimension, why."""
        missing = multiview.available(self.frame)[1]
        return pd.DataFrame(list(missing.items()), columns=["dimension", "why"])

    @property
    def dimensions(self) -> list[str]:
        """The dimensions that can be crossed."""
        return multiview.available(self.frame)[0]

    @cached_property
    def cells(self) -> pd.DataFrame:
        """One row per cell of every dimension and every two of them: customers, revenue, growth, trend."""
        return multiview.crossings(self.frame, self.dimensions)

    def largest(self, n: int = 10, by: str = "revenue_cents") -> pd.DataFrame:
        """Return the `n` cells of two dimensions with most of a measure."""
        return multiview.largest(self.cells.dropna(subset="other_dimension"), n, by)

    def growing(self, n: int = 10) -> pd.DataFrame:
        """Return the cells whose revenue grows more than everyone's, beyond chance."""
        return multiview.growing(self.cells, n)

    def shrinking(self, n: int = 10) -> pd.DataFrame:
        """Return the cells whose revenue grows less than everyone's, or shrinks, beyond chance."""
        return multiview.shrinking(self.cells, n)

    def through_time(self, dimensions: Sequence[str] = ("stage",)) -> pd.DataFrame:
        """Return customers and revenue of cells at every month end; stages as they were, all else as it is now."""
        present = self.frame[[KEY, *(name for name in dimensions if name != "stage")]]
        with engine.connect(params.load(self._root / layout.PARAMS).engine) as con:
            months = storage.open_table(con, self._root / layout.LIFECYCLE_MONTHS, "months")
            labels = pa.Table.from_pandas(present, preserve_index=False)
            joined = months.inner_join(engine.open_arrow(con, labels, "present"), KEY)
            query = multiview.through_time(joined, dimensions)
            found: pd.DataFrame = engine.batches(con, query).read_all().cast(query.schema().to_pyarrow()).to_pandas()
        return found

    @property
    def finding(self) -> str:
        """The largest cell, and how many grow or shrink, in two sentences."""
        if self.cells.dropna(subset="other_dimension").empty:
            return "There is nothing to cross: no two dimensions are known of these customers."
        first = self.largest(1).iloc[0]
        trend = self.cells["trend"].value_counts()
        n = int(trend.sum())
        moved = (
            f"Of {words.plural(n, 'cell')} large enough to tell, {words.count(trend.get('growing', 0))} surely grow "
            f"more than all customers together and {words.count(trend.get('shrinking', 0))} less."
            if n
            else "Which cells grow cannot be told: two periods of purchases, one after the other, are not known."
        )
        share = words.share(first["revenue_share"])
        return f"Most revenue of any two cuts, {share}, is where {plots.cell_name(first.to_dict())}. {moved}"

    def plot_table(self, rows: str, columns: str, measure: str = "revenue_share") -> Picture:
        """Draw two dimensions crossed."""
        alt = f"Heat map: {words.name(measure)} by {words.name(rows)} and {words.name(columns)}."
        return draw(plots.cross_table, self.cells, rows, columns, measure, alt=alt)

    def plot_movers(self, n: int = 8) -> Picture:
        """Draw the cells that grow and shrink most; where none does beyond chance, the largest."""
        both = pd.concat([self.growing(n), self.shrinking(n)])
        if both.empty:
            both = multiview.largest(self.cells.dropna(subset=["growth", "trend"]), n)
        return draw(plots.movers, both, alt=self.finding)

    def _repr_html_(self) -> str:
        shown = [
            "dimension",
            "level",
            "other_dimension",
            "other_level",
            "n_customers",
            "revenue_cents",
            "revenue_share",
        ]
        return tables.html(self.largest()[shown], caption="The largest cells", currency=self.currency)
