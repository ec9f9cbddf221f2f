"""Files with a row per order line: which column is the order, and which columns speak of the whole order."""

from collections.abc import Sequence
from dataclasses import dataclass

from crmwb.sources.drafting.reading.profile import Column, Profile
from crmwb.sources.drafting.reading.vocabulary import TRANSACTIONS, matches

LEAST_REPEATED = 0.02  # of the rows
PLAINLY = 2  # how well a name must match


@dataclass(frozen=True)
class OrderLines:
    """A file with a row per order line.

    Attributes
    ----------
    order : Column
        Holds the order's number on every line.
    head : frozenset of str
        Columns that are known on the first line of an order only.
    repeated : frozenset of str
        Columns that say the same on every line of each order, and not always the same.
    """

    order: Column
    head: frozenset[str]
    repeated: frozenset[str]


def find(profile: Profile) -> OrderLines | None:
    """Return the lines of orders that a file holds; None where no order has several rows.

    The order's column is the one on whose first rows most other columns are known, and on the others not; else one
    whose name says that it is an order.
    """
    rows = {column.name: profile.texts(column) for column in profile.columns}
    own = [column for column in profile.columns if rows[column.name]]
    best: tuple[tuple[int, bool, int], OrderLines] | None = None
    for column in own:
        keys = rows[column.name]
        later = [i for i in range(1, len(keys)) if keys[i] == keys[i - 1]]
        if not _is_order(column, keys, later):
            continue
        head = frozenset(c.name for c in own if c is not column and _is_head(rows[c.name], later))
        repeated = frozenset(c.name for c in own if _is_same(rows[c.name], later, c))
        is_named = matches(column.words, TRANSACTIONS["order_id"]) == PLAINLY
        rank = (len(head), is_named, len(column.counts))
        if (head or is_named) and (best is None or rank > best[0]):
            best = rank, OrderLines(column, head, repeated)
    return best[1] if best else None


def _is_order(column: Column, keys: Sequence[str | None], later: Sequence[int]) -> bool:
    """Say whether a column could be the order: known everywhere, and the lines of each stand together."""
    if column.is_date or column.n_known < column.n_rows or column.is_unique or len(column.counts) <= 1:
        return False
    return len(keys) - len(later) == len(column.counts) and len(later) >= LEAST_REPEATED * len(keys)


def _is_head(values: Sequence[str | None], later: Sequence[int]) -> bool:
    """Say whether a column is known on first lines and never on later ones."""
    return all(values[i] is None for i in later) and any(value is not None for value in values)


def _is_same(values: Sequence[str | None], later: Sequence[int], column: Column) -> bool:
    return len(column.counts) > 1 and all(values[i] == values[i - 1] for i in later)
