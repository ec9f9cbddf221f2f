"""Invoices that are paid by payments of a table of their own: when, and how much."""

from collections.abc import Mapping

import ibis
import ibis.expr.types as ir


def settled(tables: Mapping[str, ir.Table]) -> dict[str, ir.Table]:
    """Return the tables, with what payments say of invoices where the invoices themselves do not.

    Payments that name an invoice add up to `paid_cents`; where they reach its amount, the last one paid it.

    Parameters
    ----------
    tables : mapping of str to ir.Table
        As a source delivers them.

    Returns
    -------
    dict of str to ir.Table
        The same tables; the invoices with `paid_cents` (hundredths of the currency, 0 where nothing was paid) and
        `paid_on` (NULL until all is paid). What an invoice says itself stays.

    Examples
    --------
    >>> from datetime import date
    >>> import ibis
    >>> import pyarrow as pa
    >>> invoices = {"invoice_id": ["a", "b", "c"], "amount_cents": [100, 100, 100]}
    >>> payments = {"invoice_id": ["a", "a", "b"], "amount_cents": [60, 40, 30]}
    >>> payments["paid_on"] = [date(2024, 5, 1), date(2024, 5, 9), date(2024, 5, 4)]
    >>> tables = {"invoices": ibis.memtable(pa.table(invoices)), "payments": ibis.memtable(pa.table(payments))}
    >>> paid = settled(tables)["invoices"].order_by("invoice_id").to_pyarrow().to_pydict()
    >>> paid["paid_cents"], paid["paid_on"]
    ([100, 30, 0], [datetime.date(2024, 5, 9), None, None])
    """
    invoices, payments = tables.get("invoices"), tables.get("payments")
    if invoices is None or payments is None or "invoice_id" not in payments.columns:
        return dict(tables)
    named = payments.filter(payments.invoice_id.notnull())
    sums = named.group_by("invoice_id").aggregate(
        received_cents=named.amount_cents.sum().cast("int64"), received_on=named.paid_on.max()
    )
    both = invoices.left_join(sums, "invoice_id").drop("invoice_id_right")
    is_paid = (both.received_cents >= both.amount_cents).fill_null(False)
    received = {
        "paid_cents": ibis.greatest(both.received_cents.fill_null(0), 0),
        "paid_on": ibis.ifelse(is_paid, both.received_on, ibis.null("date")),
    }
    known = {name: ibis.coalesce(both[name], value) for name, value in received.items() if name in invoices.columns}
    return {**tables, "invoices": both.mutate(**{**received, **known}).drop("received_cents", "received_on")}
