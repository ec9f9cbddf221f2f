"""The rules of `peers.RULES` on one frame in pandera, lazily: every failure is listed.

`python validate_pandera.py FOLDER`: reads transactions, customers and products, prints the rows that break a rule.
"""

import sys

import pandas as pd
import pandera.pandas as pa
from usage import measured

folder = sys.argv[1]
with measured():
    lines = pd.read_parquet(f"{folder}/transactions.parquet")
    customers, products = (
        set(pd.read_parquet(f"{folder}/{name}s.parquet", columns=[f"{name}_id"])[f"{name}_id"])
        for name in ("customer", "product")
    )
    present = {name: pa.Column(nullable=False) for name in ("order_id", "ordered_at", "quantity", "is_return")}
    schema = pa.DataFrameSchema(
        {
            **present,
            "customer_id": pa.Column(str, pa.Check.isin(customers), nullable=False),
            "product_id": pa.Column(str, pa.Check.isin(products), nullable=True),
            "revenue_cents": pa.Column("int64", nullable=False),
            "discount_cents": pa.Column(checks=pa.Check.ge(0), nullable=True),
            "line_no": pa.Column(checks=pa.Check.ge(1), nullable=False),
        },
        unique=["order_id", "line_no"],
        strict=False,
    )
    try:
        schema.validate(lines, lazy=True)
        n_broken = 0
    except pa.errors.SchemaErrors as error:
        n_broken = error.failure_cases["index"].nunique()
print(n_broken, file=sys.stderr)
