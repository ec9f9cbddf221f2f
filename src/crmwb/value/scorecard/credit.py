"""How customers pay, against the best that was possible: paying on the day an invoice is due."""

from datetime import date

import ibis
import numpy as np
import pandas as pd
import pyarrow as pa

from crmwb.engine import Backend
from crmwb.history.asof import days_between
from crmwb.value.realised.costs import Tables
from crmwb.value.rows import rows

COLUMNS = ("n_paid", "days_beyond_terms", "days_beyond_terms_error", "open_cents")


def payments(con: Backend, tables: Tables, as_of: date, ids: pa.Array | None = None) -> pd.DataFrame:
    """Compare payments with their terms, as of a day; customers by their places in `ids`, where given.

    Returns
    -------
    DataFrame
        On the index customer_id, one row per customer with an invoice; empty where the source has no invoices.
        n_paid (invoices paid), days_beyond_terms (mean days from due to paid, below 0 for who pays early; best
        possible is 0), days_beyond_terms_error (its standard error, from the spread within all customers pooled; NaN
        where nobody paid twice), open_cents (what unpaid invoices ask for, due or not).
    """
    if "invoices" not in tables:
        return pd.DataFrame(columns=list(COLUMNS), index=pd.Index([], name="customer_id"), dtype=np.float64)
    today = ibis.literal(as_of)
    issued = tables["invoices"].filter(lambda t: t.issued_on < today)
    paid = (issued.paid_on < today).fill_null(False)
    late = days_between(issued.due_on, issued.paid_on)
    sums = issued.group_by("customer_id").aggregate(
        n_paid=issued.count(where=paid),
        late=late.sum(where=paid).cast("int64"),
        squares=(late * late).sum(where=paid).cast("int64"),
        open_cents=issued.amount_cents.sum(where=~paid).fill_null(0).cast("int64"),
    )
    table = rows(con, sums, ids)
    n = table["n_paid"].to_numpy(dtype=np.float64)
    mean = np.divide(table["late"].to_numpy(dtype=np.float64), n, out=np.full(len(n), np.nan), where=n > 0)
    within = table["squares"].to_numpy(dtype=np.float64) - n * mean**2
    freedom = float((n[n > 0] - 1).sum())
    spread = np.sqrt(max(float(np.nansum(within)), 0.0) / freedom) if freedom > 0 else np.nan
    error = np.divide(spread, np.sqrt(n), out=np.full(len(n), np.nan), where=n > 0)
    return table.assign(days_beyond_terms=mean, days_beyond_terms_error=error)[list(COLUMNS)]
