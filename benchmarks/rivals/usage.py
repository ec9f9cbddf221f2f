"""What a rival's work costs: CPU seconds (user and system), seconds, and the most memory held, in GB, as one line."""

import json
import resource
import time
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def measured() -> Iterator[None]:
    """Measure what is done within, and print it; what was imported before is not counted, but for memory."""
    before, began = resource.getrusage(resource.RUSAGE_SELF), time.perf_counter()
    yield
    after, seconds = resource.getrusage(resource.RUSAGE_SELF), time.perf_counter() - began
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    print(json.dumps([cpu, seconds, after.ru_maxrss / 2**20]))
