"""What the tests of this folder share."""

import functools
from collections.abc import Callable

import pyarrow.parquet as pq
import pytest
from builders import canonical
from validating import Outcome, run

from crmwb import engine


@pytest.fixture
def validated(con, tmp_path) -> Callable[..., Outcome]:
    """Return a function that validates tables in a folder of the test's own."""

    def validate(tables, lost=None, **params) -> Outcome:
        return run(con, tmp_path / "quality", tables, lost, **params)

    return validate


@pytest.fixture
def opened(con, tmp_path):
    """Return a function that opens a hand-written table on the engine."""

    def open_table(name, text, n_rows=None):
        file = tmp_path / f"{name}.parquet"
        pq.write_table(canonical(name, text).slice(0, n_rows), file)
        return engine.open_parquet(con, file, name)

    return open_table


@pytest.fixture
def sales(opened):
    """Return a function that opens hand-written transactions on the engine."""
    return functools.partial(opened, "transactions")
