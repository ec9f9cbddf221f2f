"""Work side by side: the same results as one after the other, in whatever order it ends; and nothing left behind."""

import os
import signal
import subprocess
import sys
import time
from functools import partial
from pathlib import Path

import pytest

from crmwb.errors import CrmwbError
from crmwb.files import owners
from crmwb.processes import beside, side_by_side


@pytest.fixture(autouse=True)
def can_be_imported(monkeypatch):
    """Let other processes find what is defined here, however this module was imported."""
    monkeypatch.syspath_prepend(Path(__file__).parents[1])
    monkeypatch.syspath_prepend(Path(__file__).parent)


def squared(x):
    if x < 0:
        raise CrmwbError(f"{x} has no root")
    return x * x


def where(_, seconds=0.3):
    time.sleep(seconds)
    return os.getpid()


def dies(_, here):
    if os.getpid() != here:
        os.kill(os.getpid(), signal.SIGKILL)
    time.sleep(0.5)


@pytest.mark.parametrize("n_at_once", [1, 2, 3, None])
def test_results_do_not_depend_on_how_many_there_are_at_a_time(n_at_once):
    assert dict(side_by_side(squared, range(7), n_at_once)) == {place: place * place for place in range(7)}


def test_nothing_to_do_is_no_fault():
    assert list(side_by_side(squared, [], 2)) == []


def test_items_are_shared_among_processes_this_one_included():
    at = {pid for _, pid in side_by_side(partial(where, seconds=1.5), range(4), 2)}
    assert len(at) == 2
    assert os.getpid() in at


def test_alone_no_process_is_started():
    assert {pid for _, pid in side_by_side(partial(where, seconds=0), range(4), 1)} == {os.getpid()}


def test_an_error_of_the_work_is_raised_here():
    with pytest.raises(CrmwbError, match="-1 has no root"):
        list(side_by_side(squared, [-1, -1, -1], 2))


def test_a_process_that_died_is_told_in_a_sentence():
    with pytest.raises(CrmwbError, match=r"want of memory.*engine\.threads: 1"):
        list(side_by_side(partial(dies, here=os.getpid()), range(30), 2))


def test_another_process_works_beside_this_one_and_one_piece_after_the_other():
    with beside(2) as other:
        pids = [other.start(partial(where, None, seconds=0)) for _ in range(2)]
        root = other.start(partial(squared, 3))
        assert (pids[0]() == pids[1]()) != (pids[0]() == os.getpid())
        assert root() == 9
        other.end()
        assert not any(is_ours(pid) for pid in [pids[0]()])


def test_alone_nothing_can_be_given_away():
    with beside(1) as other:
        assert other is None


def test_an_error_of_the_other_process_is_raised_where_its_result_is_asked_for():
    with beside(2) as other, pytest.raises(CrmwbError, match="-1 has no root"):
        other.start(partial(squared, -1))()
    with pytest.raises(CrmwbError, match=r"want of memory.*engine\.threads: 1"), beside(2) as other:
        other.start(partial(dies, None, here=os.getpid()))()


def test_where_this_process_fails_the_other_ends_at_once():
    began = time.monotonic()
    with pytest.raises(CrmwbError, match="-1 has no root"), beside(2) as other:
        _begin_and_fail(other)
    assert time.monotonic() - began < 30


def _begin_and_fail(other):
    other.start(partial(time.sleep, 60))
    time.sleep(1)
    squared(-1)


def test_others_end_with_the_one_that_started_them(tmp_path):
    code = "import time\nfrom crmwb.processes import side_by_side\nlist(side_by_side(time.sleep, [60, 60, 60], 2))\n"
    with subprocess.Popen([sys.executable, "-c", code]) as main:
        children = []
        for _ in range(200):
            children = children_of(main.pid)
            if children:
                break
            time.sleep(0.05)
        assert children
        main.kill()
    for _ in range(200):
        if not any(is_ours(pid) for pid in children):
            return
        time.sleep(0.05)
    raise AssertionError("a process went on after the one that had started it")


def test_others_leave_no_temporary_data(tmp_path, monkeypatch):
    for name in ("params.yaml", "dvc.yaml"):
        (tmp_path / name).touch()  # a project
    monkeypatch.chdir(tmp_path)
    folders = dict(side_by_side(folder_of_ours, range(2), 2))
    assert folders[0] != folders[1]
    assert list((tmp_path / "data" / "tmp").iterdir()) == [owners.own().folder]  # of this process, which goes on


def folder_of_ours(_):
    time.sleep(1)
    return owners.own().folder


def children_of(pid):
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="utf-8").split()]


def is_ours(pid):
    try:
        return b"multiprocessing" in Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return False
