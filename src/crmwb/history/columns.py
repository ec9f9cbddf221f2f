"""The columns of the history, as declared."""

import ibis
import ibis.expr.types as ir

from crmwb.contract import ARROW_TYPES, Table


def conformed(table: ir.Table, declared: Table) -> ir.Table:
    """Return exactly the declared columns of a table, in their types."""
    return table.select(**{c.name: table[c.name].cast(ibis.dtype(ARROW_TYPES[c.kind])) for c in declared.columns})
