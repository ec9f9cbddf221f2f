"""Work done in a thread of its own while the caller goes on: files are written while the engine works on."""

from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

MOST_WAITING = 2  # pieces of work, so that memory holds few of them


@contextmanager
def behind() -> Iterator[Callable[..., None]]:
    """Yield a function that has work done, one piece after the other, and waits only where several wait already.

    All is done where the block ends. What fails is raised at the next piece, or there; what waits then is not done.

    Examples
    --------
    >>> from crmwb.files.behind import behind
    >>> done = []
    >>> with behind() as later:
    ...     later(done.append, "first")
    ...     later(done.append, "second")
    >>> done
    ['first', 'second']
    """
    waiting: deque[Future[Any]] = deque()
    with ThreadPoolExecutor(1) as thread:

        def later(work: Callable[..., Any], *given: Any) -> None:
            waiting.append(thread.submit(work, *given))
            while len(waiting) > MOST_WAITING:
                waiting.popleft().result()

        try:
            yield later
            while waiting:
                waiting.popleft().result()
        except BaseException:
            thread.shutdown(cancel_futures=True)
            raise
