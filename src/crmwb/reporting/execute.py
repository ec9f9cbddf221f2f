"""Running notebooks with papermill: each in a fresh process of this interpreter, every time alike, some at a time."""

import json
import logging
import os
import subprocess
import sys
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import nbformat
import papermill
from nbformat import NotebookNode
from papermill.exceptions import PapermillExecutionError

from crmwb import layout
from crmwb.contract.canonical import TABLES
from crmwb.display.blocks import LINKED
from crmwb.errors import CrmwbError, operational_text
from crmwb.files import owners
from crmwb.reporting.sections import fitting

Parameter = int | float | str | bool

EVERYTHING = (*TABLES, LINKED)  # that a section may need


@dataclass(frozen=True)
class Run:
    """A notebook to run.

    Attributes
    ----------
    notebook : Path
        It is read, not changed.
    parameters : mapping
        Values for names that its cell tagged "parameters" sets.
    cwd : Path
        Where its cells run.
    available : collection of str
        The canonical tables that there are; sections that need others give way to one line (see `sections`).
    """

    notebook: Path
    parameters: Mapping[str, Parameter]
    cwd: Path
    available: Collection[str] = EVERYTHING

    def dumps(self) -> str:
        """Return the run as JSON."""
        plain = {"notebook": str(self.notebook), "cwd": str(self.cwd), "available": sorted(self.available)}
        return json.dumps(asdict(self) | plain)

    @classmethod
    def loads(cls, text: str) -> "Run":
        """Return the run that JSON holds."""
        content = json.loads(text)
        return cls(Path(content["notebook"]), content["parameters"], Path(content["cwd"]), tuple(content["available"]))


def execute(
    notebook: Path, parameters: Mapping[str, Parameter], cwd: Path, available: Collection[str] = EVERYTHING
) -> NotebookNode:
    """Run one notebook from its first cell to its last, and return it with outputs; parameters are those of `Run`.

    Raises
    ------
    CrmwbError
        The notebook is not there or no notebook, does not know a parameter, or a cell fails.
    """
    ((_, done),) = execute_all([Run(notebook, parameters, cwd, available)])
    if isinstance(done, CrmwbError):
        raise done
    return done


def execute_all(runs: Sequence[Run], n_at_once: int | None = None) -> Iterator[tuple[int, NotebookNode | CrmwbError]]:
    """Run notebooks side by side; what each shows does not depend on the others.

    Parameters
    ----------
    runs : sequence of Run
        The notebooks.
    n_at_once : int, optional
        How many at a time; as many as there are processors where not given.

    Yields
    ------
    tuple of int and NotebookNode or CrmwbError
        The place of a run that has ended, and its notebook with outputs, or why it failed.
    """
    with owners.scratch("notebooks") as folder:
        for place, run in enumerate(runs):
            (folder / f"{place}.json").write_text(run.dumps(), encoding="utf-8")
        ours = {"IPYTHONDIR": str(folder), "MPLBACKEND": "Agg", "PYTHONHASHSEED": "0", "TZ": "UTC"}
        at_once = str(n_at_once or len(os.sched_getaffinity(0)))
        command = [sys.executable, "-P", "-m", "crmwb.reporting.worker", str(folder), at_once]
        pipe = subprocess.PIPE
        with subprocess.Popen(command, env=os.environ | ours, stdin=pipe, stdout=pipe, text=True) as worker:  # noqa: S603  # ours
            try:
                for line in worker.stdout or ():
                    yield int(line), _done(runs[int(line)], folder / f"{int(line)}.done.json")
            finally:
                worker.kill()
                if worker.stdin:
                    worker.stdin.close()  # ends what it started


def run_here(run: Run) -> NotebookNode:
    """Run a notebook in this process, which is to end then; errors are those of `execute`."""
    from crmwb.reporting.cells import ENGINE

    content = fitting(_checked(run.notebook, run.parameters), run.available)
    logging.getLogger("papermill").setLevel(logging.ERROR)
    try:
        executed: NotebookNode = papermill.execute_notebook(
            content,
            None,
            parameters=dict(run.parameters),
            engine_name=ENGINE,
            kernel_name="python3",
            progress_bar=False,
            cwd=run.cwd,
        )
    except PapermillExecutionError as error:
        raise CrmwbError(
            f"{run.notebook}: {_which_cell(run.notebook, error.source)} failed: {_message(error)}"
        ) from None
    return executed


def _done(run: Run, file: Path) -> NotebookNode | CrmwbError:
    """Return what came of a run."""
    if not file.is_file():
        return CrmwbError(f"{run.notebook}: its process died, most likely for want of memory; free some, run again.")
    done = json.loads(file.read_text(encoding="utf-8"))
    if "fault" in done:
        raise RuntimeError(f"{run.notebook}: {done['fault']}")
    if "error" in done:
        return CrmwbError(done["error"])
    notebook: NotebookNode = nbformat.from_dict(done["notebook"])  # type: ignore[no-untyped-call]  # nbformat has no types
    return notebook


def _checked(notebook: Path, parameters: Mapping[str, Parameter]) -> NotebookNode:
    """Read a notebook; refuse a broken one, and parameters that it does not set (papermill would only warn)."""
    if not notebook.is_file():
        raise CrmwbError(f"{notebook}: not found; write it, or take the report out of reports in {layout.PARAMS}.")
    content = _read(notebook)
    known = known_parameters(notebook)
    unknown = sorted(set(parameters) - set(known))
    if unknown:
        raise CrmwbError(
            f"{notebook}: knows no parameter {', '.join(unknown)} (known: {', '.join(known) or 'none'}); "
            f"mend reports.{notebook.stem}.parameters in {layout.PARAMS}."
        )
    return content


def known_parameters(notebook: Path) -> list[str]:
    """Return the names that a notebook's cell tagged "parameters" sets."""
    return sorted(papermill.inspect_notebook(notebook)) if notebook.is_file() else []


def _read(notebook: Path) -> NotebookNode:
    """Read a notebook of format 4, or say that it is none."""
    try:
        content = json.loads(notebook.read_text(encoding="utf-8"))
        nbformat.validate(content, version=4)
    except (ValueError, TypeError, AttributeError, nbformat.ValidationError) as error:
        reason = " ".join(str(error).split())[:100]
        raise CrmwbError(f"{notebook}: no readable notebook ({reason}); restore it.") from None
    read: NotebookNode = nbformat.read(notebook, as_version=4)  # type: ignore[no-untyped-call]  # nbformat has no types
    return read


def _which_cell(notebook: Path, source: str) -> str:
    """Name a cell as a person finds it: its position in the file and its first line."""
    cells = _read(notebook).cells
    position = next((i for i, cell in enumerate(cells, start=1) if cell.source == source), None)
    first_line = source.strip().partition("\n")[0][:80]
    return f'cell {position} ("{first_line}")' if position else f'the cell of the given parameters ("{first_line}")'


def _message(error: PapermillExecutionError) -> str:
    """Return what the cell's error said, in one line; ours speak for themselves."""
    message = " ".join(str(error.evalue).split())
    if error.ename == CrmwbError.__name__:
        return message
    return operational_text(f"{error.ename}: {message}") or f"{error.ename}: {message}."
