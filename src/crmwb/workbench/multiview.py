"""The multi-view: segments crossed with stages, regions, product lines, channels and time."""

from collections.abc import Sequence
from functools import cached_property
from pathlib import Path

import pandas as pd
import pyarrow as pa

from crmwb import engine, layout, params, storage
from crmwb.contract.features import CUSTOMERS as FEATURES
from crmwb.contract.lifecycle import CUSTOMERS as LIFECYCLE
from crmwb.contract.lifecycle import MONTHS as STAGE_MONTHS
from crmwb.contract.segments import CUSTOMERS as SEGMENTS
from crmwb.contract.value import CUSTOMERS as VALUE
from crmwb.display import tables
from crmwb.display.picture import Picture, draw
from crmwb.findings import Count, Finding, Share, Term
from crmwb.plots import multiview as plots
from crmwb.segmentation import multiview

KEY = "customer_id"
MONEY = ("revenue_cents", "recent_revenue_cents", "previous_revenue_cents")
ARTEFACTS = (FEATURES, VALUE, LIFECYCLE, SEGMENTS)


class Multiview:
    """Cross-tables over every dimension that the source knows."""

    def __init__(self, root: Path, currency: str) -> None:
        self._root = root
        self.currency = currency

    @cached_property
    def frame(self) -> pd.DataFrame:
        """One row per customer: the dimensions, and revenue in all and in the two recent periods."""
        frame = storage.read_joined(KEY, *ARTEFACTS, root=self._root)
        return frame[[KEY, *(name for name in multiview.DIMENSIONS if name in frame), *MONEY]]

    @property
    def not_available(self) -> pd.DataFrame:
        """One row per dimension that cannot be crossed here: dimension, why ("absent" or "constant")."""
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
        """Return the cells whose revenue grows more than that of all customers, beyond chance."""
        return multiview.growing(self.cells, n)

    def shrinking(self, n: int = 10) -> pd.DataFrame:
        """Return the cells whose revenue grows less than that of all customers, or shrinks, beyond chance."""
        return multiview.shrinking(self.cells, n)

    def through_time(self, dimensions: Sequence[str] = ("stage",)) -> pd.DataFrame:
        """Return customers and revenue of cells at every month end; stages as they were, all else as it is now."""
        present = self.frame[[KEY, *(name for name in dimensions if name != "stage")]]
        with engine.connect(params.load(self._root / layout.PARAMS).engine) as con:
            months = storage.open_artefact(con, STAGE_MONTHS, "months", root=self._root)
            labels = pa.Table.from_pandas(present, preserve_index=False)
            joined = months.inner_join(engine.open_arrow(con, labels, "present"), KEY)
            query = multiview.through_time(joined, dimensions)
            cells: pd.DataFrame = engine.batches(con, query).read_all().cast(query.schema().to_pyarrow()).to_pandas()
        return cells

    @property
    def finding(self) -> Finding:
        """The cell of two dimensions with the largest revenue."""
        if self.cells.dropna(subset="other_dimension").empty:
            return Finding("multiview.none")
        first = self.largest(1).iloc[0]
        cell = plots.cell(first.to_dict())
        return Finding("multiview.largest", {"share": Share(first["revenue_share"]), "cell": cell})

    @property
    def trend_finding(self) -> Finding:
        """How many cells grow more and less than all customers together."""
        trend = self.cells["trend"].value_counts()
        if not trend.sum():
            return Finding("multiview.trend.unknown")
        counts = {name: Count(trend.get(name, 0)) for name in ("growing", "shrinking")}
        code = "known" if any(count.value for count in counts.values()) else "none"
        return Finding(f"multiview.trend.{code}", counts | {"n": Count(trend.sum(), "cell")})

    def shown(self, cells: pd.DataFrame) -> pd.DataFrame:
        """Return cells for a table: cell (a clause), n_customers, revenue_cents, revenue_share, growth_change."""
        shown = cells[["n_customers", "revenue_cents", "revenue_share"]].assign(growth_change=cells["growth"])
        shown.insert(0, "cell", pd.Series([plots.cell(row) for row in cells.to_dict("records")], cells.index, object))
        return shown.dropna(axis="columns", how="all")

    def plot_table(self, rows: str, columns: str, measure: str = "revenue_share") -> Picture:
        """Draw two dimensions crossed."""
        words = {"measure": measure, "rows": rows, "columns": columns}
        alt = Finding("multiview.alt.crossed", {name: Term("column", word) for name, word in words.items()})
        return draw(plots.cross_table, self.cells, rows, columns, measure, alt=alt)

    def plot_growth(self, n: int = 8) -> Picture:
        """Draw the cells that grow and shrink most; where none does beyond chance, the largest."""
        both = pd.concat([self.growing(n), self.shrinking(n)])
        if both.empty:
            both = multiview.largest(self.cells.dropna(subset=["growth", "trend"]), n)
        return draw(plots.growth, both, alt=Finding("multiview.alt.growth"))

    def _repr_html_(self) -> str:
        caption = Finding("multiview.caption.largest")
        return tables.html(self.shown(self.largest()), caption=caption, currency=self.currency)
