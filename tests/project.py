"""A whole crmwb project in a folder of its own, on the CDNOW sample: what end-to-end tests run the pipeline in."""

import copy
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from itertools import takewhile
from pathlib import Path
from typing import Any

import yaml

PROJECT = Path(__file__).parents[1]
STAGES = tuple(takewhile("report".__ne__, yaml.safe_load((PROJECT / "dvc.yaml").read_text(encoding="utf-8"))["stages"]))
CDNOW_SAMPLE = PROJECT / "tests" / "fixtures" / "cdnow_sample.txt"
TOOLS = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
UNTRACKED = shutil.ignore_patterns(".ipynb_checkpoints")  # compiled modules are as good there as here


def copy_project(built: Path, folder: Path) -> Path:
    """Copy a project that others may be reading, without the temporary data of their commands."""
    return Path(shutil.copytree(built, folder, symlinks=True, ignore=shutil.ignore_patterns("tmp")))


def make_project(folder: Path) -> Path:
    """Copy the project's code, notebooks and mappings into `folder`, with the CDNOW sample as its raw data."""
    for name in ("src", "pipeline", "notebooks", "mappings"):
        shutil.copytree(PROJECT / name, folder / name, ignore=UNTRACKED)
    for name in ("dvc.yaml", "params.yaml", "marketing_mix.yaml", "actions.yaml", ".dvcignore", "requirements.lock"):
        shutil.copy(PROJECT / name, folder / name)
    (folder / "data" / "raw").mkdir(parents=True)
    for file in (f for kind in ("*.json", "*.csv") for f in (PROJECT / "data").glob(kind)):  # what people accepted
        shutil.copy(file, folder / "data")
    shutil.copy(CDNOW_SAMPLE, folder / "data" / "raw")
    (folder / ".dvc").mkdir()
    shutil.copy(PROJECT / ".dvc" / "config", folder / ".dvc" / "config")
    (folder / ".dvc" / "config.local").write_text("[core]\n    no_scm = true\n")
    change_params(folder, use_cdnow)
    return folder


def use_cdnow(content: dict[str, Any]) -> None:
    content["source"] |= {"kind": "files", "mapping": "mappings/cdnow_sample.yaml", "directory": "data/raw"}
    content["value"]["n_bootstrap"] = 50
    content["value"]["backtest"]["n_origins"] = 2
    content["value"]["equity"] |= {"n_months": 6, "n_origins": 2}
    content["segmentation"]["clusters"] |= {"k_max": 4, "n_bootstrap": 5}


def change_params(folder: Path, change: Callable[[dict[str, Any]], Any]) -> None:
    """Apply `change` to the content of the project's params.yaml."""
    path = folder / "params.yaml"
    content = copy.deepcopy(yaml.safe_load(path.read_text(encoding="utf-8")))
    change(content)
    path.write_text(yaml.safe_dump(content, sort_keys=False), encoding="utf-8")


def run(folder: Path, *command: str) -> subprocess.CompletedProcess[str]:
    """Run a command in the project and wait for it."""
    return subprocess.run(command, cwd=folder, env=environment(folder), capture_output=True, text=True, check=False)


def environment(folder: Path) -> dict[str, str]:
    """Our interpreter's tools first on the path, and the project's own copy of the code first among modules."""
    return {**os.environ, "PATH": TOOLS, "PYTHONPATH": str(folder / "src"), "CI": "true"}


def repro(folder: Path, *arguments: str) -> str:
    """Run `dvc repro` to its end and return what it printed."""
    done = run(folder, "dvc", "repro", *arguments)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    return done.stdout


def run_stage(folder: Path, name: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run one stage script, as DVC would."""
    return run(folder, sys.executable, f"pipeline/{name}.py", *arguments)
