"""Kinds of files: one reader each, all of which hand over the same (`opened.Opened`)."""

from collections import Counter
from dataclasses import replace

from crmwb.sources.formats.delimited import open_delimited
from crmwb.sources.formats.excel import SUFFIXES as EXCEL
from crmwb.sources.formats.excel import open_excel
from crmwb.sources.formats.json_lines import SUFFIXES as JSON
from crmwb.sources.formats.json_lines import open_json_lines
from crmwb.sources.formats.opened import ROW, Opened
from crmwb.sources.formats.parquet import open_parquet
from crmwb.sources.mapping import TableMapping
from crmwb.sources.source_files import PARQUET, SourceFile

__all__ = ["ROW", "Opened", "open_file", "sheets", "unique"]

READERS = dict.fromkeys(PARQUET, open_parquet) | dict.fromkeys(EXCEL, open_excel) | dict.fromkeys(JSON, open_json_lines)


def sheets(file: SourceFile, mapping: TableMapping) -> list[SourceFile]:
    """Return a workbook's sheets one by one where the mapping names several, else the file itself."""
    if len(mapping.sheet) <= 1:
        return [file]
    return [replace(file, name=f"{file.name}/{sheet}", sheet=sheet) for sheet in mapping.sheet]


def open_file(file: SourceFile, mapping: TableMapping) -> Opened:
    """Open a file by what its name ends in; what is no other kind is delimited text."""
    opened = READERS.get(file.suffix, open_delimited)(file, mapping)
    if file.suffix not in PARQUET:
        opened.columns = unique(opened.columns)
    return opened


def unique(columns: list[str]) -> list[str]:
    """Return names of which none stands twice, for all columns up to the last that has one.

    Of two columns "Amount", "Amount (1)" and "Amount (2)"; the first column is "column 1" where it has no name.
    """
    met: Counter[str] = Counter()
    last = max((i for i, name in enumerate(columns) if name), default=-1)
    columns = [
        name or (stand_in if i < last and (stand_in := f"column {i + 1}") not in columns else "")
        for i, name in enumerate(columns)
    ]
    names = []
    for name in columns:
        met[name] += 1
        names.append(f"{name} ({met[name]})" if name and columns.count(name) > 1 else name)
    return names
