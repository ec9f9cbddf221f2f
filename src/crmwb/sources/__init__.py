"""Adapters: one per kind of source, each yields canonical tables; casts, renames and unit changes only."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from crmwb.sources.ingestion import ingest

__all__ = ["ingest"]


def __getattr__(name: str) -> Any:
    """Import the engine only where tables are read: others need the names of sources alone."""
    if name in __all__:
        from crmwb.sources import ingestion

        return getattr(ingestion, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
