"""What each stage will cost on this machine, whether it fits, and how far the machine carries."""

import os
import shutil
from dataclasses import dataclass
from pathlib import Path

from crmwb.params import EngineParams
from crmwb.planning.rates import REPORT, Costs, Measured
from crmwb.planning.sizes import Size

NIGHT_SECONDS = 12 * 3_600
ENGINE_GB = 0.5  # beside the limit of the engine's memory: what Python holds
FAR = 10  # times the most that was measured
COPIES = 2  # of what is written: in its place and in DVC's cache


@dataclass(frozen=True)
class Machine:
    """What there is: GB of memory, GB free on the disk, and how many seconds one measured second takes."""

    memory_gb: float
    disk_gb: float
    pace: float


@dataclass(frozen=True)
class StagePlan:
    """What one stage takes: seconds of one core, GB held, GB written."""

    stage: str
    seconds: float
    memory_gb: float
    disk_gb: float


@dataclass(frozen=True)
class Plan:
    """What a run takes.

    Attributes
    ----------
    size : Size
        What it is made for.
    machine : Machine
        Where it is to run.
    stages : tuple of StagePlan
        In the order of the pipeline.
    most_customers, most_lines : int
        How many the machine's memory carries, and how many lines a night of 12 hours.
    is_rough : bool
        The size is far beyond what was measured.
    """

    size: Size
    machine: Machine
    stages: tuple[StagePlan, ...]
    most_customers: int
    most_lines: int
    is_rough: bool

    @property
    def seconds(self) -> float:
        """Seconds of one core, all stages."""
        return sum(stage.seconds for stage in self.stages)

    @property
    def disk_gb(self) -> float:
        """GB on disk, with DVC's cache."""
        return COPIES * sum(stage.disk_gb for stage in self.stages)

    @property
    def memory_gb(self) -> float:
        """GB that the hungriest stage holds."""
        return max(stage.memory_gb for stage in self.stages)

    @property
    def lacks(self) -> tuple[str, ...]:
        """What there is too little of here: of "memory", "disk", "time"."""
        enough = {
            "memory": self.memory_gb <= self.machine.memory_gb,
            "disk": self.disk_gb <= self.machine.disk_gb,
            "time": self.seconds <= NIGHT_SECONDS,
        }
        return tuple(what for what, holds in enough.items() if not holds)


def machine(folder: Path, measured: Measured, seconds: float) -> Machine:
    """Describe this machine; `seconds` is what `calibrate` took on it."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9
    return Machine(memory, shutil.disk_usage(folder).free / 1e9, seconds / measured.calibration_seconds)


def plan(size: Size, measured: Measured, here: Machine, engine: EngineParams, n_reports: int = 1) -> Plan:
    """Work out what every stage takes.

    A stage that lines drive works on the engine, which spills to disk beyond its memory limit; one that customers drive
    holds them in memory.

    Parameters
    ----------
    size : Size
        What the source holds.
    measured : Measured
        The rates.
    here : Machine
        Where it is to run.
    engine : EngineParams
        How much memory the engine may take.
    n_reports : int, default=1
        How many reports are made.
    """

    def memory(costs: Costs, n: int) -> float:
        held = costs.memory.at(n)
        bound = max(costs.memory.fixed, ENGINE_GB + engine.memory_limit_gb)
        return min(held, bound) if costs.by == "lines" else held

    def driven(costs: Costs) -> int:
        return size.n_lines if costs.by == "lines" else size.n_customers

    stages = tuple(
        StagePlan(
            c.stage,
            here.pace * c.cpu.at(driven(c)) * (n_reports if c.stage == REPORT else 1),
            memory(c, driven(c)),
            c.disk.at(driven(c)),
        )
        for c in measured.stages
    )
    held = [c.memory for c in measured.stages if c.by == "customers" and c.memory.per_million > 0]
    most_customers = min(1_000_000 * (here.memory_gb - rate.fixed) / rate.per_million for rate in held)
    of_lines = [c.cpu.per_million for c in measured.stages if c.by == "lines"]
    most_lines = 1_000_000 * NIGHT_SECONDS / (here.pace * sum(of_lines))
    is_rough = size.n_lines > FAR * measured.most["lines"] or size.n_customers > FAR * measured.most["customers"]
    return Plan(size, here, stages, _rounded(most_customers), _rounded(most_lines), is_rough)


def _rounded(n: float) -> int:
    """Return a bound with the one digit that it deserves."""
    whole = max(0, int(n))
    unit = int(10 ** max(0, len(str(whole)) - 1))
    return whole // unit * unit
