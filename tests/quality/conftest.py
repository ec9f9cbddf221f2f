"""What the tests of this room share."""

from collections.abc import Callable

import pytest
from validating import Outcome, run


@pytest.fixture
def validated(con, tmp_path) -> Callable[..., Outcome]:
    """Return a function that validates tables in a folder of the test's own."""

    def validate(tables, lost=None, **params) -> Outcome:
        return run(con, tmp_path / "quality", tables, lost, **params)

    return validate
