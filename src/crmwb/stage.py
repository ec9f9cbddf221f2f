"""How a pipeline stage runs: errors in one sentence, one thread for numerics, a traceback only when asked for."""

import os
import sys
from collections.abc import Callable
from typing import NoReturn

from crmwb.errors import CrmwbError
from crmwb.progress import console

# Sums in BLAS and OpenMP depend on how many threads share them; one thread gives the same bytes on every machine.
NUMERIC_THREADS = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}


def run(main: Callable[[], None]) -> NoReturn:
    """Run a stage's `main` and exit: 0 when it is done, 1 with one clear sentence when a person must mend something.

    `--debug` (or CRMWB_DEBUG=1) shows the traceback instead. Any other exception is a mistake of ours: it says so and
    how to see more.

    Parameters
    ----------
    main : callable
        The stage, without arguments.
    """
    debug = "--debug" in sys.argv[1:] or os.environ.get("CRMWB_DEBUG") == "1"
    try:
        main()
    except CrmwbError as error:
        if debug:
            raise
        console.print(f"[bold red]Stopped:[/] {_plain(error)}")
        sys.exit(1)
    except KeyboardInterrupt:
        console.print("Stopped by you; nothing half-written was left behind.")
        sys.exit(130)
    except Exception as error:
        if debug:
            raise
        stage = sys.argv[0]
        console.print(f"[bold red]A fault in crmwb:[/] {type(error).__name__}: {_plain(error)}")
        console.print(f"Run `python {stage} --debug` for the traceback, and please report it.")
        sys.exit(1)
    sys.exit(0)


def _plain(error: BaseException) -> str:
    from rich.markup import escape

    return escape(" ".join(str(error).split()) if not isinstance(error, CrmwbError) else str(error))
