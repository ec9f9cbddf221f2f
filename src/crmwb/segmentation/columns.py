"""Customers column by column: a column is read when it is asked for, and nobody holds all of them."""

from collections.abc import Iterable
from typing import Protocol

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from crmwb import storage
from crmwb.contract import Artefact

KEY = "customer_id"


class Columns(Protocol):
    """Customers whose columns are asked for by name: a frame of all, some of them, or their files."""

    def __contains__(self, name: object, /) -> bool:
        """Tell whether there is such a column."""

    def __getitem__(self, name: str, /) -> pd.Series:
        """Return a column; KeyError where there is none."""

    def get(self, name: str, /) -> pd.Series | None:
        """Return a column; None where there is none."""

    def __len__(self) -> int:
        """Return how many customers there are."""


class CustomerFiles:
    """Declared artefacts of one row per customer, side by side: the customers of the first, sorted by their ids.

    Parameters
    ----------
    *artefacts : Artefact
        The declarations. Apart from customer_id, no two have a column of the same name.

    Attributes
    ----------
    ids : pa.Array
        All customers.

    Raises
    ------
    CrmwbError
        An artefact has not been made yet, is damaged, or is not as declared.
    """

    def __init__(self, *artefacts: Artefact) -> None:
        self._of = {name: place for place, artefact in enumerate(artefacts) for name in artefact.names}
        self._artefacts = artefacts
        every = [texts(storage.read(artefact, [KEY])[KEY]) for artefact in artefacts]
        self.ids: pa.Array = every[0] if rises(every[0]) else every[0].take(pc.sort_indices(every[0]))
        self._order = [None if own.equals(self.ids) else storage.places(self.ids, own) for own in every]

    def __contains__(self, name: object, /) -> bool:
        return name in self._of

    def __getitem__(self, name: str, /) -> pd.Series:
        if name == KEY:
            return pd.Series(self.ids.to_pandas(), name=KEY)
        place = self._of[name]
        column = storage.read(self._artefacts[place], [name])[name]
        order = self._order[place]
        return column if order is None else column.reindex(order).reset_index(drop=True)

    def get(self, name: str, /) -> pd.Series | None:
        """Return a column; None where there is none."""
        return self[name] if name in self._of else None

    def __len__(self) -> int:
        return len(self.ids)


class Some:
    """Some of the customers, in the same order.

    Parameters
    ----------
    customers : Columns of length n
        All of them.
    rows : bool ndarray of shape (n,)
        Which.

    Examples
    --------
    >>> import numpy as np
    >>> import pandas as pd
    >>> from crmwb.segmentation.columns import Some
    >>> customers = pd.DataFrame({"customer_id": ["a", "b"], "n_orders": [3, 1]})
    >>> some = Some(customers, np.array([False, True]))
    >>> len(some), some["n_orders"].tolist()
    (1, [1])
    """

    def __init__(self, customers: Columns, rows: np.ndarray) -> None:
        self._customers, self._rows, self._n = customers, rows, int(rows.sum())

    def __contains__(self, name: object, /) -> bool:
        return name in self._customers

    def __getitem__(self, name: str, /) -> pd.Series:
        column = self._customers[name]
        return column if self._n == len(self._rows) else column[self._rows]

    def get(self, name: str, /) -> pd.Series | None:
        """Return a column; None where there is none."""
        return self[name] if name in self._customers else None

    def __len__(self) -> int:
        return self._n


def frame_of(customers: Columns, names: Iterable[str], rows: np.ndarray | None = None) -> pd.DataFrame:
    """Return columns of customers side by side, those that there are; of some rows only where `rows` are given.

    Examples
    --------
    >>> import pandas as pd
    >>> from crmwb.segmentation.columns import frame_of
    >>> frame_of(pd.DataFrame({"n_orders": [3, 1], "tier": ["gold", "small"]}), ("tier", "stage")).columns.tolist()
    ['tier']
    """
    there = [name for name in dict.fromkeys(names) if name in customers]
    if not there:
        return pd.DataFrame(index=range(len(customers) if rows is None else len(rows)))
    columns = (customers[name] for name in there)
    return pd.concat([c if rows is None else c.iloc[rows].reset_index(drop=True) for c in columns], axis=1)


def in_order(frame: pd.DataFrame, customers: Columns) -> pd.DataFrame:
    """Return the rows of a frame in the order of customers, by customer_id; unknown of those that it lacks."""
    ids = customers[KEY]
    if frame[KEY].equals(ids):
        return frame
    places = storage.places(texts(ids), texts(frame[KEY]))
    return frame.reset_index(drop=True).reindex(places).reset_index(drop=True)


def texts(column: pd.Series) -> pa.Array:
    """Return a column of texts as one array of Arrow."""
    array = pa.array(column, pa.string())
    return array.combine_chunks() if isinstance(array, pa.ChunkedArray) else array


def coded(column: pd.Series) -> pa.DictionaryArray:
    """Return a column of a few texts, or of categories, as one dictionary array of Arrow."""
    categories = column.astype("category").cat
    codes = categories.codes.to_numpy()
    return pa.DictionaryArray.from_arrays(
        pa.array(codes, mask=codes < 0), pa.array(categories.categories.astype("str"), pa.string())
    )


def rises(ids: pa.Array) -> bool:
    """Tell whether ids are sorted."""
    return len(ids) < 2 or bool(pc.all(pc.less_equal(ids[:-1], ids[1:])).as_py())
