"""Reading a small result of the engine into a data frame."""

import ibis.expr.types as ir
import pandas as pd

from crmwb import engine
from crmwb.engine import Backend


def rows(con: Backend, query: ir.Table) -> pd.DataFrame:
    """Evaluate a query of one row per customer, sorted by customer_id.

    Parameters
    ----------
    con : Backend
        The engine that holds the tables of `query`.
    query : ir.Table
        With the key customer_id; batches are cast to its schema, for the engine widens sums of integers.

    Returns
    -------
    DataFrame
        On the index customer_id; whole numbers with gaps come as floats with NaN.
    """
    table = engine.batches(con, query.order_by("customer_id")).read_all().cast(query.schema().to_pyarrow())
    frame: pd.DataFrame = table.to_pandas()
    return frame.set_index("customer_id")
