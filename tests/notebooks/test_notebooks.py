"""The committed notebooks: without outputs, and the explore notebooks run on a built project."""

import ast
import json
from pathlib import Path

import pytest
from project import PROJECT

from crmwb.reporting.execute import execute

NOTEBOOKS = sorted(p for p in (PROJECT / "notebooks").rglob("*.ipynb") if ".ipynb_checkpoints" not in p.parts)
LONGEST_FUNCTION = 5  # lines


def name(path: Path) -> str:
    return str(path.relative_to(PROJECT / "notebooks"))


def times(folder: Path) -> dict[Path, int]:
    return {f: f.stat().st_mtime_ns for f in folder.rglob("*") if f.is_file() and f.parent.name != "__pycache__"}


def code_of(notebook: Path) -> list[str]:
    cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
    return ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]


def test_there_are_notebooks():
    names = {p.stem for p in NOTEBOOKS}
    assert {
        "executive_summary",
        "value",
        "segments",
        "lifecycle_and_retention",
        "model_card",
        "data_quality",
        "START_HERE",
    } <= names


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=name)
def test_no_outputs_and_no_run_numbers_are_committed(notebook):
    content = json.loads(notebook.read_text(encoding="utf-8"))
    assert content["nbformat"] == 4
    assert content["metadata"].keys() <= {"kernelspec", "language_info"}
    assert content["metadata"]["kernelspec"]["name"] == "python3"
    for cell in content["cells"]:
        assert not cell.get("outputs")
        assert cell.get("execution_count") is None
        assert cell["metadata"].keys() <= {"tags"}
    ids = [cell["id"] for cell in content["cells"]]
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=name)
def test_functions_are_short(notebook):
    for source in code_of(notebook):
        for node in ast.walk(ast.parse(source)):
            if isinstance(node, ast.FunctionDef | ast.Lambda):
                assert node.end_lineno - node.lineno + 1 <= LONGEST_FUNCTION


@pytest.mark.parametrize("notebook", sorted((PROJECT / "notebooks" / "reports").glob("*.ipynb")), ids=name)
def test_every_section_of_a_report_but_its_method_begins_with_a_finding(notebook):
    cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
    headings = [i for i, c in enumerate(cells) if "".join(c["source"]).startswith(("##", "page.heading("))]
    assert headings
    for i in headings:
        heading, below = ("".join(cell["source"]) for cell in cells[i : i + 2])
        begins = ("page.note(",) if ".heading.method" in heading else ()
        assert any(call in below for call in (*begins, "page.finding(", "page.answer(")), heading


@pytest.mark.parametrize("notebook", sorted((PROJECT / "notebooks" / "explore").glob("*.ipynb")), ids=name)
def test_explore_notebooks_run_and_leave_the_project_as_it_is(notebook, built_project):
    before = times(built_project)
    done = execute(built_project / "notebooks" / "explore" / notebook.name, {}, built_project / "notebooks" / "explore")
    assert any("text/html" in output.get("data", {}) for cell in done.cells for output in cell.get("outputs", []))
    assert times(built_project) == before


@pytest.mark.parametrize(
    "report", ["executive_summary", "value", "segments", "lifecycle_and_retention", "model_card", "data_quality"]
)
def test_the_reports_of_a_built_project_are_small_and_open_without_a_network(report, built_project):
    page = (built_project / "reports" / f"{report}.html").read_text(encoding="utf-8")
    assert len(page.encode()) < 1_500_000
    assert 'src="http' not in page
    assert 'href="http' not in page
    card = json.loads((built_project / "data" / "reports" / f"{report}.json").read_text(encoding="utf-8"))
    assert card["headlines"]
    assert str(built_project) not in page
