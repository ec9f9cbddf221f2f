"""Running a notebook: in our own interpreter, with known parameters only, and with errors that name the cell."""

import sys

import pytest
from written_notebooks import write

from crmwb.errors import CrmwbError
from crmwb.reporting.execute import execute


def texts(notebook):
    return [output.get("text", "").strip() for cell in notebook.cells for output in cell.get("outputs", [])]


def test_cells_run_with_our_interpreter_in_the_given_folder_with_the_given_parameters(tmp_path):
    code = (
        "import os, sys\n"
        "print(sys.executable, os.getcwd(), top, os.environ['PYTHONHASHSEED'], os.environ['MPLBACKEND'], sep='\\n')"
    )
    path = write(tmp_path / "notebooks" / "a.ipynb", code, parameters="top = 3")
    before = path.read_bytes()
    done = execute(path, {"top": 5}, tmp_path)
    assert texts(done) == [f"{sys.executable}\n{tmp_path}\n5\n0\nAgg"]
    assert path.read_bytes() == before


@pytest.mark.parametrize(("declared", "known"), [("top = 3", "top"), (None, "none")])
def test_an_unknown_parameter_is_refused_before_anything_runs(tmp_path, declared, known):
    path = write(tmp_path / "a.ipynb", "open('ran', 'w').close()", parameters=declared)
    with pytest.raises(CrmwbError, match=rf"a\.ipynb: knows no parameter topp \(known: {known}\)"):
        execute(path, {"topp": 5}, tmp_path)
    assert not (tmp_path / "ran").exists()


@pytest.mark.parametrize(
    ("failing", "said"),
    [
        ("x = 1\n{}['revenue']", r"KeyError: 'revenue'"),
        ("from crmwb.errors import CrmwbError\nraise CrmwbError('x.csv: gone; bring it back.')", r"x\.csv: gone"),
        ("import sys\nsys.exit(3)", "SystemExit: 3"),
    ],
)
def test_a_failing_cell_is_named_with_its_error(tmp_path, failing, said):
    path = write(tmp_path / "a.ipynb", "# Title", "y = 1", failing, "z = 1", parameters="top = 3")
    first_line = failing.partition("\n")[0].replace("(", r"\(")
    with pytest.raises(CrmwbError, match=rf'a\.ipynb: cell 4 \("{first_line}"\) failed: {said}'):
        execute(path, {"top": 1}, tmp_path)


def test_a_missing_notebook_is_said(tmp_path):
    with pytest.raises(CrmwbError, match=r"b\.ipynb: not found; write it, or take the report out of reports"):
        execute(tmp_path / "b.ipynb", {}, tmp_path)


@pytest.mark.parametrize("content", ["", "{", '{"cells": 1}', "[]"])
def test_a_broken_notebook_is_said(tmp_path, content):
    (tmp_path / "b.ipynb").write_text(content)
    with pytest.raises(CrmwbError, match=r"b\.ipynb: no readable notebook"):
        execute(tmp_path / "b.ipynb", {}, tmp_path)


def test_what_a_user_set_up_for_jupyter_stays_out(tmp_path, monkeypatch):
    startup = tmp_path / "home" / "profile_default" / "startup"
    startup.mkdir(parents=True)
    (startup / "00-mine.py").write_text("mine = 1")
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path / "home"))
    path = write(tmp_path / "a.ipynb", "print('mine' in globals())")
    assert texts(execute(path, {}, tmp_path)) == ["False"]


def test_a_kernel_that_dies_is_said(tmp_path):
    path = write(tmp_path / "a.ipynb", "import os\nos._exit(1)")
    with pytest.raises(CrmwbError, match=r"a\.ipynb: its kernel died"):
        execute(path, {}, tmp_path)
