"""What a customer's purchases are made of, by any column: how many different values, the top one, its share."""

import ibis
import ibis.expr.types as ir

from crmwb.features.asof import share


def mix(lines: ir.Table, by: str, *, n: str, top: str, top_share: str) -> ir.Table:
    """Describe the mix of each customer's sales by one column.

    Parameters
    ----------
    lines : ir.Table
        Sales with customer_id, revenue_cents (not negative) and `by`.
    by : str
        The column. Lines where it is unknown are left out of the shares; a customer who has no others gets NULL.
    n, top, top_share : str
        What to call the number of different values, the one that earned most (of equals, the first by name) and its
        share of the revenue of the lines where the column is known.

    Returns
    -------
    ir.Table
        One row per customer with a line.
    """
    sums = lines.group_by("customer_id", by).aggregate(cents=lines.revenue_cents.sum())
    unknown = sums[by].isnull()
    ranked = sums.mutate(
        rank=ibis.row_number().over(group_by=sums.customer_id, order_by=[unknown, ibis.desc(sums.cents), sums[by]]),
        total=ibis.ifelse(unknown, ibis.null("int64"), sums.cents).sum().over(group_by=sums.customer_id),
        n=sums[by].count().over(group_by=sums.customer_id),
    ).filter(lambda t: t["rank"] == 0)
    return ranked.select(
        "customer_id",
        **{n: ranked.n.nullif(0), top: ranked[by], top_share: share(ranked.cents, ranked.total)},
    )
