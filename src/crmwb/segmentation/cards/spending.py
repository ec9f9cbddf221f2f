"""What customers spend by category, added up by segment: rows are read part by part, and none is kept."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
import pyarrow as pa

from crmwb import storage
from crmwb.contract import Artefact
from crmwb.segmentation.columns import texts

Segments = tuple[np.ndarray, int]  # each customer's segment by number, -1 for none; how many segments


class InterestFile:
    """What customers bought by category, as a stage wrote it: read in parts, or whole where a view needs all of it.

    Parameters
    ----------
    artefact : Artefact
        The declaration.
    """

    def __init__(self, artefact: Artefact) -> None:
        self._artefact = artefact

    def __iter__(self) -> Iterator[pd.DataFrame]:
        for path in storage.parts(self._artefact.path):
            columns = ["customer_id", "category", "revenue_cents"]
            for batch in storage.open_file(path).iter_batches(storage.ROW_GROUP_ROWS, columns=columns):
                yield batch.to_pandas()

    def whole(self) -> pd.DataFrame:
        """Return all rows, with what views read."""
        return storage.read(self._artefact, ["customer_id", "category", "revenue_cents", "revenue_share"])


@dataclass(frozen=True)
class Shares:
    """Shares that categories have of customers' spend, added up by segment.

    Attributes
    ----------
    n_customers : int ndarray of shape (k,)
        Who bought from any category.
    sums, squares : ndarray of shape (n_categories, k)
        Of their shares, and of the squares of these.
    """

    n_customers: np.ndarray
    sums: np.ndarray
    squares: np.ndarray


class Spending:
    """What customers spend by category.

    Parameters
    ----------
    parts : iterable of DataFrame
        customer_id, category, revenue_cents: one row per customer and category bought from, best sorted by customer;
        read anew for each sum.
    ids : Array
        All customers.

    Attributes
    ----------
    names : list of str
        The categories, sorted.

    Examples
    --------
    >>> import numpy as np
    >>> import pandas as pd
    >>> import pyarrow as pa
    >>> from crmwb.segmentation.cards import Spending
    >>> rows = pd.DataFrame({"customer_id": ["a", "a", "b"], "category": ["bread", "beer", "beer"]})
    >>> spending = Spending([rows.assign(revenue_cents=[300, 100, 500])], pa.array(["a", "b"]))
    >>> spending.names, spending.money((np.array([1, 0]), 2)).tolist()
    (['beer', 'bread'], [[500, 100], [0, 300]])
    """

    def __init__(self, parts: Iterable[pd.DataFrame], ids: pa.Array) -> None:
        self._parts, self._n = parts, len(ids)
        owners: list[pa.Array] = []
        names: set[str] = set()
        for part in parts:
            owners.append(texts(part["customer_id"].iloc[_begins(part)]))
            names |= set(part["category"].dropna().unique())
        self.names = sorted(map(str, names))
        self._owners = storage.places(pa.chunked_array(owners, pa.string()), ids).astype(np.int32)

    def money(self, segments: Segments) -> np.ndarray:
        """Return what the customers of each segment spent in each category, cents of shape (n_categories, k)."""
        codes, k = segments
        out = np.zeros(len(self.names) * k, dtype=np.int64)
        for customer, category, cents in self._rows():
            own = codes[customer]
            np.add.at(out, (category * k + own)[own >= 0], cents[own >= 0].astype(np.int64))
        return out.reshape(len(self.names), k)

    def shares(self, some: np.ndarray, schemes: Mapping[str, Segments]) -> tuple[np.ndarray, dict[str, Shares]]:
        """Add up the shares of some customers.

        Parameters
        ----------
        some : bool ndarray of shape (n,)
            Which customers count.
        schemes : mapping of str to (int ndarray of shape (n,), int)
            By scheme, each customer's segment.

        Returns
        -------
        n_customers : int ndarray of shape (n_categories,)
            Who of them bought from each category.
        by_scheme : dict of str to Shares
        """
        totals, n_customers = np.zeros(self._n), np.zeros(len(self.names), dtype=np.int64)
        for customer, category, cents in self._rows(some):
            np.add.at(totals, customer, cents)
            n_customers += np.bincount(category, minlength=len(self.names))
        sums = {scheme: np.zeros((2, len(self.names) * k)) for scheme, (_, k) in schemes.items()}
        for customer, category, cents in self._rows(some):
            share = cents / totals[customer]
            for scheme, (codes, k) in schemes.items():
                own = codes[customer]
                cell, x = (category * k + own)[own >= 0], share[own >= 0]
                np.add.at(sums[scheme][0], cell, x)  # in the order of customers, as a sum over all of them is
                np.add.at(sums[scheme][1], cell, x * x)
        spends = totals > 0
        by_scheme = {}
        for scheme, (codes, k) in schemes.items():
            n = np.bincount(codes[spends & (codes >= 0)], minlength=k)
            by_scheme[scheme] = Shares(n, *sums[scheme].reshape(2, len(self.names), k))
        return n_customers, by_scheme

    def _rows(self, some: np.ndarray | None = None) -> Iterator[tuple[np.ndarray, np.ndarray, np.ndarray]]:
        """Yield customers, categories and cents, where these are positive."""
        start, order = 0, pd.Index(self.names)
        for part in self._parts:
            begins = _begins(part)
            owners = self._owners[start : start + len(begins)]
            start += len(begins)
            customer = np.repeat(owners, np.diff(begins, append=len(part)))
            codes, names = pd.factorize(part["category"])
            category = np.append(order.get_indexer(pd.Index(names)), -1)[codes]
            cents = part["revenue_cents"].to_numpy(dtype=float, na_value=np.nan)
            counts = (customer >= 0) & (category >= 0) & (cents > 0)
            if some is not None:
                counts &= some[customer]
            yield customer[counts], category[counts], cents[counts]


def _begins(part: pd.DataFrame) -> np.ndarray:
    """Return the rows at which the customer is another than in the row before."""
    ids = part["customer_id"]
    return np.flatnonzero((ids != ids.shift()).to_numpy(dtype=bool))
