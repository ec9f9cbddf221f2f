"""Running a notebook: in our own interpreter, with known parameters only, and with errors that name the cell."""

import sys
import time
from pathlib import Path

import pytest
from written_notebooks import write

from crmwb.errors import CrmwbError
from crmwb.reporting.execute import Run, execute, execute_all


def kinds(notebook):
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", [])]
    return [(o.output_type, o.get("text") or o["data"]["text/plain"]) for o in outputs]


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
    ("failing", "reason"),
    [
        ("x = 1\n{}['revenue']", r"KeyError: 'revenue'"),
        ("from crmwb.errors import CrmwbError\nraise CrmwbError('x.csv: gone; bring it back.')", r"x\.csv: gone"),
        ("import sys\nsys.exit(3)", "SystemExit: 3"),
    ],
)
def test_a_failing_cell_is_named_with_its_error(tmp_path, failing, reason):
    path = write(tmp_path / "a.ipynb", "# Title", "y = 1", failing, "z = 1", parameters="top = 3")
    first_line = failing.partition("\n")[0].replace("(", r"\(")
    with pytest.raises(CrmwbError, match=rf'a\.ipynb: cell 4 \("{first_line}"\) failed: {reason}'):
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


def test_what_a_notebook_s_process_put_aside_goes_away_with_it(tmp_path):
    for name in ("params.yaml", "dvc.yaml"):
        (tmp_path / name).write_text("")
    path = write(tmp_path / "a.ipynb", "from crmwb.files import owners\nprint(owners.own().folder.exists())")
    assert texts(execute(path, {}, tmp_path)) == ["True"]
    assert not list((tmp_path / "data/tmp").iterdir())


def test_a_process_that_dies_is_said_and_the_others_go_on(tmp_path):
    path = write(tmp_path / "a.ipynb", "import os\nos._exit(1)")
    other = write(tmp_path / "b.ipynb", "print(2)")
    done = dict(execute_all([Run(path, {}, tmp_path), Run(other, {}, tmp_path)], n_at_once=1))
    assert "a.ipynb: its process died" in str(done[0])
    assert texts(done[1]) == ["2"]


def test_what_cells_show_stands_in_order_and_does_not_depend_on_how_many_run_at_a_time(tmp_path):
    cell = "import sys\nprint('a')\ndisplay(1)\nprint('b', file=sys.stderr)\n2"
    paths = [
        write(tmp_path / f"{name}.ipynb", cell, f"n = {name!r}", "import os; os.system('echo 7')\nn") for name in "cde"
    ]
    runs = [Run(path, {}, tmp_path) for path in paths]
    done = [{place: kinds(notebook) for place, notebook in execute_all(runs, n)} for n in (1, 3)]
    assert done[0] == done[1]
    shown = [("stream", "a\n"), ("display_data", "1"), ("stream", "b\n"), ("display_data", "2")]
    assert done[0][1] == [*shown, ("display_data", "'d'")]


def test_whoever_stops_waiting_leaves_no_process_behind(tmp_path):
    first = write(tmp_path / "a.ipynb", "1")
    second = write(tmp_path / "b.ipynb", "import os, time\nopen('pid', 'w').write(str(os.getpid()))\ntime.sleep(60)")
    waiting = execute_all([Run(first, {}, tmp_path), Run(second, {}, tmp_path)], n_at_once=2)
    next(waiting)
    until = time.monotonic() + 20
    while not (tmp_path / "pid").exists() or not (tmp_path / "pid").read_text():
        assert time.monotonic() < until
        time.sleep(0.05)
    waiting.close()
    pid = int((tmp_path / "pid").read_text())
    while Path(f"/proc/{pid}").exists() and "Z" not in Path(f"/proc/{pid}/stat").read_text().split()[2]:
        assert time.monotonic() < until
        time.sleep(0.05)
