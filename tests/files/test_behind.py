"""Work done behind: in order, all of it, beside the caller; and what fails is raised."""

import threading

import pytest

from crmwb.files.behind import MOST_WAITING, behind


def test_all_is_done_in_order_in_another_thread() -> None:
    done: list[tuple[int, bool]] = []
    with behind() as later:
        for number in range(20):
            later(lambda n: done.append((n, threading.current_thread() is threading.main_thread())), number)
    assert done == [(number, False) for number in range(20)]


def test_the_caller_waits_where_several_wait_already() -> None:
    begun, may_go_on = threading.Event(), threading.Event()
    given: list[int] = []

    def slow() -> None:
        begun.set()
        may_go_on.wait(10)

    def caller() -> None:
        with behind() as later:
            for number in range(MOST_WAITING + 1):
                later(slow)
                given.append(number)

    thread = threading.Thread(target=caller)
    thread.start()
    assert begun.wait(10)
    thread.join(0.2)
    assert given == list(range(MOST_WAITING))
    may_go_on.set()
    thread.join(10)
    assert given == list(range(MOST_WAITING + 1))


def test_what_fails_is_raised_and_nothing_follows() -> None:
    done: list[str] = []

    def fail() -> None:
        raise OSError("disk full")

    def caller() -> None:
        with behind() as later:
            later(fail)
            for _ in range(MOST_WAITING + 2):
                later(done.append, "more")

    with pytest.raises(OSError, match="disk full"):
        caller()
    assert len(done) <= MOST_WAITING


def test_what_the_caller_raises_goes_through() -> None:
    def caller() -> None:
        with behind() as later:
            later(len, "text")
            raise KeyError

    with pytest.raises(KeyError):
        caller()
