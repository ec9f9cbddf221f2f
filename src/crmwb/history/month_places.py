"""Customers at month ends known by places and not by texts: all months are looked up in a few passes."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from crmwb import storage
from crmwb.files.parquet import runs

KEY, END = "customer_id", "as_of"
BLOCK_ROWS = 2_000_000  # looked up at a time: beside them, the texts are held once for each customer


@dataclass(frozen=True)
class MonthPlaces:
    """Where customers stand in a list of all.

    Attributes
    ----------
    ids : Array
        All customers, in order.
    of : dict of (Path, date) to int32 ndarray
        By artefact and month end: the place in `ids` of each row, -1 of one that is not in it.
    """

    ids: pa.Array
    of: dict[tuple[Path, date], np.ndarray]


@dataclass(frozen=True)
class _Block:
    texts: pa.Array  # each once
    codes: np.ndarray  # places in it
    months: list[tuple[tuple[Path, date], int]]  # and how many rows each has


def month_places(artefacts: Sequence[Path], ends: Collection[date], ids: pa.Array | None = None) -> MonthPlaces:
    """Look up the customers of artefacts at month ends.

    Parameters
    ----------
    artefacts : sequence of Path
        Parquet files or folders with customer_id and as_of; those that are not there have no months.
    ends : collection of date
        The month ends that count.
    ids : Array, optional
        All customers, in order; those of the artefacts at these month ends where not given.

    Returns
    -------
    MonthPlaces
        A month's rows are in the order of its artefact.

    Examples
    --------
    >>> import tempfile
    >>> from datetime import date
    >>> from pathlib import Path
    >>> import pyarrow as pa
    >>> import pyarrow.parquet as pq
    >>> from crmwb.history.month_places import month_places
    >>> march, april = date(2024, 3, 1), date(2024, 4, 1)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     file = Path(folder) / "months.parquet"
    ...     pq.write_table(pa.table({"as_of": [march, april, april], "customer_id": ["c", "a", "c"]}), file)
    ...     places = month_places([file], [march, april])
    >>> places.ids.to_pylist(), [place.tolist() for place in places.of.values()]
    (['a', 'c'], [[1], [0, 1]])
    """
    blocks = list(_blocks(artefacts, set(ends)))
    if ids is None:
        known = pc.unique(pa.chunked_array([block.texts for block in blocks], pa.string()))
        ids = known.take(pc.sort_indices(known))
    parts: dict[tuple[Path, date], list[np.ndarray]] = {}
    for block in blocks:
        place = storage.places(block.texts, ids).astype(np.int32)[block.codes]
        ending = np.cumsum([n for _, n in block.months])
        for (key, _), rows in zip(block.months, np.split(place, ending[:-1]), strict=True):
            parts.setdefault(key, []).append(rows)
    return MonthPlaces(ids, {key: rows[0] if len(rows) == 1 else np.concatenate(rows) for key, rows in parts.items()})


def _blocks(artefacts: Sequence[Path], ends: set[date]) -> Iterator[_Block]:
    texts: list[pa.Array] = []
    months: list[tuple[tuple[Path, date], int]] = []
    for artefact in artefacts:
        for end, rows in _rows(artefact):
            if end not in ends:
                continue
            texts.append(rows.cast(pa.string()))
            months.append(((artefact, end), len(rows)))
            if sum(n for _, n in months) >= BLOCK_ROWS:
                yield _coded(texts, months)
                texts, months = [], []
    if texts:
        yield _coded(texts, months)


def _rows(artefact: Path) -> Iterator[tuple[date, pa.Array]]:
    for part in storage.parts(artefact) if artefact.exists() else ():
        file = storage.open_file(part)
        for end, rows in runs(file.iter_batches(storage.ROW_GROUP_ROWS, columns=[END, KEY]), END):
            yield end, rows[KEY]


def _coded(texts: list[pa.Array], months: list[tuple[tuple[Path, date], int]]) -> _Block:
    coded = pa.chunked_array(texts).combine_chunks().dictionary_encode()
    return _Block(coded.dictionary, coded.indices.to_numpy(), months)
