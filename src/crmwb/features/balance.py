"""What customers owe: invoices less payments, also those that name no invoice."""

import ibis.expr.types as ir

from crmwb.history.asof import Day, day_of, share


def balance(customers: ir.Table, invoices: ir.Table, payments: ir.Table, as_of: Day) -> ir.Table:
    """Describe what each customer owes at `as_of`: what was invoiced before it, less what was paid before it.

    One row per customer with an invoice or a payment. A payment counts whether or not it names an invoice; below zero,
    they have paid ahead. `balance_cents`; `credit_used_share`: over their credit limit, NULL without one.

    Examples
    --------
    A customer with a limit of 1,000.00 who was invoiced 800.00 and has paid 300.00 of it, without naming an invoice:

    >>> from datetime import date
    >>> import ibis
    >>> import pyarrow as pa
    >>> from crmwb.features.balance import balance
    >>> customers = ibis.memtable(pa.table({"customer_id": ["a"], "credit_limit_cents": [100_000]}))
    >>> invoices = {"customer_id": ["a"], "issued_on": [date(2024, 3, 1)], "amount_cents": [80_000]}
    >>> payments = {"customer_id": ["a"], "paid_on": [date(2024, 4, 2)], "amount_cents": [30_000]}
    >>> invoices, payments = ibis.memtable(pa.table(invoices)), ibis.memtable(pa.table(payments))
    >>> balance(customers, invoices, payments, date(2024, 6, 1)).to_pyarrow().to_pylist()
    [{'customer_id': 'a', 'balance_cents': 50000, 'credit_used_share': 0.5}]
    """
    today = day_of(as_of)
    owed = invoices.filter(invoices.issued_on < today).select("customer_id", cents=invoices.amount_cents)
    paid = payments.filter(payments.paid_on < today).select("customer_id", cents=-payments.amount_cents)
    sums = owed.union(paid).group_by("customer_id").aggregate(balance_cents=lambda t: t.cents.sum().cast("int64"))
    limits = customers.select("customer_id", limit=customers.credit_limit_cents)
    balances = sums.left_join(limits, "customer_id")
    return balances.select(
        "customer_id", "balance_cents", credit_used_share=share(balances.balance_cents, balances["limit"])
    )
