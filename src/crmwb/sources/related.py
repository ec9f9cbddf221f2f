"""Rows of a file put beside those they belong with, before they are read: filled down, joined, numbered, spread."""

from crmwb.engine import Backend
from crmwb.errors import CrmwbError
from crmwb.sources import casts, joins, orders
from crmwb.sources.joins import Joined, Partner
from crmwb.sources.rows import SourceRows, original


def related(con: Backend, rows: SourceRows, partners: list[Partner]) -> tuple[SourceRows, list[Joined]]:
    """Return rows with their cells filled down, the columns of what is joined, shares of orders' amounts, and places.

    Parameters
    ----------
    con : Backend
        The engine.
    rows : SourceRows
        As staged.
    partners : list of Partner
        What is joined, in turn.

    Raises
    ------
    CrmwbError
        A column to join on is not there yet, or a join would multiply rows or meets none.
    """
    mapping = rows.mapping
    known = rows.table.mutate(
        **{original(name): rows.table[name] for name in rows.columns.values()},
        **{name: casts.known(rows.table[name], mapping.null_values) for name in rows.columns.values()},
    )
    rows = SourceRows(mapping, known, rows.columns, rows.malformed)
    if mapping.fill_down is not None:
        rows = orders.fill_down(rows, mapping.fill_down)
    results = []
    for i, partner in enumerate(partners):
        lacking = [name for name in partner.mapping.key if name not in rows.columns]
        if lacking:
            raise CrmwbError(
                f"{partner.key}: there is no column {lacking[0]!r} yet to join on; mend key, or the order."
            )
        rows, joined = joins.join(con, rows, partner, i)
        results.append(joined)
    for name, places in mapping.numbered.items():
        rows = orders.number_rows(rows, name, places)
    for name, mapped in mapping.spread.items():
        rows = orders.spread(rows, name, mapped)
    return rows, results
