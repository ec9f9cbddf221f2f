"""All files of a list: for owners, and for other systems; of a long list several files at a time."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pandas as pd

from crmwb.actions import exports, owner_files
from crmwb.params.actions import ActionPlan
from crmwb.processes import side_by_side

LEAST_ROWS = 5_000  # of fewer, files take little more time than a process takes to start


def write(
    rows: pd.DataFrame, mart: pd.DataFrame, plan: ActionPlan, folder: Path, *, as_of: date, n_at_once: int | None = 1
) -> None:
    """Write the files of owners to `folder`/owners, and those of other systems to `folder`/exports.

    Parameters
    ----------
    rows : DataFrame
        As artefacts.LIST.
    mart : DataFrame
        As for `exports.write`.
    plan : ActionPlan
        What owners are to do, and the exports.
    folder : Path
        Where to.
    as_of : date
        The day of the list.
    n_at_once : int, optional
        How many files at a time, of a list of `LEAST_ROWS` and more; as many as there are processors where None. It
        changes nothing about the files.
    """
    writers = [
        *owner_files.writers(rows, plan, folder / "owners", as_of),
        *exports.writers(rows, mart, plan, folder / "exports"),
    ]
    for _ in side_by_side(_call, writers, n_at_once if len(rows) >= LEAST_ROWS else 1):
        pass


def _call(write_files: Callable[[], None]) -> None:
    write_files()
