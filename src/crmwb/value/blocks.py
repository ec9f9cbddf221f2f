"""Many customers a block at a time: what is worked out row by row then takes little memory, and stays in the cache."""

from collections.abc import Callable, Iterator

import numpy as np

ROWS = 65_536
NUMBERS = 1 << 20


def blocks(n_rows: int, size: int = ROWS) -> Iterator[slice]:
    """Yield the rows of each block; one without rows where there are none.

    Examples
    --------
    >>> from crmwb.value.blocks import blocks
    >>> list(blocks(5, 3))
    [slice(0, 3, None), slice(3, 5, None)]
    """
    yield from (slice(begins, min(begins + size, n_rows)) for begins in range(0, max(n_rows, 1), size))


def sum_of(n: int, numbers: Callable[[int, int], np.ndarray], most: int = NUMBERS) -> float:
    """Return the sum of n numbers to the last bit as numpy adds up an array of them, without such an array.

    Numpy halves an array, at a multiple of eight, until few numbers are left, and adds up the sums of the halves.

    Parameters
    ----------
    n : int
        How many numbers there are.
    numbers : callable
        Returns those from one place on and before another.
    most : int
        How many are asked for at a time.

    Examples
    --------
    >>> import numpy as np
    >>> from crmwb.value.blocks import sum_of
    >>> numbers = np.random.default_rng(1).random(100_003)
    >>> bool(sum_of(len(numbers), lambda begins, ends: numbers[begins:ends], most=1_000) == numbers.sum())
    True
    """

    def added(begins: int, n: int) -> float:
        if n <= most:
            return float(numbers(begins, begins + n).sum())
        half = n // 2 - n // 2 % 8
        return added(begins, half) + added(begins + half, n - half)

    return added(0, n)
