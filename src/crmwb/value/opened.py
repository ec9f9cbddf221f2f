"""What the value stage reads on the engine, opened anew by every process that works on it."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import ibis.expr.types as ir
import pandas as pd

from crmwb import storage
from crmwb.contract.features import CUSTOMERS, SNAPSHOTS
from crmwb.engine import Backend
from crmwb.params import EngineParams

Features = Callable[[Sequence[str]], pd.DataFrame]  # columns in; these of all customers out


@dataclass(frozen=True)
class Opened:
    """An engine with what it holds.

    Attributes
    ----------
    con : Backend
        The engine.
    tables : mapping of str to ir.Table
        Clean canonical tables by name.
    snapshots : ir.Table
        Features at month ends.
    features : callable
        Reads columns of the features of all customers: no more of them are in memory at a time than are looked at.
    """

    con: Backend
    tables: Mapping[str, ir.Table]
    snapshots: ir.Table
    features: Features


Open = Callable[[], AbstractContextManager[Opened]]


@contextmanager
def opened(params: EngineParams, folder: Path) -> Iterator[Opened]:
    """Open an engine beside frames of all customers, the tables of a folder on it, and the snapshots.

    Parameters
    ----------
    params : EngineParams
        Which engine, threads and memory.
    folder : Path
        Clean canonical tables.
    """
    with storage.open_beside_frames(params, folder) as (con, tables):
        yield Opened(con, tables, storage.open_artefact(con, SNAPSHOTS, "snapshots"), partial(storage.read, CUSTOMERS))
