"""Adapters: one per kind of source, each yields canonical tables; casts, renames and unit changes only."""

from crmwb.sources.ingestion import ingest

__all__ = ["ingest"]
