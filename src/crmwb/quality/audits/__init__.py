"""Audits: what no rule about a single row can see, each a finding in one sentence with what to do about it.

A new audit is one function in a module of this package and one line in `AUDITS`.
"""

from collections.abc import Iterator, Mapping

import ibis.expr.types as ir

from crmwb.quality.audits import lines, window
from crmwb.quality.audits.audit import Audit, Auditor

__all__ = ["AUDITS", "Audit", "audited"]

AUDITS = (
    Auditor(window.first_purchases_cut_off, needs=("transactions",)),
    Auditor(window.calendar_gaps, needs=("transactions",)),
    Auditor(lines.extreme_quantities, needs=("transactions",)),
    Auditor(lines.zero_revenue_lines, needs=("transactions",)),
    Auditor(lines.identical_lines, needs=("transactions",)),
    Auditor(lines.returns, needs=("transactions",)),
    Auditor(lines.unknown_products, needs=("transactions", "products")),
)


def audited(tables: Mapping[str, ir.Table]) -> Iterator[Audit]:
    """Yield the findings about clean tables; audits whose tables the source lacks, or that do not apply, are left out.

    Parameters
    ----------
    tables : mapping of str to ir.Table
        The clean tables by name.
    """
    for auditor in AUDITS:
        if tables.keys() >= set(auditor.needs):
            found = auditor.audit(*(tables[name] for name in auditor.needs))
            if found is not None:
                yield found
