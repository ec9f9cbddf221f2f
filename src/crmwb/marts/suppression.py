"""Small cells of counts, left out so that nobody can work them out: neither as they stand nor by subtraction.

A cell of fewer than `least` customers is left out, and so are as many others, the smallest, as it takes that no hidden
cell follows from the shown ones and the sums of rows and columns (complementary suppression: Willenborg & de Waal 2001,
Elements of Statistical Disclosure Control, chapter 6). Cells without customers tell nothing of anybody and are shown.
"""

import numpy as np
import pandas as pd

LEAST = 5
ZERO = 1e-9


def hidden(counts: pd.DataFrame, least: int = LEAST) -> pd.DataFrame:
    """Return which cells of a table of counts must not be shown beside the sums of its rows and columns.

    Parameters
    ----------
    counts : DataFrame
        Whole numbers, such as customers by region (rows) and class of risk (columns).
    least : int, default 5
        The fewest customers that a cell may show.

    Returns
    -------
    DataFrame of bool
        As `counts`. Where all that a row or column has is hidden, its sum must not be shown either.

    Examples
    --------
    >>> hidden(pd.DataFrame({"low": [90, 80], "high": [3, 20]})).to_numpy().tolist()
    [[True, True], [True, True]]
    """
    n = counts.to_numpy(dtype=np.int64)
    out = (n > 0) & (n < least)
    while True:
        for row, column in given_away(out, n):
            in_row, in_column = ~out[row] & (n[row] > 0), ~out[:, column] & (n[:, column] > 0)
            if in_row.any():
                out[row, np.flatnonzero(in_row)[n[row, in_row].argmin()]] = True
                break
            if in_column.any():
                out[np.flatnonzero(in_column)[n[in_column, column].argmin()], column] = True
                break
        else:
            return pd.DataFrame(out, index=counts.index, columns=counts.columns)


def given_away(out: np.ndarray, n: np.ndarray) -> list[tuple[int, int]]:
    """Return the hidden cells that follow from the shown ones, the sum of each row and that of each column.

    A hidden cell follows where it has the same value in every solution: where no combination of the hidden cells that
    leaves all sums as they are moves it. A row or column of which nothing is shown has no sum to follow from.
    """
    places = np.argwhere(out)
    lines = [(0, row) for row in range(out.shape[0])] + [(1, column) for column in range(out.shape[1])]
    summed = [(axis, i) for axis, i in lines if not (n.take(i, axis)[~out.take(i, axis)] == 0).all()]
    if not len(places) or not summed:
        return []
    system = np.array([[float(place[axis] == i) for place in places] for axis, i in summed])
    _, sizes, directions = np.linalg.svd(system)
    free = directions[int((sizes > ZERO).sum()) :]
    varies = np.abs(free).max(axis=0, initial=0.0) > ZERO
    return [(int(row), int(column)) for row, column in places[~varies]]


def hidden_groups(counts: pd.Series, least: int = LEAST) -> list[str]:
    """Return the groups of which nothing may be shown beside the sum of all: the small ones, and never one alone."""
    table = hidden(counts.to_frame("n"), least)["n"]
    return [str(name) for name in counts.index[table.to_numpy()]]
