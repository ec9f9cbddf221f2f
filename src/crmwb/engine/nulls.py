"""Columns of an expression of which nothing can be known, so that an engine need not sort and hand them over."""

import ibis.expr.operations as ops
import ibis.expr.types as ir


def unknown(expression: ir.Table) -> list[str]:
    """Return the columns that are NULL in every row because the expression says so, whatever the data.

    Examples
    --------
    >>> import ibis
    >>> from crmwb import engine
    >>> bought = ibis.table({"customer_id": "string", "n_orders": "int64"}, name="bought")
    >>> described = bought.select("customer_id", n_orders="n_orders", n_contacts=ibis.null("int64"))
    >>> engine.unknown(described.filter(described.n_orders > 1))
    ['n_contacts']
    """
    return [name for name, value in expression.op().values.items() if _is_null(value)]


def _is_null(value: ops.Value) -> bool:
    if isinstance(value, ops.Literal):
        return value.value is None
    if isinstance(value, ops.Cast):
        return _is_null(value.arg)
    if isinstance(value, ops.Field) and isinstance(value.rel, ops.Project | ops.Filter | ops.Sort):
        return _is_null(value.rel.values[value.name])
    return False
