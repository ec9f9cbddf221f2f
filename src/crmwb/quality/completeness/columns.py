"""How much of each column is known: of its rows, and of the revenue that stands behind them."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TypeAlias

import ibis.expr.types as ir

from crmwb import storage
from crmwb.contract import Table
from crmwb.contract.canonical import TABLES
from crmwb.quality.sums import CUSTOMERS, PRODUCTS, REVENUE, is_known

Known: TypeAlias = dict[str, dict[str, float | None]]


def known_shares(rows: ir.Table, table: Table, files: Sequence[Path] = ()) -> dict[str, float | None]:
    """Return the share of rows in which each column is known, in the contract's order; None where there are no rows.

    Parameters
    ----------
    rows : ir.Table
        The canonical rows, before anything is quarantined: what the source knows.
    table : Table
        Their contract.
    files : sequence of Path
        The files that the rows stand in, whose statistics spare counting most columns.
    """
    n_unknown = _unknown_by_statistics(files) if files else {}
    # that a number is none, no statistics tell
    counted = [c.name for c in table.columns if c.name not in n_unknown or rows[c.name].type().is_floating()]
    known = {name: is_known(rows[name]).sum() for name in counted}
    counts = rows.aggregate(n_rows=rows.count(), **known).to_pyarrow().to_pylist()[0]
    n_rows = counts.pop("n_rows")
    counts = {name: n_rows - n for name, n in n_unknown.items()} | counts
    return {c.name: counts[c.name] / n_rows if n_rows else None for c in table.columns}


def _unknown_by_statistics(files: Sequence[Path]) -> dict[str, int]:
    """Return how often the columns of files are NULL, those of which the files' statistics tell."""
    n_unknown: dict[str, int] = {}
    untold = set()
    for file in files:
        with storage.open_file(file) as opened:
            groups = [opened.metadata.row_group(i) for i in range(opened.num_row_groups)]
            for place, name in enumerate(opened.schema_arrow.names):
                known = [group.column(place).statistics for group in groups]
                if not all(s is not None and s.has_null_count for s in known):
                    untold.add(name)
                    continue
                n_unknown[name] = n_unknown.get(name, 0) + sum(s.null_count for s in known)
    return {name: n for name, n in n_unknown.items() if name not in untold}


def revenue_known(tables: Mapping[str, ir.Table]) -> Known:
    """Return of each column of customers, products and transactions the share of revenue for which it is known.

    Revenue is that of sales. A customer's or product's column counts with all that they bought or that it brought; a
    sale without a product is one of whose product nothing is known. Empty where there is no revenue.

    Parameters
    ----------
    tables : mapping of str to ir.Table
        The clean tables by name, and sums of order lines where they are there.
    """
    if "transactions" not in tables:
        return {}
    known = {"transactions": _shares(REVENUE.among(tables))}
    for name, key, sold_by in (("customers", "customer_id", CUSTOMERS), ("products", "product_id", PRODUCTS)):
        if name in tables:
            weights = sold_by.among(tables).select(key, weight="sold_cents")
            known[name] = _weighed(weights.left_join(tables[name], key), name)
    return {name: shares for name, shares in sorted(known.items()) if shares}


def _weighed(rows: ir.Table, name: str) -> dict[str, float | None]:
    known = {column.name: rows.weight.sum(where=is_known(rows[column.name])) for column in TABLES[name].columns}
    return _shares(rows.aggregate(**known, weight=rows.weight.sum()))


def _shares(sums: ir.Table) -> dict[str, float | None]:
    """Return what share each column of one row is of its `weight`; empty where that is nothing."""
    cents = {column: int(value or 0) for column, value in sums.to_pyarrow().to_pylist()[0].items()}
    weight = cents.pop("weight")
    return {column: known / weight for column, known in cents.items()} if weight else {}
