"""The feature table as it was at month ends: numbers, shares and categories that learners may use."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import count
from typing import Self

import ibis
import ibis.expr.types as ir
import numpy as np
import pandas as pd
import pyarrow as pa

from crmwb import engine
from crmwb.calendar import day_number
from crmwb.contract import Kind
from crmwb.contract.feature_columns import FEATURES
from crmwb.engine import Backend

NUMBERS = tuple(f.name for f in FEATURES if f.kind in {Kind.NUMBER, Kind.SHARE})
CATEGORIES = tuple(f.name for f in FEATURES if f.kind is Kind.CATEGORY)
MOST_KEPT = 50_000  # customers whose snapshots are kept
LEAST_KNOWN = 0.3  # share of customers of whom a column must be known
LEAST_SHARE, MOST_VALUES = 0.02, 6  # of a category, the values told apart

_parts = count()  # names of tables on an engine


@dataclass(frozen=True)
class Traits:
    """Snapshots of the feature table, read when they are asked for.

    Attributes
    ----------
    con : Backend
        The engine that holds the snapshots.
    snapshots : ir.Table
        data/snapshots.
    ids : Index
        Customers, in their order.
    ends : tuple of int
        Days of the month ends there are, ascending; what they say was known before that day.
    part : ir.Table or None
        The column customer_id of those who are read, where not all are.
    """

    con: Backend
    snapshots: ir.Table
    ids: pd.Index
    ends: tuple[int, ...]
    part: ir.Table | None = None
    _read: dict[int, pd.DataFrame] = field(default_factory=dict, repr=False)

    @classmethod
    def of(cls, con: Backend, snapshots: ir.Table, ids: np.ndarray) -> Self:
        """Look which month ends there are."""
        month_ends = engine.batches(con, snapshots.select("as_of").distinct()).read_all()["as_of"].to_pylist()
        return cls(con, snapshots, pd.Index(ids), tuple(sorted(day_number(end) for end in month_ends)))

    def until(self, origin: int) -> Self:
        """Return what was known at `origin`."""
        ends = tuple(end for end in self.ends if end <= origin)
        return type(self)(self.con, self.snapshots, self.ids, ends, self.part, self._read)

    def every(self, step: int) -> Self:
        """Return the snapshots of every `step`-th customer."""
        ids = self.ids[::step]
        texts = pa.table({"customer_id": pa.array(ids, pa.string())})
        part = engine.open_arrow(self.con, texts, f"traits_part_{next(_parts)}")
        return type(self)(self.con, self.snapshots, ids, self.ends, part)

    def at(self, origin: int, customer: np.ndarray, columns: Sequence[str] | None = None) -> pd.DataFrame:
        """Return the last snapshot at or before `origin` of some customers; without columns where there is none.

        What was read is kept, but for very many customers, of whom only the columns asked for are read.

        Parameters
        ----------
        origin : int
            A day, as `calendar.day_number` returns it.
        customer : ndarray of shape (n,)
            Places in `ids`.
        columns : sequence of str, optional
            Of NUMBERS and CATEGORIES; all where not given.
        """
        wanted = [*NUMBERS, *CATEGORIES] if columns is None else list(columns)
        ends = [end for end in self.ends if end <= origin]
        if not ends:
            return pd.DataFrame(index=range(len(customer)))
        end = ends[-1]
        if len(self.ids) > MOST_KEPT:
            return self._of(end, wanted).reindex(customer).reset_index(drop=True)
        if end not in self._read:
            self._read[end] = self._of(end, [*NUMBERS, *CATEGORIES])
        return self._read[end][wanted].reindex(customer).reset_index(drop=True)

    def _of(self, end: int, columns: Sequence[str]) -> pd.DataFrame:
        """Read columns of a snapshot, on the places of its customers."""
        day = ibis.literal(pd.Timestamp(end, unit="D").date())
        rows = self.snapshots.filter(self.snapshots.as_of == day).select("customer_id", *columns)
        if self.part is not None:
            rows = rows.semi_join(self.part, "customer_id")
        frame: pd.DataFrame = engine.batches(self.con, rows).read_all().to_pandas()
        frame.index = self.ids.get_indexer(pd.Index(frame.pop("customer_id")))
        return frame[frame.index >= 0].sort_index()


@dataclass(frozen=True)
class Encoding:
    """How traits become numbers, learned once and used ever after.

    Attributes
    ----------
    numbers : tuple of str
        Columns known of enough customers, and not alike for all.
    values : tuple of (str, str)
        Column and value: what is 1 where a customer has it, else 0.
    """

    numbers: tuple[str, ...]
    values: tuple[tuple[str, str], ...]

    @classmethod
    def learn(cls, traits: pd.DataFrame) -> Self:
        """Find the columns that may tell something."""
        numbers = [c for c in NUMBERS if c in traits and _varies(traits[c].to_numpy(dtype=np.float64, na_value=np.nan))]
        values: list[tuple[str, str]] = []
        for column in (c for c in CATEGORIES if c in traits):
            counts = traits[column].value_counts().sort_index().sort_values(ascending=False, kind="stable")
            shares = (counts / max(len(traits), 1)).head(MOST_VALUES)
            common = [str(value) for value, share in shares.items() if LEAST_SHARE <= share <= 1 - LEAST_SHARE]
            values += [(column, value) for value in common]
        return cls(tuple(numbers), tuple(values))

    @property
    def columns(self) -> tuple[str, ...]:
        """What is looked at."""
        return (*self.numbers, *dict.fromkeys(column for column, _ in self.values))

    def encode(self, traits: pd.DataFrame) -> pd.DataFrame:
        """Return the numbers, large ones as logs, and the values; unknown where a column is missing."""
        columns: dict[str, np.ndarray] = {}
        for name in self.numbers:
            known = traits[name] if name in traits else pd.Series(np.nan, index=traits.index)
            number = known.to_numpy(dtype=np.float64, na_value=np.nan)
            columns[name] = np.sign(number) * np.log1p(np.abs(number))
        for name, value in self.values:
            columns[f"{name}: {value}"] = (
                (traits[name] == value).to_numpy(dtype=np.float64, na_value=0.0)
                if name in traits
                else np.zeros(len(traits))
            )
        return pd.DataFrame(columns, index=traits.index)


def _varies(numbers: np.ndarray) -> bool:
    known = numbers[np.isfinite(numbers)]
    return len(known) >= max(LEAST_KNOWN * len(numbers), 2) and bool(known.min() < known.max())
