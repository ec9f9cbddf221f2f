"""crmwb: what each customer is worth, who is leaving, who belongs together, and what to do next."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from crmwb.workbench import Workbench

__all__ = ["Workbench"]


def __getattr__(name: str) -> Any:
    """Open the workbench only when it is asked for: `import crmwb` alone loads nothing heavy."""
    if name in __all__:
        from crmwb import workbench

        return getattr(workbench, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
