"""Audits of what came back."""

import ibis
import ibis.expr.types as ir

from crmwb.quality.audits.audit import Audit, Weight, counted, figures, found_among, percent, weight

# Even fashion by mail, where most comes back, returns less than half; above a quarter a sign is likelier wrong.
HIGH_RETURN_SHARE = 0.25
# Some purchases lie before the data begins; where more than a fifth of returns has none, returns are something else.
HIGH_UNMATCHED_SHARE = 0.20


def returns(transactions: ir.Table) -> Audit | None:
    """Tell how much comes back, or that the source marks no return."""
    is_return = transactions.is_return
    cents = transactions.revenue_cents
    found = figures(
        transactions.aggregate(
            n_lines=transactions.count(),
            n_found=is_return.sum(),
            returned=(-cents).sum(where=is_return).fill_null(0),
            sold=cents.sum(where=~is_return).fill_null(0),
        )
    )
    if not found["n_lines"]:
        return None
    share = found["n_found"] / found["n_lines"]
    severity = weight(share, HIGH_RETURN_SHARE)
    finding = "No line is marked as a return."
    advice = "Either nothing comes back, or the source or its mapping leaves returns out; then revenue is too high."
    if found["n_found"]:
        money = f", {percent(found['returned'] / found['sold'])} of the revenue sold" if found["sold"] else ""
        lines = counted(found["n_lines"], "line")
        is_so = "is a return" if found["n_found"] == 1 else "are returns"
        finding = f"{found['n_found']:,} of {lines} ({percent(share)}) {is_so}{money}."
        advice = "Check what the mapping takes for a return: so many are rare." if severity is Weight.WARNING else ""
    return Audit("returns", "transactions", finding, found["n_found"], share, severity, advice)


def returns_without_purchase(transactions: ir.Table) -> Audit | None:
    """Match each return to a purchase of the same product by the same customer, at the same moment or before.

    A return of exactly what was bought in one line undoes it, as a cancellation does. None where no return names its
    product.
    """
    named = transactions.filter(transactions.product_id.notnull())
    back, sold = named.filter(named.is_return), named.filter(~named.is_return & (named.revenue_cents > 0))
    who = ["customer_id", "product_id"]
    # only what came back at all: a small part of what was sold
    sold = sold.semi_join(back, who)
    firsts = sold.group_by(who).aggregate(first_at=sold.ordered_at.min())
    exact = sold.mutate(units=-sold.quantity).group_by([*who, "units"]).aggregate(exact_at=ibis._.ordered_at.min())
    back = back.mutate(units=back.quantity).left_join(firsts, who, rname="{name}_first")
    matched = back.left_join(exact, [*who, "units"], rname="{name}_exact")
    found = figures(
        matched.aggregate(
            n_back=matched.count(),
            n_matched=(matched.first_at <= matched.ordered_at).sum().fill_null(0),
            n_undone=(matched.exact_at <= matched.ordered_at).sum().fill_null(0),
        )
    )
    what = "no earlier purchase of its product by its customer" if found["n_back"] == 1 else ""
    what = what or "no earlier purchase of their product by their customer"
    undone = f"; {percent(found['n_undone'] / found['n_back'])} undo one line of a purchase" if found["n_back"] else ""
    return found_among(
        "returns_without_purchase",
        "transactions",
        found["n_back"] - found["n_matched"],
        found["n_back"],
        (f"has {what}", f"have {what}"),
        advice="Bought before the data begins, or bookings that are no returns of goods (debts, fees, "
        "corrections)? Leave the "
        "latter out in the mapping.",
        noun="return",
        more=undone,
        noticeable=HIGH_UNMATCHED_SHARE,
    )
