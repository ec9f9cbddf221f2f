"""How often verdicts and effects of initiatives are right, on simulated companies whose truth is known.

Usage: python benchmarks/initiatives.py [COMPANIES]
"""

import sys
import tempfile
from pathlib import Path

import pandas as pd

from crmwb import engine, params, storage
from crmwb.effectiveness import initiatives
from crmwb.sources import ingest
from crmwb.sources.b2b_demo.initiatives import FASTER_SERVICE, RESOLUTION_DAYS
from crmwb.sources.b2b_demo.world import END, Window

N_CUSTOMERS, YEARS = 2_000, 3
PLANTED = RESOLUTION_DAYS[1] - RESOLUTION_DAYS[0]


def judged(seed: int) -> list[initiatives.Judged]:
    """Make a company, and judge its initiatives."""
    p = params.load()
    demo = p.source.b2b_demo.model_copy(update={"n_customers": N_CUSTOMERS, "years": YEARS, "seed": seed})
    simulated = p.model_copy(update={"source": p.source.model_copy(update={"kind": "b2b_demo", "b2b_demo": demo})})
    with tempfile.TemporaryDirectory() as folder:
        ingest(simulated, Path(folder) / "canonical")
        return _judged(Path(folder) / "canonical", simulated)


def _judged(folder: Path, p: params.Params) -> list[initiatives.Judged]:
    with engine.connect(p.engine) as con:
        tables = storage.open_tables(con, folder)
        window = Window(YEARS)
        return initiatives.judge(initiatives.Setting(con, tables, window.first_day, END, p.effectiveness))


def main() -> None:
    n = int(sys.argv[1]) if len(sys.argv) > 1 else 20
    rows = [
        {
            "initiative": j.row["name"],
            "verdict": j.verdict,
            "basis": j.effect.basis if j.effect else "none",
            "truth_inside": bool(
                j.effect and j.effect.low <= (PLANTED if j.row["name"] == FASTER_SERVICE else 0.0) <= j.effect.high
            ),
            "proven": bool(j.effect and j.effect.is_proven),
        }
        for seed in range(1, n + 1)
        for j in judged(seed)
    ]
    frame = pd.DataFrame(rows)
    print(frame.groupby(["initiative", "basis"])[["truth_inside", "proven"]].agg(["sum", "count"]))
    print(frame.groupby(["initiative", "verdict"]).size())


if __name__ == "__main__":
    main()
