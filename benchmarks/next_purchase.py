"""Next purchases: both lists beside their baselines, last basket left out; and time and memory at many lines.

    python benchmarks/next_purchase.py accuracy [FOLDER of clean tables …]
    python benchmarks/next_purchase.py speed LINES

Without a folder, `accuracy` reads Online Retail from the shared data beside the project. Settings are fitted and chosen
on each customer's last basket but one, and judged on the last; only a customer's third basket and later ones count.
"""

import resource
import subprocess
import sys
import tempfile
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from crmwb import engine, params
from crmwb.recommend import again, new
from crmwb.recommend.build import build
from crmwb.recommend.history import history
from crmwb.recommend.measures import Measured, measured
from crmwb.recommend.new import ItemModel

PROJECT = Path(__file__).parents[1]
CHOICES = params.load(PROJECT / "params.yaml").recommend
SHARED = PROJECT.parent / "shared" / "data"


def wholesaler() -> pd.DataFrame:
    """Return Online Retail's lines with a customer that were no cancellation."""
    path = SHARED / "online_retail" / "online_retail.csv.gz"
    raw = pd.read_csv(path, dtype={"InvoiceNo": str, "CustomerID": str, "StockCode": str})
    kept = raw[raw["CustomerID"].notna() & ~raw["InvoiceNo"].str.startswith("C") & (raw["Quantity"] > 0)]
    names = {"CustomerID": "customer_id", "InvoiceNo": "order_id", "StockCode": "product_id"}
    names |= {"InvoiceDate": "ordered_at"}
    return kept.rename(columns=names)[list(names.values())].astype({"ordered_at": "datetime64[s]"})


def clean(folder: Path) -> pd.DataFrame:
    """Return the sales of a project's clean tables."""
    columns = ["customer_id", "order_id", "product_id", "ordered_at", "is_return"]
    frame = pd.read_parquet(folder / "transactions.parquet", columns=columns)
    return frame[~frame["is_return"] & frame["product_id"].notna()]


def occasions(lines: pd.DataFrame) -> pd.DataFrame:
    """Return lines as numbers, with every order an occasion, and how many orders of its customer came after it."""
    at = lines.groupby("order_id")["ordered_at"].transform("min")
    frame = pd.DataFrame(
        {
            "customer": lines["customer_id"].astype("category").cat.codes.astype("int32"),
            "product": lines["product_id"].astype("category").cat.codes.astype("int32"),
            "occasion": at.groupby(lines["customer_id"]).rank(method="dense").astype("int32"),
            "day": (at - pd.Timestamp("1970-01-01")).dt.days.astype("int32"),
        }
    ).drop_duplicates(["customer", "product", "occasion"])
    return frame.assign(left=frame.groupby("customer")["occasion"].transform("max") - frame["occasion"])


def accuracy(name: str, lines: pd.DataFrame) -> None:
    """Print the measures of both lists and baselines on the last basket."""
    frame = occasions(lines)
    shape = (int(frame["customer"].max()) + 1, int(frame["product"].max()) + 1)
    k, model, items = CHOICES.n_listed, None, None
    with engine.connect(params.EngineParams(threads=1, memory_limit_gb=3)) as con:
        table = engine.open_arrow(con, pa.Table.from_pandas(frame, preserve_index=False), "orders")
        for back in (1, 0):
            before = table.filter(table.left > back)
            options = {"now": None, "recent_days": CHOICES.recent_days, "half_lives": CHOICES.half_lives}
            known = history(con, before, f"{back}", **options)
            following = table.filter((table.left == back) & (table.occasion >= 3)).select("customer", "product")
            following = engine.keeper(con)(f"next_{back}", following)
            bought = following.to_pyarrow().to_pandas()
            fresh = following.anti_join(known.pairs, ["customer", "product"]).to_pyarrow().to_pandas()
            customers = np.sort(fresh["customer"].unique())
            votes = new.bought_before(con, known, shape, CHOICES)
            popular = measured(new.popular(votes, votes.n_buyers, customers, k), fresh, k)
            if model is None:
                model = again.fit(con, known, following, CHOICES.half_lives)
                items = max(grid(), key=lambda m: measured(new.listed(votes, m, customers, CHOICES), fresh, k).recall)
                continue
            own = again.listed(known, model, k).to_pyarrow().to_pandas()
            most = again.most_frequent(con, known, following.select("customer").distinct(), k)
            show(name, "again", model.half_life, measured(own, bought, k), measured(most, bought, k))
            show(name, "new", items, measured(new.listed(votes, items, customers, CHOICES), fresh, k), popular)


def grid() -> list[ItemModel]:
    """Return every setting of the list of new products."""
    return [ItemModel("item_to_item", d, p) for d in new.POPULAR_DISCOUNTS for p in new.RECENT_POWERS]


def show(name: str, of_list: str, settings: object, own: Measured, baseline: Measured) -> None:
    """Print one list beside its baseline."""
    print(f"{name}, {of_list} ({settings}), {own.n_customers:,} customers:")
    for label, m in (("list", own), ("baseline", baseline)):
        print(f"  {label:9} recall {m.recall:.4f}  nDCG {m.ndcg:.4f}  hit rate {m.hit_rate:.4f}")
    print(f"  times     recall {own.recall / baseline.recall:.2f}  nDCG {own.ndcg / baseline.ndcg:.2f}")


def write_lines(n_lines: int, path: Path, seed: int = 0) -> None:
    """Write simulated sales: 100 lines per customer, who buys from three of 200 groups of products."""
    rng = np.random.default_rng(seed)
    n_customers, n_groups, per_group = n_lines // 100, 200, 100
    customer = rng.integers(0, n_customers, n_lines)
    group = (customer * 7 + rng.integers(0, 3, n_lines)) % n_groups
    product = group * per_group + np.minimum(rng.geometric(0.06, n_lines) - 1, per_group - 1)
    day = rng.integers(0, 52, n_lines) * 14 + customer % 14
    columns = {
        "customer_id": pa.array([f"c{i:07d}" for i in range(n_customers)]).take(pa.array(customer)),
        "product_id": pa.array([f"p{i:05d}" for i in range(n_groups * per_group)]).take(pa.array(product)),
        "ordered_at": pa.array(np.datetime64("2023-01-01", "us") + day.astype("timedelta64[D]")),
        "is_return": pa.array(np.zeros(n_lines, bool)),
    }
    pq.write_table(pa.table(columns), path)


def speed(n_lines: int) -> None:
    """Print CPU seconds and memory of the whole stage; another process makes the lines."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "lines.parquet"
        subprocess.run([sys.executable, __file__, "lines", f"{n_lines}", str(path)], check=True)
        with engine.connect(params.EngineParams(threads=1, memory_limit_gb=2)) as con:
            tables = {"transactions": engine.open_parquet(con, path, "transactions")}
            result = build(con, tables, date(2025, 1, 1), CHOICES)
            for rows in (result.lists.again, result.lists.new):
                n = sum(len(batch) for batch in engine.batches(con, rows.order_by("customer_id", "rank")))
                print(f"  {n:,} rows")
    used = resource.getrusage(resource.RUSAGE_SELF)
    print(f"{n_lines:,} lines: {used.ru_utime + used.ru_stime:.1f} CPU s, {used.ru_maxrss / 1e6:.2f} GB at most")


if __name__ == "__main__":
    if sys.argv[1:2] == ["lines"]:
        write_lines(int(sys.argv[2]), Path(sys.argv[3]))
    elif sys.argv[1:2] == ["speed"]:
        speed(int(sys.argv[2]))
    else:
        for label, sales in [(f, clean(Path(f))) for f in sys.argv[2:]] or [("Online Retail", wholesaler())]:
            accuracy(label, sales)
