"""Features, the purchase summary and validation beside other tools, each in an environment of its own, in one run.

`python benchmarks/peers.py CACHE [--millions 1] [--page FILE]`: CACHE is a folder for the environments. The data are
those of `history.py`. Every task is a process of its own; imports are not counted. That a rival's table says the same
is checked: the benchmark stops where it does not.
"""

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

import duckdb
import history
import stages
from environments import environment, versions

MARK = "\n## Beside other tools\n"
HERE = Path(__file__).parent
SAME = (
    "n_days", "recency", "silence", "std_gap", "n_orders", "median_order", "largest_order", "revenue", "margin",
    "n_products", "n_categories", "n_stores", "recent", "year_ago", "off_season", "weekend_share",
)  # fmt: skip


@dataclass(frozen=True)
class Cost:
    """What a task took: CPU seconds, seconds, and the most memory held in GB."""

    task: str
    cpu: float
    seconds: float
    memory: float


def rival(cache: Path, name: str, script: str, folder: Path, *more: str) -> tuple[float, float, float]:
    """Run a rival's script in its environment."""
    command = [environment(cache, name), "-W", "ignore", HERE / "rivals" / f"{script}.py", folder, *more]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{script}: {done.stderr.strip()[-1500:]}")
    return tuple(json.loads(done.stdout.strip().splitlines()[-1]))


def check_same(folder: Path, name: str) -> None:
    """Stop where a rival's features are others than those of the SQL by hand."""
    columns = ", ".join(f"sum({column})::double" for column in SAME)
    own, others = (
        duckdb.sql(f"select {columns} from '{folder / file}.parquet'").fetchall()[0] for file in ("hand", name)
    )
    for column, ours, theirs in zip(SAME, own, others, strict=True):
        if abs(ours - theirs) > 1e-9 * abs(ours):
            raise SystemExit(f"{name}: {column} adds up to {theirs}, by hand to {ours}")


def check_summaries(folder: Path) -> None:
    """Stop where lifetimes counts other repeat purchases, or another time since the first, than we do."""
    query = "select sum({}), sum({}), count(*) from '{}.parquet'"
    own = duckdb.sql(query.format("frequency", "age_days", folder / "purchases")).fetchall()[0]
    theirs = duckdb.sql(query.format("frequency", '"T"', folder / "lifetimes")).fetchall()[0]
    if tuple(map(int, own)) != tuple(map(int, theirs)):
        raise SystemExit(f"lifetimes: frequency, T and customers add up to {theirs}, ours to {own}")


def run(cache: Path, n_lines: int) -> dict[str, list[Cost]]:
    """Measure everything."""
    with tempfile.TemporaryDirectory() as name:
        project = stages.exported(Path(name) / "project", n_lines)
        raw, as_of = project / "data" / "raw", history.AS_OF.isoformat()
        out: dict[str, list[Cost]] = {"features": [], "summary": [], "validation": []}

        def note(kind: str, task: str, cost: tuple[float, float, float]) -> None:
            out[kind].append(Cost(task, *cost))
            print(f"{kind:<12} {task:<66} {cost[0]:7.1f} CPU s {cost[1]:7.1f} s {cost[2]:6.2f} GB", flush=True)

        note("features", "raw scan of four columns", history.measured("scan", raw))
        note("features", "SQL by hand: about 40 features, one date", history.measured("hand", raw))
        for tool in ("pandas", "polars"):
            note("features", f"{tool}: the same features", rival(cache, tool, f"features_{tool}", raw, as_of))
            check_same(raw, tool)
        note("features", "crmwb: history from scratch, 37 months", history.measured("whole", raw))
        note("features", "crmwb: all features as of one date, from the history", history.measured("features", raw))
        note("summary", "lifetimes", rival(cache, "lifetimes", "summary_lifetimes", raw, as_of))
        note("summary", "crmwb", history.measured("purchases", raw))
        check_summaries(raw)
        outs = stages.stages()
        stages.cost(project, "ingest", outs["ingest"])
        of_stage = stages.cost(project, "validate", outs["validate"])
        whole = (of_stage.cpu, of_stage.seconds, of_stage.memory)
        note("validation", "crmwb: the stage with its start, every rule of the contract, audits, files", whole)
        note(
            "validation",
            "Great Expectations on one frame: 12 rules",
            rival(cache, "great_expectations", "validate_gx", raw),
        )
        note("validation", "pandera on one frame: the same rules", rival(cache, "pandera", "validate_pandera", raw))
    return out


def page(costs: dict[str, list[Cost]], n_lines: int, cache: Path) -> str:
    """Return the part of the page."""
    titles = {
        "features": "Features",
        "summary": "Purchase summary: frequency, recency, age",
        "validation": "Validation",
    }
    base = {"features": "SQL by hand", "summary": "crmwb", "validation": "crmwb"}
    used = ", ".join(
        versions(environment(cache, name), packages)
        for name, packages in (
            ("pandas", ("pandas",)), ("polars", ("polars",)), ("lifetimes", ("lifetimes",)),
            ("great_expectations", ("great_expectations",)), ("pandera", ("pandera",)),
        )
    )  # fmt: skip
    text = f"""{MARK}
{n_lines:,} order lines of {n_lines // history.LINES_PER_CUSTOMER:,} customers, one run, each tool in an environment of
its own: {used}.
{os.cpu_count()} cores ({platform.machine()}), Python {platform.python_version()}. That features and summaries are the
same is checked.
"""
    for kind, tasks in costs.items():
        one = next(cost.cpu for cost in tasks if cost.task.startswith(base[kind]))
        rows = [f"| {c.task} | {c.cpu:.1f} | {c.cpu / one:.2f} | {c.seconds:.1f} | {c.memory:.2f} |" for c in tasks]
        text += f"""
### {titles[kind]}

| task | CPU s | × {base[kind]} | s | GB |
|---|---|---|---|---|
{chr(10).join(rows)}
"""
    return text


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("cache", type=Path)
    parser.add_argument("--millions", type=float, default=1.0)
    parser.add_argument("--page", type=Path)
    asked = parser.parse_args()
    n_lines = int(asked.millions * 1_000_000)
    costs = run(asked.cache, n_lines)
    if asked.page:
        text = asked.page.read_text(encoding="utf-8") if asked.page.exists() else stages.TITLE
        asked.page.write_text(stages.replaced(text, page(costs, n_lines, asked.cache), MARK), encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
