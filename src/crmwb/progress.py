"""What long work shows while it runs: a live line on a terminal, plain lines elsewhere."""

import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.text import Text

T = TypeVar("T")

PLAIN_LINE_EVERY_SECONDS = 5.0
WORTH_TELLING_SECONDS = 2.0

# file names and values come from people: never read them as markup or emoji
console = Console(stderr=True, highlight=False, soft_wrap=True, markup=False, emoji=False)


@contextmanager
def step(what: str) -> Iterator[None]:
    """Show that `what` is under way, and how long it took when it is done.

    Parameters
    ----------
    what : str
        A few words, such as "casting transactions".
    """
    began = time.monotonic()
    if console.is_terminal:
        with console.status(Text(what)):
            yield
    else:
        console.print(f"  {what} …")
        yield
    seconds = time.monotonic() - began
    if seconds > WORTH_TELLING_SECONDS:
        console.print(f"  {what}: {seconds:.1f} s", style="dim")


def track(items: Iterable[T], what: str, total: int) -> Iterator[T]:
    """Yield `items` and show how far through them the work is.

    Parameters
    ----------
    items : iterable
        What is worked through.
    what : str
        A few words for the line.
    total : int
        How many items there are.
    """
    if console.is_terminal:
        columns = (
            SpinnerColumn(),
            TextColumn(what, markup=False),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
        )
        with Progress(*columns, console=console, transient=True) as bar:
            yield from bar.track(items, total=total)
        return
    last = time.monotonic()
    console.print(f"  {what}: {total} to do")
    for done, item in enumerate(items, start=1):
        yield item
        if time.monotonic() - last > PLAIN_LINE_EVERY_SECONDS:
            last = time.monotonic()
            console.print(f"  {what}: {done} of {total}")
