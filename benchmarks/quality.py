"""What validation costs: CPU seconds, seconds and peak memory of the stage, on order lines made for it.

Run `python benchmarks/quality.py [MILLIONS]` (10 where not given) in the project: it works in a folder of its own. The
target is 100 million lines in 6 minutes and 4 GB on 2 cores. One line in 2,000 is bad, so that quarantine has work.
"""

import json
import resource
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from crmwb import engine, params
from crmwb.contract.canonical import CUSTOMERS, PRODUCTS, TRANSACTIONS

LINES_PER_ORDER = 5
LINES_PER_CUSTOMER = 100
N_PRODUCTS = 50_000
DAYS = 730
CHUNK = 1_000_000
MEMORY_GB = 3


def filled(table, columns):
    n_rows = len(next(iter(columns.values())))
    schema = table.schema
    return pa.table({f.name: columns.get(f.name, pa.nulls(n_rows, f.type)) for f in schema}, schema=schema)


def ids(letter, numbers, digits):
    return pa.array(np.char.add(letter, np.char.zfill(numbers.astype(str), digits)))


def lines(first, n, n_customers, rng):
    number = np.arange(first, first + n)
    order = number // LINES_PER_ORDER
    customer = (order * 7919) % n_customers
    moment = np.datetime64("2023-01-01T08:00:00", "us") + (order * 611_953 % (DAYS * 43_200)) * np.timedelta64(2, "s")
    cents = rng.integers(50, 20_000, n)
    bad = rng.random(n) < 1 / 2000
    return filled(
        TRANSACTIONS,
        {
            "customer_id": ids("c", customer, 8),
            "order_id": ids("o", order, 10),
            "line_no": pa.array(number % LINES_PER_ORDER + 1),
            "ordered_at": pa.array(moment),
            "product_id": ids("p", rng.integers(0, N_PRODUCTS, n), 6),
            "quantity": pa.array(rng.integers(1, 9, n).astype(float)),
            "revenue_cents": pa.array(np.where(bad, -cents, cents)),
            "discount_cents": pa.array(rng.integers(0, 300, n)),
            "channel": pa.array(np.array(["web", "shop", "phone"])[order % 3]),
            "is_return": pa.array(np.zeros(n, bool)),
        },
    )


def make(folder, n_lines):
    rng = np.random.default_rng(1)
    n_customers = max(100, n_lines // LINES_PER_CUSTOMER)
    people = ids("c", np.arange(n_customers), 8)
    kinds = pa.array(np.array(["person", "company"])[np.arange(n_customers) % 2])
    pq.write_table(filled(CUSTOMERS, {"customer_id": people, "kind": kinds}), folder / "customers.parquet")
    goods = filled(PRODUCTS, {"product_id": ids("p", np.arange(N_PRODUCTS), 6)})
    pq.write_table(goods, folder / "products.parquet")
    with pq.ParquetWriter(folder / "transactions.parquet", TRANSACTIONS.schema, compression="zstd") as writer:
        for first in range(0, n_lines, CHUNK):
            chunk = lines(first, min(CHUNK, n_lines - first), n_customers, rng)
            writer.write_table(chunk, row_group_size=131_072)
    rows = {"customers": n_customers, "products": N_PRODUCTS, "transactions": n_lines}
    tables = {name: {"rows": n, "unreadable": 0, "first": None, "last": None} for name, n in rows.items()}
    (folder / "manifest.json").write_text(json.dumps({"tables": tables, "not_available": []}))


def main():
    n_lines = int(float(sys.argv[1]) * 1e6) if len(sys.argv) > 1 else 10_000_000
    with tempfile.TemporaryDirectory(prefix="crmwb-benchmark-") as name:
        folder = Path(name)
        for part in ("canonical", "clean", "quarantine"):
            (folder / part).mkdir()
        make(folder / "canonical", n_lines)
        made_gb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
        from crmwb.quality.summary import summary
        from crmwb.quality.validation import validate

        p = params.QualityParams(**{**params.load().model_dump()["quality"], "max_quarantined_share": 0.05})
        cpu, wall = time.process_time(), time.perf_counter()
        with engine.connect(params.EngineParams(threads=2, memory_limit_gb=MEMORY_GB)) as con:
            outcome = validate(con, folder / "canonical", folder / "clean", folder / "quarantine", p)
        cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
        peak_gb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
        table = summary(outcome)["tables"]["transactions"]
    print(f"{n_lines:,} lines: {table['clean']:,} clean, {table['quarantined']:,} quarantined")
    print(f"{cpu:.1f} CPU s, {wall:.1f} s, peak {peak_gb:.2f} GB (making the lines: {made_gb:.2f} GB)")
    print(f"per 100 million lines: {cpu * 1e8 / n_lines:.0f} CPU s")


if __name__ == "__main__":
    main()
