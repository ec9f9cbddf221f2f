"""How customers pay."""

import ibis.expr.types as ir

from crmwb.history.asof import Day, day_of, days_between, share


def credit(invoices: ir.Table, as_of: Day) -> ir.Table:
    """Describe how each customer pays, from invoices issued before `as_of`.

    One row per customer with an invoice. What was paid at or after `as_of` is not known yet: an invoice paid later is
    open. Part payments have no date, so an open invoice counts in full. Whether an invoice is disputed has no date
    either and is taken as static.
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
