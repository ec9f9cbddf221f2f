"""Audits of customers who are none, or who are many."""

import ibis
import ibis.expr.types as ir

from crmwb.findings import Count, Finding, Money, Share, Times, Value
from crmwb.quality.audits.audit import Audit, Weight, figures, found_among, quoted, some

# Ids that people give to customers who are none: names of tests and of nobody, and keys held down.
NOBODY = (
    r"(^|[^a-z])(test\w*|demo|dummy|sample|example|unknown|none|null|n/?a|anonym\w*|guest|walk-?in|cash)([^a-z]|$)"
    r"|^(0+|9{5,}|x+|-+|\?+)$"
)
# One customer with a hundred times what others have, and a noticeable part of everything, is not one of them.
TIMES_THE_USUAL = 100
BULK_SHARE = 0.05
FEW_CUSTOMERS = 100


def test_customers(customers: ir.Table, transactions: ir.Table | None) -> Audit | None:
    """Find customers whose id says that they are none: tests, guests, unknown."""
    named = customers.filter(customers.customer_id.lower().re_search(NOBODY)).select("customer_id")
    # 99999 after 99998 is a number like any other
    next_number = (customers.customer_id.try_cast("int64") + 1).cast("string")
    named = named.anti_join(customers.select(customer_id=next_number), "customer_id")
    ids = named.order_by("customer_id").to_pyarrow()["customer_id"].to_pylist()
    values: dict[str, Value] = {"ids": some([quoted(i) for i in ids])}
    if ids and transactions is not None:
        lines = transactions.aggregate(
            n=transactions.count(), n_theirs=transactions.customer_id.isin(named.customer_id).sum()
        )
        counts = figures(lines)
        if counts["n"]:
            values["lines"] = Share(counts["n_theirs"] / counts["n"])
    return found_among(
        "test_customers",
        "customers",
        len(ids),
        customers.count().to_pyarrow().as_py(),
        variant="_lines" if "lines" in values else "",
        noticeable=0,
        values=values,
    )


def bulk_buyers(customers: ir.Table) -> Audit | None:
    """Find customers who are so much larger than the usual one that they stand for many, or are of another kind.

    Larger is `TIMES_THE_USUAL` times the median, and `BULK_SHARE` of all: in revenue, or in orders. None where there
    are fewer than `FEW_CUSTOMERS`. `customers` are as `sums.by_customer` returns them.
    """
    buyers = customers.filter(customers.cents > 0)
    whole = figures(
        buyers.aggregate(
            n=buyers.count(),
            cents=buyers.cents.sum(),
            n_orders=buyers.n_orders.sum(),
            usual_cents=buyers.cents.quantile(0.5),
            usual_orders=buyers.n_orders.quantile(0.5),
            largest=buyers.cents.max(),
        )
    )
    if whole["n"] < FEW_CUSTOMERS:
        return None
    is_bulk = ibis.or_(
        *(
            (buyers[what] >= TIMES_THE_USUAL * whole[f"usual_{what.removeprefix('n_')}"])
            & (buyers[what] >= BULK_SHARE * int(whole[what]))
            for what in ("cents", "n_orders")
        )
    )
    bulk = buyers.filter(is_bulk).order_by(ibis.desc("cents"), "customer_id").to_pyarrow().to_pylist()
    who = [
        Finding(
            "quality.with_share",
            {"id": quoted(row["customer_id"]), "share": Share(row["cents"] / int(whole["cents"]))},
        )
        for row in bulk
    ]
    return Audit(
        audit="bulk_buyers",
        table="transactions",
        finding=Finding(
            f"quality.audit.bulk_buyers{'' if bulk else '_none'}",
            {
                "n": Count(len(bulk)),
                "all": Count(whole["n"], "customer"),
                "who": some(list(who)),
                "share": Share(whole["largest"] / int(whole["cents"])),
                "times": Times(whole["largest"] / whole["usual_cents"]),
            },
        ),
        rows=len(bulk),
        share=len(bulk) / whole["n"],
        severity=Weight.WARNING if bulk else Weight.NOTE,
        advice=Finding("quality.advice.bulk_buyers") if bulk else None,
    )


def lines_without_customer(
    transactions: ir.Table, transactions_quarantine: ir.Table, left_out: ir.Table | None
) -> Audit | None:
    """Tell how many lines name no customer, and so are left out of every figure.

    Parameters
    ----------
    transactions, transactions_quarantine : ir.Table
        The clean lines, and those in quarantine.
    left_out : ir.Table or None
        What the mapping's filter left out: one row with n_rows, n_without_customer and cents_without_customer.
    """
    rule, reason = transactions_quarantine.rule, transactions_quarantine.reason
    is_nobodys = rule.contains("customer_id_is_known") | reason.contains("no customer")
    n_found = figures(transactions_quarantine.aggregate(n=is_nobodys.sum().fill_null(0)))["n"]
    clean = figures(transactions.aggregate(n=transactions.count(), cents=transactions.revenue_cents.sum().fill_null(0)))
    n_rows = clean["n"] + transactions_quarantine.count().to_pyarrow().as_py()
    values: dict[str, Value] = {}
    if left_out is not None:
        filtered = figures(left_out)
        n_found += filtered["n_without_customer"]
        n_rows += filtered["n_rows"]
        if filtered["n_without_customer"]:
            values["theirs"] = Money(filtered["cents_without_customer"], "", exact=True)
            values["known"] = Money(int(clean["cents"]), "", exact=True)
    return found_among(
        "lines_without_customer",
        "transactions",
        n_found,
        n_rows,
        variant="_revenue" if values else "",
        values=values,
    )
