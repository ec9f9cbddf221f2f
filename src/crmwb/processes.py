"""Work done side by side by several processes: what comes of it does not depend on how many there are."""

import os
import signal
import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager, suppress
from functools import partial
from multiprocessing import Pipe, connection, get_context, parent_process
from multiprocessing.connection import Connection
from queue import SimpleQueue
from typing import TypeVar

from crmwb.errors import CrmwbError
from crmwb.progress import console

Item = TypeVar("Item")
Result = TypeVar("Result")
DIED = (
    "A process that worked beside this one died, most likely for want of memory; free some, or write engine.threads: 1 "
    "in params.yaml, and run again."
)


class Other:
    """Another process that works beside this one, on one piece of work after the other; see `beside`."""

    def __init__(self) -> None:
        self._here, self._there = Pipe()
        self._pool = ProcessPoolExecutor(1, get_context("spawn"), _end_with_parent, (self._there,))

    def start(self, work: Callable[[], Result]) -> Callable[[], Result]:
        """Give it work, a function of a module or a partial of one; what is returned waits for the result."""
        return self._pool.submit(work).result

    def end(self) -> None:
        """End it at once, whatever it is at, and free its memory."""
        self._here.close()
        self._pool.shutdown(cancel_futures=True)
        self._there.close()


def how_many(n_at_once: int | None) -> int:
    """Return how many processes may work at a time: as many as there are processors where that is not given."""
    return n_at_once or len(os.sched_getaffinity(0))


@contextmanager
def beside(n_at_once: int | None = None) -> Iterator[Other | None]:
    """Let another process work beside this one; it ends with the block at the latest.

    Parameters
    ----------
    n_at_once : int, optional
        How many processes may work at a time; as many as there are processors where not given.

    Yields
    ------
    Other or None
        None where this process works alone.

    Raises
    ------
    CrmwbError
        The process died.

    Examples
    --------
    >>> from functools import partial
    >>> from math import isqrt
    >>> from crmwb.processes import beside
    >>> with beside(2) as other:
    ...     root = other.start(partial(isqrt, 25))
    ...     own = isqrt(16)
    ...     own, root()
    (4, 5)
    """
    if how_many(n_at_once) < 2:
        yield None
        return
    other = Other()
    try:
        yield other
    except BrokenProcessPool:
        raise CrmwbError(DIED) from None
    finally:
        other.end()


def side_by_side(
    work: Callable[[Item], Result], items: Sequence[Item], n_at_once: int | None = None
) -> Iterator[tuple[int, Result]]:
    """Do the work of each item, several at a time.

    Parameters
    ----------
    work : callable
        A function of a module, or a partial of one, whose result depends on the item alone.
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
    n_others = min(how_many(n_at_once), len(items)) - 1
    if n_others < 1:
        yield from ((place, work(item)) for place, item in enumerate(items))
        return
    waiting = deque(enumerate(items))
    ended: SimpleQueue[tuple[int, Future[Result]]] = SimpleQueue()

    def give() -> None:
        """Give another process the next item, whenever it has ended one."""
        with suppress(IndexError, RuntimeError):  # there is none left; the processes are gone
            place, item = waiting.popleft()
            pool.submit(work, item).add_done_callback(partial(pass_on, place))

    def pass_on(place: int, future: Future[Result]) -> None:
        ended.put((place, future))
        give()

    # new processes hold nothing of what this one holds
    with ProcessPoolExecutor(n_others, get_context("spawn"), initializer=_end_with_parent) as pool:
        try:
            for _ in range(n_others):
                give()
            for _ in items:
                try:
                    place, item = waiting.popleft()
                except IndexError:
                    place, future = ended.get()
                    result = future.result()
                else:
                    result = work(item)
                yield place, result
        except BrokenProcessPool:
            raise CrmwbError(DIED) from None
        finally:
            waiting.clear()


def _end_with_parent(*wanted: Connection) -> None:
    """Let a process end when the one that started it does, however that ends, or closes its end of a connection."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    console.quiet = True  # one process at a time shows how far it is
    if (parent := parent_process()) is not None:
        threading.Thread(target=_wait_for, args=(parent.sentinel, *wanted), daemon=True).start()


def _wait_for(*ends: int | Connection) -> None:
    connection.wait(ends)
    os._exit(1)
