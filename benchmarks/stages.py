"""What every stage costs: CPU, seconds, memory, disk, and how that grows with order lines and customers.

`python benchmarks/stages.py [--customers 1000 4000] [--millions 1] [--only customers|lines] [--page FILE]
[--rates FILE]` runs every stage, of the reports one, on simulated companies of two sizes (b2b_demo), which have all
tables, and on exports in Parquet of purchases alone, of 300,000 and a million order lines. Each stage is a process of
its own, as DVC runs it. A cost is a fixed part and a part per million lines or customers; `crmwb plan` reads them.
"""

import argparse
import json
import math
import os
import platform
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass, replace
from multiprocessing import get_context
from pathlib import Path

import history
import paths
import pyarrow.parquet as pq
import yaml
from project import change_params, environment, make_project

from crmwb import storage
from crmwb.planning.rates import ALL, PURCHASES, RATES, Costs, Rate, calibrate, parsed

LINES = ("ingest", "validate", "features", "recommend")  # the others are driven by customers
REPORT = "executive_summary"
TITLE = "# Benchmarks\n"
MARKS = {"customers": "\n## Stages\n", "lines": "\n## Stages on purchases alone\n"}
OF_OTHER_TABLES = ("contracts", "respond", "predict")  # contracts, campaigns, opportunities
FEW_SHARE = 0.3  # of the many lines
OF_EXPORTS = ("ingest", "validate", "features")


@dataclass(frozen=True)
class Run:
    """One stage at one size: CPU seconds, seconds, the most memory held in GB, and what it wrote in GB."""

    cpu: float
    seconds: float
    memory: float
    disk: float


@dataclass(frozen=True)
class Pair:
    """The runs of every stage at two sizes, and how many customers and order lines there are."""

    few: dict[str, Run]
    many: dict[str, Run]
    n_few: dict[str, int]
    n_many: dict[str, int]


def stages() -> dict[str, list[str]]:
    """Return every stage in order, with the files and folders that it writes."""
    content = yaml.safe_load((paths.PROJECT / "dvc.yaml").read_text(encoding="utf-8"))["stages"]
    outs = {name: stage.get("do", stage)["outs"] for name, stage in content.items()}
    return {
        name: [next(iter(out)) if isinstance(out, dict) else out for out in written] for name, written in outs.items()
    }


def size(path: Path) -> int:
    return path.stat().st_size if path.is_file() else sum(f.stat().st_size for f in path.rglob("*") if f.is_file())


def cost(project: Path, name: str, outs: list[str]) -> Run:
    """Run a stage and return what it cost."""
    command = [sys.executable, f"pipeline/{name}.py", *([REPORT] if name == "report" else [])]
    began = time.perf_counter()
    with tempfile.TemporaryFile("w+") as output:
        process = subprocess.Popen(
            command, cwd=project, env=environment(project), stdout=output, stderr=subprocess.STDOUT
        )
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = status
        if status:
            output.seek(0)
            raise SystemExit(f"{name}: {output.read()[-2000:]}")
    seconds = time.perf_counter() - began
    written = sum(size(project / out) for out in outs)
    return Run(used.ru_utime + used.ru_stime, seconds, used.ru_maxrss / 2**20, written / 1e9)


def use(project: Path, source: dict) -> Path:
    """Take this project's params with another source."""

    def chosen(content: dict) -> None:
        original = yaml.safe_load((paths.PROJECT / "params.yaml").read_text(encoding="utf-8"))
        content.clear()
        content |= original
        content["source"] |= source

    change_params(project, chosen)
    return project


def simulated(folder: Path, n_customers: int) -> Path:
    """Make a project on a simulated company."""
    demo = {"n_customers": n_customers, "years": 3, "seed": 1}
    return use(make_project(folder), {"kind": "b2b_demo", "b2b_demo": demo})


def exported(folder: Path, n_lines: int) -> Path:
    """Make a project on exports in Parquet whose columns have our names."""
    project = make_project(folder)
    raw = project / "data" / "raw"
    # in a process of its own, since the most memory that a stage held counts what its parent held when it started
    with ProcessPoolExecutor(1, get_context("spawn")) as pool:
        pool.submit(history.generate, raw, n_lines).result()
    tables = {
        name: {
            "file": f"{name}.parquet",
            "columns": {c: {"column": c, "unit": "hundredths"} if c.endswith("_cents") else c for c in columns},
        }
        for name, columns in history.WRITTEN.items()
    }
    mapping = {"name": "Benchmark", "tables": tables}
    (project / "mappings" / "benchmark.yaml").write_text(yaml.safe_dump(mapping), encoding="utf-8")
    return use(project, {"kind": "files", "mapping": "mappings/benchmark.yaml", "directory": "data/raw"})


def run(project: Path, names: tuple[str, ...] | None = None) -> tuple[dict[str, Run], dict[str, int]]:
    """Run the stages; what each cost, and how many lines and customers there are."""
    runs: dict[str, Run] = {}
    for name, outs in stages().items():
        if names is None or name in names:
            runs[name] = cost(project, name, outs)
            print(f"{project.name:>12}  {name:<12} {runs[name].cpu:7.1f} CPU s  {runs[name].seconds:7.1f} s  "
                  f"{runs[name].memory:5.2f} GB  {runs[name].disk * 1000:8.1f} MB", flush=True)  # fmt: skip
    clean = project / "data" / "quality" / "clean"
    counts = {
        name: sum(pq.read_metadata(part).num_rows for part in storage.parts(storage.table_in(clean, name)))
        for name in ("transactions", "customers")
    }
    return runs, counts


def pair(few: Path, many: Path, names: tuple[str, ...] | None = None) -> Pair:
    (small, n_few), (large, n_many) = run(few, names), run(many, names)
    return Pair(small, large, n_few, n_many)


def rate(small: float, large: float, n_small: int, n_large: int) -> Rate:
    """Return the line through two costs, with no part below zero."""
    per_unit = max(0.0, (large - small) / (n_large - n_small))
    return Rate(round(max(0.0, small - per_unit * n_small), 4), round(per_unit * 1_000_000, 4))


def costs_of(runs: Pair, name: str) -> Costs:
    by, counted = ("lines", "transactions") if name in LINES else ("customers", "customers")
    rates = {
        kind: rate(
            getattr(runs.few[name], kind), getattr(runs.many[name], kind), runs.n_few[counted], runs.n_many[counted]
        )
        for kind in ("cpu", "memory", "disk")
    }
    return Costs(name, by, **rates)


def exponent(runs: Pair, name: str) -> float:
    """Return the power of the number of order lines that the CPU seconds grow by, between the two sizes."""
    lines = runs.n_many["transactions"] / runs.n_few["transactions"]
    return math.log(runs.many[name].cpu / runs.few[name].cpu) / math.log(lines)


def from_there(runs: Pair, name: str, grows: dict[str, Costs]) -> Costs:
    """Return the costs of a stage on a company with all tables, which grow as on purchases alone.

    Among few customers the fits of models grow quickly, among many slowly, and purchases were measured at many. Only
    what other tables drive grows as the company does.
    """
    costs = costs_of(runs, name)
    if name in OF_OTHER_TABLES or name not in grows:
        return costs
    n = runs.n_many["transactions" if name in LINES else "customers"]

    def anchored(kind: str) -> Rate:
        slope = getattr(grows[name], kind).per_million
        return Rate(round(max(0.0, getattr(runs.many[name], kind) - slope * n / 1_000_000), 4), slope)

    return replace(costs, cpu=anchored("cpu"), memory=anchored("memory"))


def rates_of(runs: Pair, grows: dict[str, Costs]) -> dict[str, object]:
    """Return the rates of every stage as `crmwb plan` reads them."""
    return {
        "calibration_seconds": round(calibrate(), 4),
        "most": {"customers": runs.n_many["customers"], "lines": runs.n_many["transactions"]},
        "stages": [asdict(from_there(runs, stage, grows)) for stage in runs.many],
    }


def page(runs: Pair, kind: str) -> str:
    """Return the part of the page of benchmarks about these runs."""
    rows = []
    for name, many in runs.many.items():
        rates = costs_of(runs, name).cpu
        driver = "lines" if name in LINES else "customers"
        rows.append(
            f"| {name} | {many.cpu:.1f} | {many.seconds:.1f} | {many.memory:.2f} | {many.disk * 1000:.0f} "
            f"| {rates.fixed:.1f} | {rates.per_million:,.1f} {driver} | {exponent(runs, name):.2f} |"
        )
    without = [run for name, run in runs.many.items() if name != "report"]
    what = {
        "customers": "A simulated company (`b2b_demo`), every stage with the params of this project, and one report.",
        "lines": "Exports in Parquet of three tables (customers, products, lines), 20 lines per customer over\n"
        "three years; every stage, and one report.",
    }[kind]
    return f"""{MARKS[kind]}
{what} {runs.n_many["transactions"]:,} order lines of {runs.n_many["customers"]:,} customers; the fixed part and what a
million adds are told from a second run on {runs.n_few["transactions"]:,} lines of
{runs.n_few["customers"]:,} customers.
{os.cpu_count()} cores ({platform.machine()}), Python {platform.python_version()}.

| stage | CPU s | s | GB | MB written | fixed CPU s | CPU s per million | exponent |
|---|---|---|---|---|---|---|---|
{chr(10).join(rows)}

All together: {sum(run.cpu for run in runs.many.values()):.0f} CPU s, {minutes(runs.many.values()):.1f} minutes,
{minutes(without):.1f} without the report. CPU seconds grow with the lines to the
power of the exponent: 1 is a straight line, below 1 the fixed part still counts.
"""


def minutes(runs: Iterable[Run]) -> float:
    return sum(run.seconds for run in runs) / 60


def replaced(text: str, part: str, mark: str) -> str:
    """Return the page with a part in the place of the one with the same heading."""
    before, heading, rest = text.partition(mark)
    following = rest.find("\n## ") if heading else -1
    return before + part + (rest[following:] if following >= 0 else "")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--customers", type=int, nargs=2, default=(1_000, 4_000))
    parser.add_argument("--millions", type=float, default=1.0)
    parser.add_argument("--only", choices=tuple(MARKS))
    parser.add_argument("--page", type=Path)
    parser.add_argument("--rates", type=Path)
    asked = parser.parse_args()
    runs: dict[str, Pair] = {}
    with tempfile.TemporaryDirectory() as name:
        if asked.only != "lines":
            few, many = (simulated(Path(name) / f"{n} customers", n) for n in sorted(asked.customers))
            runs["customers"] = pair(few, many)
        if asked.only != "customers":
            n_lines = int(asked.millions * 1_000_000)
            few, many = (exported(Path(name) / f"{n} lines", n) for n in (int(n_lines * FEW_SHARE), n_lines))
            runs["lines"] = pair(few, many)
    if asked.rates:
        content = json.loads(RATES.read_text(encoding="utf-8"))
        if "lines" in runs:
            content[PURCHASES] = rates_of(runs["lines"], {})
        if "customers" in runs:
            grows = {costs.stage: costs for costs in parsed(content[PURCHASES]).stages}
            content[ALL] = rates_of(runs["customers"], grows)
        asked.rates.write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")
    if asked.page:
        text = asked.page.read_text(encoding="utf-8") if asked.page.exists() else TITLE
        for kind, of_kind in runs.items():
            text = replaced(text, page(of_kind, kind), MARKS[kind])
        asked.page.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
