"""Product: what is bought, and together with what."""

from crmwb.effectiveness.analyses.analysis import Analysis, sales_by, sales_rows
from crmwb.effectiveness.inputs import Inputs
from crmwb.findings import Count, Finding, Name, Share, Term, Unavailable

KINDS = ("line", "category", "brand")


def product(inputs: Inputs) -> Analysis:
    """Describe sales by product line, or by category or brand where lines are not known."""
    if "transactions" not in inputs.clean or "products" not in inputs.clean:
        return Analysis(Unavailable("effectiveness.product.no_products", needs=(Term("table", "products"),)))
    sales = inputs.clean["transactions"].filter(lambda t: ~t.is_return & (t.revenue_cents > 0))
    goods = inputs.clean["products"].select("product_id", *KINDS)
    sold = sales.inner_join(goods, "product_id").select("customer_id", "revenue_cents", *KINDS)
    for kind in KINDS:
        groups = sales_by(inputs, sold, kind)
        if len(groups) > 1:
            rows = sales_rows(groups)
            best = groups.iloc[0]
            values = {
                "group": Name(str(best["key"])),
                "share": Share(float(best["customer_share"])),
                "revenue": Share(float(best["revenue_share"])),
                "pairs": Count(len(inputs.together), "pair"),
            }
            code = "largest_and_pairs" if len(inputs.together) else "largest"
            return Analysis(Finding(f"effectiveness.product.{code}", values), rows)
    return Analysis(Unavailable("effectiveness.product.no_groups"))
