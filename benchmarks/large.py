"""What every stage but the reports costs on many order lines, in one run that can be taken up again where it stopped.

`python benchmarks/large.py FOLDER [--millions 100] [--memory GB] [--only STAGE …] [--page docs/benchmarks.md]` makes
exports in Parquet and a project in FOLDER, unless they are there, and runs the stages that have not run there.
"""

import argparse
import json
import os
import platform
from dataclasses import asdict
from pathlib import Path

import pyarrow.parquet as pq
from stages import LINES, Run, change_params, cost, exported, minutes, replaced, stages

from crmwb import layout, params, storage

MARK = "\n## Stages on 100 million lines\n"
COSTS = "costs.json"


def costs_in(project: Path) -> dict[str, Run]:
    """Return what the stages that have run in a project cost."""
    path = project / COSTS
    return {name: Run(**run) for name, run in json.loads(path.read_text()).items()} if path.exists() else {}


def run(project: Path, only: list[str]) -> None:
    """Run the stages that have not run, or those named, and note what each cost."""
    for name, outs in stages().items():
        known = costs_in(project)
        if name == "report" or (name not in only if only else name in known):
            continue
        known[name] = cost(project, name, outs)
        (project / COSTS).write_text(json.dumps({stage: asdict(each) for stage, each in known.items()}, indent=2))
        print(f"{name:<14} {known[name].cpu:8.1f} CPU s  {known[name].seconds:7.1f} s  {known[name].memory:6.2f} GB  "
              f"{known[name].disk * 1000:8.1f} MB", flush=True)  # fmt: skip


def page(project: Path) -> str:
    """Return the part of the page of benchmarks about this run."""
    clean = project / layout.CLEAN
    n_lines, n_customers = (
        sum(pq.read_metadata(part).num_rows for part in storage.parts(storage.table_in(clean, name)))
        for name in ("transactions", "customers")
    )
    runs = costs_in(project)
    rows = [
        f"| {name} | {one.cpu:.0f} | {one.seconds:.0f} | {one.memory:.2f} | {one.disk * 1000:.0f} "
        f"| {one.cpu / (n_lines if name in LINES else n_customers) * 1_000_000:.1f} "
        f"{'lines' if name in LINES else 'customers'} |"
        for name, one in runs.items()
    ]
    memory = params.load(project / "params.yaml").engine.memory_limit_gb
    return f"""{MARK}
The same exports, `python benchmarks/large.py FOLDER --millions 100`: {n_lines:,} order lines of {n_customers:,}
customers, {memory} GB for the engine, run once. {os.cpu_count()} cores ({platform.machine()}), Python
{platform.python_version()}.

| stage | CPU s | s | GB | MB written | CPU s per million |
|---|---|---|---|---|---|
{chr(10).join(rows)}

All together: {sum(one.cpu for one in runs.values()):.0f} CPU s, {minutes(runs.values()):.0f} minutes without reports.
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--millions", type=float, default=100.0)
    parser.add_argument("--memory", type=int, help="GB that the engine may hold; as in params where not given")
    parser.add_argument("--only", nargs="+", default=[], help="run these stages, whether they have run or not")
    parser.add_argument("--page", type=Path)
    asked = parser.parse_args()
    if not (asked.folder / "params.yaml").exists():
        exported(asked.folder, int(asked.millions * 1_000_000))
    if asked.memory:
        change_params(asked.folder, lambda content: content["engine"].update(memory_limit_gb=asked.memory))
    run(asked.folder, asked.only)
    if asked.page:
        text = asked.page.read_text(encoding="utf-8")
        asked.page.write_text(replaced(text, page(asked.folder), MARK), encoding="utf-8")


if __name__ == "__main__":
    main()
