"""Large customers who are likely lost: one of them matters whatever the counts of all customers say."""

import pandas as pd

from crmwb.params.lifecycle import RISK_CLASSES

LARGE = 0.01  # of all revenue
RECENT = 365  # days since the last purchase; who was lost earlier is no news
LIKELY_LOST = RISK_CLASSES[2]
NEEDS = ("risk_class", "revenue_cents", "days_since_last")  # columns of the mart


def lost_accounts(buyers: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of customers who brought a large part of all revenue and are likely lost, the largest first.

    Parameters
    ----------
    buyers : DataFrame
        One row per customer who has bought: customer_id, `NEEDS`, and what else is to be told of them.

    Examples
    --------
    >>> import pandas as pd
    >>> from crmwb.marts.lost_accounts import lost_accounts
    >>> rows = [("a", "likely_lost", 900, 80), ("b", "low", 500, 3), ("c", "likely_lost", 800, 700)]
    >>> buyers = pd.DataFrame(rows, columns=["customer_id", "risk_class", "revenue_cents", "days_since_last"])
    >>> lost_accounts(buyers)["customer_id"].tolist()
    ['a']
    """
    cents = buyers["revenue_cents"].fillna(0)
    is_lost = (buyers["risk_class"] == LIKELY_LOST) & (buyers["days_since_last"] <= RECENT)
    rows = buyers[is_lost & (cents > 0) & (cents >= LARGE * cents.sum())]
    return rows.sort_values(["revenue_cents", "customer_id"], ascending=[False, True])
