"""Performance: where sales are made."""

from crmwb.effectiveness.analyses.analysis import Analysis, sales_by, sales_rows
from crmwb.effectiveness.inputs import Inputs
from crmwb.findings import Count, Finding, Name, Share, Term, Unavailable

POINTS = {"channel": "sales_channel", "store_id": "store"}


def performance(inputs: Inputs) -> Analysis:
    """Describe sales by channel, or by store where the source knows no channels."""
    transactions = inputs.clean.get("transactions")
    if transactions is None:
        return Analysis(Unavailable("effectiveness.performance.no_points"))
    sales = transactions.filter(~transactions.is_return, transactions.revenue_cents > 0)
    for column, kind in POINTS.items():
        points = sales_by(inputs, sales, column)
        if len(points) > 1:
            rows = sales_rows(points)
            best = points.iloc[0]
            values = {
                "kind": Term("sales_point", kind),
                "point": Name(str(best["key"])),
                "share": Share(float(best["revenue_share"])),
                "points": Count(len(points), kind),
            }
            return Analysis(Finding("effectiveness.performance.best_point", values), rows)
    return Analysis(Unavailable("effectiveness.performance.no_points"))
