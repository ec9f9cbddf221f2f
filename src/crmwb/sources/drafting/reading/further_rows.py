"""Rows below the first ones of a file that show what these do not: other values, signs and blanks, and other times."""
# ruff: noqa: E501 - one line says it

from collections import Counter
from collections.abc import Iterable, Iterator

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

FEW_VALUES = 200  # different ones in the first rows: kinds, states, codes, days
MOST_NEW = 300  # further values of such a column; one with more holds numbers or names
PER_VALUE, PER_VALUE_OF_MANY, MANY = 20, 2, 20  # rows; fewer of columns that have many values anyway
PER_BLOCK, GROWTH = 100, 1.5  # rows of each part of the file; parts get longer
MOST_MARKED = 4_000
NUMBERS = ("0", ":")  # what begins with a digit stands between these


def further_rows(first: pa.Table, below: Iterable[pa.Table]) -> tuple[pa.Table, int]:
    """Return rows that show what the first rows do not, some of every part of a file, and its last ones; and how many there are.

    Parameters
    ----------
    first : pyarrow.Table
        The first rows, as text.
    below : iterable of pyarrow.Table
        The rows below, of the same columns.

    Examples
    --------
    >>> first = pa.table({"status": ["paid"] * 300, "amount": [str(n) for n in range(300)]})
    >>> below = pa.table({"status": ["paid"] * 999 + ["void"], "amount": ["7", "-7"] + ["7"] * 998})
    >>> rows, n_below = further_rows(first, [below.slice(0, 500), below.slice(500)])
    >>> {"status": "paid", "amount": "-7"} in rows.to_pylist(), rows["status"][-1].as_py(), rows.num_rows, n_below
    (True, 'void', 401, 1000)
    """
    seen = _Seen(first)
    result = [first.slice(0, 0)]
    held: tuple[pa.Table, np.ndarray] | None = None
    for rows in below:
        result += [_marked(*held)] if held is not None else []
        held = rows, seen.marks(rows)
    if held is not None:
        held[1][-PER_BLOCK:] = True
        result.append(_marked(*held))
    return pa.concat_tables(result), seen.n_rows - first.num_rows


def _marked(rows: pa.Table, marks: np.ndarray) -> pa.Table:
    return rows.filter(pa.array(marks))


class _Seen:
    """What was seen of every column so far, and how many rows of what is new are still wanted."""

    def __init__(self, first: pa.Table) -> None:
        self.n_rows = first.num_rows
        self.next_block = round(first.num_rows * GROWTH)
        self.n_marked = 0
        values = {name: pc.unique(first[name]) for name in first.column_names}
        self.known = {n: set(v.to_pylist()) for n, v in values.items() if len(v) <= FEW_VALUES}
        self.marked: dict[str, Counter[str | None]] = {name: Counter() for name in self.known}
        others = (name for name in first.column_names if name not in self.known)
        self.strange = {n: [i for i, test in enumerate(_tests(first[n])) if not pc.any(test).as_py()] for n in others}

    def marks(self, rows: pa.Table) -> np.ndarray:
        """Return which rows are to be looked at."""
        result = np.zeros(rows.num_rows, bool)
        while self.next_block < self.n_rows + rows.num_rows:
            at = max(self.next_block - self.n_rows, 0)
            result[at : at + PER_BLOCK] = True
            self.next_block = round(self.next_block * GROWTH) + 1
        self.n_rows += rows.num_rows
        if self.n_marked < MOST_MARKED:
            for name in list(self.known):
                result[self._of_new_values(name, rows[name])] = True
            for name, tests in self.strange.items():
                for i, test in enumerate(_tests(rows[name]) if tests else ()):
                    if i in tests and (at_them := np.flatnonzero(test)[:PER_VALUE]).size:
                        result[at_them] = True
                        tests.remove(i)
            self.n_marked += int(result.sum())
        return result

    def _of_new_values(self, name: str, column: pa.ChunkedArray) -> list[int]:
        marked = self.marked[name]
        most = PER_VALUE if len(self.known[name]) <= MANY else PER_VALUE_OF_MANY
        there = pc.unique(column).to_pylist()
        new = [value for value in there if value not in self.known[name] and marked[value] < most]
        if not new:
            return []
        result = []
        positions = np.flatnonzero(pc.is_in(column, value_set=pa.array(new, pa.string())))
        for at, value in zip(positions.tolist(), column.take(pa.array(positions)).to_pylist(), strict=True):
            if marked[value] < most:
                marked[value] += 1
                result.append(at)
        if len(marked) > MOST_NEW:
            del self.known[name]
        return result


def _tests(column: pa.ChunkedArray) -> Iterator[pa.ChunkedArray]:
    """Yield whether values are unknown, begin with a sign, begin with a letter, or end in a minus."""
    yield pc.is_null(column)
    yield pc.fill_null(pc.less(column, NUMBERS[0]), False)
    yield pc.fill_null(pc.greater_equal(column, NUMBERS[1]), False)
    yield pc.fill_null(pc.ends_with(column, "-"), False)
