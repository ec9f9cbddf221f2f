"""What customers of earlier lists brought after them: from the clean transactions, told apart by their codes."""

from datetime import date

import ibis.expr.types as ir
import numpy as np
import pandas as pd

from crmwb import engine
from crmwb.engine import Backend
from crmwb.history.asof import midnight
from crmwb.sources.privacy import secret

COLUMNS = ["issued_on", "action", "code", "margin_cents", "before_cents"]


def outcomes(
    con: Backend,
    transactions: ir.Table | None,
    ledger: pd.DataFrame,
    customer_ids: np.ndarray,
    *,
    as_of: date,
    margin_share: float,
) -> pd.DataFrame:
    """Return the margin of each customer of a list that is due, from issue to review, and in as many days before.

    Returns
    -------
    DataFrame
        One row per row of the ledger whose customer is known and whose review day has come: issued_on, action, code,
        margin_cents, before_cents.

    Raises
    ------
    CrmwbError
        There is no secret key to tell whose rows they are.
    """
    due = ledger[ledger["review_on"] <= as_of]
    if due.empty or transactions is None:
        return pd.DataFrame(columns=COLUMNS)
    codes = pd.DataFrame({"customer_id": customer_ids, "code": secret.codes(customer_ids, secret.key())})
    parts = []
    for issued, review in sorted(set(zip(due["issued_on"], due["review_on"], strict=True))):
        rows = due[(due["issued_on"] == issued) & (due["review_on"] == review)]
        sums = engine.batches(con, _sums(transactions, issued, review)).read_pandas()
        known = rows.merge(codes, on="code").merge(sums, on="customer_id", how="left").fillna({"after": 0, "before": 0})
        margins = {"margin_cents": known["after"] * margin_share, "before_cents": known["before"] * margin_share}
        parts.append(known.assign(**margins)[COLUMNS])
    brought: pd.DataFrame = pd.concat(parts, ignore_index=True)
    return brought


def _sums(transactions: ir.Table, issued: date, review: date) -> ir.Table:
    at = transactions.ordered_at
    after = (at >= midnight(issued)) & (at < midnight(review))
    before = (at >= midnight(issued - (review - issued))) & (at < midnight(issued))
    return transactions.group_by("customer_id").aggregate(
        after=_sum(transactions, after),
        before=_sum(transactions, before),
    )


def _sum(transactions: ir.Table, where: ir.BooleanValue) -> ir.Value:
    """Return the revenue of these rows; engines sum whole numbers in types that do not multiply with a share."""
    return transactions.revenue_cents.sum(where=where).fill_null(0).cast("float64")
