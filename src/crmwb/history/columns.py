"""The columns of the history, as declared."""

import ibis
import ibis.expr.types as ir

from crmwb.contract import ARROW_TYPES, Table


def conformed(table: ir.Table, declared: Table, *others: str) -> ir.Table:
    """Return exactly the declared columns of a table, in their types, and after them some others as they are."""
    columns = {c.name: table[c.name].cast(ibis.dtype(ARROW_TYPES[c.kind])) for c in declared.columns}
    return table.select(**columns, **{name: table[name] for name in others})
