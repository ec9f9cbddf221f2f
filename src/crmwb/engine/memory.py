"""Memory that is free within the process, given back to the machine before an engine needs it."""

import ctypes
import gc

import pyarrow as pa


def give_back() -> None:
    """Give back what nobody uses: objects that only name one another, and what allocators keep for later.

    Examples
    --------
    >>> from crmwb.engine import memory
    >>> memory.give_back()
    """
    gc.collect()
    pa.default_memory_pool().release_unused()
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)  # of glibc; others have none
    if trim is not None:
        trim(0)
