"""How much of each column is known."""

import ibis.expr.types as ir

from crmwb.tables import Table


def known_shares(rows: ir.Table, table: Table) -> dict[str, float | None]:
    """Return the share of rows in which each column is known, in the contract's order; None where there are no rows.

    Parameters
    ----------
    rows : ir.Table
        The canonical rows, before anything is quarantined: what the source knows.
    table : Table
        Their contract.
    """
    known = {column.name: _is_known(rows[column.name]).sum() for column in table.columns}
    counts = rows.aggregate(n_rows=rows.count(), **known).to_pyarrow().to_pylist()[0]
    n_rows = counts.pop("n_rows")
    return {name: n_known / n_rows if n_rows else None for name, n_known in counts.items()}


def _is_known(column: ir.Column) -> ir.BooleanValue:
    return column.notnull() & ~column.isnan().fill_null(False) if column.type().is_floating() else column.notnull()
