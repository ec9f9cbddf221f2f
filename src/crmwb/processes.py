"""Work done side by side by several processes: what comes of it does not depend on how many there are.

A process of its own is started for all but one of the items at a time (`python -m crmwb.processes`), so that it holds
nothing of what this one holds; it ends with this one, however that ends.
"""

import os
import pickle
import queue
import signal
import subprocess
import sys
import threading
import traceback
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from typing import IO, Any, TypeVar

from crmwb.errors import CrmwbError

Item = TypeVar("Item")
Result = TypeVar("Result")
Done = tuple[int, Any, BaseException | None]


def side_by_side(
    work: Callable[[Item], Result], items: Sequence[Item], n_at_once: int | None = None
) -> Iterator[tuple[int, Result]]:
    """Do the work of each item, several at a time.

    Parameters
    ----------
    work : callable
        A function of a module, or a partial of one, whose result depends on the item alone; what it prints goes to
        standard error.
    items : sequence
        What it is given, one at a time.
    n_at_once : int, optional
        How many at a time, this process being one of them; as many as there are processors where not given.

    Yields
    ------
    tuple of int and result
        The place of an item whose work has ended, and what came of it.

    Raises
    ------
    CrmwbError
        A process died.

    Examples
    --------
    >>> from math import isqrt
    >>> from crmwb.processes import side_by_side
    >>> sorted(side_by_side(isqrt, [9, 16, 25], 2))
    [(0, 3), (1, 4), (2, 5)]
    """
    waiting = deque(enumerate(items))
    n_others = min(n_at_once or len(os.sched_getaffinity(0)), len(items)) - 1
    done: queue.SimpleQueue[Done] = queue.SimpleQueue()
    others = [_start() for _ in range(n_others)]
    feeders = [threading.Thread(target=_feed, args=(other, work, waiting, done), daemon=True) for other in others]
    try:
        for feeder in feeders:
            feeder.start()
        n_left = len(items)
        while n_left:
            if waiting and done.empty():
                try:
                    place, item = waiting.popleft()
                except IndexError:  # another was quicker
                    continue
                yield place, work(item)
            else:
                place, result, error = done.get()
                if error is not None:
                    raise error
                yield place, result
            n_left -= 1
    finally:
        for other in others:
            other.kill()
        for feeder, other in zip(feeders, others, strict=True):
            if feeder.ident is not None:
                feeder.join()
            other.communicate()


def _start() -> "subprocess.Popen[bytes]":
    command = [sys.executable, "-P", "-m", "crmwb.processes"]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)  # noqa: S603  # ours


def _feed(
    other: "subprocess.Popen[bytes]",
    work: Callable[[Any], Any],
    waiting: "deque[tuple[int, Any]]",
    done: "queue.SimpleQueue[Done]",
) -> None:
    """Give one item after the other to a process, and pass on what came of each."""
    assert other.stdin is not None  # noqa: S101  # both are pipes
    assert other.stdout is not None  # noqa: S101
    given: Any = work
    while True:
        try:
            place, item = waiting.popleft()
        except IndexError:
            return
        try:
            for part in (item,) if given is None else (given, item):
                pickle.dump(part, other.stdin, pickle.HIGHEST_PROTOCOL)
            other.stdin.flush()
            given = None
            done.put((place, *pickle.load(other.stdout)))  # noqa: S301  # of our own process
        except (EOFError, OSError, pickle.UnpicklingError):
            done.put((place, None, CrmwbError(DIED)))
            return
        except Exception as error:  # noqa: BLE001  # the work or the item cannot be passed on
            done.put((place, None, error))
            return


DIED = (
    "A process that worked beside this one died, most likely for want of memory; free some, or write engine.threads: 1 "
    "in params.yaml, and run again."
)


def _main() -> None:
    """Do the work of items as they come, until there are no more."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # whoever started this process ends it
    results = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what the work prints is no result
    given: queue.SimpleQueue[Any] = queue.SimpleQueue()
    threading.Thread(target=_receive, args=(sys.stdin.buffer, given), daemon=True).start()
    work = given.get()
    while True:
        pickle.dump(_outcome(work, given.get()), results, pickle.HIGHEST_PROTOCOL)
        results.flush()


def _receive(pipe: IO[bytes], given: "queue.SimpleQueue[Any]") -> None:
    """Read what comes; end the process, whatever it is at, when whoever started it is gone."""
    try:
        while True:
            given.put(pickle.load(pipe))  # noqa: S301  # of whoever started this process
    except EOFError:
        os._exit(0)
    except BaseException:  # noqa: BLE001  # nothing can be told but by ending
        traceback.print_exc()
        os._exit(1)


def _outcome(work: Callable[[Any], Any], item: Any) -> tuple[Any, BaseException | None]:
    try:
        return work(item), None
    except Exception as error:  # noqa: BLE001  # raised where the result is waited for
        try:
            pickle.loads(pickle.dumps(error))  # noqa: S301  # of our own
        except Exception:  # noqa: BLE001  # not every error can be passed on
            return None, RuntimeError("".join(traceback.format_exception(error)))
        return None, error


if __name__ == "__main__":
    _main()
