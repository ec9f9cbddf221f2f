"""Reading a small result of the engine into a data frame."""

from collections.abc import Iterable
from itertools import chain

import ibis.expr.types as ir
import numpy as np
import pandas as pd
import pyarrow as pa

from crmwb import engine, storage
from crmwb.engine import Backend

KEY = "customer_id"


def rows(con: Backend, query: ir.Table, ids: pa.Array | None = None) -> pd.DataFrame:
    """Evaluate a query of one row per customer, sorted by customer_id.

    Parameters
    ----------
    con : Backend
        The engine that holds the tables of `query`.
    query : ir.Table
        With the key customer_id; batches are cast to its schema, for the engine widens sums of integers.
    ids : Array, optional
        Ids in their order: each customer is then known by the place in them, which takes a fraction of the time and
        memory of texts; others are left out, and dates come as datetime64.

    Returns
    -------
    DataFrame
        On the index customer_id; whole numbers with gaps come as floats with NaN.
    """
    if ids is not None:
        return _placed(engine.batches(con, query), query.schema().to_pyarrow(), ids)
    table = engine.batches(con, query.order_by(KEY)).read_all().cast(query.schema().to_pyarrow())
    frame: pd.DataFrame = table.to_pandas()
    return frame.set_index(KEY)


def _placed(batches: Iterable[pa.RecordBatch], schema: pa.Schema, ids: pa.Array) -> pd.DataFrame:
    """Put rows in the order of their places, batch by batch: both Arrow's and pandas' forms of all take much memory."""
    places: list[np.ndarray] = []
    parts: list[pd.DataFrame] = []
    for table in chain([schema.empty_table()], (pa.Table.from_batches([b]).cast(schema) for b in batches)):
        place = storage.places(table[KEY], ids)
        is_known = place >= 0
        part = table.drop_columns(KEY).to_pandas(date_as_object=False)
        if table.num_rows or not parts:
            places.append(place[is_known])
            parts.append(part if is_known.all() else part[is_known])
    place = np.concatenate(places)
    frame: pd.DataFrame = pd.concat(parts[1:] or parts, ignore_index=True)
    del parts
    if not (np.diff(place) > 0).all():
        order = np.argsort(place, kind="stable")
        frame, place = frame.iloc[order], place[order]
    return frame.set_axis(pd.Index(place, name=KEY))


def in_order(frame: pd.DataFrame) -> pd.DataFrame:
    """Return a frame in the order of customer_id; the same where it is so already, for copies take memory.

    Examples
    --------
    >>> import pandas as pd
    >>> from crmwb.value.rows import in_order
    >>> in_order(pd.DataFrame({"customer_id": ["b", "a"]}))["customer_id"].tolist()
    ['a', 'b']
    """
    return frame if frame[KEY].is_monotonic_increasing else frame.sort_values(KEY)
