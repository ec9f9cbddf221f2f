"""Audits of order lines."""

import ibis.expr.types as ir

from crmwb.quality.audits.audit import Audit, Weight, figures, percent, weight

# A hundred times the usual quantity is another unit (fuel by the hundredth, cable by the millimetre) or a slip.
EXTREME_QUANTITY = 100
# Beyond a billion units a quantity is a slip whatever it says; cut there, sums of them fit into an integer.
MOST_UNITS = 1e9
# One line in a hundred moves a mean or a count noticeably; below that no total depends on it.
NOTICEABLE_SHARE = 0.01
# Even fashion by mail, where most comes back, returns less than half; above a quarter a sign is likelier wrong.
HIGH_RETURN_SHARE = 0.25


def extreme_quantities(transactions: ir.Table) -> Audit | None:
    """Find lines with far more units than usual: `EXTREME_QUANTITY` times the median of what is sold, or more."""
    units = transactions.quantity.abs()
    sold = transactions.filter(units > 0)
    usual = figures(sold.aggregate(median=sold.quantity.abs().median(), n_lines=sold.count()))
    if not usual["n_lines"]:
        return None
    # Whole units: sums of integers do not depend on the order in which threads add them.
    whole = units.clip(upper=MOST_UNITS).round().cast("int64")
    is_extreme = units >= EXTREME_QUANTITY * usual["median"]
    found = figures(
        transactions.aggregate(
            n_lines=transactions.count(),
            n_extreme=is_extreme.sum(),
            units=whole.sum(),
            extreme_units=whole.sum(where=is_extreme).fill_null(0),
            largest=units.max(),
        )
    )
    share = found["n_extreme"] / found["n_lines"]
    finding = f"No line has {EXTREME_QUANTITY} times the usual {usual['median']:g} units or more."
    if found["n_extreme"]:
        finding = (
            f"{found['n_extreme']:,} of {found['n_lines']:,} lines ({percent(share)}) have {EXTREME_QUANTITY} times "
            f"the usual {usual['median']:g} units or more (the largest {found['largest']:,.6g}); they are "
            f"{percent(found['extreme_units'] / found['units'])} of all units."
        )
    return Audit(
        audit="extreme_quantities",
        table="transactions",
        finding=finding,
        rows=found["n_extreme"],
        share=share,
        severity=Weight.WARNING if found["n_extreme"] else Weight.NOTE,
        advice="Do not add up quantities over products; judge by revenue, and check the unit of these products."
        if found["n_extreme"]
        else "Nothing to do.",
    )


def zero_revenue_lines(transactions: ir.Table) -> Audit | None:
    """Find lines that bring nothing and take nothing back."""
    return _share_of_lines(
        "zero_revenue_lines",
        transactions,
        (transactions.revenue_cents == 0) & ~transactions.is_return,
        "bring no revenue",
        "Gifts, coupons or lost prices: they count as lines but not as purchases; check a few in the source.",
    )


def identical_lines(transactions: ir.Table) -> Audit | None:
    """Find lines that repeat another line of their order in everything but their position."""
    columns = [name for name in transactions.columns if name != "line_no"]
    groups = transactions.group_by(columns).aggregate(n_rows=transactions.count())
    extra = figures(groups.aggregate(n_lines=groups.n_rows.sum(), n_found=(groups.n_rows - 1).sum()))
    return _lines_found(
        "identical_lines",
        extra,
        "repeat another line of their order in everything but their position",
        "Scanned one by one, or exported twice? If twice, remove them in the mapping: revenue is counted double.",
    )


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
    finding = "No line is marked as a return."
    advice = "Either nothing comes back, or the source or its mapping leaves returns out; then revenue is too high."
    if found["n_found"]:
        money = f", {percent(found['returned'] / found['sold'])} of the revenue sold" if found["sold"] else ""
        finding = f"{found['n_found']:,} of {found['n_lines']:,} lines ({percent(share)}) are returns{money}."
        advice = "Revenue is net of returns; a return is no purchase occasion."
    return Audit("returns", "transactions", finding, found["n_found"], share, weight(share, HIGH_RETURN_SHARE), advice)


def unknown_products(transactions: ir.Table, products: ir.Table) -> Audit | None:
    """Find lines whose product the product list does not have, or that name none."""
    product = transactions.product_id
    return _share_of_lines(
        "unknown_products",
        transactions,
        product.isnull() | ~product.isin(products.product_id),
        "name no product, or one that the product list lacks",
        "Complete the product list: these lines count in revenue, but not in any category, line or brand.",
    )


def _share_of_lines(
    name: str, transactions: ir.Table, is_found: ir.BooleanValue, what: str, advice: str
) -> Audit | None:
    found = figures(transactions.aggregate(n_lines=transactions.count(), n_found=is_found.sum()))
    return _lines_found(name, found, what, advice)


def _lines_found(name: str, found: dict[str, int], what: str, advice: str) -> Audit | None:
    if not found["n_lines"]:
        return None
    share = found["n_found"] / found["n_lines"]
    return Audit(
        audit=name,
        table="transactions",
        finding=f"{found['n_found']:,} of {found['n_lines']:,} lines ({percent(share)}) {what}.",
        rows=found["n_found"],
        share=share,
        severity=weight(share, NOTICEABLE_SHARE),
        advice=advice if found["n_found"] else "Nothing to do.",
    )
