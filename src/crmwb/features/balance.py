"""What customers owe: invoices less payments, also those that name no invoice."""

import ibis.expr.types as ir

from crmwb.history.asof import Day, day_of, share


def balance(customers: ir.Table, invoices: ir.Table, payments: ir.Table, as_of: Day) -> ir.Table:
    """Describe what each customer owes at `as_of`: what was invoiced before it, less what was paid before it.

    One row per customer with an invoice or a payment. A payment counts whether or not it names an invoice; below zero,
    they have paid ahead. `balance_cents`; `credit_used_share`: over their credit limit, NULL without one.
    """
    today = day_of(as_of)
    owed = invoices.filter(invoices.issued_on < today).select("customer_id", cents=invoices.amount_cents)
    paid = payments.filter(payments.paid_on < today).select("customer_id", cents=-payments.amount_cents)
    sums = owed.union(paid).group_by("customer_id").aggregate(balance_cents=lambda t: t.cents.sum().cast("int64"))
    limits = customers.select("customer_id", limit=customers.credit_limit_cents)
    found = sums.left_join(limits, "customer_id")
    return found.select("customer_id", "balance_cents", credit_used_share=share(found.balance_cents, found["limit"]))
