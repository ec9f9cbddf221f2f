"""The features of customers as of now, read part by part: memory holds few of them at a time."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import pandas as pd
import pyarrow as pa

from crmwb import storage
from crmwb.contract.features import CUSTOMERS
from crmwb.history.places import Places


@dataclass(frozen=True)
class Features:
    """The features of every customer.

    Attributes
    ----------
    path : Path
        A Parquet file of one row per customer, sorted by customer_id.
    """

    path: Path = CUSTOMERS.path

    @cached_property
    def places(self) -> Places:
        """All customers, by their numbers: the places of their rows."""
        storage.require(self.path)
        return Places(storage.open_file(self.path).read(["customer_id"])["customer_id"].combine_chunks())

    def parts(self, columns: Sequence[str]) -> Iterator[tuple[int, pd.DataFrame]]:
        """Yield the place of the first row of each part, and the part: those of `columns` that there are."""
        file, begins = storage.open_file(self.path), 0
        names = [name for name in columns if name in file.schema_arrow.names]
        for batch in file.iter_batches(storage.ROW_GROUP_ROWS, columns=names):
            yield begins, pa.Table.from_batches([batch]).to_pandas()
            begins += batch.num_rows
