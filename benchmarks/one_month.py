"""What one new month costs the stages that order lines drive, beside all months from scratch, in one run.

`python benchmarks/one_month.py [MILLIONS] [--page docs/benchmarks.md]`: 1 million order lines where not given, over 37
months, in a Parquet file for each. Two projects run ingest, validate and features: one on all files, one first without
the last of them. Each stage is a process of its own, as DVC runs it. What the two have written must be the same bytes.
The same on FEW lines tells what a new month costs whatever the lines: the start of the processes, imports, queries.
"""

import argparse
import os
import platform
import shutil
import tempfile
from pathlib import Path

import history
import pyarrow.compute as pc
import pyarrow.parquet as pq
import stages
import yaml

from crmwb.storage import content_hash

HEADING = "\n## One more month\n"
FOLDER = "data/raw/transactions"
FEW = 20_000
COMPARED = ("canonical", "quality", "history", "features", "snapshots")
Runs = dict[str, stages.Run]


def by_month(project: Path) -> Path:
    """Put the order lines of a project into a file for each month; return the last."""
    whole = project / "data" / "raw" / "transactions.parquet"
    lines = pq.read_table(whole)
    whole.unlink()
    folder = project / FOLDER
    folder.mkdir()
    month = pc.strftime(lines["ordered_at"], format="%Y-%m")
    for name in sorted(pc.unique(month).to_pylist()):
        last = folder / f"{name}.parquet"
        pq.write_table(lines.filter(pc.equal(month, name)), last, compression="zstd")
    path = project / "mappings" / "benchmark.yaml"
    mapping = yaml.safe_load(path.read_text(encoding="utf-8"))
    mapping["tables"]["transactions"]["file"] = "transactions"
    path.write_text(yaml.safe_dump(mapping), encoding="utf-8")
    return last


def run(n_lines: int) -> tuple[Runs, Runs]:
    """Run the stages from scratch and with one new month; what each cost.

    Raises
    ------
    SystemExit
        The two have not written the same bytes.
    """
    with tempfile.TemporaryDirectory() as name:
        scratch = stages.exported(Path(name) / "scratch", n_lines)
        last = by_month(scratch)
        stepped = Path(shutil.copytree(scratch, Path(name) / "stepped"))
        there = stepped / last.relative_to(scratch)
        there.unlink()
        stages.run(stepped, stages.OF_EXPORTS)
        shutil.copy(last, there)
        month, _ = stages.run(stepped, stages.OF_EXPORTS)
        full, _ = stages.run(scratch, stages.OF_EXPORTS)
        for folder in COMPARED:
            if len({content_hash(project / "data" / folder) for project in (scratch, stepped)}) > 1:
                raise SystemExit(f"data/{folder}: a new month and from scratch differ")
    return full, month


def page(millions: float, full: Runs, month: Runs, fixed: Runs) -> str:
    """Return the part of the page of benchmarks about one new month; `fixed` is one on FEW lines."""
    rows = []
    for name, which in {**{name: [name] for name in full}, "together": list(full)}.items():
        scratch, new, few = (sum(runs[stage].cpu for stage in which) for runs in (full, month, fixed))
        rows.append(f"| {name} | {scratch:.1f} | {new:.1f} | {new / scratch:.0%} | {few:.1f} |")
    return f"""{HEADING}
{millions:g} million order lines over {history.N_MONTHS} months, in a Parquet file for each; the stages that order lines
drive, CPU seconds with the start of each process. Both have written the same bytes: the benchmark stops where not.
The last column is what a new month costs where there are {FEW:,} lines in all: what does not grow with them.
{os.cpu_count()} cores ({platform.machine()}), Python {platform.python_version()}.

| stage | from scratch | one new month | of it | one new month of few lines |
|---|---|---|---|---|
{chr(10).join(rows)}
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("millions", type=float, nargs="?", default=1.0)
    parser.add_argument("--page", type=Path)
    asked = parser.parse_args()
    _, fixed = run(FEW)
    part = page(asked.millions, *run(int(asked.millions * 1_000_000)), fixed)
    print(part)
    if asked.page:
        text = asked.page.read_text(encoding="utf-8") if asked.page.exists() else stages.TITLE
        asked.page.write_text(stages.replaced(text, part, HEADING), encoding="utf-8")


if __name__ == "__main__":
    main()
