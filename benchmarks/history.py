"""What the history and the features cost, beside SQL written by hand and a raw scan, in one run.

`python benchmarks/history.py [MILLIONS] [--page docs/benchmarks.md] [--runs N] [--month-ends]`, 1 million order lines
where not given, of 20 lines per customer over three years. Every task is a process of its own: CPU seconds (user and
system), seconds, and the most memory held; of several runs the medians. `--month-ends` adds the file of all month ends.
"""

import argparse
import json
import os
import platform
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator
from datetime import date
from importlib.metadata import version
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from crmwb import engine, history, params, storage
from crmwb.contract import Table
from crmwb.contract.canonical import CUSTOMERS, PRODUCTS, TRANSACTIONS
from crmwb.features.customers import customers
from crmwb.features.observation import observe
from crmwb.features.purchases import purchases
from crmwb.features.snapshots import write_snapshots

PROJECT = Path(__file__).parents[1]
LINES_PER_CUSTOMER, LINES_PER_ORDER, N_PRODUCTS = 20, 3, 10_000
PART_LINES = 10_000_000  # held in memory at once
FIRST, N_MONTHS = date(2022, 1, 1), 37
LAST_MONTH, AS_OF = date(2025, 1, 1), date(2025, 2, 1)
MEMORY_GB = 3
NEXT = "\n## Stages\n"  # what follows on the page, which other benchmarks write

HAND = """
copy (
with l as (
  select t.*, t.ordered_at::date as day, p.line, p.category, p.brand,
    coalesce(t.cost_cents, round(t.quantity * p.unit_cost_cents)::bigint) as cost
  from 'transactions.parquet' t left join 'products.parquet' p using (product_id) where t.ordered_at < '{as_of}'),
d as (select customer_id, day, sum(revenue_cents) as cents, bool_or(not is_return and revenue_cents > 0) as bought
  from l group by all),
g as (select customer_id, day, cents, day - lag(day) over (partition by customer_id order by day) as gap
  from d where bought),
p as (select customer_id, min(day) as first_on, max(day) as last_on, count(*) as n_days,
  max(day) - min(day) as recency,
  date '{as_of}' - min(day) as age, date '{as_of}' - max(day) as silence, avg(cents) as mean_cents,
  avg(gap) as mean_gap,
  stddev_samp(gap) as std_gap, max(gap) as longest_gap, count(distinct date_trunc('month', day)) as n_months,
  avg((isodow(day) > 5)::int) as weekend_share from g group by 1),
o as (select customer_id, count(*) as n_orders, avg(n) as lines_per_order, avg(cents) as mean_order,
  median(cents) as median_order, max(cents) as largest_order from
  (select customer_id, order_id, count(*) as n, sum(revenue_cents) as cents from l where not is_return group by 1, 2)
  group by 1),
m as (select customer_id, sum(revenue_cents) as revenue, sum(revenue_cents) filter (not is_return) as sales,
  count(*) filter (is_return) as n_returns, sum(-revenue_cents) filter (is_return) as returned,
  sum(discount_cents) filter (not is_return) as discount, count(cost) / count(*) as costed_share,
  sum(revenue_cents) - sum(cost) as margin, count(distinct product_id) filter (not is_return) as n_products,
  count(distinct category) filter (not is_return) as n_categories,
  count(distinct brand) filter (not is_return) as n_brands,
  count(distinct store_id) filter (not is_return) as n_stores, count(distinct channel) as n_channels,
  sum(revenue_cents) filter (day >= date '{as_of}' - 90) as recent,
  sum(revenue_cents) filter (day >= date '{as_of}' - 180 and day < date '{as_of}' - 90) as previous,
  sum(revenue_cents) filter (day >= date '{as_of}' - 454 and day < date '{as_of}' - 364) as year_ago,
  count(distinct order_id) filter (not is_return and day >= date '{as_of}' - 90) as recent_orders,
  sum(revenue_cents) filter (not is_return and month(day) in (1, 2, 7, 8)) as off_season from l group by 1),
k as (select customer_id, arg_max(category, cents) as top_category, max(cents) / sum(cents) as top_category_share from
  (select customer_id, category, sum(revenue_cents) as cents from l where not is_return group by 1, 2) group by 1),
s as (select customer_id, arg_max(store_id, cents) as top_store, max(cents) / sum(cents) as top_store_share from
  (select customer_id, store_id, sum(revenue_cents) as cents from l where not is_return group by 1, 2) group by 1)
select * from 'customers.parquet' c left join p using (customer_id) left join o using (customer_id)
  left join m using (customer_id) left join k using (customer_id) left join s using (customer_id) order by customer_id
) to 'hand.parquet' (compression zstd)
"""
SCAN = (
    "select sum(revenue_cents), count(distinct channel), max(ordered_at), max(product_id) from 'transactions.parquet'"
)


# the columns that `generate` fills
WRITTEN = {
    "transactions": (
        "customer_id", "order_id", "line_no", "ordered_at", "product_id", "quantity", "revenue_cents", "discount_cents",
        "channel", "store_id", "is_return",
    ),
    "products": ("product_id", "line", "category", "brand", "unit_cost_cents"),
    "customers": ("customer_id", "kind", "region", "acquired_on"),
}  # fmt: skip


def ids(letter: str, n: int, digits: int, first: int = 0) -> pa.Array:
    """Return the ids of the numbers from `first` up to, but not with, `n`."""
    return pa.array(np.char.add(letter, np.char.zfill(np.arange(first, n).astype(str), digits)))


def write(table: Table, path: Path, parts: Iterable[dict[str, pa.Array]]) -> None:
    with pq.ParquetWriter(path, table.schema, compression="zstd") as writer:
        for part in parts:
            n_rows = len(next(iter(part.values())))
            known = {f.name: part.get(f.name, pa.nulls(n_rows, f.type)) for f in table.schema}
            writer.write_table(pa.table(known, schema=table.schema), row_group_size=131_072)


def generate(folder: Path, n: int) -> None:
    """Write order lines, products and customers; lines are made and written part by part."""
    rng = np.random.default_rng(1)
    n_customers, n_orders = n // LINES_PER_CUSTOMER, n // LINES_PER_ORDER + 1
    n_days = (AS_OF - FIRST).days
    rate = rng.gamma(0.8, 1, n_customers)
    who = rng.choice(n_customers, n_orders, p=rate / rate.sum())
    start = rng.integers(0, n_days * 2 // 3, n_customers)
    day = (start[who] + rng.random(n_orders) * (n_days - start[who])).astype(int)
    by_time = np.argsort(day, kind="stable")
    who, day = who[by_time], day[by_time]
    of_order = np.repeat(np.arange(n_orders), rng.integers(1, 2 * LINES_PER_ORDER, n_orders))[:n]
    price = rng.integers(50, 20_000, N_PRODUCTS)
    customer, product_id, store = ids("c", n_customers, 8), ids("p", N_PRODUCTS, 6), ids("s", 50, 3)
    channel = pa.array(["web", "shop", "phone"])

    def lines() -> Iterator[dict[str, pa.Array]]:
        for begin in range(0, len(of_order), PART_LINES):
            order = of_order[begin : begin + PART_LINES]
            n_lines = len(order)
            number = np.arange(begin, begin + n_lines) - np.searchsorted(of_order, order) + 1
            product, units = (rng.beta(1, 6, n_lines) * N_PRODUCTS).astype(int), rng.integers(1, 5, n_lines)
            returned = rng.random(n_lines) < 0.02
            sign, gross = np.where(returned, -1, 1), price[product] * units
            discount = np.where(rng.random(n_lines) < 0.2, gross // 10, 0)
            seconds = day[order] * np.timedelta64(86_400, "s") + order % 36_000 * np.timedelta64(1, "s")
            first = order[0]
            yield {
                "customer_id": customer.take(pa.array(who[order])),
                "order_id": ids("o", order[-1] + 1, 10, first).take(pa.array(order - first)),
                "line_no": pa.array(number), "ordered_at": pa.array(np.datetime64(FIRST, "us") + seconds),
                "product_id": product_id.take(pa.array(product)), "quantity": pa.array((units * sign).astype(float)),
                "revenue_cents": pa.array(sign * (gross - discount)), "discount_cents": pa.array(discount),
                "channel": channel.take(pa.array(order % 3)), "store_id": store.take(pa.array(order % 50)),
                "is_return": pa.array(returned),
            }  # fmt: skip

    write(TRANSACTIONS, folder / "transactions.parquet", lines())
    number = np.arange(N_PRODUCTS)
    write(PRODUCTS, folder / "products.parquet", [{
        "product_id": product_id, "line": ids("l", 8, 2).take(pa.array(number % 8)),
        "category": ids("k", 120, 3).take(pa.array(number % 120)),
        "brand": ids("b", 300, 3).take(pa.array(number % 300)), "unit_cost_cents": pa.array(price * 6 // 10),
    }])  # fmt: skip
    number = np.arange(n_customers)
    write(CUSTOMERS, folder / "customers.parquet", [{
        "customer_id": customer, "kind": pa.array(["person", "company"]).take(pa.array(number % 2)),
        "region": ids("r", 16, 2).take(pa.array(number % 16)),
        "acquired_on": pa.array(np.datetime64(FIRST) + start.astype("timedelta64[D]")),
    }])  # fmt: skip


def work(task: str, folder: Path) -> None:
    """Do one task, in a process of its own."""
    os.chdir(folder)
    p = params.load(PROJECT / "params.yaml")
    off_season = p.features.off_season_months
    with engine.connect(params.EngineParams(threads=p.engine.threads, memory_limit_gb=MEMORY_GB)) as con:
        if task in {"scan", "hand"}:
            con.con.execute(SCAN if task == "scan" else HAND.format(as_of=AS_OF)).fetchall()
            return
        tables = {name: storage.open_table(con, Path(f"{name}.parquet"), name) for name in
                  ("transactions", "products", "customers")}  # fmt: skip
        if task == "before":
            history.update(con, tables, LAST_MONTH, off_season, Path("history"))
        elif task in {"month", "same"}:
            history.update(con, tables, AS_OF, off_season, Path("history"))
        elif task == "whole":
            shutil.rmtree("whole", ignore_errors=True)
            history.update(con, tables, AS_OF, off_season, Path("whole"))
        elif task == "features":
            past = history.open_history(con, Path("whole"))
            described = customers(tables, AS_OF, p.features, past)
            storage.write_query(con, described, Path("features.parquet"), ["customer_id"])
        elif task == "purchases":
            storage.write_query(
                con, purchases(tables["transactions"], AS_OF), Path("purchases.parquet"), ["customer_id"]
            )
        elif task == "ends":
            seen = observe(tables, AS_OF, p.features, p.source.currency)
            past = history.open_history(con, Path("whole"))
            write_snapshots(con, tables, seen, p.features, Path("snapshots"), past=past)


TASKS = {
    "scan": "raw scan of four columns",
    "hand": "SQL by hand: about 40 features, one date",
    "whole": "history from scratch, 37 months",
    "features": "all features as of one date, from the history",
    "before": "history of the first 36 months",
    "month": "history: one new month of 37",
    "same": "history: nothing changed",
    "purchases": "purchase summary of every customer",
    "ends": "file of all features at 36 month ends",
}
USUAL = ("scan", "hand", "whole", "features", "before", "month", "same")


def measured(task: str, folder: Path) -> tuple[float, float, float]:
    """Return CPU seconds, seconds and the most memory held, in GB, of a task; what it imports is not counted."""
    command = [sys.executable, __file__, "--task", task, "--folder", str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    cpu, seconds, memory = json.loads(done.stdout.splitlines()[-1])
    return cpu, seconds, memory


def used() -> tuple[float, float]:
    own = resource.getrusage(resource.RUSAGE_SELF)
    return own.ru_utime + own.ru_stime, time.perf_counter()


def run(millions: float, n_runs: int, tasks: list[str]) -> dict[str, tuple[float, float, float]]:
    """Measure the tasks; their medians."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        generate(folder, int(millions * 1_000_000))
        costs: dict[str, list[tuple[float, float, float]]] = {task: [] for task in tasks}
        for _ in range(n_runs):
            shutil.rmtree(folder / "history", ignore_errors=True)
            for task in tasks:
                costs[task].append(measured(task, folder))
                print(f"{TASKS[task]:<50} {costs[task][-1][0]:8.1f} CPU s  {costs[task][-1][1]:8.1f} s  "
                      f"{costs[task][-1][2]:5.2f} GB", flush=True)  # fmt: skip
        whole, stepped = ((folder / f / "manifest.json").read_text() for f in ("whole", "history"))
        assert whole == stepped, "a month added and from scratch differ"
    return {task: tuple(statistics.median(x) for x in zip(*runs, strict=True)) for task, runs in costs.items()}


def page(millions: float, n_runs: int, costs: dict[str, tuple[float, float, float]]) -> str:
    """Return the page of results."""
    hand, whole = costs["hand"][0], costs["whole"][0]
    versions = ", ".join(f"{name} {version(name)}" for name in ("duckdb", "ibis-framework", "pyarrow"))
    rows = [
        f"| {TASKS[task]} | {cpu:.1f} | {cpu / hand:.2f} | {cpu / whole:.2f} | {seconds:.1f} | {memory:.2f} |"
        for task, (cpu, seconds, memory) in costs.items()
    ]
    n_customers = int(millions * 1_000_000) // LINES_PER_CUSTOMER
    return f"""# Benchmarks

`make bench` writes this page; `make bench MILLIONS=10` measures 10 million order lines.

## History and features

{millions:g} million order lines of {n_customers:,} customers over {N_MONTHS} months; {MEMORY_GB} GB for the engine.
{os.cpu_count()} cores ({platform.machine()}), Python {platform.python_version()}, {versions}.
Medians of runs: {n_runs}. Each task is a process of its own, its imports not counted. A month that is added gives the
bytes of a run from scratch: the benchmark stops where it does not.

| task | CPU s | × SQL by hand | × history from scratch | s | GB |
|---|---|---|---|---|---|
{chr(10).join(rows)}
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("millions", type=float, nargs="?", default=1.0)
    parser.add_argument("--page", type=Path)
    parser.add_argument("--runs", type=int, default=1)
    parser.add_argument("--month-ends", action="store_true")
    parser.add_argument("--task", choices=tuple(TASKS))
    parser.add_argument("--folder", type=Path)
    asked = parser.parse_args()
    if asked.task:
        before = used()
        work(asked.task, asked.folder)
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
        print(json.dumps([*np.subtract(used(), before).tolist(), memory]))
        return
    costs = run(
        asked.millions,
        asked.runs,
        [task for task in TASKS if task != "purchases" and (task != "ends" or asked.month_ends)],
    )
    if asked.page:
        before = asked.page.read_text(encoding="utf-8") if asked.page.exists() else ""
        others = before[before.find(NEXT) :] if NEXT in before else ""
        asked.page.write_text(page(asked.millions, asked.runs, costs) + others, encoding="utf-8")


if __name__ == "__main__":
    main()
