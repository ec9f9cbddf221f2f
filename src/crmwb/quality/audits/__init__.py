"""Audits: what no rule about a single row can see, each a finding, with what to do where it matters.

A new audit is one function in a module of this package and one line in `AUDITS`.
"""

from collections.abc import Callable, Collection, Iterator, Mapping
from functools import partial
from typing import TypeAlias

import ibis.expr.types as ir

from crmwb.contract.canonical import TABLES
from crmwb.quality import sums
from crmwb.quality.audits import amounts, clock, copies, labels, links, owners, people, returns, window
from crmwb.quality.audits.audit import Audit, Auditor, EachTable

__all__ = ["AUDITS", "FILTERED", "QUARANTINE", "Audit", "audited"]

QUARANTINE = " quarantine"  # what follows a table's name in the name of its quarantine
FILTERED = " filtered"  # … and in the name of what its mapping's filter left out
LEFT_OUT = "transactions" + QUARANTINE
BY_CUSTOMER, BY_PRODUCT, ORDERS, COPIES, RETURNS = (
    f"transactions{sum_.name}" for sum_ in (sums.CUSTOMERS, sums.PRODUCTS, sums.ORDERS, sums.COPIES, sums.RETURNS)
)

AUDITS = (
    Auditor(people.lines_without_customer, needs=("transactions", LEFT_OUT), uses=("transactions" + FILTERED,)),
    Auditor(links.strangers_but_for_the_spelling, needs=("customers", LEFT_OUT)),
    Auditor(window.first_purchases_cut_off, needs=(BY_CUSTOMER,)),
    Auditor(window.calendar_gaps, needs=("transactions",)),
    EachTable(window.days_far_from_the_others),
    EachTable(clock.midnight_stamps),
    EachTable(clock.quiet_hours),
    Auditor(amounts.extreme_quantities, needs=("transactions",)),
    Auditor(amounts.extreme_amounts, needs=("transactions",)),
    Auditor(amounts.zero_revenue_lines, needs=("transactions",)),
    Auditor(amounts.mixed_currencies, needs=(BY_PRODUCT, "transactions"), uses=("customers",)),
    Auditor(copies.identical_lines, needs=(COPIES,)),
    Auditor(copies.repeated_orders, needs=(ORDERS,)),
    Auditor(copies.orders_of_several_customers, needs=(ORDERS,)),
    Auditor(returns.returns, needs=("transactions",)),
    Auditor(returns.returns_without_purchase, needs=(RETURNS,)),
    Auditor(returns.returns_after_the_last_sale, needs=("transactions",)),
    Auditor(people.test_customers, needs=("customers",), uses=("transactions",)),
    Auditor(people.bulk_buyers, needs=(BY_CUSTOMER,)),
    Auditor(
        links.customers_without_events,
        needs=("customers",),
        uses=(BY_CUSTOMER, "interactions", "invoices", "opportunities", "campaign_members"),
    ),
    Auditor(links.lines_without_product, needs=("transactions",)),
    EachTable(links.unknown_links),
    EachTable(links.ids_written_in_several_ways),
    EachTable(labels.labels_nearly_the_same),
    Auditor(owners.owner_collisions, needs=("opportunities",), uses=("customers",)),
    Auditor(owners.idle_leads, needs=("opportunities",), uses=("interactions",)),
    Auditor(owners.leads_without_customer, needs=("opportunities",)),
)


Make: TypeAlias = Callable[[], Audit | None]
Known: TypeAlias = Callable[[str, Collection[str], Make], Audit | None]


def always(_name: str, _tables: Collection[str], audit: Make) -> Audit | None:
    """Make an audit."""
    return audit()


def audited(
    tables: Mapping[str, ir.Table],
    keep: Callable[[str, ir.Table], ir.Table] = lambda _, table: table,
    known: Known = always,
) -> Iterator[Audit]:
    """Yield the findings about clean tables; audits whose tables the source lacks, or that do not apply, are left out.

    Parameters
    ----------
    tables : mapping of str to ir.Table
        The clean tables by name, their quarantined rows by name and `QUARANTINE`, where a mapping's filter left rows
        out, what is known of them by name and `FILTERED`, and the sums of order lines by name and that of the sum.
        Sums that are not there are worked out.
    keep : callable, optional
        How to keep what several audits look at, as `engine.keeping` does; worked out for each where not given.
    known : callable
        What makes an audit, or knows what it finds: as `KeptAudits.of`.
    """
    if (lines := tables.get("transactions")) is not None:
        tables = {**sums.worked_out(lines, keep, among=tables), **tables}
    for auditor in AUDITS:
        for name, looks_at, make in _audits(auditor, tables):
            if (audit := known(name, looks_at, make)) is not None:
                yield audit


def _audits(
    auditor: Auditor | EachTable, tables: Mapping[str, ir.Table]
) -> Iterator[tuple[str, Collection[str], Make]]:
    """Yield the audits that can be made: of each its name, the tables that it may look at, and what makes it."""
    name = auditor.audit.__name__
    if isinstance(auditor, EachTable):
        for table in (table for name, table in TABLES.items() if name in tables):
            referred = {str(column.references) for column in table.columns if column.references}
            yield f"{name} {table.name}", {table.name, *referred}, partial(auditor.audit, table, tables)
    elif tables.keys() >= set(auditor.needs):
        given = [*(tables[name] for name in auditor.needs), *(tables.get(name) for name in auditor.uses)]
        yield name, {*auditor.needs, *auditor.uses}, partial(auditor.audit, *given)
