"""The feature table of `history.HAND` in pandas.

`python features_pandas.py FOLDER AS_OF`: reads three Parquet files, writes pandas.parquet.
"""

import sys

import pandas as pd
from usage import measured

folder, as_of = sys.argv[1], pd.Timestamp(sys.argv[2])
LINES = ["customer_id", "order_id", "ordered_at", "product_id", "quantity", "revenue_cents", "discount_cents",
         "cost_cents", "channel", "store_id", "is_return"]  # fmt: skip
PRODUCTS = ["product_id", "line", "category", "brand", "unit_cost_cents"]


def ago(days: int) -> pd.Timestamp:
    return as_of - pd.Timedelta(days=days)


def top(sales: pd.DataFrame, by: str) -> pd.DataFrame:
    """Return each customer's value with most sales, and its share."""
    cents = sales.groupby(["customer_id", by], as_index=False)["revenue_cents"].sum()
    whole = cents.groupby("customer_id")["revenue_cents"].sum()
    best = cents.sort_values("revenue_cents").drop_duplicates("customer_id", keep="last").set_index("customer_id")
    return pd.DataFrame({f"top_{by}": best[by], f"top_{by}_share": best["revenue_cents"] / whole})


with measured():
    lines = pd.read_parquet(f"{folder}/transactions.parquet", columns=LINES)
    lines = lines[lines["ordered_at"] < as_of]
    lines = lines.merge(pd.read_parquet(f"{folder}/products.parquet", columns=PRODUCTS), on="product_id", how="left")
    lines["day"] = lines["ordered_at"].dt.floor("D")
    lines["cost"] = lines["cost_cents"].fillna((lines["quantity"] * lines["unit_cost_cents"]).round())
    sales, returns = lines[~lines["is_return"]], lines[lines["is_return"]]
    by_line, by_sale = lines.groupby("customer_id"), sales.groupby("customer_id")

    bought = sales[sales["revenue_cents"] > 0][["customer_id", "day"]].drop_duplicates()
    days = lines.groupby(["customer_id", "day"], as_index=False)["revenue_cents"].sum()
    days = days.merge(bought, on=["customer_id", "day"]).sort_values(["customer_id", "day"])
    days["gap"] = days.groupby("customer_id")["day"].diff().dt.days
    days["month"], days["weekend"] = days["day"].dt.to_period("M"), days["day"].dt.dayofweek > 4
    out = days.groupby("customer_id").agg(
        first_on=("day", "min"), last_on=("day", "max"), n_days=("day", "size"), mean_cents=("revenue_cents", "mean"),
        mean_gap=("gap", "mean"), std_gap=("gap", "std"), longest_gap=("gap", "max"), n_months=("month", "nunique"),
        weekend_share=("weekend", "mean"),
    )  # fmt: skip
    out["recency"] = (out["last_on"] - out["first_on"]).dt.days
    out["age"], out["silence"] = (as_of - out["first_on"]).dt.days, (as_of - out["last_on"]).dt.days

    orders = sales.groupby(["customer_id", "order_id"])["revenue_cents"].agg(["size", "sum"])
    of_order = orders.groupby("customer_id")
    parts = [
        out,
        of_order["sum"].agg(n_orders="size", mean_order="mean", median_order="median", largest_order="max"),
        of_order["size"].mean().rename("lines_per_order"),
        by_line["revenue_cents"].sum().rename("revenue"),
        by_sale["revenue_cents"].sum().rename("sales"),
        returns.groupby("customer_id").size().rename("n_returns"),
        (-returns.groupby("customer_id")["revenue_cents"].sum()).rename("returned"),
        by_sale["discount_cents"].sum().rename("discount"),
        (by_line["cost"].count() / by_line.size()).rename("costed_share"),
        (by_line["revenue_cents"].sum() - by_line["cost"].sum()).rename("margin"),
        by_sale.agg(
            n_products=("product_id", "nunique"), n_categories=("category", "nunique"), n_brands=("brand", "nunique"),
            n_stores=("store_id", "nunique"),
        ),
        by_line["channel"].nunique().rename("n_channels"),
        lines[lines["day"] >= ago(90)].groupby("customer_id")["revenue_cents"].sum().rename("recent"),
        lines[(lines["day"] >= ago(180)) & (lines["day"] < ago(90))]
        .groupby("customer_id")["revenue_cents"].sum().rename("previous"),
        lines[(lines["day"] >= ago(454)) & (lines["day"] < ago(364))]
        .groupby("customer_id")["revenue_cents"].sum().rename("year_ago"),
        sales[sales["day"] >= ago(90)].groupby("customer_id")["order_id"].nunique().rename("recent_orders"),
        sales[sales["day"].dt.month.isin([1, 2, 7, 8])]
        .groupby("customer_id")["revenue_cents"].sum().rename("off_season"),
        top(sales, "category"),
        top(sales, "store_id"),
    ]  # fmt: skip
    customers = pd.read_parquet(f"{folder}/customers.parquet").set_index("customer_id")
    customers.join(parts).sort_index().to_parquet(f"{folder}/pandas.parquet", compression="zstd")
