"""What customers of earlier lists brought, read from transactions as a run reads them."""

from datetime import date

import numpy as np
import pandas as pd
import pyarrow as pa

from crmwb import engine
from crmwb.actions.outcomes import outcomes
from crmwb.sources.privacy import secret

ISSUED, REVIEW = date(2024, 7, 1), date(2024, 8, 30)
DAYS = (-61, -60, -1, 0, 59, 60)  # from the day of the list: before and after it, with one beyond either end


def test_margin_is_counted_from_issue_to_review_and_as_long_before(con, monkeypatch):
    monkeypatch.setenv("CRMWB_KEY", "k" * 40)
    ids = np.array(["c0", "c1"])
    days = pd.Timestamp(ISSUED) + pd.to_timedelta(DAYS, unit="D") + pd.Timedelta(hours=12)
    rows = {
        "customer_id": ["c0"] * len(DAYS),
        "ordered_at": pa.array(days, pa.timestamp("us")),
        "revenue_cents": pa.array([1, 20, 300, 4_000, 50_000, 600_000], pa.int64()),
    }
    transactions = engine.open_arrow(con, pa.table(rows), "transactions")
    past = pd.DataFrame(
        {"issued_on": ISSUED, "review_on": REVIEW, "action": "call", "code": secret.codes(ids, secret.key())}
    )
    brought = outcomes(con, transactions, past, ids, as_of=REVIEW, margin_share=0.5)
    assert brought["margin_cents"].tolist() == [27_000.0, 0.0]
    assert brought["before_cents"].tolist() == [160.0, 0.0]
    assert brought[["margin_cents", "before_cents"]].dtypes.tolist() == [np.float64, np.float64]
    assert outcomes(con, transactions, past, ids, as_of=ISSUED, margin_share=0.5).empty
