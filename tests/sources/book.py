"""Exports made for tests: how they are written, and what is true of them."""

import random
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import NamedTuple


def point(cents: int) -> str:
    return f"{'-' if cents < 0 else ''}{abs(cents) // 100}.{abs(cents) % 100:02}"


def comma(cents: int) -> str:
    return f"{cents / 100:,.2f}".translate(str.maketrans(",.", ".,"))


def write(path: Path, lines: Iterable[str], encoding: str = "utf-8") -> None:
    path.write_text("\n".join(lines) + "\n", encoding=encoding)


class Sale(NamedTuple):
    """A sale: its number, customer and day, and units at a price in cents."""

    no: int
    who: int
    day: date
    n: int
    price: int

    @property
    def cents(self) -> int:
        return self.n * self.price


@dataclass
class Book:
    """A folder of exports and the sales that they tell of.

    Attributes
    ----------
    raw : Path
        The folder.
    revenue : Counter of str
        Cents by customer, net of what went back.
    days : set of (str, date)
        Who bought on which day.
    """

    raw: Path
    revenue: Counter[str] = field(default_factory=Counter)
    days: set[tuple[str, date]] = field(default_factory=set)

    def sold(self, who: str, cents: int, day: date) -> None:
        self.revenue[who] += cents
        if cents > 0:
            self.days.add((who, day))

    def back(self, who: str, cents: int) -> None:
        self.revenue[who] -= cents

    def write(self, name: str, lines: Iterable[str], encoding: str = "utf-8") -> None:
        write(self.raw / name, lines, encoding)


def sales(seed: int, n: int = 40) -> Iterator[Sale]:
    draw, day = random.Random(seed), date(2024, 1, 3)
    for i in range(n):
        day += timedelta(days=draw.randint(0, 5))
        yield Sale(1001 + i, draw.randint(1, 9), day, draw.randint(1, 3), draw.randrange(500, 9000, 5))
