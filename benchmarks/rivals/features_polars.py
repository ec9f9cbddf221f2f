"""The feature table of `history.HAND` in Polars, lazily.

`python features_polars.py FOLDER AS_OF`: reads three Parquet files, writes polars.parquet.
"""

import sys
from datetime import date, timedelta

import polars as pl
from usage import measured

folder, as_of = sys.argv[1], date.fromisoformat(sys.argv[2])
sale, cents, day = ~pl.col("is_return"), pl.col("revenue_cents"), pl.col("day")


def within(since: int, until: int = 0) -> pl.Expr:
    return (day >= as_of - timedelta(days=since)) & (day < as_of - timedelta(days=until))


def top(lines: pl.LazyFrame, by: str) -> pl.LazyFrame:
    """Return each customer's value with most sales, and its share."""
    sums = lines.filter(sale).group_by("customer_id", by).agg(cents.sum())
    best = pl.col(by).sort_by("revenue_cents").last()
    return sums.group_by("customer_id").agg(best.alias(f"top_{by}"), (cents.max() / cents.sum()).alias(f"{by}_share"))


with measured():
    lines = pl.scan_parquet(f"{folder}/transactions.parquet").filter(pl.col("ordered_at") < as_of)
    products = pl.scan_parquet(f"{folder}/products.parquet")
    products = products.select("product_id", "line", "category", "brand", "unit_cost_cents")
    known_cost = pl.coalesce("cost_cents", (pl.col("quantity") * pl.col("unit_cost_cents")).round().cast(pl.Int64))
    lines = lines.join(products, on="product_id", how="left")
    lines = lines.with_columns(day=pl.col("ordered_at").dt.date(), cost=known_cost)
    days = lines.group_by("customer_id", "day").agg(cents.sum(), (sale & (cents > 0)).any().alias("bought"))
    days = days.filter("bought").sort("customer_id", "day")
    days = days.with_columns(gap=day.diff().over("customer_id").dt.total_days())
    parts = [
        days.group_by("customer_id").agg(
            first_on=day.min(), last_on=day.max(), n_days=pl.len(), recency=(day.max() - day.min()).dt.total_days(),
            age=(pl.lit(as_of) - day.min()).dt.total_days(), silence=(pl.lit(as_of) - day.max()).dt.total_days(),
            mean_cents=cents.mean(), mean_gap=pl.col("gap").mean(), std_gap=pl.col("gap").std(),
            longest_gap=pl.col("gap").max(), n_months=day.dt.truncate("1mo").n_unique(),
            weekend_share=(day.dt.weekday() > 5).mean(),
        ),
        lines.filter(sale).group_by("customer_id", "order_id").agg(pl.len().alias("n"), cents.sum())
        .group_by("customer_id").agg(
            n_orders=pl.len(), lines_per_order=pl.col("n").mean(), mean_order=cents.mean(),
            median_order=cents.median(), largest_order=cents.max(),
        ),
        lines.group_by("customer_id").agg(
            revenue=cents.sum(), sales=cents.filter(sale).sum(), n_returns=(~sale).sum(),
            returned=-cents.filter(~sale).sum(), discount=pl.col("discount_cents").filter(sale).sum(),
            costed_share=pl.col("cost").count() / pl.len(), margin=cents.sum() - pl.col("cost").sum(),
            n_products=pl.col("product_id").filter(sale).drop_nulls().n_unique(),
            n_categories=pl.col("category").filter(sale).drop_nulls().n_unique(),
            n_brands=pl.col("brand").filter(sale).drop_nulls().n_unique(),
            n_stores=pl.col("store_id").filter(sale).drop_nulls().n_unique(),
            n_channels=pl.col("channel").drop_nulls().n_unique(),
            recent=cents.filter(within(90)).sum(), previous=cents.filter(within(180, 90)).sum(),
            year_ago=cents.filter(within(454, 364)).sum(),
            recent_orders=pl.col("order_id").filter(sale & within(90)).n_unique(),
            off_season=cents.filter(sale & day.dt.month().is_in([1, 2, 7, 8])).sum(),
        ),
        top(lines, "category"),
        top(lines, "store_id"),
    ]  # fmt: skip
    table = pl.scan_parquet(f"{folder}/customers.parquet")
    for part in parts:
        table = table.join(part, on="customer_id", how="left")
    table.sort("customer_id").collect().write_parquet(f"{folder}/polars.parquet", compression="zstd")
