"""lifetimes' purchase summary of order lines: frequency, recency, T and the mean spend of each customer.

`python summary_lifetimes.py FOLDER AS_OF`: reads transactions.parquet, writes lifetimes.parquet.
"""

import sys

import pandas as pd
from lifetimes.utils import summary_data_from_transaction_data
from usage import measured

folder, as_of = sys.argv[1], pd.Timestamp(sys.argv[2])
with measured():
    lines = pd.read_parquet(
        f"{folder}/transactions.parquet", columns=["customer_id", "ordered_at", "revenue_cents", "is_return"]
    )
    sales = lines[~lines["is_return"] & (lines["revenue_cents"] > 0)]
    summary = summary_data_from_transaction_data(
        sales, "customer_id", "ordered_at", "revenue_cents", observation_period_end=as_of
    )
    summary.to_parquet(f"{folder}/lifetimes.parquet")
