"""Notebooks written by hand for tests, as files and as if they had been run."""

import json
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode

from crmwb.display.blocks import MIME, Statement
from crmwb.findings import codec
from crmwb.reporting.lineage import Lineage

LINEAGE = Lineage(
    source="Corner shop",
    source_version="3",
    licence="MIT",
    caveat="Made up <for> tests.",
    as_of="2024-03-01",
    data_hash="d" * 64,
    params_hash="e" * 64,
    code_version="0.1.0",
    code_hash="f" * 64,
)


def write(path: Path, *cells: str, parameters: str | None = None) -> Path:
    """Write a notebook: a cell beginning with "#" and a blank is prose, every other is code."""
    notebook = nbformat.v4.new_notebook(
        metadata={"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    )
    if parameters is not None:
        notebook.cells.append(nbformat.v4.new_code_cell(parameters, metadata={"tags": ["parameters"]}))
    for source in cells:
        new = nbformat.v4.new_markdown_cell if source.startswith("#") else nbformat.v4.new_code_cell
        notebook.cells.append(new(source))
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(notebook), encoding="utf-8")
    return path


def run_as(*cells: str | dict[str, Any]) -> NotebookNode:
    """Build an executed notebook: text is prose, a dict is the data of one output."""
    built = []
    for cell in cells:
        if isinstance(cell, str):
            built.append(nbformat.v4.new_markdown_cell(cell))
        else:
            output = nbformat.v4.new_output("display_data", data=cell)
            built.append(nbformat.v4.new_code_cell("secret_code = 1", outputs=[output], execution_count=7))
    return nbformat.v4.new_notebook(cells=built)


def statement(text: str, headline: bool) -> dict[str, Any]:
    """Build the output of a finding."""
    return {"text/html": f"<p>{text}</p>", MIME: codec.to_json(Statement(text, headline))}
