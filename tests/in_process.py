"""The pipeline's stages and the cells of reports in this process: end to end without the cost of starting each."""

import os
import runpy
import sys
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Any
from unittest.mock import patch

import nbformat
from project import PROJECT, STAGES

from crmwb import layout
from crmwb.display import html, page
from crmwb.reporting.make import available_in
from crmwb.reporting.sections import fitting


def run_stages(folder: Path, *reports: str, stages: tuple[str, ...] = STAGES) -> None:
    """Run stages, and make reports; the working directory must be `folder`."""
    assert Path.cwd() == folder.resolve(), "stages run in the project's root"
    for name in stages:
        runpy.run_path(str(PROJECT / "pipeline" / f"{name}.py"))["main"]()
    for report in reports:
        with patch.object(sys, "argv", ["report.py", report]):
            runpy.run_path(str(PROJECT / "pipeline" / "report.py"))["main"]()


@contextmanager
def printed(file: Path) -> Iterator[Path]:
    """Write to `file` what is printed meanwhile: by Python, by libraries in C and by processes that are started."""
    with file.open("w", encoding="utf-8", buffering=1) as out, redirect_stdout(out), redirect_stderr(out):
        before = os.dup(1), os.dup(2)
        try:
            os.dup2(out.fileno(), 1)
            os.dup2(out.fileno(), 2)
            yield file
        finally:
            for number, kept in enumerate(before, start=1):
                os.dup2(kept, number)
                os.close(kept)


def read_report(folder: Path, name: str) -> str:
    """Run the cells of a report's notebook, those that its source can fill, and return what readers see, in English."""
    assert Path.cwd() == folder.resolve(), "notebooks run in the project's root"
    notebook: Any = nbformat.read(folder / layout.report_notebook(name), as_version=4)
    shown: list[str] = []
    with patch.object(page, "_show", lambda block: shown.append(html.plain(block))):
        names: dict[str, Any] = {}
        for cell in fitting(notebook, available_in(folder)).cells:
            if cell.cell_type == "code":
                exec(compile(cell.source, f"{name}.ipynb", "exec"), names)
    return "\n".join(shown)
