"""Exports of six platforms and of a relational shop, each from `crmwb map` to the executive page.

`python benchmarks/exports.py` makes each export with known totals, takes it through `crmwb map --yes`, every stage and
the executive summary in a project of its own, compares the totals to the cent, and prints a table.
"""

import argparse
import os
import resource
import subprocess
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import paths
import platform_exports as platforms
import relational_shop
from in_process import run_stages
from project import change_params, make_project

from crmwb import layout, storage

N_ORDERS, N_CUSTOMERS = 500, 120
HEAD = (
    "# Exports, from `crmwb map` to the executive page\n\n"
    "`make exports` writes this page: exports in the column layout of six platforms, and a relational shop of\n"
    f"eight files, of {N_ORDERS} orders and {N_CUSTOMERS} customers each with known totals. Each goes through\n"
    "`crmwb map --yes`, every stage and the executive summary, with no edit of the mapping; the revenue in the\n"
    "customer table is compared with the truth. Seconds are of one CPU.\n\n"
)
TAIL = (
    "\nTests hold the totals of all of them in the canonical tables, and those of more than a hundred other exports\n"
    "(`tests/sources/*_exports.py`): read right, or asked about.\n"
)


@dataclass(frozen=True)
class Run:
    """How one export fared."""

    name: str
    n_questions: int
    mapped_seconds: float
    stages_seconds: float
    cents: int
    truth_cents: int


def relational(raw: Path, *size: int) -> platforms.Export:
    """Write eight tables of a shop."""
    shop = relational_shop.shop(n_customers=size[1], n_orders=size[0])
    for name, rows in shop.tables.items():
        (raw / f"{name}.csv").write_text(relational_shop.as_csv(rows), encoding="utf-8")
    files = tuple(f"{name}.csv" for name in shop.tables)
    return platforms.Export(files, sum(shop.revenue_cents.values()), "USD", answers={"currency": "USD"})


EVERY: tuple[Callable[..., platforms.Export], ...] = (*platforms.EVERY, relational)


def seconds() -> float:
    """Return the CPU seconds of this process and its children so far."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(u.ru_utime + u.ru_stime for u in used)


def run(export: Callable[..., platforms.Export], folder: Path) -> Run:
    """Take one export from its files to the executive page."""
    make_project(folder)
    change_params(folder, lambda content: content["value"].update(n_bootstrap=50))
    for old in (*(folder / "data" / "raw").iterdir(), *(folder / "mappings").glob("*.yaml")):
        old.unlink()
    os.chdir(folder)
    truth = export(folder / "data" / "raw", N_ORDERS, N_CUSTOMERS)
    answers = [part for key, value in truth.answers.items() for part in ("--answer", f"{key}={value}")]
    began = seconds()
    files = [f"data/raw/{name}" for name in truth.files]
    subprocess.run(["crmwb", "map", *files, "--yes", *answers], check=True, capture_output=True)
    mapped = seconds()
    run_stages(folder, "executive_summary")
    mart = storage.read_frame(layout.CUSTOMER_MART, ["revenue_cents"])
    if not layout.report_html("executive_summary").is_file():
        raise SystemExit(f"{export.__name__}: no executive page")
    cents = int(mart["revenue_cents"].sum())
    done = seconds()
    return Run(export.__name__, len(truth.answers), mapped - began, done - mapped, cents, truth.revenue_cents)


def page(runs: list[Run]) -> str:
    """Return the table as Markdown."""
    rows = [
        f"| {r.name.replace('_', ' ')} | {r.n_questions} | {r.mapped_seconds:.1f} | {r.stages_seconds:.0f} "
        f"| {r.cents / 100:,.2f} | {'equal' if r.cents == r.truth_cents else f'{r.truth_cents / 100:,.2f}'} |"
        for r in runs
    ]
    head = "| export | questions answered | `map`, CPU s | stages and page, CPU s | revenue in the mart | truth |"
    return "\n".join([head, "|---|---|---|---|---|---|", *rows]) + "\n"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", help="which exports; all where none is named")
    parser.add_argument("--page", type=Path, help="file to write the table to")
    chosen = parser.parse_args()
    home, began, runs = Path.cwd(), time.time(), []
    for export in EVERY:
        if chosen.names and export.__name__ not in chosen.names:
            continue
        with tempfile.TemporaryDirectory() as folder:
            runs.append(run(export, Path(folder).resolve()))
            os.chdir(home)
        print(page(runs[-1:]).splitlines()[-1], flush=True)
    if chosen.page:
        (paths.PROJECT / chosen.page).write_text(HEAD + page(runs) + TAIL, encoding="utf-8")
    print(f"{time.time() - began:.0f} s")
    if any(r.cents != r.truth_cents for r in runs):
        raise SystemExit("totals differ")


if __name__ == "__main__":
    main()
