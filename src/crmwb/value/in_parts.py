"""Tables of all customers part by part: side by side in memory, and block by block into a file."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa

from crmwb.contract import Artefact, schema_of
from crmwb.files.parquet import ROW_GROUP_ROWS, write_rows
from crmwb.value.rows import KEY

__all__ = ["KEY", "Parts", "write_in_parts"]


@dataclass(frozen=True)
class Parts:
    """Columns of all customers in frames that are never joined: copies of so many take memory.

    Attributes
    ----------
    ids : Array
        All customers, in the order of their ids.
    frames : tuple of DataFrame
        customer_id (places in `ids`, ascending) and other columns, which no two have in common; customers who are
        missing are unknown in them.

    Examples
    --------
    >>> import pandas as pd
    >>> import pyarrow as pa
    >>> from crmwb.value.in_parts import Parts
    >>> orders = pd.DataFrame({"customer_id": [0, 1], "n_orders": [3, 1]})
    >>> parts = Parts(pa.array(["a", "b"]), (orders, pd.DataFrame({"customer_id": [1], "tier": ["gold"]})))
    >>> parts.column("tier").tolist(), [block["customer_id"].tolist() for block in parts.blocks(1)]
    ([nan, 'gold'], [['a'], ['b']])
    """

    ids: pa.Array
    frames: tuple[pd.DataFrame, ...]

    def __len__(self) -> int:
        return len(self.ids)

    def column(self, name: str) -> pd.Series:
        """Return a column, on the places of customers."""
        frame = next(frame for frame in self.frames if name in frame)
        column: pd.Series = frame.set_index(KEY)[name].reindex(range(len(self)))
        return column

    def blocks(self, n_rows: int = ROW_GROUP_ROWS) -> Iterator[pd.DataFrame]:
        """Yield all columns of so many customers at a time, with their ids."""
        for begins in range(0, len(self), n_rows):
            places = pd.RangeIndex(begins, min(begins + n_rows, len(self)))
            known = [_rows_of(frame, places) for frame in self.frames]
            texts = self.ids.slice(begins, len(places)).to_pandas()
            yield pd.concat([pd.DataFrame({KEY: texts.set_axis(places)}), *known], axis=1)


def _rows_of(frame: pd.DataFrame, places: pd.RangeIndex) -> pd.DataFrame:
    rows = slice(*np.searchsorted(frame[KEY].to_numpy(), [places.start, places.stop]).tolist())
    return frame.iloc[rows].set_index(KEY).reindex(places)


def write_in_parts(frames: Iterable[pd.DataFrame], artefact: Artefact, path: Path | None = None) -> int:
    """Write frames, one after the other, as one declared artefact, and return the number of rows.

    Parameters
    ----------
    frames : iterable of DataFrame
        The declared columns, or some of them, others being unknown; all rows in the order of the key.
    artefact : Artefact
        The declaration.
    path : Path, optional
        Where to, where not to the artefact's own path.
    """

    def batches() -> Iterator[pa.RecordBatch]:
        for frame in frames:
            fields = schema_of(tuple(column for column in artefact.columns if column.name in frame))
            yield from pa.Table.from_pandas(frame, fields, preserve_index=False).combine_chunks().to_batches()

    return write_rows(batches(), artefact.schema, path or artefact.path, None)
