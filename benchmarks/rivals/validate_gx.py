"""The rules of `peers.RULES` on one frame in Great Expectations.

`python validate_gx.py FOLDER`: reads transactions, customers and products, prints the rules that do not hold.
"""

import sys

import great_expectations as gx
import great_expectations.expectations as gxe
import pandas as pd
from usage import measured

folder = sys.argv[1]
with measured():
    lines = pd.read_parquet(f"{folder}/transactions.parquet")
    customers, products = (
        pd.read_parquet(f"{folder}/{name}s.parquet", columns=[f"{name}_id"])[f"{name}_id"].tolist()
        for name in ("customer", "product")
    )
    needed = ("customer_id", "order_id", "line_no", "ordered_at", "quantity", "revenue_cents", "is_return")
    suite = gx.ExpectationSuite(
        "lines",
        expectations=[
            *(gxe.ExpectColumnValuesToNotBeNull(column=name) for name in needed),
            gxe.ExpectColumnValuesToBeInSet(column="customer_id", value_set=customers),
            gxe.ExpectColumnValuesToBeInSet(column="product_id", value_set=products),
            gxe.ExpectColumnValuesToBeBetween(column="discount_cents", min_value=0),
            gxe.ExpectColumnValuesToBeBetween(column="line_no", min_value=1),
            gxe.ExpectCompoundColumnsToBeUnique(column_list=["order_id", "line_no"]),
        ],
    )
    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = {"globally": False}
    result = context.data_sources.pandas_default.read_dataframe(lines).validate(suite, result_format="COMPLETE")
print(sum(not one.success for one in result.results), file=sys.stderr)
