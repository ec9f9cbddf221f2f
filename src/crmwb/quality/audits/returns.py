"""Audits of what came back."""

import ibis.expr.types as ir

from crmwb.findings import Count, Day, Finding, Share
from crmwb.quality.audits.audit import Audit, Weight, figures, found_among, weight

# Even fashion by mail, where most comes back, returns less than half; above a quarter a sign is likelier wrong.
HIGH_RETURN_SHARE = 0.25
# Some purchases lie before the data begins; where more than a fifth of returns has none, returns are something else.
HIGH_UNMATCHED_SHARE = 0.20


def returns(transactions: ir.Table) -> Audit | None:
    """Tell how much comes back, or that the source marks no return."""
    is_return = transactions.is_return
    cents = transactions.revenue_cents
    counts = figures(
        transactions.aggregate(
            n_lines=transactions.count(),
            n_found=is_return.sum(),
            returned=(-cents).sum(where=is_return).fill_null(0),
            sold=cents.sum(where=~is_return).fill_null(0),
        )
    )
    if not counts["n_lines"]:
        return None
    share = counts["n_found"] / counts["n_lines"]
    severity = weight(share, HIGH_RETURN_SHARE)
    values = {
        "n": Count(counts["n_found"]),
        "all": Count(counts["n_lines"], "line"),
        "share": Share(share),
        "revenue": Share(counts["returned"] / counts["sold"] if counts["sold"] else None),
    }
    if not counts["n_found"]:
        none = Finding("quality.audit.returns_none", values)
        return Audit("returns", "transactions", none, 0, share, severity, Finding("quality.advice.returns_none"))
    finding = Finding(f"quality.audit.returns{'_revenue' if counts['sold'] else ''}", values)
    advice = Finding("quality.advice.returns") if severity is Weight.WARNING else None
    return Audit("returns", "transactions", finding, counts["n_found"], share, severity, advice)


def returns_without_purchase(matched: ir.Table) -> Audit | None:
    """Find returns of what the same customer has not bought, then or before.

    A return of exactly what was bought in one line undoes it, as a cancellation does. None where no return names its
    product. `matched` is as `sums.of_returns` returns it.
    """
    counts = figures(matched)
    return found_among(
        "returns_without_purchase",
        "transactions",
        counts["n_back"] - counts["n_matched"],
        counts["n_back"],
        noun="return",
        noticeable=HIGH_UNMATCHED_SHARE,
        values={"undone": Share(counts["n_undone"] / counts["n_back"] if counts["n_back"] else None)},
    )


def returns_after_the_last_sale(transactions: ir.Table) -> Audit | None:
    """Find returns later than every sale: the records of sales end before those of what came back."""
    day = transactions.ordered_at.date()
    ends = transactions.aggregate(sold=day.max(where=~transactions.is_return))
    late = transactions.cross_join(ends).filter(lambda t: t.is_return & (t.ordered_at.date() > t.sold))
    counts = figures(late.aggregate(n=late.count(), sold=late.sold.max(), back=late.ordered_at.max().date()))
    if not counts["n"]:
        return None
    n_returns = figures(transactions.aggregate(n=transactions.is_return.sum()))["n"]
    return found_among(
        "returns_after_the_last_sale",
        "transactions",
        counts["n"],
        n_returns,
        noun="return",
        noticeable=0,
        values={"sold": Day(counts["sold"]), "back": Day(counts["back"])},
    )
