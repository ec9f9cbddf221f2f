"""Small results of the engine as data frames."""

import ibis.expr.types as ir
import pandas as pd

from crmwb import engine
from crmwb.engine import Backend


def fetch(con: Backend, query: ir.Table) -> pd.DataFrame:
    """Return the rows of a query in the types that it declares: the engine widens sums of integers."""
    rows = engine.batches(con, query).read_all().cast(query.schema().to_pyarrow())
    known: pd.DataFrame = rows.to_pandas(date_as_object=True)
    return known
