"""How a pipeline stage runs: errors in one sentence, a traceback only when asked for."""

import os
import sys
from collections.abc import Callable
from typing import NoReturn

from rich.text import Text

from crmwb.errors import CrmwbError
from crmwb.progress import console

DEBUG = "CRMWB_DEBUG"


def run(main: Callable[[], None]) -> NoReturn:
    """Run a stage's `main` and exit: 0 when it is done, 1 with one clear sentence when a person must mend something.

    `--debug` (or CRMWB_DEBUG=1) shows the traceback instead. Any other exception is a mistake of ours: it says so and
    how to see more.

    Parameters
    ----------
    main : callable
        The stage, without arguments.
    """
    debug = "--debug" in sys.argv[1:] or os.environ.get(DEBUG) == "1"
    try:
        main()
    except CrmwbError as error:
        if debug:
            raise
        console.print(Text.assemble(("Stopped: ", "bold red"), str(error)))
        sys.exit(1)
    except KeyboardInterrupt:
        console.print("Stopped by you; nothing half-written was left behind.")
        sys.exit(130)
    except Exception as error:
        if debug:
            raise
        said = f"{type(error).__name__}: {' '.join(str(error).split())}"
        console.print(Text.assemble(("A fault in crmwb: ", "bold red"), said))
        console.print(f"Run again with {DEBUG}=1 for the traceback, and please report it.")
        sys.exit(1)
    sys.exit(0)
