"""Running a report's notebook with papermill: with this interpreter's kernel, every time alike."""

import json
import logging
import os
import sys
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import nbformat
import papermill
import zmq
from jupyter_client.kernelspec import KernelSpec
from jupyter_client.manager import AsyncKernelManager
from nbclient.exceptions import DeadKernelError
from nbformat import NotebookNode
from papermill.exceptions import PapermillExecutionError
from traitlets import default

from crmwb import layout
from crmwb.errors import CrmwbError, operational_text
from crmwb.files import owners
from crmwb.reporting.sections import fitting
from crmwb.tables import TABLES

Parameter = int | float | str | bool


class OwnKernel(AsyncKernelManager):
    """A kernel of the interpreter that runs this code, whatever kernels a user has installed under its name."""

    @property
    def kernel_spec(self) -> KernelSpec:
        """The kernel's command: quiet, for what its cells say reaches us as their outputs."""
        quiet = ["-Xfrozen_modules=off", "-m", "ipykernel_launcher", "--log-level=CRITICAL"]
        argv = [sys.executable, *quiet, "-f", "{connection_file}"]
        encrypted = {"supported_encryption": ["curve"]}
        return KernelSpec(argv=argv, display_name="crmwb", language="python", metadata=encrypted)

    @default("transport_encryption")
    def _encrypted(self) -> str:
        """Encrypt what goes to and from the kernel: others on this machine may listen."""
        return "auto" if zmq.has("curve") else "disabled"


def execute(
    notebook: Path, parameters: Mapping[str, Parameter], cwd: Path, available: Collection[str] = tuple(TABLES)
) -> NotebookNode:
    """Run a notebook from its first cell to its last.

    Parameters
    ----------
    notebook : Path
        The notebook; it is read, not changed.
    parameters : mapping
        Values for names that its cell tagged "parameters" sets.
    cwd : Path
        Where its cells run.
    available : collection of str
        The canonical tables that there are; sections that need others give way to one line (see `sections`).

    Returns
    -------
    NotebookNode
        The notebook with outputs.

    Raises
    ------
    CrmwbError
        The notebook is not there or no notebook, does not know a parameter, or a cell fails.
    """
    content = fitting(_checked(notebook, parameters), available)
    logging.getLogger("papermill").setLevel(logging.ERROR)
    try:
        with _own_environment():
            executed: NotebookNode = papermill.execute_notebook(
                content,
                None,
                parameters=dict(parameters),
                kernel_name="python3",
                kernel_manager_class=OwnKernel,
                progress_bar=False,
                cwd=cwd,
            )
            return executed
    except PapermillExecutionError as error:
        raise CrmwbError(f"{notebook}: {_which_cell(notebook, error.source)} failed: {_said(error)}") from None
    except DeadKernelError:
        raise CrmwbError(
            f"{notebook}: its kernel died, most likely for want of memory; free some, run again."
        ) from None


def _checked(notebook: Path, parameters: Mapping[str, Parameter]) -> NotebookNode:
    """Read a notebook; refuse a broken one, and parameters that it does not set (papermill would only warn)."""
    if not notebook.is_file():
        raise CrmwbError(f"{notebook}: not found; write it, or take the report out of reports in {layout.PARAMS}.")
    content = _read(notebook)
    known = sorted(papermill.inspect_notebook(notebook))
    unknown = sorted(set(parameters) - set(known))
    if unknown:
        raise CrmwbError(
            f"{notebook}: knows no parameter {', '.join(unknown)} (known: {', '.join(known) or 'none'}); "
            f"mend reports.{notebook.stem}.parameters in {layout.PARAMS}."
        )
    return content


def _read(notebook: Path) -> NotebookNode:
    """Read a notebook of format 4, or say that it is none."""
    try:
        content = json.loads(notebook.read_text(encoding="utf-8"))
        nbformat.validate(content, version=4)
    except (ValueError, TypeError, AttributeError, nbformat.ValidationError) as error:
        said = " ".join(str(error).split())[:100]
        raise CrmwbError(f"{notebook}: no readable notebook ({said}); restore it.") from None
    read: NotebookNode = nbformat.read(notebook, as_version=4)  # type: ignore[no-untyped-call]  # nbformat has no types
    return read


@contextmanager
def _own_environment() -> Iterator[None]:
    """Give the kernel what makes runs alike, and keep a user's IPython start-up files and Jupyter folders out."""
    with owners.scratch("kernel") as scratch:
        folder = str(scratch)
        ours = {
            "IPYTHONDIR": folder,
            "JUPYTER_RUNTIME_DIR": folder,
            "MPLBACKEND": "Agg",
            "PYTHONHASHSEED": "0",
            "TZ": "UTC",
        }
        before = {name: os.environ.get(name) for name in ours}
        os.environ.update(ours)
        try:
            yield
        finally:
            for name, value in before.items():
                if value is None:
                    del os.environ[name]
                else:
                    os.environ[name] = value


def _which_cell(notebook: Path, source: str) -> str:
    """Name a cell as a person finds it: its position in the file and its first line."""
    cells = _read(notebook).cells
    position = next((i for i, cell in enumerate(cells, start=1) if cell.source == source), None)
    first_line = source.strip().partition("\n")[0][:80]
    return f'cell {position} ("{first_line}")' if position else f'the cell of the given parameters ("{first_line}")'


def _said(error: PapermillExecutionError) -> str:
    """Return what the cell's error said, in one line; ours speak for themselves."""
    said = " ".join(str(error.evalue).split())
    if error.ename == CrmwbError.__name__:
        return said
    return operational_text(f"{error.ename}: {said}") or f"{error.ename}: {said}."
