"""What is open with a customer as of a day: service matters not settled, and what they owe over their credit limit."""

from collections.abc import Mapping
from datetime import date

import ibis
import ibis.expr.types as ir

from crmwb.history.asof import before, midnight

SETTLED_SHARE = 0.5  # of a kind of matter whose settlement the source records: elsewhere no date does not mean open


def open_matters(customers: ir.Table, tables: Mapping[str, ir.Table], as_of: date) -> ir.Table:
    """Return of each customer the service matters that are open, the invoices that are, and what exceeds the limit.

    Parameters
    ----------
    customers : ir.Table
        customer_id, credit_limit_cents and balance_cents, one row per customer.
    tables : mapping of str to ir.Table
        Clean canonical tables by name.
    as_of : date
        Exclusive.

    Returns
    -------
    ir.Table
        customer_id, n_open_matters, open_invoice_cents, over_limit_cents: what they owe (the balance where it is known,
        else their open invoices) less their credit limit, at least 0; each unknown where the source cannot tell.
    """
    known = customers.select("customer_id", "credit_limit_cents", "balance_cents")
    if "interactions" in tables:
        counted = _matters(tables["interactions"], as_of)
        known = known.left_join(counted, "customer_id").drop("customer_id_right")
        known = known.mutate(n_open_matters=known.n_open_matters.fill_null(0))
    else:
        known = known.mutate(n_open_matters=ibis.null("int64"))
    if "invoices" in tables:
        known = known.left_join(_invoices(tables["invoices"], as_of), "customer_id").drop("customer_id_right")
        known = known.mutate(open_invoice_cents=known.open_invoice_cents.fill_null(0))
    else:
        known = known.mutate(open_invoice_cents=ibis.null("int64"))
    owed = known.balance_cents.coalesce(known.open_invoice_cents)
    over = ibis.greatest(owed - known.credit_limit_cents, ibis.literal(0, "int64"))
    return known.select(
        "customer_id",
        "n_open_matters",
        "open_invoice_cents",
        over_limit_cents=ibis.ifelse(owed.notnull() & known.credit_limit_cents.notnull(), over, ibis.null("int64")),
    )


def _matters(interactions: ir.Table, as_of: date) -> ir.Table:
    served = before(interactions, "occurred_at", as_of).filter(lambda t: t.department == "service")
    settled = (served.resolved_at < midnight(as_of)).fill_null(False)
    kinds = served.group_by("kind").aggregate(n=served.count(), n_settled=served.count(where=settled))
    recorded = kinds.filter(kinds.n_settled >= SETTLED_SHARE * kinds.n).select("kind")
    waiting = served.filter(~settled).semi_join(recorded, "kind")
    return waiting.group_by("customer_id").aggregate(n_open_matters=waiting.count())


def _invoices(invoices: ir.Table, as_of: date) -> ir.Table:
    today = ibis.literal(as_of)
    issued = invoices.filter(invoices.issued_on < today)
    paid = (issued.paid_on < today).fill_null(False)
    unpaid = issued.filter(~paid)
    return unpaid.group_by("customer_id").aggregate(open_invoice_cents=unpaid.amount_cents.sum().cast("int64"))
