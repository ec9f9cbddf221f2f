"""How a stage or a command runs: all of its files replaced or none, errors in one sentence, nothing left behind."""

import gc
import os
import resource
import signal
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NoReturn

from rich.text import Text
from threadpoolctl import threadpool_limits

from crmwb.errors import CrmwbError, IncompleteError, operational, shortened
from crmwb.files import inputs, owners
from crmwb.files.replacing import together
from crmwb.progress import console

DEBUG = "CRMWB_DEBUG"
N_NAMED = 5
LEAST_ADDRESSES = 4 << 30  # bytes: with less, the libraries of linear algebra wait for memory for ever
LINEAR_ALGEBRA_THREADS = "OPENBLAS_NUM_THREADS"


def run(main: Callable[[], None], *, work: str | None = None) -> NoReturn:
    """Run a stage's or a command's `main` and exit: 0 when done, 1 with one clear sentence when a person must act.

    What ended processes left in the project is taken away first. Of a stage, and of a command with a `work`, all files
    are replaced or none: none where it fails, where it is killed (the next command sees to that), or where one of the
    stage's inputs changed while it ran. Where it ends with `IncompleteError`, they stay. `--debug` (or CRMWB_DEBUG=1)
    shows the traceback of an error.

    Parameters
    ----------
    main : callable
        The stage or command, without arguments.
    work : str, optional
        What a command that writes is called, "crmwb accept": it works alone. Stages are known by their scripts.
    """
    debug = "--debug" in sys.argv[1:] or os.environ.get(DEBUG) == "1"
    try:
        _run(main, work)
    except CrmwbError as error:
        if debug:
            raise
        _stopped(str(error))
    except KeyboardInterrupt:
        console.print("Stopped by you; nothing half-written was left behind.")
        sys.exit(130)
    except (Exception, MemoryError) as error:
        if debug:
            raise
        sentence = operational(error)
        if sentence is not None:
            _stopped(sentence)
        text = f"{type(error).__name__}: {' '.join(str(error).split())}"
        console.print(Text.assemble(("A fault in crmwb: ", "bold red"), shortened(text)))
        console.print(f"Run again with {DEBUG}=1 for the traceback, and please report it.")
        sys.exit(1)
    sys.exit(0)


@contextmanager
def loading() -> Iterator[None]:
    """Import large libraries without looking for garbage meanwhile, or later among what they leave for good."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        if was_on:
            gc.enable()


def _stopped(sentence: str) -> NoReturn:
    console.print(Text.assemble(("Stopped: ", "bold red"), shortened(sentence)))
    sys.exit(1)


def _run(main: Callable[[], None], work: str | None) -> None:
    owners.sweep()
    command = _command()
    if work is None and command is None:
        main()
        return
    gc.freeze()  # what was imported stays: collections, and the end of the process, need not look through it again
    _refuse_few_addresses()
    _one_thread_of_linear_algebra()
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # whoever ends it gets what Ctrl-C gives
    incomplete: IncompleteError | None = None
    owner = owners.begin(work or str(command).removeprefix("python pipeline/").replace(".py", "", 1))
    try:
        with _temporary_data_in(owner.folder), together():
            before = inputs.noted(command) if command else None
            try:
                main()
            except IncompleteError as error:
                incomplete = error
            if before is not None:
                _refuse_changed(before)
    finally:
        owners.end()
    if incomplete is not None:
        raise incomplete


def _refuse_few_addresses() -> None:
    limit, _ = resource.getrlimit(resource.RLIMIT_AS)
    if limit != resource.RLIM_INFINITY and limit < LEAST_ADDRESSES:
        raise CrmwbError(
            f"The address space of this process is limited to {limit / (1 << 30):.1f} GiB (ulimit -v), and crmwb needs "
            "4: raise that limit, and limit memory by engine.memory_limit_gb in params.yaml instead."
        )


def _one_thread_of_linear_algebra() -> None:
    """Let linear algebra add in one order on any machine, where a person has not chosen otherwise.

    On matrices as small as ours its threads mostly wait for each other, too.
    """
    if LINEAR_ALGEBRA_THREADS not in os.environ:
        os.environ[LINEAR_ALGEBRA_THREADS] = "1"  # of what is loaded later, and of processes that are started
        threadpool_limits(1, user_api="blas")  # of what is loaded already


def _command() -> str | None:
    """Return how dvc.yaml runs this script, where it is a stage."""
    script = Path(sys.argv[0])
    if script.parent.name != "pipeline" or script.suffix != ".py":
        return None
    given = [argument for argument in sys.argv[1:] if not argument.startswith("-")]
    return " ".join(["python", f"pipeline/{script.name}", *given])


def _refuse_changed(before: inputs.Inputs) -> None:
    changed = before.changed()
    if changed:
        more = f" and {len(changed) - N_NAMED} more" if len(changed) > N_NAMED else ""
        by = "".join(f" {owner} is at work too." for owner in owners.others())
        raise CrmwbError(
            f"{', '.join(changed[:N_NAMED])}{more}: changed while this ran, so its results would be of neither state "
            f"and were not kept; run again.{by}"
        )


@contextmanager
def _temporary_data_in(folder: Path) -> Iterator[None]:
    """Let libraries, and processes that are started, put their temporary data where it goes away with this process."""
    before: Any = tempfile.tempdir, os.environ.get("TMPDIR")
    tempfile.tempdir, os.environ["TMPDIR"] = str(folder.absolute()), str(folder.absolute())
    try:
        yield
    finally:
        tempfile.tempdir = before[0]
        if before[1] is None:
            del os.environ["TMPDIR"]
        else:
            os.environ["TMPDIR"] = before[1]
