"""The process that runs notebooks: it imports once what they need and gives each a process of its own, some at a time.

Usage: python -m crmwb.reporting.worker FOLDER N_AT_ONCE, by `execute`. The folder holds a file 0.json, 1.json … for
each run; the number of a run that ended is printed, and what came of it stands in 0.done.json … then. A pipe stands at
its standard input: when whoever holds the other end is gone, it ends, and so does all that it started.
"""

import importlib
import json
import os
import pkgutil
import sys
import threading
import traceback
from pathlib import Path
from typing import Any

from crmwb.errors import CrmwbError
from crmwb.files import owners
from crmwb.reporting.execute import Run, run_here

USED_BY_ALL = ("crmwb.workbench", "crmwb.display")


def main(folder: Path, n_at_once: int) -> None:
    """Run what stands in a folder, `n_at_once` at a time."""
    waiting = sorted(folder.glob("*.json"), key=lambda file: int(file.stem))
    if len(waiting) > 1:
        _import(USED_BY_ALL)
    running: dict[int, str] = {}
    while waiting or running:
        if waiting and len(running) < n_at_once:
            file = waiting.pop(0)
            pid = os.fork()
            if pid == 0:
                _in_child(file)
            running[pid] = file.stem
        else:
            pid, _ = os.wait()
            sys.stdout.write(running.pop(pid) + "\n")
            sys.stdout.flush()


def _in_child(file: Path) -> None:
    """Run one notebook, write what came of it, and end."""
    os.dup2(2, 1)  # what programs that a cell starts print is no number of a run
    threading.Thread(target=_end_with_parent, daemon=True).start()
    try:
        done: dict[str, Any] = {}
        try:
            done = {"notebook": run_here(Run.loads(file.read_text(encoding="utf-8")))}
        except CrmwbError as error:
            done = {"error": str(error)}
        except BaseException:  # noqa: BLE001  # the process that waits raises it
            done = {"fault": traceback.format_exc()}
        beside = file.with_suffix(".part")
        beside.write_text(json.dumps(done), encoding="utf-8")
        beside.rename(file.with_suffix(".done.json"))
        owners.end()
    finally:
        os._exit(0)


def _end_with_parent() -> None:
    os.read(sys.stdin.fileno(), 1)
    os._exit(1)


def _import(packages: tuple[str, ...]) -> None:
    for package in packages:
        for module in pkgutil.iter_modules(importlib.import_module(package).__path__, f"{package}."):
            importlib.import_module(module.name)


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
