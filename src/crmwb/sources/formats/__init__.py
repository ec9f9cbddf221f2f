"""Kinds of files: one reader each, all of which hand over the same (`opened.Opened`)."""

from crmwb.sources.formats.delimited import open_delimited
from crmwb.sources.formats.excel import SUFFIXES as EXCEL
from crmwb.sources.formats.excel import open_excel
from crmwb.sources.formats.json_lines import SUFFIXES as JSON
from crmwb.sources.formats.json_lines import open_json_lines
from crmwb.sources.formats.opened import ROW, Opened
from crmwb.sources.formats.parquet import open_parquet
from crmwb.sources.found import PARQUET, Found
from crmwb.sources.mapping import TableMapping

__all__ = ["ROW", "Opened", "open_file"]

READERS = dict.fromkeys(PARQUET, open_parquet) | dict.fromkeys(EXCEL, open_excel) | dict.fromkeys(JSON, open_json_lines)


def open_file(file: Found, mapping: TableMapping) -> Opened:
    """Open a file by what its name ends in; what is no other kind is delimited text."""
    return READERS.get(file.suffix, open_delimited)(file, mapping)
