"""What every stage was measured to cost, and how fast this machine is beside the one that was measured."""

import json
import statistics
import time
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

RATES = Path(__file__).with_name("rates.json")  # `make bench` writes it
PURCHASES, ALL = "purchases", "all"  # what a source has, for which the rates were measured
PURCHASE_TABLES = {"customers", "products", "transactions"}
REPORT = "report"  # the stage whose rates are those of one report
N_SORTED, N_TIMES = 1_000_000, 3


@dataclass(frozen=True)
class Rate:
    """A cost that grows along a line: what is fixed, and what each million of what drives it adds."""

    fixed: float
    per_million: float

    def at(self, n: int) -> float:
        """Return the cost of `n`."""
        return self.fixed + self.per_million * n / 1_000_000


@dataclass(frozen=True)
class Costs:
    """What a stage costs.

    Attributes
    ----------
    stage : str
        Its name in dvc.yaml.
    by : str
        What drives it: "lines" (of orders) or "customers".
    cpu, memory, disk : Rate
        CPU seconds on the machine that was measured; GB held at most; GB written.
    """

    stage: str
    by: str
    cpu: Rate
    memory: Rate
    disk: Rate


@dataclass(frozen=True)
class Measured:
    """The rates, and how they were measured.

    Attributes
    ----------
    stages : tuple of Costs
        In the order of the pipeline.
    calibration_seconds : float
        What `calibrate` returned on the machine.
    most : dict of str to int
        The most "lines" and "customers" that were measured.
    """

    stages: tuple[Costs, ...]
    calibration_seconds: float
    most: dict[str, int]


def measured(tables: Collection[str] | None = None, path: Path = RATES) -> Measured:
    """Read the rates for a source with these tables; where they are not known, for one with all tables."""
    kind = PURCHASES if tables is not None and PURCHASE_TABLES.issuperset(tables) else ALL
    return parsed(json.loads(path.read_text(encoding="utf-8"))[kind])


def parsed(content: dict[str, Any]) -> Measured:
    """Return one set of rates as its JSON says."""
    stages = [
        Costs(s["stage"], s["by"], *(Rate(**s[kind]) for kind in ("cpu", "memory", "disk"))) for s in content["stages"]
    ]
    return Measured(tuple(stages), content["calibration_seconds"], content["most"])


def calibrate() -> float:
    """Return the CPU seconds that a fixed piece of work takes here: sorting and counting, as the stages do."""
    values = np.random.default_rng(1).random(N_SORTED)
    times = []
    for _ in range(N_TIMES):
        began = time.process_time()
        order = np.argsort(values, kind="stable")
        np.bincount(order % 1_000, weights=values)
        times.append(time.process_time() - began)
    return statistics.median(times)
