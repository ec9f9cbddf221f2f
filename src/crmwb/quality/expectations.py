"""What the workbench uses of Great Expectations, loaded without the libraries that only what it does not use needs."""

import importlib
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType
from typing import Any

# One expectation draws with the first and tests with the last, another holds texts against schemas of JSON: a third of
# the time that loading takes.
SELDOM_USED = ("altair", "jsonschema", "scipy.stats")


class _AtFirstUse(ModuleType):
    """Stands for a module until something of it is asked for."""

    def __getattr__(self, name: str) -> Any:
        if sys.modules.get(self.__name__) is self:
            del sys.modules[self.__name__]
        return getattr(importlib.import_module(self.__name__), name)


@contextmanager
def loaded_at_first_use(*names: str) -> Iterator[None]:
    """Let what is imported within load the modules of these names only when something of them is asked for.

    Modules that are loaded already, and imports afterwards, are as ever.

    Parameters
    ----------
    *names : str
        Names of modules.

    Examples
    --------
    >>> with loaded_at_first_use("colorsys"):
    ...     import colorsys as later
    >>> later.rgb_to_hsv(0, 0, 0)
    (0.0, 0.0, 0)
    """
    waiting = {name: _AtFirstUse(name) for name in names if name not in sys.modules}
    sys.modules.update(waiting)
    try:
        yield
    finally:
        for name, module in waiting.items():
            if sys.modules.get(name) is module:
                del sys.modules[name]


with loaded_at_first_use(*SELDOM_USED):
    import great_expectations as gx
    from great_expectations.core.expectation_validation_result import ExpectationSuiteValidationResult
    from great_expectations.data_context.data_context.ephemeral_data_context import EphemeralDataContext
    from great_expectations.data_context.types.base import ProgressBarsConfig
    from great_expectations.expectations.core.expect_column_values_to_be_between import ExpectColumnValuesToBeBetween
    from great_expectations.expectations.core.expect_column_values_to_be_in_set import ExpectColumnValuesToBeInSet
    from great_expectations.expectations.core.expect_column_values_to_not_be_null import ExpectColumnValuesToNotBeNull
    from great_expectations.expectations.expectation import Expectation
    from great_expectations.expectations.metadata_types import FailureSeverity

__all__ = [
    "EphemeralDataContext",
    "ExpectColumnValuesToBeBetween",
    "ExpectColumnValuesToBeInSet",
    "ExpectColumnValuesToNotBeNull",
    "Expectation",
    "ExpectationSuiteValidationResult",
    "FailureSeverity",
    "ProgressBarsConfig",
    "gx",
    "loaded_at_first_use",
]
