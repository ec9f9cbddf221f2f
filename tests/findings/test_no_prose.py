"""Stages write codes, not sentences: no literal of three or more words outside docstrings, errors and the contract."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from imports import SRC

STAGES = ("value", "tiers", "lifecycle", "segmentation", "migration", "quality", "features")
SHOWN = ("response", "effectiveness", "plots", "workbench")
# Calls that declare a column's meaning, raise an error, or write to the log.
DECLARING = {
    "Column", "Artefact", "Table", "Feature", "_known", "_zero", "CrmwbError", "ValueError", "Words", "step", "track",
    "sql", "raw_sql",
}  # fmt: skip
# Modules that put together the texts of errors.
OF_ERRORS = {"quality/limits.py", "features/observation.py", "segmentation/views/checking.py"}
# The name of a font, where Matplotlib puts a legend, and what Python shows of an object.
NAMES = {"DejaVu Sans", "outside lower center"}
REPR = "Workbench: ."
WORD = re.compile(r"[A-Za-z][a-z']*")


def prose(file: Path) -> list[str]:
    """Return the literals of a file that read like prose."""
    tree = ast.parse(file.read_text(encoding="utf-8"))
    texts = [text for text in literals(tree) if text not in NAMES and not text.startswith(REPR)]
    return [text for text in texts if len(WORD.findall(text)) >= 3 and " " in text.strip()]


def literals(node: ast.AST) -> Iterator[str]:
    """Yield the texts of a tree, without docstrings, errors, progress and declared meanings."""
    for child in ast.iter_child_nodes(node):
        if is_docstring(child) or isinstance(child, ast.Raise | ast.Assert) or is_declared(child):
            continue
        if isinstance(child, ast.keyword) and child.arg == "sql":
            continue
        if isinstance(child, ast.Constant) and isinstance(child.value, str):
            yield child.value
        elif isinstance(child, ast.JoinedStr):
            yield "".join(p.value if isinstance(p, ast.Constant) else "{}" for p in child.values)
        else:
            yield from literals(child)


def is_docstring(node: ast.AST) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def is_declared(node: ast.AST) -> bool:
    """Whether a node declares a column's meaning, raises an error, or writes to the log."""
    if not isinstance(node, ast.Call):
        return False
    name = getattr(node.func, "attr", getattr(node.func, "id", ""))
    return name in DECLARING


FILES = sorted(file for package in STAGES + SHOWN for file in (SRC / "crmwb" / package).rglob("*.py"))


@pytest.mark.parametrize("file", FILES, ids=lambda f: str(f.relative_to(SRC / "crmwb")))
def test_no_prose_in_what_stages_compute_and_people_see(file):
    name = str(file.relative_to(SRC / "crmwb"))
    sentences = prose(file)
    if name in OF_ERRORS:
        assert "CrmwbError" in file.read_text(encoding="utf-8")
    else:
        assert not sentences
