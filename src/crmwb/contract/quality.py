"""What the validate stage writes: data/quality/."""

from dataclasses import replace

from crmwb import layout
from crmwb.contract.canonical import TABLES
from crmwb.contract.columns import Column, Kind, maybe
from crmwb.contract.tables import Artefact

CLEAN = {name: replace(table, path=layout.CLEAN / table.path.name) for name, table in TABLES.items()}

QUARANTINE = Artefact(
    name="quarantine",
    path=layout.QUARANTINE,
    partition="table",
    grain="one row per row of a canonical table that was left behind, or could not be read, and rule that it breaks",
    key=("source_file", "source_row", "rule", "reason", "values"),
    columns=(
        maybe("source_file", Kind.TEXT, "the source's file"),
        maybe("source_row", Kind.INTEGER, "the row's number in it"),
        Column("rule", Kind.CATEGORY, "the rule that it breaks"),
        Column("reason", Kind.TEXT, "what that rule demands"),
        maybe("values", Kind.JSON, "the row, or what of it breaks the rule"),
    ),
)

ARTEFACTS = (*CLEAN.values(), QUARANTINE)
