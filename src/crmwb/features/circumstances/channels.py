"""Whether a channel gives every order a customer number of its own, so that nobody there seems to come back."""

from crmwb.features.circumstances.sales import MATURE_DAYS, Sales
from crmwb.findings import Count, Days, Finding, Name, Share

MANY = 100  # customers of a channel, and of all others, below which their shares tell little
NEVER = 0.01  # share of customers who bought again, at most: next to nobody
USUALLY = 0.15  # share of the customers of other channels who did, at least


def numbers_per_order(sales: Sales) -> Finding | None:
    """Find the largest channel whose customers next to never buy again where those of the others do."""
    rows = sales.channels
    share = rows["n_again"] / rows["n"]
    never = rows[(rows["n"] >= MANY) & (share <= NEVER)].sort_values(["n", "channel"], ascending=[False, True])
    others = rows[share > NEVER]
    n = int(others["n"].sum())
    if never.empty or n < MANY or others["n_again"].sum() < USUALLY * n:
        return None
    first = never.iloc[0]
    values = {
        "channel": Name(str(first["channel"])),
        "n": Count(int(first["n"]), "customer"),
        "days": Days(MATURE_DAYS),
        "share": Share(float(first["n_again"] / first["n"])),
        "usual": Share(float(others["n_again"].sum() / n)),
    }
    return Finding("circumstances.numbers_per_order", values, weight=float(first["n"]))
