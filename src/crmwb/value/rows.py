"""Reading a small result of the engine into a data frame."""

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
        table = engine.batches(con, query).read_all().cast(query.schema().to_pyarrow())
        place = storage.places(table[KEY], ids)
        order = np.argsort(place, kind="stable")
        order = order[np.searchsorted(place[order], 0) :]
        frame: pd.DataFrame = table.drop_columns(KEY).take(pa.array(order)).to_pandas(date_as_object=False)
        return frame.set_axis(pd.Index(place[order], name=KEY))
    table = engine.batches(con, query.order_by(KEY)).read_all().cast(query.schema().to_pyarrow())
    frame = table.to_pandas()
    return frame.set_index(KEY)
