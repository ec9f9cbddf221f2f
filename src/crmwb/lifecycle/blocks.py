"""Work on all customers done for some of them at a time: in little memory, and on every processor."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

BLOCK = 65_536


def blocks(n: int) -> list[slice]:
    """Return the places of `n` customers in parts of at most BLOCK.

    Examples
    --------
    >>> from crmwb.lifecycle.blocks import blocks
    >>> blocks(100_000)
    [slice(0, 65536, None), slice(65536, 100000, None)]
    """
    return [slice(begins, min(begins + BLOCK, n)) for begins in range(0, n, BLOCK)]


def in_blocks(n: int, work: Callable[[slice], object], n_threads: int = 1) -> None:
    """Do the work of every part; what comes of a customer must not depend on the others.

    Parameters
    ----------
    n : int
        How many customers there are.
    work : callable
        Takes the places of some of them.
    n_threads : int, default 1
        How many parts are worked on at a time: arithmetic on arrays lets other threads go on.
    """
    parts = blocks(n)
    if n_threads < 2 or len(parts) < 2:
        for rows in parts:
            work(rows)
        return
    with ThreadPoolExecutor(n_threads) as pool:
        for _ in pool.map(work, parts):
            pass
