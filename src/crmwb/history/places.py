"""Customers known by places and not by texts, looked up among their neighbours: what is read mostly stands in order."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from crmwb import storage
from crmwb.files.parquet import runs

if TYPE_CHECKING:
    import pandas as pd

END = "as_of"


@dataclass(frozen=True)
class Places:
    """Where customers stand in a list of all.

    Attributes
    ----------
    ids : StringArray
        All customers, ascending.

    Examples
    --------
    >>> import pyarrow as pa
    >>> from crmwb.history.places import Places
    >>> Places(pa.array(["a", "c", "d"])).of(pa.array(["c", "b", "d"])).tolist()
    [1, -1, 2]
    """

    ids: pa.Array

    @classmethod
    def among(cls, ids: "pd.Series[Any]") -> Self:
        """Take the ids of all customers, ascending."""
        texts = pa.array(ids, pa.string())
        return cls(texts.combine_chunks() if isinstance(texts, pa.ChunkedArray) else texts)

    def of(self, texts: pa.Array) -> np.ndarray:
        """Return the place of each text, -1 where it is none of them; int32.

        Only the customers between the first and the last of the texts are looked at: few where the texts are in order.
        """
        ends = pc.min_max(texts).as_py()
        if ends["min"] is None:
            return np.full(len(texts), -1, dtype=np.int32)
        first = bisect_left(range(len(self.ids)), ends["min"], key=self._text)
        stop = bisect_right(range(len(self.ids)), ends["max"], key=self._text)
        near = self.ids.slice(first, stop - first)
        if len(near) == len(texts) and near.equals(texts):
            return np.arange(first, stop, dtype=np.int32)
        place = pc.index_in(texts, value_set=near).fill_null(-1 - first).to_numpy()
        return np.asarray(place + np.int32(first))

    def _text(self, place: int) -> str:
        return str(self.ids[place])


def month_end_rows(artefact: Path, end: date, columns: Sequence[str]) -> Iterator[pa.RecordBatch]:
    """Yield some columns of the rows of a month end, few rows at a time.

    Parameters
    ----------
    artefact : Path
        A Parquet file, or a folder of files named for the month ends that they are of, with as_of.
    end : date
        The month end.
    columns : sequence of str
        Those wanted.
    """
    files = storage.parts(artefact)
    for part in [file for file in files if file.stem == end.isoformat()] or files:
        rows = storage.open_file(part).iter_batches(storage.ROW_GROUP_ROWS, columns=[END, *columns])
        yield from (batch for of, batch in runs(rows, END) if of == end)
