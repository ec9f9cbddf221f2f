"""`dvc repro` end to end on the CDNOW sample: no more work than needed, and a kill loses nothing.

That one thread gives the same bytes as two, .ci/run shows on the demo data.
"""

import json
import os
import re
import shutil
import signal
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest
import yaml
from project import change_params, copy_project, environment, repro, run

from crmwb import layout, params
from crmwb.files import dvc_lock
from crmwb.findings import language

BEFORE_KILL_SECONDS = 1.5
N_REPORTS_KILLED = 2  # the others stay as they are


def lock(project: Path) -> str:
    return (project / "dvc.lock").read_text(encoding="utf-8")


def stages_run(output: str) -> set[str]:
    return set(re.findall(r"Running stage '([^']+)'", output))


def locked(project: Path) -> dict[str, Any]:
    return yaml.safe_load(lock(project))


@pytest.fixture
def project(built_project, tmp_path):
    """A copy of the built project that a test may change."""
    return copy_project(built_project, tmp_path / "project")


def test_nothing_changed_runs_nothing(project):
    before = lock(project)
    output = repro(project)
    assert not stages_run(output)
    assert "up to date" in output
    assert lock(project) == before


def test_a_changed_segmentation_parameter_reruns_only_what_depends_on_it(project):
    change_params(project, lambda p: p["segmentation"]["clusters"].update(k_max=3))
    after = {"act", "lists", "effectiveness", "headlines"}  # of which those run whose inputs did change
    ran = stages_run(repro(project, "migrate", *sorted(after)))
    assert ran - after == {"segment", "migrate", "mart"}
    waiting = json.loads(run(project, "dvc", "status", "--json").stdout).keys()
    assert waiting == {"report"}


def test_killed_in_every_stage_the_next_run_ends_with_the_same_bytes(project):
    before = locked(project)
    begin_anew(project)
    killed = set()
    while (stage := kill_in_a_new_stage(project, killed)) is not None:
        killed.add(stage)
    assert killed == before["stages"].keys()
    assert locked(project) == before
    assert not list(project.rglob("*.part"))


def begin_anew(project: Path) -> None:
    """Take away all that the pipeline made and DVC keeps, but for some reports."""
    others = list(params.load(project / "params.yaml").reports)[N_REPORTS_KILLED:]
    kept = {project / layout.report_card(name) for name in others}
    kept |= {project / layout.report_html(name, code) for name in others for code in language.LANGUAGES}
    for name in (".dvc/cache", ".dvc/tmp", "metrics"):
        shutil.rmtree(project / name, ignore_errors=True)
    folders = [f for f in (project / "data").iterdir() if f.is_dir() and f.name != "raw"]
    for folder in [*folders, project / "reports"]:
        for file in [f for f in folder.rglob("*") if not f.is_dir() and f not in kept]:
            file.unlink()
    (project / "dvc.lock").unlink()


def kill_in_a_new_stage(project: Path, killed: set[str]) -> str | None:
    """Run `dvc repro` until it begins a stage that no kill has met yet, and kill everything; None where it ended.

    DVC writes dvc.lock and its list of running commands in place: a kill in that moment cuts the file off, which
    `crmwb params` says; without the file DVC goes on.
    """
    process = subprocess.Popen(
        ["dvc", "repro"], cwd=project, env=environment(project), stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT, text=True,
        start_new_session=True,
    )  # fmt: skip
    output = []
    with process:
        for line in process.stdout:
            output.append(line)
            if (begun := re.search(r"Running stage '([^']+)'", line)) and begun[1] not in killed:
                time.sleep(BEFORE_KILL_SECONDS)
                os.killpg(process.pid, signal.SIGKILL)
                return begun[1]
    if process.returncode == 0:
        return None
    message = " ".join(run(project, "crmwb", "params").stderr.split())
    damaged = next((file for file in (layout.LOCK, dvc_lock.RUNNING) if f"{file}: cut off" in message), None)
    assert damaged is not None, "".join(output[-40:])
    (project / damaged).unlink()
    return kill_in_a_new_stage(project, killed)
