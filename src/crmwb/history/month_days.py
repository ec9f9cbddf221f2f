"""Customers' days with an order line, read month by month: memory holds one month of them."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
import pyarrow as pa

from crmwb import storage
from crmwb.calendar import month_of
from crmwb.contract.history import DAYS
from crmwb.history.places import Places

COLUMNS = ["customer_id", "day", "sales_cents", "returned_cents", "is_purchase", "gap_days"]


@dataclass(frozen=True)
class MonthDays:
    """The days of one month, by customer, then day; arrays of shape (n,).

    Attributes
    ----------
    month : int
        See `calendar.month_of`.
    customer : ndarray of int32
        Places in the list of all customers.
    day : ndarray of int32
        As `calendar.day_number` returns it.
    cents : ndarray of int64
        What the day brought, net of the returns brought in on it.
    is_purchase : ndarray of bool
        The day has a sale of positive revenue.
    gap : ndarray of int32
        Of a purchase day, the days since the purchase day before it; 0 of others and of the first one.
    """

    month: int
    customer: np.ndarray
    day: np.ndarray
    cents: np.ndarray
    is_purchase: np.ndarray
    gap: np.ndarray


@dataclass(frozen=True)
class KeptDays:
    """The days of a kept history; read anew each time they are gone through.

    Attributes
    ----------
    places : Places
        All customers; days of others are left out.
    folder : Path
        A file for each month.
    """

    places: Places
    folder: Path = DAYS.path

    def __iter__(self) -> Iterator[MonthDays]:
        """Go through the months in their order."""
        for file in storage.parts(self.folder):
            batches = storage.open_file(file).iter_batches(storage.ROW_GROUP_ROWS, columns=COLUMNS)
            parts = [_arrays(batch, self.places) for batch in batches]
            if parts:
                columns = (np.concatenate(same) for same in zip(*parts, strict=True))
                yield MonthDays(month_of(date.fromisoformat(f"{file.stem}-01")), *columns)


def _arrays(batch: pa.RecordBatch, places: Places) -> list[np.ndarray]:
    customer = places.of(batch["customer_id"])
    columns = [
        customer,
        batch["day"].view(pa.int32()).to_numpy(),
        batch["sales_cents"].to_numpy() - batch["returned_cents"].to_numpy(),
        batch["is_purchase"].to_numpy(zero_copy_only=False),
        batch["gap_days"].fill_null(0).to_numpy().astype(np.int32),
    ]
    there = customer >= 0
    return columns if there.all() else [values[there] for values in columns]
