"""Running a notebook's cells in this very process: an engine of papermill, without a kernel and its sockets."""

import sys
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from io import TextIOBase
from typing import Any

from IPython.core.displayhook import CapturingDisplayHook
from IPython.core.displaypub import CapturingDisplayPublisher
from IPython.core.interactiveshell import InteractiveShell
from nbformat import NotebookNode
from nbformat.v4 import new_output
from papermill.engines import Engine, NotebookExecutionManager, papermill_engines

ENGINE = "crmwb"


class InThisProcess(Engine):  # type: ignore[misc]  # papermill has no types
    """Runs the cells with IPython, in the working directory; a process runs one notebook and ends."""

    @classmethod
    def execute_managed_notebook(cls, nb_man: NotebookExecutionManager, *_: Any, **__: Any) -> None:
        """Run the cells up to the first that fails, and fill in their outputs."""
        sys.path.insert(0, "")  # modules that lie beside a notebook
        shell = _shell()
        for i, cell in enumerate(nb_man.nb.cells):
            if cell.cell_type != "code":
                continue
            nb_man.cell_start(cell, i)
            with _outputs(shell) as outputs:
                result = shell.run_cell(cell.source)  # type: ignore[no-untyped-call]  # IPython
            cell.outputs = [_output(shown) for shown in outputs]
            error = result.error_before_exec or result.error_in_exec
            if error is not None:
                failure = {"ename": type(error).__name__, "evalue": str(error), "traceback": []}
                cell.outputs.append(_output({"kind": "error", "content": failure}))
                nb_man.cell_exception(cell, cell_index=i, exception=error)
                break
            nb_man.cell_complete(cell, i)


class _Stream(TextIOBase):
    """Puts what cells write among what they display, in order."""

    def __init__(self, name: str, outputs: list[dict[str, Any]]) -> None:
        self._name = name
        self._outputs = outputs

    def write(self, text: str) -> int:
        last = self._outputs[-1] if self._outputs else {}
        if last.get("kind") == "stream" and last["content"]["name"] == self._name:
            last["content"]["text"] += text
        elif text:
            self._outputs.append({"kind": "stream", "content": {"name": self._name, "text": text}})
        return len(text)

    def writable(self) -> bool:
        return True


def _shell() -> InteractiveShell:
    """Return a shell that remembers nothing and prints no tracebacks."""
    shell = InteractiveShell.instance(colors="nocolor", history_length=0)
    if shell.history_manager:
        shell.history_manager.enabled = False
    shell.showtraceback = lambda *_, **__: None  # type: ignore[method-assign]  # the caller says what failed
    shell.showsyntaxerror = lambda *_, **__: None  # type: ignore[method-assign]
    return shell


@contextmanager
def _outputs(shell: InteractiveShell) -> Iterator[list[dict[str, Any]]]:
    """Yield a list that gets what is displayed and written within the block."""
    publisher = CapturingDisplayPublisher()  # type: ignore[no-untyped-call]  # IPython
    outputs: list[dict[str, Any]] = publisher.outputs
    shell.display_pub = publisher
    shell.display_trap.hook = CapturingDisplayHook(shell=shell, outputs=outputs)  # type: ignore[no-untyped-call]
    with redirect_stdout(_Stream("stdout", outputs)), redirect_stderr(_Stream("stderr", outputs)):
        yield outputs


def _output(shown: dict[str, Any]) -> NotebookNode:
    """Return what a cell wrote, displayed or failed with as an output of a notebook."""
    content = shown.get("content")
    if content is None:
        data = {kind: b64encode(c).decode() if isinstance(c, bytes) else c for kind, c in shown["data"].items()}
        content = {"data": data, "metadata": shown.get("metadata") or {}}
    kind = shown.get("kind", "display_data")
    output: NotebookNode = new_output(kind, **content)  # type: ignore[no-untyped-call]  # nbformat has no types
    return output


papermill_engines.register(ENGINE, InThisProcess)
