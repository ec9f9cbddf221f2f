"""How customers pay."""

import ibis.expr.types as ir

from crmwb.history.asof import Day, day_of, days_between, share


def credit(invoices: ir.Table, as_of: Day) -> ir.Table:
    """Describe how each customer pays, from invoices issued before `as_of`.

    One row per customer with an invoice. What was paid at or after `as_of` is not known yet: an invoice paid later is
    open. Part payments have no date, so an open invoice counts in full. Whether an invoice is disputed has no date
    either and is taken as static.

    Examples
    --------
    Of two invoices due, one was paid 5 days late and one is open:

    >>> from datetime import date
    >>> import ibis
    >>> import pyarrow as pa
    >>> from crmwb.features.credit import credit
    >>> invoices = {"customer_id": ["a", "a"], "amount_cents": [30_000, 10_000], "disputed": [False, False]}
    >>> invoices["issued_on"] = [date(2024, 3, 1), date(2024, 4, 1)]
    >>> invoices["due_on"] = [date(2024, 3, 31), date(2024, 5, 1)]
    >>> invoices["paid_on"] = [date(2024, 4, 5), None]
    >>> known = credit(ibis.memtable(pa.table(invoices)), date(2024, 6, 1))
    >>> known.select("n_invoices", "n_overdue", "days_to_pay", "overdue_share").to_pyarrow().to_pylist()
    [{'n_invoices': 2, 'n_overdue': 1, 'days_to_pay': 35.0, 'overdue_share': 0.25}]
    """
    today = day_of(as_of)
    issued = invoices.filter(invoices.issued_on < today)
    paid = (issued.paid_on < today).fill_null(False)
    overdue = ~paid & (issued.due_on < today)
    sums = issued.group_by("customer_id").aggregate(
        n_invoices=issued.count(),
        invoiced_cents=issued.amount_cents.sum(),
        n_paid=issued.count(where=paid),
        n_paid_late=issued.count(where=paid & (issued.paid_on > issued.due_on)),
        pay_days=days_between(issued.issued_on, issued.paid_on).sum(where=paid),
        n_overdue=issued.count(where=overdue),
        overdue_cents=issued.amount_cents.sum(where=overdue).fill_null(0),
        n_dispute_known=issued.count(where=issued.disputed.notnull()),
        n_disputed=issued.count(where=issued.disputed),
    )
    return sums.mutate(
        days_to_pay=share(sums.pay_days, sums.n_paid),
        late_payment_share=share(sums.n_paid_late, sums.n_paid),
        overdue_share=share(sums.overdue_cents, sums.invoiced_cents),
        disputed_share=share(sums.n_disputed, sums.n_dispute_known),
    ).drop("n_paid", "n_paid_late", "pay_days", "n_dispute_known", "n_disputed")
