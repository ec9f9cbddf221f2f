"""Contracts as of one day: how long each has run, whether it ended, and what it brings in a month."""

from datetime import date

import ibis
import ibis.expr.types as ir

from crmwb.calendar import month_column

NO_PLAN = "(no plan)"
LATE_DAYS = 7  # from the last day of a term to the first of the next: it was renewed


def terms(contracts: ir.Table, as_of: date) -> ir.Table:
    """Describe what was agreed before `as_of`, as it was known then: a row for each row of the source.

    Sources that write a row for each term of a contract say when it was renewed by the next row: a term that ends at
    most `LATE_DAYS` days before the customer's next one begins runs until then, for ends are often given as the last
    day, and paper comes late.

    One row per term: contract_id, customer_id, plan, starts_on, ends_on (NULL while it runs at `as_of`: an end after it
    is not known yet), period_months, amount_cents, monthly_cents.
    """
    today = ibis.literal(as_of)
    begun = contracts.filter(contracts.starts_on < today)
    following = ibis.window(group_by="customer_id", order_by=["starts_on", "contract_id"], rows=(1, None))
    begun = begun.mutate(
        plan=begun.plan.fill_null(NO_PLAN),
        period_months=begun.period_months.fill_null(1),
        next_on=begun.starts_on.min().over(following),
    )
    late = begun.next_on.delta(begun.ends_on, unit="day")
    ends = ibis.ifelse(late.between(0, LATE_DAYS).fill_null(False), begun.next_on, begun.ends_on)
    begun = begun.mutate(ends_on=ibis.ifelse(ends <= today, ends, ibis.null("date")))
    return begun.mutate(monthly_cents=_rounded(begun.amount_cents, begun.period_months)).select(
        "contract_id", "customer_id", "plan", "starts_on", "ends_on", "period_months", "amount_cents", "monthly_cents"
    )


def histories(contracts: ir.Table, as_of: date) -> ir.Table:
    """Describe every contract that began before `as_of`, as it was known then; terms that follow one another are one.

    One row per contract: contract_id (of its latest term), customer_id, plan, starts_on (of its first term), ends_on
    (NULL while it runs), is_lost, days (that it ran), months (whole ones), period_months, renewals (of one that runs:
    period ends passed; of one that ended: periods paid for, at least 1), amount_cents and monthly_cents (of its latest
    term).
    """
    today = ibis.literal(as_of)
    begun = _chained(terms(contracts, as_of))
    until = begun.ends_on.fill_null(today)
    months = _months(begun.starts_on, until)
    begun = begun.mutate(
        is_lost=begun.ends_on.notnull(),
        days=until.delta(begun.starts_on, unit="day").cast("int64"),
        months=months,
    )
    passed = (begun.months // begun.period_months).cast("int64")
    paid = ibis.greatest(passed + (_remainder(begun) > 0).cast("int64"), 1)
    return begun.mutate(renewals=ibis.ifelse(begun.is_lost, paid, passed)).select(
        "contract_id", "customer_id", "plan", "starts_on", "ends_on", "is_lost", "days", "months", "period_months",
        "renewals", "amount_cents", "monthly_cents",
    )  # fmt: skip


def _chained(each: ir.Table) -> ir.Table:
    """Make one row of the terms of a plan that follow one another without a break."""
    alike = ["customer_id", "plan", "period_months"]
    order = ["starts_on", "contract_id"]
    one = ibis.window(group_by=alike, order_by=order)
    each = each.mutate(goes_on=(each.ends_on.lag().over(one) == each.starts_on).fill_null(False))
    so_far = ibis.window(group_by=alike, order_by=order, rows=(None, 0))
    each = each.mutate(chain=(~each.goes_on).cast("int64").sum().over(so_far))
    last = ibis.window(group_by=[*alike, "chain"], order_by=order)
    whole = ibis.window(group_by=[*alike, "chain"])
    each = each.mutate(first_on=each.starts_on.min().over(whole), is_last=each.contract_id.lead().over(last).isnull())
    return each.filter(each.is_last).drop("starts_on", "goes_on", "chain", "is_last").rename(starts_on="first_on")


def unbroken(every: ir.Table, as_of: date) -> ir.Table:
    """Describe the latest unbroken time with contracts of each customer, from contracts as `histories` describes them.

    One row per customer: contract_status (running, returned: running after a time without any, or ended),
    contract_since, contract_until (NULL while it runs) and contract_months (whole ones). A contract that begins when
    another ends goes on with it.
    """
    today = ibis.literal(as_of)
    spans = every.select("customer_id", "starts_on", until=every.ends_on.fill_null(today), runs=every.ends_on.isnull())
    before = ibis.window(group_by="customer_id", order_by=["starts_on", "until"], rows=(None, -1))
    spans = spans.mutate(latest=spans.until.max().over(before))
    begins = ibis.ifelse((spans.latest >= spans.starts_on).fill_null(False), ibis.null("date"), spans.starts_on)
    spans = spans.mutate(begins=begins)
    each = spans.group_by("customer_id").aggregate(
        contract_since=spans.begins.max(), n_spans=spans.begins.count(), until=spans.until.max(), runs=spans.runs.any()
    )
    status = ibis.ifelse(each.runs, ibis.ifelse(each.n_spans > 1, "returned", "running"), "ended")
    return each.select(
        "customer_id", contract_status=status, contract_since=each.contract_since,
        contract_until=ibis.ifelse(each.runs, ibis.null("date"), each.until),
        contract_months=_months(each.contract_since, each.until),
    )  # fmt: skip


def _months(start: ir.DateValue, end: ir.DateValue) -> ir.IntegerValue:
    """Return whole months from one day to another; the 31st is a month after the 28th of a February."""
    apart = month_column(end) - month_column(start)
    is_last = (end + ibis.interval(days=1)).month() != end.month()
    whole = apart - ((end.day() < start.day()) & ~is_last).cast("int32")
    return ibis.greatest(whole, 0).cast("int64")


def _remainder(t: ir.Table) -> ir.IntegerValue:
    """Return days beyond the last whole period, roughly: more than none means that another period was paid for."""
    whole = (t.months // t.period_months) * t.period_months
    after = month_column(t.starts_on) + whole
    until = month_column(t.ends_on)
    return ibis.ifelse((until > after) | (t.ends_on.day() > t.starts_on.day()), 1, 0).fill_null(0)


def _rounded(cents: ir.IntegerValue, months: ir.IntegerValue) -> ir.IntegerValue:
    """Return cents per month, rounded half up."""
    return ((2 * cents + months) // (2 * months)).cast("int64")
